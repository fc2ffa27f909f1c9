"""Accounts in DynamoDB: the directory `dynamodb`."""

from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from regain.adapters.store import Store, Write, marshal, put_version, to_dataclass, unmarshal
from regain.domain.account import Account

WITHOUT_PASSWORD = tuple(field.name for field in fields(Account) if field.name != "password")
"""What a function reads of accounts that has nothing to do with passwords: its role lets it read no more."""

_NOBODYS = marshal(
    asdict(
        Account(
            "nobody@nowhere.example", "No Body", "No", "Body", "nobody@nowhere.example", ("nobody@home.example",),
            "+440000000000", "+440000000000", True, "-" * 105, groups=("nobody",),
        )
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Accounts:
    """The account table. Keys are normalised user IDs."""

    store: Store
    table: str

    def key(self, user_id: str) -> tuple[str, dict[str, str]]:
        """Where to read the account, for `Store.batch_get`."""
        return self.table, {"user_id": user_id}

    def get(self, user_id: str) -> Account | None:
        """The account, or None."""
        return from_item(self.store.get(*self.key(user_id)))

    def password_write(self, seen: Account, password: str, now: int) -> Write:
        """A new password, hashed, if nobody has changed the account since it was read."""
        changes = {
            "password": password,
            "password_changed_at": now,
            "must_change_password": False,
            "temporary_until": 0,
            "temporary_used": False,
            "generation": seen.generation + 1,
        }
        return self._update(seen, changes)

    def temporary_password_write(self, seen: Account, password: str, now: int, until: int) -> Write:
        """A password, hashed, for one sign-in before `until`, after which its owner chooses another."""
        changes = {
            "password": password,
            "password_changed_at": now,
            "must_change_password": True,
            "temporary_until": until,
            "temporary_used": False,
            "generation": seen.generation + 1,
        }
        return self._update(seen, changes)

    def temporary_used_write(self, seen: Account) -> Write:
        """The temporary password has been used: nobody signs in with it again."""
        return self._update(seen, {"temporary_used": True})

    def language_write(self, seen: Account, language: str) -> Write:
        """Messages are in this language from now on; "" is the page's."""
        return self._update(seen, {"language": language})

    def enable_write(self, seen: Account) -> Write:
        """The account is on again."""
        return self._update(seen, {"enabled": True})

    def role_write(self, seen: Account, role: str) -> Write:
        """The account has this role, and every session is dead; "" is none."""
        return put_version(self.table, to_item(replace(seen, role=role, generation=seen.generation + 1)), seen.version)

    def with_role(self, role: str, most: int) -> list[Account]:
        """Up to `most` people who have a role and an account that is on: one query."""
        found = self.store.query(self.table, "role", role, index="by_role", limit=most)
        return [person for person in (to_dataclass(each, Account) for each in found) if person.enabled]

    def lock_write(self, seen: Account) -> Write:
        """The account is off, and every session is dead, until an administrator turns it on again."""
        return self._update(seen, {"enabled": False, "generation": seen.generation + 1})

    def rehash_write(self, seen: Account, password: str) -> Write:
        """The same password, hashed with today's pepper and parameters."""
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


def from_item(item: dict[str, Any] | None) -> Account | None:
    """The account that an item holds. Where there is none, as much work is done for nobody's (B1)."""
    found = to_dataclass(item or unmarshal(_NOBODYS), Account)
    return found if item else None


def to_item(account: Account) -> dict[str, Any]:
    """The item that holds an account. Only who has a role is in the index of roles."""
    return {name: value for name, value in asdict(account).items() if name != "role" or value}
