"""Temporary passwords: derived when set and again when sent; only their hash is stored."""

import hmac
from dataclasses import asdict, dataclass
from typing import Any

from regain.adapters.keys import Keys
from regain.adapters.recoveries import Recoveries
from regain.adapters.seal import seal, unseal
from regain.adapters.store import Write, put_new, to_dataclass
from regain.domain import crockford

BYTES = 10
"""80 bits, which cannot be guessed within the hours that it is valid."""


@dataclass(frozen=True, slots=True)
class Sending:
    """A temporary password to be sent to a method of this kind, before `until` (seconds since 1970)."""

    nonce: str
    generation: int
    kind: str
    destination: str
    user_id: str
    until: int


def derive(keys: Keys, subject: str, nonce: str, generation: int = 0) -> str:
    """The temporary password for a nonce, in groups of four characters that are easy to read out.

    `generation` is that of the key it was derived from; 0 is the current one.
    """
    made = hmac.digest(keys.derive("temporary-password", generation), f"{subject}\x1f{nonce}".encode(), "sha256")
    return crockford.group(crockford.encode(made[:BYTES]))


def record(message_id: str) -> str:
    """The name of the record that confirms a message with a temporary password."""
    return f"temporary-password#{message_id}"


def sending_write(recoveries: Recoveries, subject: str, message_id: str, sending: Sending) -> Write:
    """The write that authorises a message to contain the password, for the same transaction as the message."""
    table, key = recoveries.key(subject, record(message_id))
    sealed = seal(recoveries.keys, sending.user_id)
    return put_new(table, {**key, **asdict(sending), "user_id": sealed, "purge_at": sending.until})


def from_item(keys: Keys, item: dict[str, Any] | None) -> Sending | None:
    """The sending in an item, or None."""
    return to_dataclass({**item, "user_id": unseal(keys, item["user_id"])}, Sending) if item else None
