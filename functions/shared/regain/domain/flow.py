"""Flows: one recovery from start to finish, for an account or for nobody.

Everything here is a pure step from one state to the next. Whoever calls it writes the new state,
on the condition that nobody wrote in between, before telling anything that the step found out:
so an attempt is always counted before its result is known to anybody.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from regain import problems
from regain.domain.account import Account, methods, required_gates, self_service_enabled
from regain.domain.live_code import LiveCode
from regain.domain.methods import LABELS, Method, can_pass, mask, remaining
from regain.domain.policy import Domain, Limits, Recovery
from regain.domain.security_info import SecurityInfo
from regain.domain.throttle import LONGEST, SHORT, Standing, Throttle
from regain.phrases import Phrase
from regain.problems import Refused

REFUSED_PASSWORDS = 10
"""New passwords that may be refused in one flow: with the last one it ends (X18)."""
_REFUSALS_TOLD = 3  # from this one on, the answer says how many are left


@dataclass(frozen=True, slots=True)
class Flow:
    """Times are seconds since 1970. `own` are the account's methods, filled up with blanks that lead nowhere
    for the kinds it has not, so that a flow for nobody weighs as much as another (B1).

    `shown` is the number of gates told before any proof; `required` what this account needs.
    `obstacle` is the problem that a person is told once they have proved who they are.
    `codes` are the codes that are good, by method; `guesses` are keyed hashes of the wrong proofs that were judged.
    `second_only` are kinds that are no first proof now. `browser` is how the account calls the browser, where it
    knows it; a `shared` computer stays unknown. `state` is a keyed hash of what the account was like at the start.
    `questions_first` are asked as the first proof, of everybody alike; `questions_later` are the account's own.
    `by` is the subject of who watches over the flow: an administrator's own, or helpdesk with a caller.
    `refusals` counts the new passwords that broke a rule. `code_generation` is the generation of the key that its codes
    come from: while one release replaces another, or a key is rotated, a flow keeps the one that it began with.
    """

    id: str
    purpose: str
    user_id: str
    reference: str
    started_at: int
    expires_at: int
    generation: int
    shown: int
    required: int
    offered: tuple[str, ...]
    own: tuple[Method, ...] = ()
    told: bool = False
    obstacle: str = ""
    passed: tuple[str, ...] = ()
    codes: dict[str, LiveCode] = field(default_factory=dict)
    guesses: tuple[str, ...] = ()
    second_only: tuple[str, ...] = ()
    browser: str = ""
    shared: bool = False
    state: str = ""
    tries: int = 0
    refusals: int = 0
    finished: bool = False
    questions_first: tuple[str, ...] = ()
    questions_later: tuple[str, ...] = ()
    language: str = ""
    by: str = ""
    code_generation: int = 0
    version: int = 0

    @property
    def real(self) -> tuple[Method, ...]:
        """The methods that the account has."""
        return tuple(method for method in self.own if method.destination)

    @property
    def gates_required(self) -> int:
        """What may be said now of how many proofs are needed."""
        return self.required if self.passed or self.told else self.shown

    @property
    def open(self) -> bool:
        """Whether every proof has been given."""
        return len(self.passed) >= self.required and bool(self.passed)


@dataclass(frozen=True, slots=True)
class Choice:
    """A method that can be chosen now: the words for it, and where it leads, if anywhere."""

    id: str
    kind: str
    label: Phrase
    place: str
    method: Method | None
    questions: tuple[str, ...] = ()


def begin(
    blank: Flow, account: Account | None, info: SecurityInfo, throttle: Throttle,
    recovery: Recovery, domains: Mapping[str, Domain], now: int,
) -> Flow:  # fmt: skip
    """The flow that starts now for the account that was found, or for nobody.

    Raises:
        Refused: with `disclosure: detailed`, what stands against this account (S65-S67).
    """
    own = methods(account, info, recovery, domains) if account else ()
    flow = replace(
        blank,
        own=_filled(own, recovery.offered),
        offered=recovery.offered,
        generation=throttle.generation,
        shown=recovery.gates,
        required=required_gates(account, recovery),
        obstacle=_obstacle(account, own, recovery),
        expires_at=now + recovery.flow_minutes * 60,
        started_at=now,
    )
    if recovery.disclosure == "private":
        return flow
    if flow.obstacle:
        raise Refused(problems.CATALOGUE[flow.obstacle])
    return replace(flow, told=True)


def kinds_second_only(standing: Standing, recovery: Recovery, limits: Limits, now: int) -> tuple[str, ...]:
    """The kinds that are no first proof now."""
    return tuple(kind for kind in recovery.offered if second_only(kind, standing.length(kind, now, limits)))


def second_only(kind: str, length: int) -> bool:
    """Whether a kind is no first proof any more: it cannot be made as long as its limit asks for."""
    return (kind == "questions" and length > SHORT) or (kind == "authenticator" and length == LONGEST)


def _filled(own: tuple[Method, ...], kinds: tuple[str, ...]) -> tuple[Method, ...]:
    missing = set(kinds) - {method.kind for method in own}
    return (*own, *(Method(kind, kind, "") for kind in kinds if kind in missing))


def _obstacle(account: Account | None, own: tuple[Method, ...], recovery: Recovery) -> str:
    if account is None:
        return problems.COULD_NOT_VERIFY.code
    if not account.enabled:
        return problems.ACCOUNT_TURNED_OFF.code
    if not self_service_enabled(account, recovery):
        return problems.NOT_ENABLED.code
    if not can_pass(own, required_gates(account, recovery)):
        return (
            problems.NO_SECOND_METHOD if own and recovery.disclosure == "private" else problems.COULD_NOT_VERIFY
        ).code
    return ""


def check_live(flow: Flow | None, throttle: Throttle, purpose: str, now: int) -> Flow:
    """The flow, if it can go on.

    Raises:
        Refused: SESSION_ENDED, whether it never was, is another purpose's, ran out, was finished, has had too many
            passwords refused or was overtaken by a change of the account: the caller cannot tell which.
    """
    if flow is None:
        raise Refused(problems.SESSION_ENDED, reason="no such flow")
    ends = (
        (flow.purpose != purpose, "another purpose"),
        (flow.finished, "finished"),
        (flow.refusals >= REFUSED_PASSWORDS, "too many refused passwords"),
        (now >= flow.expires_at, "ran out"),
    )
    for ended, reason in ends:
        if ended:
            raise Refused(problems.SESSION_ENDED, reason=reason)
    return flow if flow.generation == throttle.generation else overtaken(flow)


def bound_to(account: Account, info: SecurityInfo) -> str:
    """What must not change of an account while a flow is open, as text: whatever a proof leads to or rests on (X12)."""
    app = info.authenticator.nonce if info.authenticator else ""
    parts = (
        account.generation, account.role, account.mail, account.other_mails, account.mobile_phone, account.office_phone,
        [(each.id, each.destination) for each in info.contacts], app, [each.id for each in info.passkeys],
        [each.since for each in info.answers], info.suspended, info.places_lost_at,
    )  # fmt: skip
    return "\x1f".join(map(str, parts))


def overtaken(flow: Flow) -> Flow:
    """A flow whose account has moved on: another password, address, number or role (X12).

    Whoever has proved nothing in it sees it go on as for nobody, so that it does not tell what its owner does (X19).

    Raises:
        Refused: SESSION_ENDED, to whom the account was shown already.
    """
    if flow.passed or flow.told:
        raise Refused(problems.SESSION_ENDED, reason="overtaken")
    nobodys = tuple(Method(kind, kind, "") for kind in flow.offered)
    return replace(flow, own=nobodys, obstacle=problems.COULD_NOT_VERIFY.code)


def choices(flow: Flow) -> tuple[Choice, ...]:
    """The methods that may give the next proof.

    Before any proof they are the organisation's (`private`), and which of them the account has is
    not told. Afterwards they are the account's own, masked.
    """
    if flow.passed or flow.told:
        given = [method for method in flow.real if method.id in flow.passed]
        left = [m for m in remaining(flow.real, given) if m.kind in flow.offered]
        return tuple(_choice(m.id, m.kind, m, flow.questions_later, mask(m)) for m in left)
    first = {method.id: method for method in flow.real}
    kinds = (kind for kind in flow.offered if kind not in flow.second_only)
    return tuple(_choice(kind, kind, first.get(kind), flow.questions_first) for kind in kinds)


def _choice(method_id: str, kind: str, method: Method | None, questions: tuple[str, ...], place: str = "") -> Choice:
    return Choice(method_id, kind, LABELS[kind], place, method, questions if kind == "questions" else ())


def choose(flow: Flow, method: str) -> Choice:
    """The choice with this id. Raises Refused(METHOD_NOT_OFFERED)."""
    for choice in choices(flow):
        if choice.id == method:
            return choice
    raise Refused(problems.METHOD_NOT_OFFERED)


def check_open(flow: Flow, account: Account | None, recovery: Recovery) -> Account:
    """The account, if the flow may finish. What holds now decides, not what held at the start.

    Raises:
        Refused: PROOF_STILL_NEEDED, or what stands against the account by now.
    """
    needed = max(flow.required, required_gates(account, recovery))
    if len(flow.passed) < needed or not flow.passed or account is None:
        raise Refused(problems.PROOF_STILL_NEEDED)
    if not account.enabled:
        raise Refused(problems.ACCOUNT_TURNED_OFF)
    if not self_service_enabled(account, recovery):
        raise Refused(problems.NOT_ENABLED)
    return account


def refuse_password(flow: Flow, refused: Refused) -> tuple[Flow, Refused]:
    """Counts a new password that breaks a rule. Returns the flow to write, and the problem to answer with.

    That is TOO_MANY_REFUSED_PASSWORDS for the last one. `attempts_left` is told from the third one on.
    """
    counted = replace(flow, refusals=flow.refusals + 1)
    left = REFUSED_PASSWORDS - counted.refusals
    told = {"attempts_left": left} if counted.refusals >= _REFUSALS_TOLD else {}
    problem = refused.problem if left > 0 else problems.TOO_MANY_REFUSED_PASSWORDS
    return counted, Refused(problem, reason=refused.reason, **refused.facts, **told)


def finish(flow: Flow) -> Flow:
    """The flow, used up."""
    return replace(flow, finished=True)
