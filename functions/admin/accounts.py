"""Looking up an account: its state, why it cannot reset its password, and what the agent may do to it."""

from admin.agent import Agent, Target, signed_in_agent
from regain.api.contract import AccountDetail, AccountMethod, AdminView, Block, Reason
from regain.api.request_context import RequestContext
from regain.domain import roles
from regain.domain.account import Account, methods
from regain.domain.eligibility import eligibility
from regain.domain.methods import mask
from regain.domain.security_info import NAMES
from regain.phrases import Phrase
from regain.problems import Refused
from regain.recovery import standings, step_up

_BY_PHONE = {
    "sms": Phrase("Mobile phone, by text"),
    "call-mobile": Phrase("Mobile phone, by call"),
    "call-office": NAMES["office"],
}


def show_agent(context: RequestContext) -> AdminView:
    """The signed-in agent: name, role, and how long their second factor is good."""
    agent = signed_in_agent(context)
    limits, session = agent.services.organisation.limits, agent.who.session
    until = session.proved_at + limits.session_fresh_minutes * 60 if session.proved_at else 0
    account = agent.account
    rank = roles.RANK[account.role]
    acts = [act for act, least in roles.ACTIONS.items() if rank >= roles.RANK[least]]
    return AdminView(account.user_id, account.display_name, account.role, until, acts)


def show_account(user_id: str, context: RequestContext) -> AccountDetail:
    """One account, by its exact user ID. Every lookup is an event."""
    agent = signed_in_agent(context)
    target = agent.look_up(user_id)
    agent.services.store.commit([agent.event("admin-viewed", target)])
    return _view(agent, target)


def _view(agent: Agent, target: Target) -> AccountDetail:
    account, info, now = target.account, target.info, agent.services.now
    organisation = agent.services.organisation
    eligible = eligibility(account, info, organisation.recovery, organisation.domains)
    acts = _allowed_acts(agent, account)
    stranger = standings.stranger(agent.services, target.subject, target.throttle)
    return AccountDetail(
        user_id=account.user_id,
        name=account.display_name,
        role=account.role,
        groups=list(account.groups),
        enabled=account.enabled,
        registered=eligible.registered,
        reset_enabled=eligible.enabled,
        capable=eligible.capable,
        reasons=[Reason(each.rule, each.text) for each in eligible.reasons],
        methods=_methods(agent, target),
        sign_in_locked_until=stranger.sign_ins_until(now, organisation.limits),
        blocks=[Block(kind, until) for kind, until in stranger.long_until(now, organisation.limits).items()],
        password_changed_at=account.password_changed_at,
        must_change_password=account.must_change_password,
        temporary_until=account.temporary_until,
        registration_required=info.required,
        acts=acts,
        caller_first=[act for act in acts if roles.needs_caller_verification(act, agent.account)],
        reachable=step_up.offered(step_up.own(account, info, step_up.CALLERS, agent.services)),
    )


def _allowed_acts(agent: Agent, account: Account) -> list[str]:
    try:
        return list(roles.allowed_actions(agent.account, account, agent.scope))
    except Refused:
        return []


def _methods(agent: Agent, target: Target) -> list[AccountMethod]:
    organisation, unmasked = agent.services.organisation, roles.can_see_destinations(agent.account)
    registered = {contact.destination for contact in target.info.contacts}
    shown = []
    for method in methods(target.account, target.info, organisation.recovery, organisation.domains):
        has_place = method.destination != method.kind
        place = (method.destination if unmasked else mask(method)) if has_place else ""
        entered = has_place and method.destination not in registered
        shown.append(AccountMethod(method.kind, _name(method.kind), place, entered))
    return shown


def _name(kind: str) -> Phrase:
    return _BY_PHONE.get(kind) or NAMES[kind]
