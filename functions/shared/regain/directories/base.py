"""What every directory can be asked to do, and how each call may end."""

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
"""The most people that a search finds."""

PROOF_OF_PASSWORD = frozenset({"must-change", "password-expired", "expired", "hours", "second-factor"})
"""A bind that is stopped for one of these was made with the right password; after `locked` it may have been wrong."""


@dataclass(frozen=True, slots=True)
class Person:
    """One person as a directory knows them.

    `key` never changes and never passes to somebody else (`objectGUID`, `entryUUID`, `sub`, the `id` in
    Entra ID). `address` is where the directory keeps the person now: a distinguished name in LDAP, a user name in
    Cognito. `server` is the one that answered: everything else about this person is asked of it, because others may not
    know yet. `changed_at` marks the password's last change, for comparing only.
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
        """Whether the password was changed since `changed_at` was this `mark`; "" is no mark.

        An earlier one proves nothing: another server, which does not know the newest password yet. "0" is Active
        Directory's for a password that has to be changed.
        """
        if not mark or not self.changed_at or self.changed_at == mark:
            return False
        return "0" in (mark, self.changed_at) or (len(mark), mark) < (len(self.changed_at), self.changed_at)

    def check_changeable(self) -> None:
        """Raises Stopped if the directory's administrators do not let Regain touch this person."""
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
    """A password as it is sent: in NFC, which keyboards produce. NFKC would be another password there."""
    return unicodedata.normalize("NFC", password)


@dataclass(frozen=True, slots=True)
class Requirements:
    """What a directory asks of one person's new password, as far as it can be read. 0 and False: nothing is known.

    `least` is how many characters, `classes` whether three kinds of them, `history` how many earlier passwords are
    refused, and `changeable_at` (seconds since 1970) before when the person may not change it.
    """

    least: int = 0
    classes: bool = False
    history: int = 0
    changeable_at: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """What `doctor` says of one thing: `state` is `ok`, `warning` or `wrong`, and `to_do` what helps."""

    state: str
    what: str
    to_do: str = ""


class Outcome(Exception):
    """How a call to a directory can end other than well. Nothing else leaves an adapter. `name` is what metrics say."""

    name = ""


class NotAccepted(Outcome):
    """The directory's policy does not accept the new password."""

    name = "not-accepted"

    def __init__(self, rule: PolicyRule) -> None:
        super().__init__(rule)
        self.rule = rule


class Stopped(Outcome):
    """The state of the account forbids it."""

    name = "stopped"

    def __init__(self, reason: StopReason) -> None:
        super().__init__(reason)
        self.reason = reason


class NotAllowed(Outcome):
    """The service account lacks a right, or the set-up is wrong. `code` is for operators and names no person."""

    name = "not-allowed"

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Unanswered(Outcome):
    """The directory did not answer. `known`: nothing was done; otherwise the request was sent and may take effect.

    `why` is for operators and names no person. `retry_after`: for how many seconds it asks to be left alone; 0 if it
    does not say.
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
    """Where the passwords of one domain live.

    Every method may raise NotAllowed and Unanswered. Passwords are as they were typed, and go out as `sent`.
    """

    @property
    def offers(self) -> frozenset[str]:
        """What it can do: of `ABILITIES`."""

    @property
    def lockout(self) -> Lockout:
        """When it locks an account."""

    def find(self, user_id: str) -> Person | None:
        """The one person whom a user ID names: a single look-up. None for nobody, and for several."""

    def search(self, words: Sequence[str], domain: str) -> tuple[Person, ...] | None:  # noqa: ARG002
        """People whose first name, last name, whole name or user ID begins with each of the words, at most MOST_FOUND.

        They have user IDs of this domain, or "" where they have none. None: this directory cannot be searched.
        """
        return None

    def verify(self, person: Person | None, user_id: str, password: str) -> None:
        """Returns if the password is right. For nobody the same request is made.

        Raises:
            WrongPassword: it is wrong, or `person` is None.
            Stopped: the directory lets this person in with no password now.
        """

    def reset(self, person: Person, password: str, temporary: bool = False) -> None:
        """Sets a password and lifts a lockout. A temporary one has to be changed at the next sign-in.

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
        """Lifts a lockout. Harmless where there is none. Raises Stopped."""

    def requirements(self, person: Person, change: bool) -> Requirements:  # noqa: ARG002
        """What a new password must be, for a `change` or a reset: said before the person types."""
        return Requirements()

    def check(self) -> Iterator[Finding]:
        """What is right and what is wrong with the way to the directory, for `doctor`. Changes nothing."""
