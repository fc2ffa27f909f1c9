"""Flows, and what is counted, in DynamoDB, all under one keyed hash of the user ID.

User IDs are sealed, because anything can be typed as one, and those that nobody has are kept like all others.
"""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass, replace
from typing import Any

from regain.adapters.keys import Keys
from regain.adapters.seal import seal, unseal
from regain.adapters.store import Store, Write, put_version, to_dataclass
from regain.domain.flow import Flow
from regain.domain.throttle import Counts, Throttle

_DAY = 86_400
_KEPT = 3 * _DAY  # longer than any flow lives, and any limit of one standing looks back
_THROTTLE_KEPT = 40 * _DAY  # longer than the limit of a month looks back
_EPOCH_KEPT = 190 * _DAY  # longer than any device cookie is good
_TOKEN = 32  # 16 bytes that say where, 16 random bytes that prove the right to it


@dataclass(frozen=True, slots=True)
class Recoveries:
    """The recovery table: `subject` is whom it is about, `record` what it is."""

    store: Store
    table: str
    keys: Keys

    def subject(self, user_id: str) -> str:
        """The keyed hash under which everything about a user ID is kept."""
        return self.keys.digest("subject", user_id)

    def key(self, subject: str, record: str) -> tuple[str, dict[str, str]]:
        """Where to read a record, for `Store.batch_get`."""
        return self.table, {"subject": subject, "record": record}

    def flow_write(self, subject: str, flow: Flow, now: int) -> Write:
        """The flow, if it is still as it was read."""
        sealed = replace(flow, user_id=seal(self.keys, flow.user_id))
        return self._write(subject, f"flow#{flow.id}", sealed, now)

    def flow(self, item: dict[str, Any] | None) -> Flow | None:
        """The flow in an item, or None."""
        return to_dataclass({**item, "user_id": unseal(self.keys, item["user_id"])}, Flow) if item else None

    def throttle_write(self, subject: str, throttle: Throttle, now: int) -> Write:
        """The limits' record of the account, if it is still as it was read."""
        return self._write(subject, "throttle", throttle, now, _EPOCH_KEPT if throttle.epoch else _THROTTLE_KEPT)

    def counts_write(self, subject: str, standing: str, counts: Counts, now: int) -> Write:
        """What is counted for one standing, if it is still as it was read."""
        return self._write(subject, f"counts#{standing}", counts, now)

    def _write(self, subject: str, record: str, state: Any, now: int, kept: int = _KEPT) -> Write:
        item = {"subject": subject, "record": record, **asdict(state), "purge_at": now + kept}
        return put_version(self.table, item, state.version)


def token(subject: str, secret: bytes) -> str:
    """What the person's browser holds for a flow; its secret half is stored nowhere."""
    return urlsafe_b64encode(bytes.fromhex(subject) + secret).rstrip(b"=").decode()


def open_token(text: str) -> tuple[str, str] | None:
    """The subject and the flow's id that a token leads to, or None where it cannot be one."""
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None
    if len(raw) != _TOKEN or urlsafe_b64encode(raw).rstrip(b"=").decode() != text:
        return None
    return raw[:16].hex(), flow_id(raw[16:])


def flow_id(secret: bytes) -> str:
    """A flow's id: a hash of its secret, so that reading the table does not let anybody go on with it."""
    return hashlib.sha256(secret).hexdigest()[:32]


def throttle(item: dict[str, Any] | None) -> Throttle:
    """The limits' record that an item holds, or a clean one."""
    return to_dataclass(item, Throttle)


def counts(item: dict[str, Any] | None) -> Counts:
    """What an item has counted, or nothing."""
    return to_dataclass(item, Counts)
