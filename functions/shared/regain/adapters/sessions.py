"""Sessions in DynamoDB: opaque, hashed at rest, found by the account they belong to."""

from dataclasses import asdict, dataclass
from typing import Any

from regain.adapters.store import Store, Write, marshal, put_version, to_dataclass
from regain.domain.session import Session

_KEPT = 86_400  # longer than any session lasts


@dataclass(frozen=True, slots=True)
class Sessions:
    """The session table."""

    store: Store
    table: str

    def key(self, subject: str, session_id: str) -> tuple[str, dict[str, str]]:
        """Where to read a session, for `Store.batch_get`."""
        return self.table, {"subject": subject, "id": session_id}

    def for_subject(self, subject: str) -> list[Session]:
        """Every session of an account that is still stored: one operation."""
        return [from_item(item) for item in self.store.query(self.table, "subject", subject, limit=1_000)]

    def write(self, subject: str, session: Session) -> Write:
        """The session, if it is still as it was read."""
        item = {"subject": subject, **asdict(session), "purge_at": session.started_at + _KEPT}
        return put_version(self.table, item, session.version)

    def delete_write(self, subject: str, session_id: str) -> Write:
        """The session is over."""
        table, key = self.key(subject, session_id)
        return Write("Delete", {"TableName": table, "Key": marshal(key)})


def from_item(item: dict[str, Any] | None) -> Session | None:
    """The session that an item holds."""
    return to_dataclass(item, Session) if item else None
