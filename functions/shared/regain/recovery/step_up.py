"""Proofs that are given while somebody is signed in to help: a second factor of their own (B12), or a caller's (B13).

They are flows like any other, of the purposes `admin` and `caller`: counted, limited and noted in the same way. The
methods are shown at once, masked, for whoever begins them may see them.
"""

from collections.abc import Callable
from dataclasses import replace

from regain.adapters import recoveries
from regain.adapters import security_info as security_infos
from regain.adapters.keys import codes_key
from regain.adapters.store import Write, retry_on_conflict
from regain.api.contract import OfferedMethod, StepUpStarted
from regain.api.request_context import RequestContext
from regain.domain import flow as rules
from regain.domain.account import Account, methods
from regain.domain.flow import Flow
from regain.domain.methods import Method
from regain.domain.security_info import SecurityInfo
from regain.domain.throttle import Throttle
from regain.problems import SESSION_ENDED, Problem, Refused
from regain.recovery import standings
from regain.recovery.standings import Place
from regain.recovery.steps import Recovery
from regain.runtime.services import Services

SECOND_FACTORS = ("passkey", "authenticator", "sms", "call-mobile", "call-office")
"""A mailbox is no second factor beside a password (NIST SP 800-63B-4 3.1.3.1)."""

CALLERS = ("sms", "call-mobile", "call-office", "email", "authenticator")
"""What somebody on the telephone can read out."""


def own(account: Account, info: SecurityInfo, kinds: tuple[str, ...], services: Services) -> tuple[Method, ...]:
    """The methods of an account that are of these kinds."""
    organisation = services.organisation
    known = methods(account, info, organisation.recovery, organisation.domains)
    return tuple(method for method in known if method.kind in kinds)


def offered(found: tuple[Method, ...]) -> list[OfferedMethod]:
    """Methods as they are shown: masked."""
    choices = rules.choices(Flow("", "", "", "", 0, 0, 0, 1, 1, tuple(m.kind for m in found), found, told=True))
    return [OfferedMethod(choice.id, choice.kind, choice.label, choice.place) for choice in choices]


def begin(purpose: str, account: Account, kinds: tuple[str, ...], problem: Problem, by: str, context: RequestContext,
          services: Services) -> StepUpStarted:  # fmt: skip
    """Begins a flow of one proof for this account, watched over by `by` (a subject).

    Raises:
        Refused: `problem`, where the account has no method of these kinds.
    """
    return retry_on_conflict(lambda: _begin(purpose, account, kinds, problem, by, context, services))


def _begin(purpose: str, account: Account, kinds: tuple[str, ...], problem: Problem, by: str, context: RequestContext,
           services: Services) -> StepUpStarted:  # fmt: skip
    subject = services.recoveries.subject(account.user_id)
    recovery = StepUp(purpose, services, account, by)
    place = recovery.place_of(account, context)
    found = services.store.batch_get(
        [
            services.recoveries.key(subject, "throttle"),
            services.security_infos.key(subject),
            *place.keys(services, subject),
        ]
    )
    throttle, info = recoveries.throttle(found[0]), security_infos.from_item(found[1])
    standing = place.standing(services, subject, throttle, found[2:])
    usable = own(account, info, kinds, services)
    if not usable:
        raise Refused(problem)
    now, secret = services.now, services.randomness(16)
    flow = Flow(
        id=recoveries.flow_id(secret), purpose=purpose, user_id=account.user_id, reference=context.reference,
        started_at=now, expires_at=now + services.organisation.recovery.flow_minutes * 60,
        generation=throttle.generation, shown=1, required=1,
        offered=tuple(dict.fromkeys(m.kind for m in usable)),
        own=usable, told=True, language=services.languages.match(account.language, context.language), by=by,
        code_generation=services.keys.generation(codes_key(purpose)), state=recovery.state(account, info),
    )  # fmt: skip
    services.store.commit(
        [
            services.recoveries.flow_write(subject, flow, now),
            recovery.event(f"{purpose}-started", subject, flow),
        ]
    )
    offer = recovery.offer(flow, standing)
    return StepUpStarted(recoveries.token(subject, secret), flow.reference, offer, flow.expires_at)


class StepUp(Recovery):
    """A flow of this account that `by` (a subject) watches over. `brings` is written together with a right proof."""

    public = False

    def __init__(
        self, purpose: str, services: Services, account: Account, by: str,
        brings: Callable[[], list[Write]] = list, once: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(purpose, services)
        self.account, self.by, self.brings, self.once = account, by, brings, once

    def admit(self, flow: Flow) -> None:
        """Another account's flow, or one that somebody else watches over, is none."""
        if (flow.user_id, flow.by) != (self.account.user_id, self.by):
            raise Refused(SESSION_ENDED, reason="not this one's proof")

    def place(self, flow: Flow, subject: str, throttle: Throttle, context: RequestContext) -> Place:  # noqa: ARG002
        """The counts of the session, or of the account's callers: never those that strangers fill (X3)."""
        return self.place_of(self.account, context)

    def place_of(self, account: Account, context: RequestContext) -> Place:
        """The same, before there is a flow."""
        if self.purpose == "caller":
            return standings.CALLERS
        _, session_id = recoveries.open_token(context.session) or ("", "")
        return standings.of_session(session_id, account.generation)

    def passed(self, flow: Flow) -> tuple[Flow, list[Write]]:
        """With `once`, a right proof uses the flow up."""
        return replace(flow, finished=flow.finished or self.once), self.brings()


def check_proved(token: str, purpose: str, account: Account, by: str, services: Services) -> Write:
    """The write that uses up a flow in which this account's owner has proved who they are before `by`.

    Raises:
        Refused: SESSION_ENDED, where there is no such flow.
    """
    subject, flow_id = recoveries.open_token(token) or ("", "")
    wanted = [services.recoveries.key(subject or "nobody", f"flow#{flow_id}"),
              services.recoveries.key(subject or "nobody", "throttle")]  # fmt: skip
    found = services.store.batch_get(wanted)
    flow = rules.check_live(services.recoveries.flow(found[0]), recoveries.throttle(found[1]), purpose, services.now)
    if flow.user_id != account.user_id or flow.by != by or not flow.open:
        raise Refused(SESSION_ENDED, reason="not this caller's proof")
    return services.recoveries.flow_write(subject, replace(flow, finished=True), services.now)
