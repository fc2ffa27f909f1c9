"""Looking up an account: its state, why it cannot reset its password, and what the agent may do to it."""

from admin.agent import Agent, Target, signed_in_agent
from regain.api.contract import AccountDetail, AdminView, Block, Reason, RegisteredMethod
from regain.api.request_context import RequestContext
from regain.directories.base import Person, Stopped
from regain.domain import roles
from regain.domain.eligibility import eligibility
from regain.domain.security_info import NAMES, SecurityInfo
from regain.organisation import policies
from regain.recovery import in_directory, standings, step_up
from regain.recovery.listing import listed, masked_place


def show_agent(context: RequestContext) -> AdminView:
    """The signed-in agent: name, role, and how long their second factor is good."""
    agent = signed_in_agent(context)
    limits, session = agent.services.organisation.limits, agent.who.session
    until = session.proved_at + limits.session_fresh_minutes * 60 if session.proved_at else 0
    account = agent.account
    rank = roles.RANK[account.role]
    acts = [act for act, least in roles.ACTIONS.items() if rank >= roles.RANK[least]]
    return AdminView(
        account.user_id, account.display_name, account.role, until, max(0, until - agent.services.now), acts
    )


def show_account(user_id: str, context: RequestContext) -> AccountDetail:
    """One account, by its exact user ID. Every lookup is an event.

    Whole addresses and numbers are shown to the roles that may see them once they have given a second factor (X16).
    """
    agent = signed_in_agent(context)
    target = agent.look_up(user_id)
    whole = agent.proved and roles.can_see_destinations(agent.account)
    agent.services.store.commit([agent.event("admin-viewed-places" if whole else "admin-viewed", target)])
    return _view(agent, target, whole)


def _view(agent: Agent, target: Target, whole: bool) -> AccountDetail:
    account, info, now = target.account, target.info, agent.services.now
    organisation = agent.services.organisation
    recovery, barred = policies.for_account(organisation, account).recovery, in_directory.reasons(target.person)
    eligible = eligibility(account, info, recovery, organisation.domains, barred)
    acts = _allowed_acts(agent, target)
    stranger = standings.stranger(agent.services, target.subject, target.throttle)
    return AccountDetail(
        id=target.id,
        user_id=account.user_id,
        name=account.display_name,
        role=account.role,
        groups=list(account.groups),
        enabled=account.enabled,
        registered=eligible.registered,
        reset_enabled=eligible.enabled,
        capable=eligible.capable,
        reasons=[Reason(each.rule, each.message) for each in eligible.reasons],
        methods=listed(agent.holder(target), masked=not whole),
        masked=not whole and roles.can_see_destinations(agent.account),
        suspended=info.suspended,
        set_aside=_set_aside(info, masked=not whole),
        sign_in_locked_until=stranger.sign_ins_until(now, organisation.limits),
        blocks=[Block(kind, until) for kind, until in stranger.long_until(now, organisation.limits).items()],
        password_changed_at=account.password_changed_at,
        must_change_password=account.must_change_password,
        temporary_until=account.temporary_until,
        registration_required=info.required,
        acts=acts,
        caller_first=[act for act in acts if roles.needs_caller_verification(act, agent.account)],
        reachable=step_up.masked(step_up.of_kinds(agent.holder(target), step_up.CALLERS)),
        in_directory=target.person is not None,
    )


def _allowed_acts(agent: Agent, target: Target) -> list[str]:
    """What the agent may do to an account, and its directory lets be done."""
    account, kept_out = target.account, _of_the_password(target.person)
    allowed = roles.allowed_actions(agent.account, account, agent.scope)
    return [act for act in allowed if act not in kept_out and agent.is_possible(act, account)]


def _of_the_password(person: Person | None) -> tuple[str, ...]:
    """The acts that the directory refuses for this person, whatever it does for others."""
    try:
        if person:
            person.check_changeable()
    except Stopped:
        return ("reset", "unlock", "enable")
    return ()


def _set_aside(info: SecurityInfo, masked: bool) -> list[RegisteredMethod]:
    """The methods that a repudiation set aside, for the administrator who reviews them."""
    return [
        RegisteredMethod("", each.kind, NAMES[each.kind],
                         masked_place(each.kind, each.place) if masked else each.place, each.since)
        for each in info.set_aside
    ]  # fmt: skip
