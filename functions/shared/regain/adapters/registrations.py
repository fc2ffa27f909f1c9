"""Pending registrations, in the recovery table beside the flows. They expire."""

from dataclasses import asdict
from typing import Any

from regain.adapters.recoveries import Recoveries
from regain.adapters.store import Write, put_version, to_dataclass
from regain.domain.registration import GOOD_FOR, Pending


def key(recoveries: Recoveries, subject: str, pending_id: str) -> tuple[str, dict[str, str]]:
    """The key of a pending registration, for `Store.batch_get`."""
    return recoveries.key(subject, f"pending#{pending_id}")


def write(recoveries: Recoveries, subject: str, pending: Pending) -> Write:
    """Writes a pending registration, if it has not changed since it was read."""
    table, place = key(recoveries, subject, pending.id)
    item = {**place, **asdict(pending), "purge_at": pending.started_at + 2 * GOOD_FOR}
    return put_version(table, item, pending.version)


def from_item(item: dict[str, Any] | None) -> Pending | None:
    """The pending registration in an item, or None."""
    return to_dataclass(item, Pending) if item else None
