"""The transactional outbox: messages are written with the change that causes them, and sent at least once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from regain.adapters.keys import Keys
from regain.adapters.seal import seal, unseal
from regain.adapters.store import Conflict, Store, Write, fields_of, marshal, put_new, to_dataclass, unmarshal
from regain.domain.account import Account
from regain.domain.security_info import SecurityInfo

HELP = "help-"
"""The prefix of ids of messages from the contact function, whose role may write no others."""

INVITE, INVITATION = "invite-", "invitation"
"""The prefix of ids of invitations, and their kind: the role of `report` may write no other messages."""

_SEALED = ("user_id", "by")  # facts that identify people: what strangers typed, or the subject of a message
_KEPT = 7 * 86_400
_LEASE = 90  # seconds: longer than `notify` may run, so that nobody else sends in the meantime


class AlreadyClaimed(Exception):
    """The message is claimed for sending, and its outcome is not recorded yet."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one destination. It holds no code: `notify` derives it from `facts`.

    A message with the channel "none" is never sent: it stands for a code that the account cannot receive, so that
    requesting one costs the same. Times are seconds since 1970; `good_until` 0 means forever.
    """

    id: str
    kind: str
    channel: str
    to: str
    subject: str
    reference: str
    language: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    good_until: int = 0
    state: str = "pending"


def notices(
    randomness: Callable[[int], bytes],
    now: int,
    account: Account,
    kind: str,
    subject: str,
    reference: str,
    info: SecurityInfo,
    language: str = "",
    **more: Any,
) -> list[Message]:
    """Notices of a change to every address of the account, entered or registered (S57)."""
    full = account.display_name or account.given_name
    facts = {
        "user_id": account.user_id, "name": account.given_name or full, "full_name": full, "at": now, **more
    }  # fmt: skip
    language = language or account.language
    addresses = dict.fromkeys((*account.addresses, *info.destinations("email")))
    return [
        Message(randomness(16).hex(), kind, "email", address, subject, reference, language, facts)
        for address in addresses
    ]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Outbox:
    """The outbox table."""

    store: Store
    table: str
    keys: Keys

    def write(self, message: Message, now: int) -> Write:
        """Writes a message, which is sent once the transaction has committed."""
        return self.kept_write(self.kept(message), now)

    def kept(self, message: Message) -> dict[str, Any]:
        """A message as an item, to be written later."""
        named = {name: seal(self.keys, message.facts[name]) for name in _SEALED if name in message.facts}
        facts = {name: value for name, value in message.facts.items() if name not in named}
        return {**fields_of(message), "facts": {**facts, "sealed": named} if named else facts}

    def kept_write(self, kept: Mapping[str, Any], now: int) -> Write:
        """Writes a `kept` message; a conflict if it was written before."""
        return put_new(self.table, {**kept, "purge_at": now + _KEPT})

    def unsealed(self, message: Message) -> Message:
        """The message with its user IDs. Raises ValueError if this service did not seal them."""
        named = {name: unseal(self.keys, value) for name, value in message.facts.get("sealed", {}).items()}
        facts = {name: value for name, value in message.facts.items() if name != "sealed"}
        return replace(message, facts={**facts, **named})

    def claim(self, message: Message, now: int) -> bool:
        """Claims the message for sending, under a lease. False if it has been sent or given up.

        A transaction, although it is a single write, because botocore's retry after a lost response is then idempotent.

        Raises:
            AlreadyClaimed: somebody else is sending it, or was interrupted. Retry later.
        """
        still_to_send = "#state = :pending OR (#state = :sending AND lease_until < :now)"
        values = {":pending": "pending", ":sending": "sending", ":now": now, ":until": now + _LEASE}
        try:
            self.store.commit(
                [self._set(message, "SET #state = :sending, lease_until = :until", still_to_send, values)]
            )
        except Conflict:
            found = self.store.get(self.table, {"id": message.id}) or {}
            if found.get("state") in ("pending", "sending"):
                raise AlreadyClaimed from None
            return False
        return True

    def outcome_write(self, message: Message, state: str, delivery: str = "") -> Write:
        """Records the outcome: `sent` with the service's id, `failed`, `expired`, or `pending` to retry."""
        values = {":state": state, ":delivery": delivery}
        return self._set(message, "SET #state = :state, delivery = :delivery", "attribute_exists(id)", values)

    def _set(self, message: Message, update: str, condition: str, values: dict[str, Any]) -> Write:
        return Write(
            "Update",
            {
                "TableName": self.table,
                "Key": marshal({"id": message.id}),
                "UpdateExpression": update,
                "ConditionExpression": condition,
                "ExpressionAttributeNames": {"#state": "state"},
                "ExpressionAttributeValues": marshal(values),
            },
        )


def from_stream(image: dict[str, Any]) -> Message:
    """The message in a stream record's new image."""
    return to_dataclass(unmarshal(image), Message)
