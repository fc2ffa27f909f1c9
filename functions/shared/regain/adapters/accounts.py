"""Accounts in DynamoDB: the directory `dynamodb`."""

from dataclasses import asdict, dataclass
from typing import Any

from regain.adapters.store import Store, Write, marshal, revive, unmarshal
from regain.domain.account import Account

_NOBODYS = marshal(
    asdict(
        Account(
            "nobody@nowhere.example", "No Body", "No", "Body", "nobody@nowhere.example", ("nobody@home.example",),
            "+440000000000", "+440000000000", True, "-" * 97, groups=("nobody",),
        )
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Accounts:
    """The account table. Keys are normalised user IDs."""

    store: Store
    table: str

    def key(self, user_id: str) -> tuple[str, dict[str, str]]:
        """Where to read the account, for `Store.read`."""
        return self.table, {"user_id": user_id}

    def get(self, user_id: str) -> Account | None:
        """The account, or None."""
        return account(self.store.get(*self.key(user_id)))

    def password_write(self, seen: Account, password: str, now: int) -> Write:
        """A new password (a PHC string), if nobody has changed the account since it was read."""
        changes = {
            "password": password,
            "password_changed_at": now,
            "must_change_password": False,
            "generation": seen.generation + 1,
        }
        return self._update(seen, changes)

    def lock_write(self, seen: Account) -> Write:
        """The account is off, and every session is dead, until an administrator turns it on again."""
        return self._update(seen, {"enabled": False, "generation": seen.generation + 1})

    def rehash_write(self, seen: Account, password: str) -> Write:
        """The same password, hashed with today's parameters."""
        return self._update(seen, {"password": password})

    def _update(self, seen: Account, changes: dict[str, Any]) -> Write:
        changes = {**changes, "version": seen.version + 1}
        return Write(
            "Update",
            {
                "TableName": self.table,
                "Key": marshal({"user_id": seen.user_id}),
                "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in changes),
                "ConditionExpression": "#version = :seen",
                "ExpressionAttributeNames": {f"#{name}": name for name in changes},
                "ExpressionAttributeValues": marshal(
                    {**{f":{name}": value for name, value in changes.items()}, ":seen": seen.version}
                ),
            },
        )


def account(item: dict[str, Any] | None) -> Account | None:
    """The account that an item holds. Where there is none, as much work is done for nobody's (B1)."""
    found = revive(item or unmarshal(_NOBODYS), Account)
    return found if item else None


def item(account: Account) -> dict[str, Any]:
    """The item that holds an account."""
    return asdict(account)
