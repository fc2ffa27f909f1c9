"""Looking up an account: its state, why it cannot reset its password, and what the agent may do to it."""

from admin.agent import Agent, Target, signed_in_agent
from regain.api.contract import AccountDetail, AdminView, Block, Reason, RegisteredMethod
from regain.api.request_context import RequestContext
from regain.domain import roles
from regain.domain.account import Account
from regain.domain.eligibility import eligibility
from regain.domain.security_info import NAMES, SecurityInfo
from regain.organisation import policies
from regain.problems import Refused
from regain.recovery import standings, step_up
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
    eligible = eligibility(account, info, policies.for_account(organisation, account).recovery, organisation.domains)
    acts = _allowed_acts(agent, account)
    stranger = standings.stranger(agent.services, target.subject, target.throttle)
    return AccountDetail(
        id=account.id,
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


def _allowed_acts(agent: Agent, account: Account) -> list[str]:
    try:
        return list(roles.allowed_actions(agent.account, account, agent.scope))
    except Refused:
        return []


def _set_aside(info: SecurityInfo, masked: bool) -> list[RegisteredMethod]:
    """What a repudiation took out, for whoever goes through the methods."""
    return [
        RegisteredMethod("", each.kind, NAMES[each.kind],
                         masked_place(each.kind, each.place) if masked else each.place, each.since)
        for each in info.set_aside
    ]  # fmt: skip
