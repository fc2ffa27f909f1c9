"""A model of the service: who holds what, and what may still be done with it.

Before each rule the state machine asks the model what may succeed, and afterwards tells it what did. Times are seconds
since 1970. An epoch counts the changes that invalidate everything older.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from regain.domain.methods import UNGUESSABLE, channel, uses_phone

FLOW, CODE, TRIES, A_DAY = 900, 300, 5, 86_400
FRESH, IDLE, LONGEST = 900, 1_800, 28_800
SIGN_INS = 10
SLOWED = ("sign-in-locked", "prove-it-is-you-first", "proof-of-work-needed")
"""What is told of a sign-in that is not judged now, after too many wrong passwords."""
LONGER = ("code-expired", "two-codes-needed", "no-code-asked-for", "proof-of-work-needed")
"""What is told of a proof that is not judged: only a longer one is, or none was asked for."""

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
    repudiated: bool = False
    suspended: bool = False
    must_change: bool = False
    temporary_until: int = 0
    temporary_used: bool = False
    epoch: int = 0
    flows_epoch: int = 0
    failures: int = 0
    recent: tuple[str, ...] = ()
    failed: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    @property
    def gates(self) -> int:
        return 2 if self.role else 1

    def password_set(self, password: str) -> None:
        """Another password: every session and flow is dead, and no failure counts any more."""
        self.password, self.must_change, self.temporary_until, self.temporary_used = password, False, 0, False
        self.repudiated = False
        self.epoch += 1
        self.flows_epoch += 1

    def cleared(self) -> None:
        """No failed proof counts any more."""
        self.failed.clear()

    def unlocked(self) -> None:
        """No failed sign-in counts any more."""
        self.failures, self.recent = 0, ()

    def wrong_password(self, typed: str) -> None:
        """One more failure, unless it is one of the last three over again."""
        if typed not in self.recent:
            self.failures += 1
            self.recent = (typed, *self.recent)[:3]

    @property
    def slowed(self) -> bool:
        """Whether the next password may not be judged at once."""
        return self.failures >= SIGN_INS

    def may_sign_in(self, typed: str, now: int) -> bool:
        ended = self.temporary_until and (self.temporary_used or now >= self.temporary_until)
        return typed == self.password and self.enabled and not ended and not self.repudiated

    def wrong_proof(self, kind: str, now: int, long: bool) -> None:
        """One more proof of a stranger was judged wrong: of short ones, where they can be guessed, five in a day."""
        if kind in UNGUESSABLE:
            return
        group = "telephone" if uses_phone(kind) else kind
        self.failed[group] = [at for at in self.failed[group] if at > now - A_DAY]
        assert long or len(self.failed[group]) < TRIES, f"a sixth short proof by {kind} was judged in a day"
        self.failed[group].append(now)


@dataclass
class LiveCodeModel:
    """The one code of a method that is good."""

    sequence: int
    digits: int
    begun: int
    until: int


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
    codes: dict[str, LiveCodeModel] = field(default_factory=dict)
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

    def looks_open(self, now: int) -> bool:
        """Whether it goes on as for nobody: its account has moved on, and nothing was proved in it."""
        shown = self.passed or self.by or self.done or now >= self.begun + FLOW
        return not shown and self.epoch != self.who.flows_epoch

    def sent(self, kind: str, digits: int, now: int) -> None:
        """A code was sent: the one that is good, for longer, or the next."""
        live = self.codes.get(kind)
        if live and now < live.until and digits <= live.digits and live.begun + 2 * CODE >= now + 120:
            live.until = min(now + CODE, live.begun + 2 * CODE)
        else:
            self.codes[kind] = LiveCodeModel(live.sequence + 1 if live else 1, digits, now, now + CODE)

    def open(self) -> bool:
        return len(self.passed) >= self.needed

    def takes(self, kind: str, now: int) -> bool:
        """Whether a right proof of this kind may pass a gate now, be it one more than are needed."""
        new = channel(kind) not in map(channel, self.passed)
        return self.alive(now) and new and self.wrong < TRIES

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
    failures: int = 0
    proved_at: int = -A_DAY
    stepped_up_at: int = -A_DAY
    temporary: bool = False
    ended: bool = False

    def alive(self, now: int) -> bool:
        young = now < self.used + IDLE and now < self.begun + LONGEST
        return not self.ended and young and self.epoch == self.who.epoch and self.who.enabled

    def may_bind(self, now: int) -> bool:
        """Everybody here has a method that IT entered: a password alone binds nothing (B27)."""
        return self.alive(now) and now < max(self.stepped_up_at, self.proved_at) + FRESH

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
