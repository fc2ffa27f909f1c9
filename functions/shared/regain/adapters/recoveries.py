"""Flows and counts in DynamoDB, all under a keyed hash of the account's id.

User IDs without an account have unused account ids, and their records are stored like all others. Typed user IDs are
sealed, because people can type anything there.
"""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Any, NamedTuple

from regain.adapters.keys import Keys
from regain.adapters.seal import seal, unseal
from regain.adapters.store import Store, Write, fields_of, put_version, to_dataclass
from regain.domain.account import make_id
from regain.domain.directory_change import Change
from regain.domain.flow import Flow
from regain.domain.lockout import Binds
from regain.domain.throttle import Counts, Throttle

_DAY = 86_400
_KEPT = 3 * _DAY  # longer than the life of a flow, and than the window of a standing's limits
_THROTTLE_KEPT = 40 * _DAY  # longer than the window of the monthly limit
_EPOCH_KEPT = 190 * _DAY  # longer than a device cookie is valid
_TOKEN = 32  # 16 bytes that identify the account, and 16 random bytes as the secret


class Held(NamedTuple):
    """The content of a browser's token: an account id, its keyed hash, and the id of a flow or session."""

    account_id: str
    subject: str
    id: str


NOBODYS = Held("nobody", "nobody", "none")
"""Stands for the content of a malformed token. Nothing is stored under it."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Recoveries:
    """The recovery table. Keys: `subject`, the keyed hash of a user ID, and `record`, such as `flow#<id>`."""

    store: Store
    table: str
    keys: Keys

    def subject(self, account_id: str) -> str:
        """The keyed hash under which everything about an account is stored."""
        return self.keys.digest("subject", account_id)

    def key(self, subject: str, record: str) -> tuple[str, dict[str, str]]:
        """The key of a record, for `Store.batch_get`."""
        return self.table, {"subject": subject, "record": record}

    def token(self, account_id: str, secret: bytes) -> str:
        """The browser's token for a flow or session of an account. Its secret half is not stored.

        It contains the account's id, so that all items can be read in one operation.
        """
        return token(self.keys, account_id.replace("-", ""), secret)

    def held(self, text: str) -> Held:
        """The content of a token."""
        opened = open_token(self.keys, text)
        if opened is None:
            return NOBODYS
        account_id = make_id(bytes.fromhex(opened[0]))
        return Held(account_id, self.subject(account_id), opened[1])

    def flow_write(self, subject: str, flow: Flow, now: int) -> Write:
        """Writes the flow, if it has not changed since it was read."""
        return self._write(subject, f"flow#{flow.id}", flow, now, user_id=seal(self.keys, flow.user_id))

    def flow(self, item: dict[str, Any] | None) -> Flow | None:
        """The flow in an item, or None."""
        return to_dataclass({**item, "user_id": unseal(self.keys, item["user_id"])}, Flow) if item else None

    def throttle_write(self, subject: str, throttle: Throttle, now: int) -> Write:
        """Writes the account's throttle, if it has not changed since it was read."""
        return self._write(subject, "throttle", throttle, now, _EPOCH_KEPT if throttle.epoch else _THROTTLE_KEPT)

    def counts_write(self, subject: str, standing: str, counts: Counts, now: int) -> Write:
        """Writes the counts of one standing, if they have not changed since they were read."""
        return self._write(subject, f"counts#{standing}", counts, now)

    def change_write(self, subject: str, change: Change, now: int) -> Write:
        """Writes the state of password changes in a directory, if it has not changed since it was read."""
        return self._write(subject, "change", change, now)

    def binds_write(self, subject: str, binds: Binds, now: int) -> Write:
        """Writes the count of wrong passwords sent to a directory, if it has not changed since it was read."""
        return self._write(subject, "binds", binds, now, _THROTTLE_KEPT)

    def _write(self, subject: str, record: str, state: Any, now: int, kept: int = _KEPT, **sealed: str) -> Write:
        item = {"subject": subject, "record": record, **fields_of(state), **sealed, "purge_at": now + kept}
        return put_version(self.table, item, state.version)


def token(keys: Keys, about: str, secret: bytes) -> str:
    """A token from the 16 bytes of an id (`about`, in hexadecimal) and 16 secret bytes.

    The secret masks the id, so that nobody can see whether two tokens are for the same account.
    """
    return urlsafe_b64encode(_masked(keys, bytes.fromhex(about), secret) + secret).rstrip(b"=").decode()


def open_token(keys: Keys, text: str) -> tuple[str, str] | None:
    """The id in a token, and the id of a flow or session derived from its secret; None if it is malformed."""
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None
    if len(raw) != _TOKEN or urlsafe_b64encode(raw).rstrip(b"=").decode() != text:
        return None
    return _masked(keys, raw[:16], raw[16:]).hex(), flow_id(raw[16:])


def _masked(keys: Keys, half: bytes, secret: bytes) -> bytes:
    """XOR with a key stream of the secret: masks, and unmasks again."""
    stream = keys.mac("token", secret)[: len(half)]
    return (int.from_bytes(half) ^ int.from_bytes(stream)).to_bytes(len(half))


def flow_id(secret: bytes) -> str:
    """A flow's id: a hash of its secret, so that nobody can continue a flow with a leaked table."""
    return hashlib.sha256(secret).hexdigest()[:32]


def throttle(item: dict[str, Any] | None) -> Throttle:
    """The throttle in an item, or an empty one."""
    return to_dataclass(item, Throttle)


def counts(item: dict[str, Any] | None) -> Counts:
    """The counts in an item, or empty ones."""
    return to_dataclass(item, Counts)


def change(item: dict[str, Any] | None) -> Change:
    """The state of password changes in an item, or an empty one."""
    return to_dataclass(item, Change)


def binds(item: dict[str, Any] | None) -> Binds:
    """The count of wrong passwords in an item, or an empty one."""
    return to_dataclass(item, Binds)
