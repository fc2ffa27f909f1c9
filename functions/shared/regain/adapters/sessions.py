"""Sessions in DynamoDB, by account. Tokens are opaque, and stored as hashes only."""

from dataclasses import dataclass
from typing import Any

from regain.adapters.store import Store, Write, fields_of, marshal, put_version, to_dataclass
from regain.domain.session import Session

_KEPT = 86_400  # longer than any session lasts


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Sessions:
    """The session table."""

    store: Store
    table: str

    def key(self, subject: str, session_id: str) -> tuple[str, dict[str, str]]:
        """The key of a session, for `Store.batch_get`."""
        return self.table, {"subject": subject, "id": session_id}

    def for_subject(self, subject: str) -> list[Session]:
        """Every stored session of an account."""
        return [to_dataclass(item, Session) for item in self.store.query(self.table, "subject", subject, limit=1_000)]

    def write(self, subject: str, session: Session) -> Write:
        """Writes the session, if it has not changed since it was read."""
        item = {"subject": subject, **fields_of(session), "purge_at": session.started_at + _KEPT}
        return put_version(self.table, item, session.version)

    def delete_write(self, subject: str, session_id: str) -> Write:
        """Deletes the session."""
        table, key = self.key(subject, session_id)
        return Write("Delete", {"TableName": table, "Key": marshal(key)})

    def from_item(self, item: dict[str, Any] | None) -> Session | None:
        """The session in an item, or None."""
        return to_dataclass(item, Session) if item else None
