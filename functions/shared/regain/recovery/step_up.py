"""Step-up authentication: proofs given while somebody is signed in.

Its purposes are `prove`, before changing security info (B27), `admin`, for an agent's second factor (B12), and
`caller`, for somebody on the telephone (B13). They are flows like any other, counted, limited and audited in the same
way, but their methods are disclosed from the start, masked.
"""

from collections.abc import Callable
from dataclasses import replace

from regain.adapters import recoveries
from regain.adapters import security_info as security_infos
from regain.adapters.keys import codes_key
from regain.adapters.store import Write, retry_on_conflict
from regain.api.contract import OfferedMethod, StepUpStarted
from regain.api.request_context import RequestContext
from regain.directories import dynamodb as account_items
from regain.domain import binding
from regain.domain import flow as rules
from regain.domain.account import Account, required_gates
from regain.domain.binding import Holder
from regain.domain.device_cookie import Known
from regain.domain.flow import Flow
from regain.domain.methods import Method, can_pass
from regain.domain.security_info import SecurityInfo
from regain.domain.throttle import Throttle
from regain.problems import COULD_NOT_VERIFY, NO_SECOND_FACTOR, REGISTRATION_CODE_NEEDED, SESSION_ENDED, Refused
from regain.recovery import recovery_code, standings
from regain.recovery.flows import Opened, state_of
from regain.recovery.session import holder
from regain.recovery.standings import Place
from regain.recovery.steps import Recovery
from regain.runtime.services import Services

CALLERS = ("sms", "call-mobile", "call-office", "email", "authenticator")
"""The kinds whose code a caller can read out."""

_NONE = {"prove": REGISTRATION_CODE_NEEDED, "admin": NO_SECOND_FACTOR, "caller": COULD_NOT_VERIFY}
"""The problem to answer with if an account has too few methods for a purpose."""


def usable(purpose: str, of: Holder) -> tuple[Method, ...]:
    """The methods of an account that may be used for a purpose."""
    if purpose == "prove":
        return of.proofs()
    return of.second_factors() if purpose == "admin" else of_kinds(of, CALLERS)


def of_kinds(of: Holder, kinds: tuple[str, ...]) -> tuple[Method, ...]:
    """An account's methods of these kinds."""
    return tuple(method for method in of.methods if method.kind in kinds)


def masked(found: tuple[Method, ...]) -> list[OfferedMethod]:
    """Methods as the API shows them, masked."""
    choices = rules.choices(Flow("", "", "", "", 0, 0, 0, 1, 1, tuple(m.kind for m in found), found, disclosed=True))
    return [OfferedMethod(choice.id, choice.kind, choice.label, choice.place) for choice in choices]


def start(purpose: str, account: Account, by: str, context: RequestContext, services: Services) -> StepUpStarted:
    """Starts a flow for this account on behalf of `by` (a subject).

    It needs one proof, or, for a caller, as many as a reset.

    Raises:
        Refused: REGISTRATION_CODE_NEEDED, NO_SECOND_FACTOR or COULD_NOT_VERIFY if the account has too few methods.
    """
    return retry_on_conflict(lambda: _start(purpose, account, by, context, services))


def _start(purpose: str, account: Account, by: str, context: RequestContext, services: Services) -> StepUpStarted:
    subject = services.recoveries.subject(account.id)
    recovery = StepUp(purpose, services, account, by)
    place = recovery.place_of(account, context)
    found = services.store.batch_get(
        [
            services.recoveries.key(subject, "throttle"),
            services.security_infos.key(subject),
            services.accounts.key(account.id),
            *place.keys(services, subject),
        ]
    )
    throttle, info = recoveries.throttle(found[0]), security_infos.from_item(found[1])
    # Without what a session's claims add: later steps read the stored account.
    stored = account_items.from_item(found[2])
    standing = place.standing(services, subject, throttle, found[3:])
    of = holder(account, info, services)
    found_methods = usable(purpose, of)
    required = required_gates(account, of.recovery) if purpose == "caller" else 1
    if not can_pass(found_methods, required):
        raise Refused(_NONE[purpose])
    now, secret = services.now, services.randomness(16)
    directory = services.directory(account.user_id) is not None
    flow = Flow(
        id=recoveries.flow_id(secret), purpose=purpose, account_id=account.id, user_id=account.user_id,
        reference=context.reference,
        started_at=now, expires_at=now + services.organisation.recovery.flow_minutes * 60,
        generation=throttle.generation, gates_shown=required, required=required,
        offered=tuple(dict.fromkeys(m.kind for m in found_methods)),
        methods=found_methods, disclosed=True, by=by,
        language=services.languages.match(account.language, context.language),
        code_generation=services.keys.generation(codes_key(purpose)), state=recovery.state(stored, info, directory),
        in_directory=directory,
    )  # fmt: skip
    services.store.commit(
        [
            services.recoveries.flow_write(subject, flow, now),
            recovery.event(f"{purpose}-started", subject, flow),
        ]
    )
    offer = recovery.offer(flow, standing)
    return StepUpStarted(services.recoveries.token(account.id, secret), flow.reference, offer, flow.expires_at)


