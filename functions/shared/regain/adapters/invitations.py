"""Invitations in the report table: their people, what is stored about each person, and their progress."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from regain.adapters.counters import Counters, counts
from regain.adapters.store import Store, Write, marshal, put_version, to_dataclass
from regain.domain.invitations import Invitation, Invitee

_ALL, _PERSON, _COUNTS = "invitations", "invitee", "counts"
_KEPT = 400 * 86_400  # seconds after the deadline


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Invitations:
    """The invitations of the report table: `part` and `id`."""

    store: Store
    counters: Counters

    @property
    def table(self) -> str:
        """The report table."""
        return self.counters.table

    def get(self, invitation_id: str) -> Invitation | None:
        """The invitation with this id, or None."""
        return _invitation(self.store.get(self.table, {"part": _ALL, "id": invitation_id}))

    def page(self, before: str, limit: int) -> list[Invitation]:
        """Up to `limit` invitations, the newest first."""
        bounds = ("id", "0", before or "~")
        found = self.store.query(self.table, "part", _ALL, between=bounds, limit=limit + 1, newest_first=True)
        return [each for each in map(_invitation, found) if each and each.id != before][:limit]

    def running(self) -> list[Invitation]:
        """The running invitations, oldest first."""
        found = self.store.query(self.table, "part", _ALL, where={"state": "running"}, limit=1_000)
        return [each for each in map(_invitation, found) if each]

    def write(self, new: Invitation) -> Write:
        """Writes an invitation, if it has not changed since it was read."""
        item = {"part": _ALL, **asdict(new), "purge_at": new.ends_at + _KEPT}
        return put_version(self.table, item, new.version)

    # --- people ----------------------------------------------------------------------------------

    def invitee_key(self, account_id: str) -> tuple[str, dict[str, str]]:
        """The key of a person's invitee item, for `Store.batch_get`."""
        return self.table, {"part": f"{_PERSON}#{account_id}", "id": _PERSON}

    def invitee_write(self, account_id: str, new: Invitee) -> Write:
        """Writes a person's invitee item, if it has not changed since it was read."""
        table, key = self.invitee_key(account_id)
        return put_version(table, {**key, **asdict(new), "purge_at": new.until + _KEPT}, new.version)

    def entry_write(self, part: str, account_id: str, ends_at: int) -> Write:
        """Adds somebody to a list of an invitation: `invited#<id>`, or `listed#<id>` for people from a file."""
        item = {"part": part, "id": account_id, "account_id": account_id, "purge_at": ends_at + _KEPT}
        return Write("Put", {"TableName": self.table, "Item": marshal(item)})

    def forget_writes(self, account_id: str, invitee: Invitee) -> list[Write]:
        """Deletes a person's invitee item, and removes them from the invitation's lists."""
        table, own = self.invitee_key(account_id)
        keys = [own, *({"part": f"{part}#{invitee.invitation}", "id": account_id} for part in ("invited", "listed"))]
        return [Write("Delete", {"TableName": table, "Key": marshal(key)}) for key in keys]

    # --- counts ----------------------------------------------------------------------------------

    def count_write(self, invitation_id: str, changes: Mapping[str, int], ends_at: int) -> Write:
        """Adds to the counts of an invitation."""
        return self.counters.add_write(self._counts_key(invitation_id), changes, ends_at + _KEPT)

    def counts(self, invitation_ids: Iterable[str]) -> list[dict[str, int]]:
        """The counts of up to a hundred invitations, in their order: one read."""
        keys = [(self.table, self._counts_key(each)) for each in invitation_ids]
        return [counts(item or {}) for item in self.store.batch_get(keys)] if keys else []

    def _counts_key(self, invitation_id: str) -> dict[str, str]:
        return {"part": f"{_COUNTS}#{invitation_id}", "id": _COUNTS}


def invitee(item: dict[str, Any] | None) -> Invitee:
    """The invitee in an item; an empty one for somebody who was never invited."""
    return to_dataclass(item, Invitee)


def _invitation(item: dict[str, Any] | None) -> Invitation | None:
    return to_dataclass(item, Invitation) if item else None
