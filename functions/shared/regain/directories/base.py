"""The interface of every directory, and the outcomes of its calls."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from regain.domain.lockout import Lockout

PolicyRule = Literal["history", "age", "length", "quality", "classes", "spaces", "long", "unknown"]
StopReason = Literal[
    "disabled", "expired", "locked", "must-change", "password-expired", "hours", "second-factor", "protected",
    "elsewhere", "gone",
]  # fmt: skip

MOST_FOUND = 20
"""The maximum number of people that a search returns."""

PROOF_OF_PASSWORD = frozenset({"must-change", "password-expired", "expired", "hours", "second-factor"})
"""A bind refused for one of these reasons had the right password. With `locked` it may have been wrong."""


@dataclass(frozen=True, slots=True)
class Person:
    """One person in a directory.

    `key` never changes and never passes to somebody else (`objectGUID`, `entryUUID`, `sub`, the `id` in
    Entra ID). `address` locates the person in the directory: a distinguished name in LDAP, a user name in Cognito.
    `server` is the one that responded; all further requests about this person go to it, because others may not have
    replicated changes yet. `changed_at` marks the password's last change, for comparison only.
    """

    key: str
    address: str
    user_id: str
    server: str = ""
    display_name: str = ""
    given_name: str = ""
    surname: str = ""
    mail: str = ""
    other_mails: tuple[str, ...] = ()
    mobile_phone: str = ""
    office_phone: str = ""
    groups: tuple[str, ...] = ()
    enabled: bool = True
    expired: bool = False
    locked: bool = False
    must_change: bool = False
    protected: bool = False
    managed_elsewhere: bool = False
    changed_at: str = ""

    def changed_since(self, mark: str) -> bool:
        """Whether the password has changed since `changed_at` was this `mark`; "" is no mark.

        An earlier `changed_at` is not a change: it comes from a server without the newest password. "0" is Active
        Directory's value for a password that must be changed.
        """
        if not mark or not self.changed_at or self.changed_at == mark:
            return False
        return "0" in (mark, self.changed_at) or (len(mark), mark) < (len(self.changed_at), self.changed_at)

    def check_changeable(self) -> None:
        """Raises Stopped if the directory's administrators have excluded this person from changes."""
        reasons: tuple[tuple[bool, StopReason], ...] = (
            (self.managed_elsewhere, "elsewhere"),
            (self.protected, "protected"),
            (not self.enabled, "disabled"),
            (self.expired, "expired"),
        )
        for holds, reason in reasons:
            if holds:
                raise Stopped(reason)


def sent(password: str) -> str:
    """A password in the form sent to directories: NFC, as keyboards produce it. NFKC could change the password."""
    return unicodedata.normalize("NFC", password)


@dataclass(frozen=True, slots=True)
class Requirements:
    """A directory's rules for one person's new password, as far as they can be read. 0 or False: no rule is known.

    `least` is the minimum length in characters; `classes` requires three kinds of characters; `history` is the number
    of earlier passwords that are refused; the person cannot change it before `changeable_at` (seconds since 1970).
    """

    least: int = 0
    classes: bool = False
    history: int = 0
    changeable_at: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """One result of `doctor`: `state` is `ok`, `warning` or `wrong`, and `to_do` is how to fix it."""

    state: str
    what: str
    to_do: str = ""


class Outcome(Exception):
    """A call to a directory that failed. Adapters raise nothing else. `name` is used in metrics."""

    name = ""


class NotAccepted(Outcome):
    """The directory's policy does not accept the new password."""

    name = "not-accepted"

    def __init__(self, rule: PolicyRule) -> None:
        super().__init__(rule)
        self.rule = rule


class Stopped(Outcome):
    """The state of the account forbids the operation."""

    name = "stopped"

    def __init__(self, reason: StopReason) -> None:
        super().__init__(reason)
        self.reason = reason


class NotAllowed(Outcome):
    """The service account lacks a permission, or the setup is wrong. `code` is for operators and names no person."""

    name = "not-allowed"

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Unanswered(Outcome):
    """The directory did not respond. `known`: nothing was done; otherwise the request was sent and may take effect.

    `why` is for operators and names no person. `retry_after` is the delay in seconds that it asked for, or 0.
    """

    def __init__(self, known: bool, why: str = "", retry_after: int = 0) -> None:
        super().__init__(why or ("nothing was done" if known else "the outcome is unknown"))
        self.name = "nothing-done" if known else "unknown"
        self.known = known
        self.why = why
        self.retry_after = retry_after


class WrongPassword(Outcome):
    """The password is wrong, or nobody has this user ID."""

    name = "wrong-password"


class Directory(Protocol):
    """The directory with the passwords of one domain.

    Every method may raise NotAllowed and Unanswered. Passwords are passed as typed; adapters send them as `sent`.
    """

    @property
    def offers(self) -> frozenset[str]:
        """The operations that it supports, from `ABILITIES`."""

    @property
    def lockout(self) -> Lockout:
        """Its rule for locking accounts."""

    def find(self, user_id: str) -> Person | None:
        """The person with a user ID, in a single lookup; None if there is none, or more than one."""

    def search(self, words: Sequence[str], domain: str) -> tuple[Person, ...] | None:  # noqa: ARG002
        """At most MOST_FOUND people for whom each word is a prefix of a first, last or full name or a user ID.

        Their user IDs are in this domain, or "" if they have none. None if the directory cannot be searched.
        """
        return None

    def verify(self, person: Person | None, user_id: str, password: str) -> None:
        """Returns if the password is right. Without a person, the same request is made.

        Raises:
            WrongPassword: it is wrong, or `person` is None.
            Stopped: the directory refuses this person's sign-in with any password now.
        """

    def reset(self, person: Person, password: str, temporary: bool = False) -> None:
        """Sets a password and lifts a lockout. A temporary one must be changed at the next sign-in.

        Raises:
            NotAccepted: the password breaks the directory's policy.
            Stopped: the account is disabled, expired, protected or gone.
        """

    def change(self, person: Person, old: str, new: str) -> None:
        """Changes a password for somebody who knows the old one.

        Raises:
            WrongPassword: the old one is wrong.
            NotAccepted: the new one breaks the directory's policy.
            Stopped: the account is disabled, expired, locked, protected or gone.
        """

    def unlock(self, person: Person) -> None:
        """Lifts a lockout. Idempotent. Raises Stopped."""

    def requirements(self, person: Person, change: bool) -> Requirements:  # noqa: ARG002
        """The rules for a new password, for a `change` or a reset, to show before the person types."""
        return Requirements()

    def check(self) -> Iterator[Finding]:
        """Checks the connection and the directory, for `doctor`. Read-only."""
