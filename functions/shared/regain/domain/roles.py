"""Roles: what those who help may do, and to whom (S15, S16, B12, B13)."""

from regain.domain.account import ROLES, Account
from regain.phrases import Phrase
from regain.problems import CALLER_NOT_VERIFIED, NOT_FOR_YOUR_ROLE, NOT_OVER_THIS_ACCOUNT, SECOND_FACTOR_NEEDED, Refused

RANK = {role: rank for rank, role in enumerate(ROLES)}
"""A higher number is a higher role. Auditors read and change nothing."""

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
    "enable": "user-administrator",
    "clear-methods": "user-administrator",
}
"""Everything that can be done to somebody's account, and the lowest role that may do it."""

HELP_REQUEST_ROLES = ("helpdesk", "user-administrator", "administrator")
"""Who is written to, where the organisation names no address: the first of these roles that somebody has."""

_NEEDS_CALLER = ("reset", "require-registration")


def check_can_view(actor: Account, account: Account | None = None, scope: str = "all") -> None:
    """Raises Refused(NOT_FOR_YOUR_ROLE) without a role; NOT_OVER_THIS_ACCOUNT outside of one's groups."""
    if not RANK[actor.role]:
        raise Refused(NOT_FOR_YOUR_ROLE)
    if account and not _in_scope(actor, account, scope):
        raise Refused(NOT_OVER_THIS_ACCOUNT, reason="outside the groups")


def can_see_destinations(actor: Account) -> bool:
    """Whether addresses and numbers are shown whole. Others see them masked."""
    return RANK[actor.role] >= RANK["user-administrator"]


def check_action(act: str, actor: Account, account: Account, scope: str) -> None:
    """Whether this person may do this to that account.

    Raises:
        Refused: NOT_FOR_YOUR_ROLE; or NOT_OVER_THIS_ACCOUNT for oneself, an equal or higher role and an account
            outside of one's groups. Only an administrator can help another administrator (S16).
    """
    if RANK[actor.role] < RANK[ACTIONS[act]]:
        raise Refused(NOT_FOR_YOUR_ROLE)
    if actor.user_id == account.user_id:
        raise Refused(NOT_OVER_THIS_ACCOUNT, reason="oneself")
    peers = actor.role == account.role == "administrator"
    if RANK[account.role] >= RANK[actor.role] and not peers:
        raise Refused(NOT_OVER_THIS_ACCOUNT, reason="an equal or higher role")
    if not _in_scope(actor, account, scope):
        raise Refused(NOT_OVER_THIS_ACCOUNT, reason="outside the groups")


def check_second_factor(proved_at: int, now: int, minutes: int) -> None:
    """Raises Refused(SECOND_FACTOR_NEEDED) unless a second factor was given a short while ago (B12)."""
    if now >= proved_at + minutes * 60:
        raise Refused(SECOND_FACTOR_NEEDED)


def needs_caller_verification(act: str, actor: Account) -> bool:
    """Whether the person on the telephone proves first who they are: always, where helpdesk acts (B13)."""
    return actor.role == "helpdesk" and act in _NEEDS_CALLER


def check_caller_verified(act: str, actor: Account, proved: bool) -> None:
    """Raises Refused(CALLER_NOT_VERIFIED)."""
    if needs_caller_verification(act, actor) and not proved:
        raise Refused(CALLER_NOT_VERIFIED)


def allowed_actions(actor: Account, account: Account, scope: str) -> tuple[str, ...]:
    """The acts that are open to this person over that account."""
    open_to = []
    for act in ACTIONS:
        try:
            check_action(act, actor, account, scope)
        except Refused:
            continue
        open_to.append(act)
    return tuple(open_to)


def has_global_scope(actor: Account, scope: str) -> bool:
    """Whether a role reaches beyond the groups of whoever has it."""
    return scope == "all" or actor.role in ("administrator", "auditor")


def _in_scope(actor: Account, account: Account, scope: str) -> bool:
    return has_global_scope(actor, scope) or bool(set(actor.groups) & set(account.groups))