class StepUp(Recovery):
    """A flow of this account on behalf of `by` (a subject). `brings` are further writes with a right proof."""

    def __init__(
        self, purpose: str, services: Services, account: Account, by: str,
        brings: Callable[[Flow], list[Write]] = lambda _: [], once: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(purpose, services)
        self.account, self.by, self.brings, self.once = account, by, brings, once
        self.next_code = ""

    def admit(self, flow: Flow) -> None:
        """Raises Refused(SESSION_ENDED) for another account's flow, or one on behalf of somebody else."""
        if (flow.account_id, flow.by) != (self.account.id, self.by):
            raise Refused(SESSION_ENDED, reason="not this one's proof")

    def places(self, shown: Known | None, context: RequestContext) -> list[Place]:  # noqa: ARG002
        """The place of the session, or of the account's callers."""
        return [self.place_of(self.account, context)]

    def place(self, flow: Flow, throttle: Throttle, shown: Known | None, context: RequestContext) -> Place:  # noqa: ARG002
        """The place of the session, or of the account's callers: never one that strangers can use up (X3)."""
        return self.place_of(self.account, context)

    def place_of(self, account: Account, context: RequestContext) -> Place:
        """The place for a flow that is about to start."""
        if self.purpose == "caller":
            return standings.CALLERS
        session_id = self.services.recoveries.held(context.session).id
        return standings.of_session(session_id, account.generation)

    def passed(self, flow: Flow) -> tuple[Flow, list[Write]]:
        """With `once`, a right proof finishes the flow."""
        return replace(flow, finished=flow.finished or self.once), self.brings(flow)

    def judged_by(self, opened: Opened) -> SecurityInfo:
        """The security info to judge by; for somebody with a role, only what counts as a second factor."""
        of = holder(self.account, opened.info, self.services)
        if self.purpose == "prove":
            return of.provable()
        return of.counting() if self.purpose == "admin" else opened.info

    def used(self, opened: Opened, used: SecurityInfo) -> SecurityInfo:
        """Replaces a used recovery code with a new one (NIST SP 800-63B-4 4.2.1.1)."""
        kept = binding.restored(opened.info, used)
        if opened.info.recovery_code and not kept.recovery_code:
            random = self.services.randomness(recovery_code.BYTES)
            self.next_code, made = recovery_code.made(self.services.keys, opened.subject, random, self.services.now)
            kept = replace(kept, recovery_code=made)
        return kept


def check_proved(
    token: str, purpose: str, account: Account, info: SecurityInfo, by: str, services: Services
) -> Write:  # fmt: skip
    """The write that finishes a flow in which this account's owner has given every proof on behalf of `by`.

    Raises:
        Refused: SESSION_ENDED if there is no such flow, or if an address, number or role has changed since (X12).
    """
    _, subject, flow_id = services.recoveries.held(token)
    wanted = [services.recoveries.key(subject, record) for record in (f"flow#{flow_id}", "throttle")]
    found = services.store.batch_get(wanted)
    flow = rules.check_live(services.recoveries.flow(found[0]), recoveries.throttle(found[1]), purpose, services.now)
    if flow.account_id != account.id or flow.by != by or not flow.verified:
        raise Refused(SESSION_ENDED, reason="not this caller's proof")
    if flow.state != state_of(account, info, services, flow.in_directory):
        raise Refused(SESSION_ENDED, reason="overtaken")
    # For a person in a directory, the flow's state does not cover the places.
    rules.check_places(flow, holder(account, info, services).methods)
    return services.recoveries.flow_write(subject, replace(flow, finished=True), services.now)
