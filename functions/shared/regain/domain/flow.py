"""Flows: one recovery from start to finish, for an account or for a user ID without one.

Each function is a pure step from one state to the next. Before it answers, the caller commits the new state with a
conditional write, so an attempt is counted before its result is revealed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from regain import problems
from regain.domain.account import Account, can_prove, methods, required_gates, self_service_enabled
from regain.domain.live_code import LiveCode
from regain.domain.methods import LABELS, Method, mask, remaining, sends_code
from regain.domain.policy import Domain, Limits, Recovery
from regain.domain.security_info import SecurityInfo
from regain.domain.throttle import LONGEST, SHORT, Standing, Throttle
from regain.phrases import Phrase
from regain.problems import Refused

REFUSED_PASSWORDS = 10
"""Refused new passwords after which a flow ends (X18)."""
EXTENSION, EXTENSIONS = 15 * 60, 10
"""The seconds that one request for more time adds to a flow, and the most requests of a flow (WCAG 2.2.1)."""
_REFUSALS_TOLD = 3  # from this refusal on, the response has `attempts_left`


@dataclass(frozen=True, slots=True)
class Flow:
    """One recovery. Times are seconds since 1970.

    `methods` are the account's, padded for the kinds it lacks with placeholders that have no destination, so that a
    flow without an account has the same size (B1). `gates_shown` is the number of gates shown before any proof,
    `required` the number that this account needs. `disclosed`: the account's own methods are shown from the start.
    `obstacle` is the problem to answer with once the person has proved who they are. `passed` are the ids of proved
    methods. `codes` are the live codes by method, `guesses` keyed hashes of the wrong proofs that were judged.
    `second_only` are the kinds that cannot be the first proof now. `browser` is the account's name for a known browser;
    a browser on a `shared` computer stays unknown. `state` is a keyed hash of the account at the start (`bound_to`).
    `questions_first` are asked of everybody as the first proof; `questions_later` are the account's own. `by` is the
    subject of the administrator or helpdesk agent who verifies the caller. `refusals` counts refused new passwords,
    `extensions` requests for more time. `code_generation` is the generation of the key for its codes, fixed at the
    start. `user_id` is what was typed, and `account_id` the account it identifies: a user ID without an account has an
    unused account id. `in_directory`: the password is in a directory, which is asked for the person at the start and at
    the end only. `by_alias` and `twin_id` come from its `adapters.identifiers.Lead`.
    `desk` is the address that receives this person's requests for help after a proof.
    """

    id: str
    purpose: str
    user_id: str
    reference: str
    started_at: int
    expires_at: int
    generation: int
    gates_shown: int
    required: int
    offered: tuple[str, ...]
    methods: tuple[Method, ...] = ()
    disclosed: bool = False
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
    extensions: int = 0
    finished: bool = False
    questions_first: tuple[str, ...] = ()
    questions_later: tuple[str, ...] = ()
    language: str = ""
    by: str = ""
    code_generation: int = 0
    account_id: str = ""
    in_directory: bool = False
    by_alias: bool = False
    twin_id: str = ""
    desk: str = ""
    version: int = 0

    @property
    def public(self) -> bool:
        """Whether strangers can begin such a flow. All others belong to somebody signed in, or to a caller."""
        return self.purpose in ("reset", "unlock")

    @property
    def registered(self) -> tuple[Method, ...]:
        """The account's methods, without placeholders."""
        return tuple(method for method in self.methods if method.destination)

    @property
    def gates_required(self) -> int:
        """The number of gates to show now."""
        return self.required if self.passed or self.disclosed else self.gates_shown

    @property
    def verified(self) -> bool:
        """Whether every proof has been given."""
        return len(self.passed) >= self.required and bool(self.passed)


@dataclass(frozen=True, slots=True)
class Choice:
    """A method to choose from. `place` is its masked destination; `method` is None if the account lacks this kind."""

    id: str
    kind: str
    label: Phrase
    place: str
    method: Method | None
    questions: tuple[str, ...] = ()


