"""Roles: what administrators and helpdesk agents may do, and to which accounts (S15, S16, B12, B13)."""

from regain.domain.account import ROLES, Account
from regain.phrases import Phrase
from regain.problems import CALLER_NOT_VERIFIED, NOT_FOR_YOUR_ROLE, NOT_OVER_THIS_ACCOUNT, SECOND_FACTOR_NEEDED, Refused

RANK = {role: rank for rank, role in enumerate(ROLES)}
"""A higher number is a higher role. Auditors can read everything but change nothing."""

NAMES = {
    "": Phrase("no role"),
    "auditor": Phrase("auditor"),
    "helpdesk": Phrase("helpdesk"),
    "user-administrator": Phrase("user administrator"),
    "administrator": Phrase("administrator"),
}

ACTIONS: dict[str, str] = {
    "reset": "helpdesk",
    "unlock": "helpdesk",
    "lift": "helpdesk",
    "require-registration": "helpdesk",
    "registration-code": "user-administrator",
    "agree": "administrator",
    "enable": "user-administrator",
    "disable": "user-administrator",
    "clear-methods": "user-administrator",
}
"""Every action on an account, with the lowest role that may take it."""

NEEDED = {
    "reset": "temporary-password",
    "unlock": "unlock",
    "require-registration": "sign-in",
    "registration-code": "sign-in",
}
"""The operation that an account's directory must support for an action."""

INVITES = "user-administrator"
"""The lowest role that may send invitations to register."""

HELP_REQUEST_ROLES = ("helpdesk", "user-administrator", "administrator")
"""The roles that receive requests for help if the organisation has set no address: the first one that anybody has."""

_NEED_CALLER_VERIFICATION = ("reset", "require-registration")


def check_can_view(actor: Account, account: Account | None = None, scope: str = "all") -> None:
    """Raises Refused: NOT_FOR_YOUR_ROLE without a role, NOT_OVER_THIS_ACCOUNT outside the actor's groups."""
    if not RANK[actor.role]:
        raise Refused(NOT_FOR_YOUR_ROLE)
    if account and not in_scope(actor, account, scope):
        raise Refused(NOT_OVER_THIS_ACCOUNT, reason="outside the groups")


def can_see_destinations(actor: Account) -> bool:
    """Whether the actor's role sees addresses and numbers in full. Others see them masked."""
    return RANK[actor.role] >= RANK["user-administrator"]


def check_action(action: str, actor: Account, account: Account, scope: str) -> None:
    """Checks that the actor may take an action on an account.

    Raises:
        Refused: NOT_FOR_YOUR_ROLE, or NOT_OVER_THIS_ACCOUNT for the actor's own account, an equal or higher role, or an
            account outside the actor's groups. Only an administrator can help another administrator (S16).
    """
    if RANK[actor.role] < RANK[ACTIONS[action]]:
        raise Refused(NOT_FOR_YOUR_ROLE)
    if actor.user_id == account.user_id or actor.id == account.id != "":  # a directory may accept several names
        raise Refused(NOT_OVER_THIS_ACCOUNT, reason="oneself")
    peers = actor.role == account.role == "administrator"
    if RANK[account.role] >= RANK[actor.role] and not peers:
        raise Refused(NOT_OVER_THIS_ACCOUNT, reason="an equal or higher role")
    if not in_scope(actor, account, scope):
        raise Refused(NOT_OVER_THIS_ACCOUNT, reason="outside the groups")


def has_second_factor(proved_at: int, now: int, minutes: int) -> bool:
    """Whether a second factor was given within `minutes`."""
    return now < proved_at + minutes * 60


def check_second_factor(proved_at: int, now: int, minutes: int) -> None:
    """Raises Refused(SECOND_FACTOR_NEEDED) unless a second factor was given within `minutes` (B12)."""
    if not has_second_factor(proved_at, now, minutes):
        raise Refused(SECOND_FACTOR_NEEDED)


def check_may_vouch(actor: Account, account: Account) -> None:
    """Checks that the actor may let the account's owner register without proving a method. Helpdesk never may.

    Raises:
        Refused: NOT_FOR_YOUR_ROLE; NOT_OVER_THIS_ACCOUNT if it has a role and the actor is not an administrator.
    """
    if RANK[actor.role] < RANK["user-administrator"]:
        raise Refused(NOT_FOR_YOUR_ROLE)
    if account.role and actor.role != "administrator":
        raise Refused(NOT_OVER_THIS_ACCOUNT, reason="only an administrator vouches for somebody with a role")


def check_may_invite(actor: Account, group: str, scope: str) -> None:
    """Checks that the actor may invite a group, or everybody (""), to register.

    Raises:
        Refused: NOT_FOR_YOUR_ROLE below `INVITES`, or NOT_OVER_THIS_ACCOUNT outside the actor's groups.
    """
    if RANK[actor.role] < RANK[INVITES]:
        raise Refused(NOT_FOR_YOUR_ROLE)
    if not has_global_scope(actor, scope) and group not in actor.groups:
        raise Refused(NOT_OVER_THIS_ACCOUNT, reason="outside the groups")


def needs_caller_verification(action: str, actor: Account) -> bool:
    """Whether the caller must prove who they are first, as for these actions by helpdesk (B13)."""
    return actor.role == "helpdesk" and action in _NEED_CALLER_VERIFICATION


def check_caller_verified(action: str, actor: Account, proved: bool) -> None:
    """Raises Refused(CALLER_NOT_VERIFIED) if the caller must prove who they are and has not."""
    if needs_caller_verification(action, actor) and not proved:
        raise Refused(CALLER_NOT_VERIFIED)


def allowed_actions(actor: Account, account: Account, scope: str) -> tuple[str, ...]:
    """The actions that the actor may take on an account."""
    open_to = []
    for action in ACTIONS:
        try:
            check_action(action, actor, account, scope)
        except Refused:
            continue
        open_to.append(action)
    return tuple(open_to)


def has_global_scope(actor: Account, scope: str) -> bool:
    """Whether the actor may help accounts outside their own groups."""
    return scope == "all" or actor.role in ("administrator", "auditor")


def in_scope(actor: Account, account: Account, scope: str) -> bool:
    """Whether the actor may see an account: any account, or one in one of the actor's groups."""
    return has_global_scope(actor, scope) or bool(set(actor.groups) & set(account.groups))
