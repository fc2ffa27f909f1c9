"""Looking an account up: how it stands, why it cannot reset its password, and what may be done to it."""

from admin.helper import Helped, Helper, helper
from regain import attended
from regain.caller import Caller
from regain.contract import AdminView, Block, Held, HeldAccount, Reason
from regain.domain import roles
from regain.domain.account import Account, methods
from regain.domain.methods import mask
from regain.domain.readiness import readiness
from regain.domain.security_info import NAMES
from regain.problems import Refused
from regain.words import Phrase

_BY_PHONE = {
    "sms": Phrase("Mobile phone, by text"),
    "call-mobile": Phrase("Mobile phone, by call"),
    "call-office": NAMES["office"],
}


def view(caller: Caller) -> AdminView:
    """Who is signed in to help."""
    mine = helper(caller)
    limits, session = mine.services.organisation.limits, mine.who.session
    until = session.proved_at + limits.session_fresh_minutes * 60 if session.proved_at else 0
    account = mine.account
    rank = roles.RANK[account.role]
    acts = [act for act, least in roles.ACTS.items() if rank >= roles.RANK[least]]
    return AdminView(account.user_id, account.display_name, account.role, until, acts)


def look(user_id: str, caller: Caller) -> HeldAccount:
    """One account, by its exact user ID. That somebody looked is an event."""
    mine = helper(caller)
    helped = mine.looks(user_id)
    mine.services.store.commit([mine.event("admin-looked", helped)])
    return _shown(mine, helped)


def _shown(mine: Helper, helped: Helped) -> HeldAccount:
    account, info, now = helped.account, helped.info, mine.services.now
    organisation = mine.services.organisation
    stands = readiness(account, info, organisation.recovery, organisation.domains)
    acts = _acts(mine, account)
    return HeldAccount(
        user_id=account.user_id,
        name=account.display_name,
        role=account.role,
        groups=list(account.groups),
        enabled=account.enabled,
        registered=stands.registered,
        reset_enabled=stands.enabled,
        capable=stands.capable,
        reasons=[Reason(each.rule, each.text) for each in stands.reasons],
        methods=_methods(mine, helped),
        sign_in_locked_until=helped.sign_ins.locked_until if helped.sign_ins.locked_until > now else 0,
        blocks=[Block(kind, until) for kind, until in helped.standing.closed.items() if until > now],
        password_changed_at=account.password_changed_at,
        must_change_password=account.must_change_password,
        temporary_until=account.temporary_until,
        registration_required=info.required,
        acts=acts,
        caller_first=[act for act in acts if roles.needs_caller(act, mine.account)],
        reachable=attended.offered(attended.own(account, info, attended.CALLERS, mine.services)),
    )


def _acts(mine: Helper, account: Account) -> list[str]:
    try:
        return list(roles.allowed(mine.account, account, mine.scope))
    except Refused:
        return []


def _methods(mine: Helper, helped: Helped) -> list[Held]:
    organisation, whole = mine.services.organisation, roles.sees_places(mine.account)
    registered = {contact.destination for contact in helped.info.contacts}
    shown = []
    for method in methods(helped.account, helped.info, organisation.recovery, organisation.domains):
        has_place = method.destination != method.kind
        place = (method.destination if whole else mask(method)) if has_place else ""
        entered = has_place and method.destination not in registered
        shown.append(Held(method.kind, _name(method.kind), place, entered))
    return shown


def _name(kind: str) -> Phrase:
    return _BY_PHONE.get(kind) or NAMES[kind]