def start(
    blank: Flow, account: Account | None, info: SecurityInfo, throttle: Throttle,
    recovery: Recovery, domains: Mapping[str, Domain], now: int, barred: str = "",
) -> Flow:  # fmt: skip
    """Starts a flow. `account` is None if there is none; `barred` is the code of a problem that bars its recovery.

    Raises:
        Refused: with `disclosure: detailed`, the reason why this account cannot be recovered (S65-S67).
    """
    own = methods(account, info, recovery, domains) if account else ()
    told_first = recovery.before_proof
    flow = replace(
        blank,
        methods=_filled(own, told_first.offered),
        offered=told_first.offered,
        generation=throttle.generation,
        gates_shown=told_first.gates,
        required=required_gates(account, recovery),
        obstacle=barred or _obstacle(blank, account, own, recovery, domains),
        expires_at=now + recovery.flow_minutes * 60,
        started_at=now,
    )
    if recovery.disclosure == "private":
        return flow
    if flow.obstacle:
        raise Refused(problems.CATALOGUE[flow.obstacle])
    return replace(flow, disclosed=True)


def kinds_second_only(standing: Standing, recovery: Recovery, limits: Limits, now: int) -> tuple[str, ...]:
    """The offered kinds of method that cannot be the first proof now."""
    offered = recovery.before_proof.offered
    return tuple(kind for kind in offered if second_only(kind, standing.length(kind, now, limits)))


def second_only(kind: str, length: int) -> bool:
    """Whether a kind cannot be the first proof because it cannot be as long as the throttle demands."""
    return (kind == "questions" and length > SHORT) or (kind == "authenticator" and length == LONGEST)


def _filled(own: tuple[Method, ...], kinds: tuple[str, ...]) -> tuple[Method, ...]:
    missing = set(kinds) - {method.kind for method in own}
    return (*own, *(Method(kind, kind, "") for kind in kinds if kind in missing))


def _obstacle(
    flow: Flow, account: Account | None, own: tuple[Method, ...], recovery: Recovery, domains: Mapping[str, Domain]
) -> str:  # fmt: skip
    if account is None:
        return problems.COULD_NOT_VERIFY.code
    if not account.enabled:
        return problems.ACCOUNT_TURNED_OFF.code
    if not _resets_here(flow, account, recovery, domains):
        return problems.NOT_ENABLED.code
    if not can_prove(account, own, recovery):
        return (
            problems.NO_SECOND_METHOD if own and recovery.disclosure == "private" else problems.COULD_NOT_VERIFY
        ).code
    return ""


def _resets_here(flow: Flow, account: Account, recovery: Recovery, domains: Mapping[str, Domain]) -> bool:
    """Whether this flow may reset this account. An alias may be in another domain than its user ID."""
    domain = domains.get(account.user_id.rpartition("@")[2])
    if flow.by_alias and (domain is None or not domain.resets_here or domain.has_directory):
        return False
    return self_service_enabled(account, recovery)


