"""Step-up authentication before a person changes their own security info (B27)."""

from dataclasses import replace

from regain.adapters.store import Write, retry_on_conflict
from regain.api.contract import Proved, Send, Sent, StepUpStarted, Verify
from regain.api.request_context import RequestContext
from regain.domain.binding import REGISTRATION_CODE
from regain.domain.flow import Flow
from regain.recovery import step_up
from regain.recovery.session import SignedIn, require_session
from regain.recovery.step_up import StepUp
from regain.runtime.services import services

_PURPOSE = "prove"


def start(context: RequestContext) -> StepUpStarted:
    """Begins a proof with one of the person's own methods, or with a registration code."""
    who = require_session(context, services())
    return step_up.start(_PURPOSE, who.account, who.subject, context, who.services)


def send(body: Send, context: RequestContext) -> Sent:
    """Sends a code."""
    who = require_session(context, services())
    return StepUp(_PURPOSE, who.services, who.account, who.subject).send(body, context)


def verify(body: Verify, context: RequestContext) -> Proved:
    """Verifies the proof. The write that records it also allows this session to change security info for a while."""
    return retry_on_conflict(lambda: _verify(body, context))


def _verify(body: Verify, context: RequestContext) -> Proved:
    who = require_session(context, services())
    proof = StepUp(_PURPOSE, who.services, who.account, who.subject, lambda flow: _proved(who, flow), once=True)
    proof.verify_once(body, context)
    return Proved(True, proof.next_code)


def _proved(who: SignedIn, flow: Flow) -> list[Write]:
    now, given = who.services.now, who.info.registration_code
    deployer = REGISTRATION_CODE.id in flow.passed and given is not None and given.deployer
    session = replace(who.session, stepped_up_at=now, seen_at=now, deployer=deployer)
    writes = [who.services.sessions.write(who.subject, session)]
    if REGISTRATION_CODE.id in flow.passed:  # a notice goes to every place
        return [*writes, *who.event_and_notices("registration-code-used")]
    return [*writes, who.event("identity-proved")]
