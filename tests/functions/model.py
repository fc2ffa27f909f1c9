"""A model of the service: who holds what, and what may still be done with it.

Before each rule the state machine asks the model what may succeed, and afterwards tells it what did. Times are seconds
since 1970. An epoch counts the changes that invalidate everything older.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from regain.domain.methods import UNGUESSABLE, channel

FLOW, CODE, TRIES, A_DAY = 900, 300, 5, 86_400
FRESH, IDLE, LONGEST = 900, 1_800, 28_800
SIGN_INS, LOCK = 10, 60

NOTIFIED = (
    "password-reset", "account-unlocked", "password-changed", "account-secured", "security-info-added",
    "security-info-removed", "admin-reset", "admin-unlocked", "admin-lifted", "admin-enabled", "admin-methods-cleared",
    "admin-registration-required",
)  # fmt: skip
"""Changes of which every address of the account hears."""
CHANGES = (*NOTIFIED, "temporary-password-used", "admin-second-factor", "admin-caller-verified")


@dataclass
class PersonModel:
    """A person and their account."""

    user_id: str
    subject: str
    addresses: tuple[str, ...]
    password: str
    role: str = ""
    app: Any = None
    last_step: int = 0
    saved: str = ""
    enabled: bool = True
    must_change: bool = False
    temporary_until: int = 0
    temporary_used: bool = False
    epoch: int = 0
    flows_epoch: int = 0
    failures: int = 0
    locked_until: int = 0
    recent: tuple[str, ...] = ()
    failed: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    closed: dict[str, int] = field(default_factory=dict)

    @property
    def gates(self) -> int:
        return 2 if self.role else 1

    def password_set(self, password: str) -> None:
        """Another password: every session and flow is dead, and no failure counts any more."""
        self.password, self.must_change, self.temporary_until, self.temporary_used = password, False, 0, False
        self.epoch += 1
        self.flows_epoch += 1

    def cleared(self) -> None:
        """No failed proof counts any more."""
        self.failed.clear()
        self.closed.clear()

    def unlocked(self) -> None:
        """No failed sign-in counts any more."""
        self.failures, self.locked_until, self.recent = 0, 0, ()

    def wrong_password(self, typed: str, now: int) -> None:
        """One more failure, unless it is one of the last three over again."""
        assert self.locked_until <= now, "a password was judged while sign-in is locked"
        if typed in self.recent:
            return
        self.failures += 1
        self.recent = (typed, *self.recent)[:3]
        if self.failures >= SIGN_INS:
            self.locked_until = now + LOCK * 2 ** (self.failures - SIGN_INS)

    def may_sign_in(self, typed: str, now: int) -> bool:
        ended = self.temporary_until and (self.temporary_used or now >= self.temporary_until)
        return typed == self.password and self.enabled and not ended and self.locked_until <= now

    def wrong_proof(self, kind: str, now: int) -> None:
        """One more proof was judged wrong: five in a day close the kind for a day, where it can be guessed."""
        assert self.closed.get(kind, 0) <= now, f"a proof by {kind} was judged while it is closed"
        if kind in UNGUESSABLE:
            return
        self.failed[kind] = [at for at in self.failed[kind] if at > now - A_DAY] + [now]
        if len(self.failed[kind]) >= TRIES:
            self.failed[kind], self.closed[kind] = [], now + A_DAY


@dataclass
class FlowModel:
    """A flow of any purpose. `by` watches over it, where it is a second factor or a caller's proof."""

    token: str
    reference: str
    who: PersonModel
    purpose: str
    begun: int
    epoch: int
    by: PersonModel | None = None
    sends: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    passed: list[str] = field(default_factory=list)
    wrong: int = 0
    refused: int = 0
    done: bool = False
    replaces: bool = False
    knows_a_saved_code: bool = False

    def __post_init__(self) -> None:
        self.knows_a_saved_code = bool(self.who.saved)

    @property
    def offers(self) -> tuple[str, ...]:
        """Kinds of proofs that its owner can give. What is registered later is for later flows."""
        if self.purpose == "admin":
            return ("sms", "authenticator")
        saved = ("recovery-code",) if self.knows_a_saved_code and self.purpose != "caller" else ()
        return ("email", "sms", "authenticator", *saved)

    @property
    def needed(self) -> int:
        return 1 if self.by else self.who.gates

    def alive(self, now: int) -> bool:
        return not self.done and self.refused < 10 and now < self.begun + FLOW and self.epoch == self.who.flows_epoch

    def open(self) -> bool:
        return len(self.passed) >= self.needed

    def takes(self, kind: str, now: int) -> bool:
        """Whether a right proof of this kind may pass a gate now, be it one more than are needed."""
        new = channel(kind) not in map(channel, self.passed)
        judged = self.wrong < TRIES and self.who.closed.get(kind, 0) <= now
        return self.alive(now) and new and judged

    def right(self, kind: str) -> None:
        self.passed.append(kind)
        self.wrong = 0


@dataclass
class SessionModel:
    """A session of somebody who is signed in."""

    token: str
    who: PersonModel
    epoch: int
    begun: int
    used: int
    proved_at: int = -A_DAY
    ended: bool = False

    def alive(self, now: int) -> bool:
        young = now < self.used + IDLE and now < self.begun + LONGEST
        return not self.ended and young and self.epoch == self.who.epoch and self.who.enabled

    def fresh(self, now: int) -> bool:
        return self.alive(now) and now < self.begun + FRESH

    def proved(self, now: int) -> bool:
        return self.alive(now) and not self.who.must_change and now < self.proved_at + FRESH


@dataclass
class RepudiationModel:
    """“This was not me”, as a notice offers it."""

    token: str
    who: PersonModel
    until: int
    used: bool = False


@dataclass
class DeliveredMessage:
    """A message that has reached somebody."""

    kind: str
    reference: str
    code: str


class RecordingMessenger:
    """The messengers' place: keeps what leaves."""

    def __init__(self, kind: str, into: list[tuple[str, str, Any, dict]]) -> None:
        self.kind, self.into = kind, into

    def send(self, to: str, letter: Any, tags: dict[str, str]) -> str:
        self.into.append((self.kind, to, letter, tags))
        return f"m-{len(self.into)}"


def new_items(before: dict, after: dict, table: str) -> list[dict[str, Any]]:
    """What stands in a table that did not."""
    return [item for place, item in after.items() if place[0] == table and place not in before]


def text(item: dict[str, Any], name: str) -> str:
    return item.get(name, {}).get("S", "")


def changed_accounts(before: dict, after: dict) -> Counter[tuple[str, str]]:
    """(user ID, attribute) of everything that has changed in an account or in its security info."""
    found: Counter[tuple[str, str]] = Counter()
    for place, item in after.items():
        if place[0] in ("AccountTable", "SecurityInfoTable"):
            old = before.get(place, {})
            who = text(item, "user_id") or text(item, "subject")
            found.update((who, name) for name in item if item[name] != old.get(name) and name != "version")
    return found


def expected_notices(kind: str, who: PersonModel) -> Iterator[tuple[str, str, str]]:
    """(kind of message, destination, subject) of each message that a change causes."""
    if kind not in NOTIFIED:
        return
    yield from ((kind, address, who.subject) for address in who.addresses)
    if kind.startswith("admin-"):
        yield "admin-acted", "administrators", who.subject
    elif kind == "account-secured":
        yield "account-secured-administrators", "it@contoso.example", who.subject
    elif who.role and kind in ("password-reset", "account-unlocked"):
        yield "role-recovered", "administrators", who.subject
