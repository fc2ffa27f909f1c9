"""Identifiers: user IDs, and the ids that sources give people, each leading to one account.

An account is known by an id that nobody types and that never changes. Its user ID can be given to somebody else later;
an id of a source, such as `employeeId:1001`, cannot.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from regain.adapters.keys import Keys
from regain.adapters.store import READ_SIZE, Store, Write, batched, marshal
from regain.domain.account import make_id

_KEPT = 400 * 86_400  # seconds: as long as events, so that whoever comes back is known by the same id


@dataclass(frozen=True, slots=True)
class Identifiers:
    """The identifier table."""

    store: Store
    table: str
    keys: Keys

    def key(self, identifier: str) -> tuple[str, dict[str, str]]:
        """The key of an identifier, for `Store.batch_get`."""
        return self.table, {"identifier": identifier}

    def account_id(self, user_id: str, item: dict[str, Any] | None) -> str:
        """The id of the account that an item of `key` leads to.

        Without an item it is the id of no account, always the same for a user ID and of the same form, so that all
        that follows is alike (B1).
        """
        stand_in = make_id(bytes.fromhex(self.keys.digest("nobody", user_id)))
        return str(item["account_id"]) if item else stand_in

    def find(self, user_id: str) -> str:
        """The id of the account with this user ID, or the stand-in for one: one read."""
        return self.account_id(user_id, self.store.batch_get([self.key(user_id)])[0])

    def find_all(self, identifiers: Iterable[str]) -> dict[str, str]:
        """The account ids that identifiers lead to; those that lead nowhere are left out."""
        found: dict[str, str] = {}
        for part in batched(dict.fromkeys(identifiers), READ_SIZE):
            items = self.store.batch_get([self.key(each) for each in part])
            found |= {item["identifier"]: item["account_id"] for item in items if item}
        return found

    def claim_write(self, identifier: str, account_id: str) -> Write:
        """Leads an identifier to an account; a conflict if it leads to another one."""
        return Write(
            "Put",
            {
                "TableName": self.table,
                "Item": marshal({"identifier": identifier, "account_id": account_id}),
                **self._unless_taken(account_id),
            },
        )

    def release_write(self, identifier: str, account_id: str) -> Write:
        """Gives up an identifier; a conflict if it leads to another account."""
        table, key = self.key(identifier)
        return Write("Delete", {"TableName": table, "Key": marshal(key), **self._unless_taken(account_id)})

    def retire_write(self, identifier: str, account_id: str, now: int) -> Write:
        """Keeps an identifier of an account that is gone, for as long as its events are kept."""
        item = {"identifier": identifier, "account_id": account_id, "purge_at": now + _KEPT}
        return Write("Put", {"TableName": self.table, "Item": marshal(item), **self._unless_taken(account_id)})

    def _unless_taken(self, account_id: str) -> dict[str, Any]:
        return {
            "ConditionExpression": "attribute_not_exists(identifier) OR account_id = :account_id",
            "ExpressionAttributeValues": marshal({":account_id": account_id}),
        }
