"""What people have begun to register, in the recovery table beside their flows; forgotten after a while."""

from dataclasses import asdict
from typing import Any

from regain.adapters.recoveries import Recoveries
from regain.adapters.store import Write, put_version, to_dataclass
from regain.domain.registration import GOOD_FOR, Pending


def key(recoveries: Recoveries, subject: str, pending_id: str) -> tuple[str, dict[str, str]]:
    """Where to read it, for `Store.batch_get`. Another person's is under another subject."""
    return recoveries.key(subject, f"pending#{pending_id}")


def write(recoveries: Recoveries, subject: str, pending: Pending) -> Write:
    """It, if it is still as it was read."""
    table, place = key(recoveries, subject, pending.id)
    item = {**place, **asdict(pending), "purge_at": pending.started_at + 2 * GOOD_FOR}
    return put_version(table, item, pending.version)


def from_item(item: dict[str, Any] | None) -> Pending | None:
    """What an item holds."""
    return to_dataclass(item, Pending) if item else None
