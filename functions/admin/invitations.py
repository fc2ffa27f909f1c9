"""Invitations to register: begun, looked at, stopped and resumed (H62). The function `report` sends their mails."""

from admin.agent import Agent, signed_in_agent
from regain.adapters.store import Write, retry_on_conflict
from regain.api.contract import BeginInvitation, InvitationPage, InvitationQuery, InvitationView, MoveInvitation
from regain.api.request_context import RequestContext
from regain.domain import human_input, roles
from regain.domain.invitations import Invitation
from regain.people import inviting
from regain.problems import NO_SUCH_INVITATION, TOO_MANY_REQUESTS, Refused
from regain.reports.invitations import view

_PAGE_SIZE = 20
_DAY = 86_400
_PER_DAY = 20  # of everybody together
_EVENTS = {"running": "invitation-resumed", "stopped": "invitation-stopped"}


def list_invitations(query: InvitationQuery, context: RequestContext) -> InvitationPage:
    """A page of invitations, within the agent's groups."""
    agent = signed_in_agent(context)
    agent.count_lookup()
    found = agent.services.invitations.page(query.cursor, _PAGE_SIZE)
    seen = [each for each in found if _may_see(agent, each)]
    counts = agent.services.invitations.counts(each.id for each in seen)
    shown = [view(each, counted, whole=False) for each, counted in zip(seen, counts, strict=True)]
    return InvitationPage(shown, found[-1].id if len(found) == _PAGE_SIZE else "")


def show_invitation(invitation_id: str, context: RequestContext) -> InvitationView:
    """One invitation, by day and by group."""
    agent = signed_in_agent(context)
    agent.count_lookup()
    return _view(agent, _find(agent, invitation_id))


def begin_invitation(body: BeginInvitation, context: RequestContext) -> InvitationView:
    """Asks people to register by a day. The first mails go out within a minute."""
    agent = signed_in_agent(context)
    group = body.group.strip()
    _check_may_invite(agent, group)
    services = agent.services
    if services.rate_limits.count("invitations", "all", services.now, _DAY) > _PER_DAY:
        raise Refused(TOO_MANY_REQUESTS, retry_after=_DAY - services.now % _DAY)
    by = agent.account.user_id
    made = inviting.begin(services, by, body.deadline.strip(), group=group, reminders=body.reminders)
    services.store.commit([services.invitations.write(made), _event(agent, "invitation-started", made, body.note)])
    return view(made, {})


def move_invitation(invitation_id: str, body: MoveInvitation, context: RequestContext) -> InvitationView:
    """Stops an invitation, or lets it go on where it was. One that is finished stays so."""
    return retry_on_conflict(lambda: _move(invitation_id, body, context))


def _move(invitation_id: str, body: MoveInvitation, context: RequestContext) -> InvitationView:
    agent = signed_in_agent(context)
    found = _find(agent, invitation_id)
    _check_may_invite(agent, found.group)
    services, note = agent.services, human_input.read_line(body.note)
    moved = found.moved(body.state, agent.account.user_id, note, services.now)
    if moved != found:
        told = _event(agent, _EVENTS[body.state], found, note)
        services.store.commit([services.invitations.write(moved), told])
    return _view(agent, moved)


def _check_may_invite(agent: Agent, group: str) -> None:
    """Counts a change. Raises Refused: by role, by group, without a fresh second factor, or past the limit."""
    agent.count_change()
    roles.check_may_invite(agent.account, group, agent.scope)
    agent.check_proved()


def _event(agent: Agent, kind: str, invitation: Invitation, note: str) -> Write:
    about = invitation.group or invitation.whom
    return agent.own_event(kind, what=f"{invitation.id} {about}", note=human_input.read_line(note))


def _find(agent: Agent, invitation_id: str) -> Invitation:
    found = agent.services.invitations.get(invitation_id)
    if found is None or not _may_see(agent, found):
        raise Refused(NO_SUCH_INVITATION)
    return found


def _may_see(agent: Agent, invitation: Invitation) -> bool:
    if roles.has_global_scope(agent.account, agent.scope):
        return True
    return invitation.whom == "group" and invitation.group in agent.account.groups


def _view(agent: Agent, invitation: Invitation) -> InvitationView:
    (counts,) = agent.services.invitations.counts([invitation.id])
    return view(invitation, counts)
