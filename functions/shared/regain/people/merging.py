"""Merges what a source states about an account into it. A source never undoes what was decided in Regain."""

from collections.abc import Collection
from dataclasses import replace

from regain.domain.account import Account

FIELDS = (
    "display_name", "given_name", "surname", "mail", "other_mails", "mobile_phone", "office_phone", "enabled", "role",
    "groups", "language",
)  # fmt: skip
"""What a source may state about an account, besides its user ID and password."""
_NEVER_STATED = (
    "password", "password_changed_at", "must_change_password", "temporary_until", "temporary_used", "generation",
    "id", "external_id", "source_ids", "aliases", "created_at", "role_since",
)  # fmt: skip
_SECURITY_INFO = ("mail", "other_mails", "mobile_phone", "office_phone")


def merge(
    stated: Account, unspecified: Collection[str], stored: Account | None, now: int, overwrite_local: bool = False
) -> Account:
    """The account afterwards: equal to the stored one if nothing changes.

    The fields in `unspecified` stay as they are stored, and those of `Account.local_changes` too, unless the source is
    to `overwrite_local` ones. A new role, or turning the account off, ends every session.
    """
    specified = [name for name in _SECURITY_INFO if name not in unspecified]
    same = stored and all(getattr(stored, name) == getattr(stated, name) for name in specified)
    merged = replace(stated, security_info_at=stored.security_info_at if stored and same else now)
    if not stored:
        return replace(merged, created_at=now)
    local = stored.local_changes
    if overwrite_local:
        local = tuple(name for name in local if name in unspecified)
    kept = {name: getattr(stored, name) for name in (*_NEVER_STATED, *unspecified, *local)}
    merged = replace(merged, version=stored.version, local_changes=local, **kept)
    # A file counts only its own people, so places that were found to be shared among all accounts stay marked.
    merged = replace(merged, shared_places=tuple(sorted({*stated.shared_places, *stored.shared_places})))
    if merged.role != stored.role:
        merged = replace(merged, role_since=now)
    if merged.role != stored.role or stored.enabled > merged.enabled:
        merged = replace(merged, generation=stored.generation + 1)
    return merged