def check_live(flow: Flow | None, throttle: Throttle, purpose: str, now: int) -> Flow:
    """The flow, if it can continue.

    Raises:
        Refused: SESSION_ENDED if there is no such flow, or it has another purpose, has expired, is finished, has had
            too many passwords refused, or its account has changed. The caller cannot tell which.
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


def bound_to(account: Account, info: SecurityInfo, policies: Iterable[str] = ()) -> str:
    """The parts of an account, as text, whose change ends its flows: what proofs rely on or give access to (X12).

    `policies` are the names of its groups' policies.
    """
    app = info.authenticator.nonce if info.authenticator else ""
    parts = (
        account.generation, account.role, account.mail, account.other_mails, account.mobile_phone, account.office_phone,
        [(each.id, each.destination) for each in info.contacts], app, [each.id for each in info.passkeys],
        [each.since for each in info.answers], info.suspended, info.places_lost_at, *policies,
    )  # fmt: skip
    return "\x1f".join(map(str, parts))


def overtaken(flow: Flow) -> Flow:
    """The flow after its account has changed: another password, address, number or role (X12).

    Before any proof it continues as a flow without an account, so that it does not reveal what the owner does (X19).

    Raises:
        Refused: SESSION_ENDED if the flow has already disclosed the account.
    """
    if flow.passed or flow.disclosed:
        raise Refused(problems.SESSION_ENDED, reason="overtaken")
    nobodys = tuple(Method(kind, kind, "") for kind in flow.offered)
    return replace(flow, methods=nobodys, obstacle=problems.COULD_NOT_VERIFY.code)


def choices(flow: Flow) -> tuple[Choice, ...]:
    """The methods to choose from for the next proof.

    Before any proof these are the domain's, so that they do not reveal which ones the account has. Afterwards they are
    the account's own, masked.
    """
    if flow.passed or flow.disclosed:
        given = [method for method in flow.registered if method.id in flow.passed]
        left = [m for m in remaining(flow.registered, given) if given or m.kind in flow.offered]
        return tuple(_choice(m.id, m.kind, m, flow.questions_later, mask(m)) for m in left)
    first = {method.id: method for method in flow.registered}
    kinds = (kind for kind in flow.offered if kind not in flow.second_only)
    return tuple(_choice(kind, kind, first.get(kind), flow.questions_first) for kind in kinds)


def _choice(method_id: str, kind: str, method: Method | None, questions: tuple[str, ...], place: str = "") -> Choice:
    return Choice(method_id, kind, LABELS[kind], place, method, questions if kind == "questions" else ())


def find_choice(flow: Flow, method: str) -> Choice:
    """The choice with this id. Raises Refused(METHOD_NOT_OFFERED)."""
    for choice in choices(flow):
        if choice.id == method:
            return choice
    raise Refused(problems.METHOD_NOT_OFFERED)


def check_verified(
    flow: Flow, account: Account | None, recovery: Recovery, domains: Mapping[str, Domain]
) -> Account:  # fmt: skip
    """The account, if the flow may finish, judged by its current state rather than that at the start.

    Raises:
        Refused: PROOF_STILL_NEEDED, ACCOUNT_TURNED_OFF or NOT_ENABLED.
    """
    needed = max(flow.required, required_gates(account, recovery))
    if len(flow.passed) < needed or not flow.passed or account is None:
        raise Refused(problems.PROOF_STILL_NEEDED)
    if not account.enabled:
        raise Refused(problems.ACCOUNT_TURNED_OFF)
    if not _resets_here(flow, account, recovery, domains):
        raise Refused(problems.NOT_ENABLED)
    return account


def refuse_password(flow: Flow, refused: Refused) -> tuple[Flow, Refused]:
    """Counts a new password that breaks a rule. Returns the flow to write and the problem to answer with.

    The last one gets TOO_MANY_REFUSED_PASSWORDS. From the third one on, problems carry `attempts_left`.
    """
    counted = replace(flow, refusals=flow.refusals + 1)
    left = REFUSED_PASSWORDS - counted.refusals
    told = {"attempts_left": left} if counted.refusals >= _REFUSALS_TOLD else {}
    problem = refused.problem if left > 0 else problems.TOO_MANY_REFUSED_PASSWORDS
    return counted, Refused(problem, reason=refused.reason, **refused.facts, **told)


def extend(flow: Flow) -> Flow:
    """The flow with more time, unless it has used all its extensions. Codes keep their expiry times."""
    if flow.extensions >= EXTENSIONS:
        return flow
    return replace(flow, expires_at=flow.expires_at + EXTENSION, extensions=flow.extensions + 1)


def check_places(flow: Flow, own: Iterable[Method]) -> None:
    """Raises Refused(SESSION_ENDED) if a code went to an address or number that is no longer the account's (X12)."""
    places = {(method.kind, method.destination) for method in own}
    given = [each for each in flow.registered if each.id in flow.passed and sends_code(each.kind)]
    if any((each.kind, each.destination) not in places for each in given):
        raise Refused(problems.SESSION_ENDED, reason="overtaken")


def finish(flow: Flow) -> Flow:
    """The flow, finished. It cannot be used again."""
    return replace(flow, finished=True)
