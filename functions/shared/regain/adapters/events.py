"""Events: what happened, append-only. An event holds no secret and no user ID, only its keyed hash."""

from dataclasses import dataclass
from datetime import UTC, datetime

from regain.adapters.store import Write, put

_KEPT = 400 * 86_400


@dataclass(frozen=True, slots=True)
class Events:
    """The event table."""

    table: str

    def write(self, kind: str, subject: str, reference: str, now: float, nonce: bytes, **facts: object) -> Write:
        """One event. `nonce` keeps two of the same microsecond apart."""
        at = datetime.fromtimestamp(now, UTC).isoformat(timespec="microseconds")
        known = {name: value for name, value in facts.items() if value not in ("", None)}
        item = {
            "subject": subject,
            "at": f"{at}#{nonce.hex()}",
            "kind": kind,
            "reference": reference,
            **known,
            "purge_at": int(now) + _KEPT,
        }
        return put(self.table, item)
