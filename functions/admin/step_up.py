"""Step-up authentication of the agent (B12), and identity proof of a caller before helpdesk may act (B13)."""

from dataclasses import replace

from admin.agent import Agent, signed_in_agent
from regain.adapters.store import Write, retry_on_conflict
from regain.api.contract import Done, Send, Sent, StepUpStarted, Verified, Verify
from regain.api.request_context import RequestContext
from regain.recovery import step_up
from regain.recovery.step_up import StepUp


def start(context: RequestContext) -> StepUpStarted:
    """Begins the agent's second factor."""
    agent = signed_in_agent(context)
    return step_up.start("admin", agent.account, agent.who.subject, context, agent.services)


def send(body: Send, context: RequestContext) -> Sent:
    """Sends the agent a code."""
    agent = signed_in_agent(context)
    return StepUp("admin", agent.services, agent.account, agent.who.subject).send(body, context)


def verify(body: Verify, context: RequestContext) -> Done:
    """Verifies the second factor. The write that records it also allows changes for a while."""
    return retry_on_conflict(lambda: _verify(body, context))


def _verify(body: Verify, context: RequestContext) -> Done:
    agent = signed_in_agent(context)
    proof = StepUp("admin", agent.services, agent.account, agent.who.subject, lambda _: _proved(agent), once=True)
    proof.verify_once(body, context)
    return Done(True)


def _proved(agent: Agent) -> list[Write]:
    services, who = agent.services, agent.who
    session = replace(who.session, proved_at=services.now, seen_at=services.now)
    event = who.event("admin-second-factor", by=agent.account.user_id)
    return [services.sessions.write(who.subject, session), event]


def start_caller(user_id: str, context: RequestContext) -> StepUpStarted:
    """Begins the identity proof of a caller."""
    agent = signed_in_agent(context)
    target = agent.authorise("reset", user_id)
    return step_up.start("caller", target.account, agent.who.subject, context, agent.services)


def send_to_caller(user_id: str, body: Send, context: RequestContext) -> Sent:
    """Sends the caller a code, which they read out to the agent."""
    agent = signed_in_agent(context)
    target = agent.authorise("reset", user_id)
    return StepUp("caller", agent.services, target.account, agent.who.subject).send(body, context)


def verify_caller(user_id: str, body: Verify, context: RequestContext) -> Verified:
    """Verifies the code that the caller has read out. As many are needed as the account needs in a reset (X15)."""
    agent = signed_in_agent(context)
    target = agent.authorise("reset", user_id)
    event = [agent.event("admin-caller-verified", target)]
    proof = StepUp(
        "caller", agent.services, target.account, agent.who.subject, lambda flow: event if flow.verified else []
    )
    return proof.verify(body, context)
