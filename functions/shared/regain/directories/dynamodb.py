"""The directory `dynamodb`: accounts in Regain's own table."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from typing import Any

from regain.adapters import store as stores
from regain.adapters.identifiers import Identifiers
from regain.adapters.store import READ_SIZE, Store, Write, batched, marshal, put_version, to_dataclass, unmarshal
from regain.domain.account import Account

WITHOUT_PASSWORD = tuple(field.name for field in fields(Account) if field.name != "password")
"""The attributes that a function may read if its role excludes passwords."""

UNUSABLE = "!"
"""A hash that matches no password, as in Django. Unlike an empty one, no import replaces it with a first password."""

_PLACEHOLDER = marshal(
    stores.fields_of(
        Account(
            "nobody@nowhere.example", "No Body", "No", "Body", "nobody@nowhere.example", ("nobody@home.example",),
            "+440000000000", "+440000000000", True, "-" * 105, groups=("nobody",), id="-" * 36,
        )
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Accounts:
    """The account table, by id, with its accounts' identifiers. `aliases` returns the aliases of an account."""

    store: Store
    table: str
    identifiers: Identifiers
    aliases: Callable[[Account], tuple[str, ...]] = lambda _: ()

    def key(self, account_id: str) -> tuple[str, dict[str, str]]:
        """The key of an account, for `Store.batch_get`."""
        return self.table, {"id": account_id}

    def get(self, account_id: str) -> Account | None:
        """The account with this id, or None."""
        return from_item(self.store.get(*self.key(account_id)))

    def get_many(self, account_ids: Iterable[str]) -> dict[str, Account]:
        """The existing accounts among these ids, by id."""
        found: dict[str, Account] = {}
        for part in batched(dict.fromkeys(account_ids), READ_SIZE):
            items = self.store.batch_get([self.key(each) for each in part])
            found |= {item["id"]: to_dataclass(item, Account) for item in items if item}
        return found

    def by_user_id(self, user_id: str) -> Account | None:
        """The account with exactly this user ID (a normalised one, and no alias), or None: two reads."""
        account_id = self.identifiers.find_all([user_id]).get(user_id)
        return self.get(account_id) if account_id else None

    def named(self, account: Account) -> Account:
        """The account with the aliases that it has under today's settings."""
        return replace(account, aliases=self.aliases(account))

    def add_writes(self, new: Account) -> list[Write]:
        """Adds an account with its identifiers; a conflict if one of them is mapped to another account."""
        new = self.named(new)
        claims = [self.identifiers.claim_write(each, new.id) for each in new.identifiers]
        aliases = self.identifiers.alias_writes(new.id, (), new.aliases)
        return [put_version(self.table, to_item(new), 0), *claims, *aliases]

    def replace_writes(self, seen: Account, new: Account, holder: Account | None = None) -> list[Write]:
        """Replaces an account unchanged since it was read, and its identifiers. Released aliases are read first.

        With a `holder`, the user ID is taken over from that account, and the old one is not released, because another
        account takes it over in the same transaction.
        """
        new = self.named(new)
        lost_aliases = [each for each in seen.aliases if each not in new.aliases]
        gained_aliases = [each for each in new.aliases if each not in seen.aliases]
        lost = [
            each for each in seen.identifiers if each not in new.identifiers and not (holder and each == seen.user_id)
        ]
        gained = [each for each in new.identifiers if each not in seen.identifiers]
        return [
            put_version(self.table, to_item(new), seen.version),
            *(self.identifiers.release_write(each, new.id) for each in lost),
            *(
                self.identifiers.claim_write(each, new.id, holder.id if holder and each == new.user_id else "")
                for each in gained
            ),
            *self.identifiers.alias_writes(new.id, lost_aliases, gained_aliases),
        ]

    def remove_writes(self, seen: Account, now: int) -> list[Write]:
        """Removes an account and frees its user ID. Its ids in source systems stay, in case the person returns."""
        user_id, *others = seen.identifiers
        return [
            self.delete_write(seen),
            self.identifiers.release_write(user_id, seen.id),
            *self.identifiers.alias_writes(seen.id, seen.aliases, ()),
            *(self.identifiers.retire_write(each, seen.id, now) for each in others),
        ]

    def password_write(self, seen: Account, password: str, now: int, temporary_until: int = 0) -> Write:
        """Sets a password (a hash), if the account has not changed since it was read.

        With `temporary_until` it allows one sign-in before that time, after which its owner chooses another.
        """
        return self._update(seen, _password(seen, password, now, temporary_until))

    def temporary_used_write(self, seen: Account) -> Write:
        """Marks the temporary password as used; it allows no further sign-in."""
        return self._update(seen, {"temporary_used": True})

    def language_write(self, seen: Account, language: str) -> Write:
        """Sets the language of messages; "" means the page's."""
        return self._update(seen, {"language": language, **_changed_locally(seen, "language")})

    def enable_write(self, seen: Account) -> Write:
        """Enables the account. An import may disable it again."""
        return self._update(seen, _enabled(seen))

    def disable_write(self, seen: Account) -> Write:
        """Turns the account off and ends every session. No import turns it on again."""
        changes = {"enabled": False, "generation": seen.generation + 1, **_changed_locally(seen, "enabled")}
        return self._update(seen, changes)

    def sessions_ended_write(self, seen: Account) -> Write:
        """Ends every session."""
        return self._update(seen, {"generation": seen.generation + 1})

    def enable_with_password_write(self, seen: Account, password: str, now: int, temporary_until: int) -> Write:
        """Enables the account with a temporary password (a hash), as the one change that follows a repudiation."""
        return self._update(seen, {**_enabled(seen), **_password(seen, password, now, temporary_until)})

    def role_write(self, seen: Account, role: str, now: int) -> Write:
        """Sets the role ("" for none) and ends every session."""
        made = replace(
            seen, role=role, role_since=now, generation=seen.generation + 1, **_changed_locally(seen, "role")
        )
        return put_version(self.table, to_item(made), seen.version)

    def with_role(self, role: str, most: int) -> list[Account]:
        """Up to `most` enabled accounts with a role: one query."""
        found = self.store.query(self.table, "role", role, index="by_role", limit=most)
        return [person for person in (to_dataclass(each, Account) for each in found) if person.enabled]

    def lock_write(self, seen: Account) -> Write:
        """Disables the account, ends every session and makes its password unusable, after a repudiation."""
        changes = {
            "enabled": False, "password": UNUSABLE, "temporary_until": 0, "generation": seen.generation + 1,
            **_changed_locally(seen, "enabled"),
        }  # fmt: skip
        return self._update(seen, changes)

    def delete_write(self, seen: Account) -> Write:
        """Deletes the account, if it has not changed since it was read."""
        table, key = self.key(seen.id)
        return Write(
            "Delete",
            {
                "TableName": table,
                "Key": marshal(key),
                "ConditionExpression": "#version = :seen",
                "ExpressionAttributeNames": {"#version": "version"},
                "ExpressionAttributeValues": marshal({":seen": seen.version}),
            },
        )

    def shared_places_write(self, seen: Account, places: tuple[str, ...]) -> Write:
        """Sets which of the account's addresses and numbers are shared by too many accounts."""
        return self._update(seen, {"shared_places": places})

    def rehash_write(self, seen: Account, password: str) -> Write:
        """Stores the same password hashed with the current pepper and parameters."""
        return self._update(seen, {"password": password})

    def card_write(self, seen: Account) -> Write:
        """Creates the card of a person in a directory, or updates its user ID."""
        return self._update(seen, {"user_id": seen.user_id})

    def directory_password_write(self, seen: Account, now: int, enable: bool = False) -> Write:
        """Records on the card that a password was set in the directory, and ends every session. `enable` enables it."""
        return self._update(seen, {**(_enabled(seen) if enable else {}), **_password(seen, UNUSABLE, now, 0)})

    def _update(self, seen: Account, changes: dict[str, Any]) -> Write:
        """Changes an account that has not changed since it was read. A new one is a card."""
        if not seen.version:
            changes = {"user_id": seen.user_id, **changes}
        changes = {**changes, "version": seen.version + 1}
        return Write(
            "Update",
            {
                "TableName": self.table,
                "Key": marshal({"id": seen.id}),
                "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in changes),
                "ConditionExpression": "#version = :seen" if seen.version else "attribute_not_exists(#version)",
                "ExpressionAttributeNames": {f"#{name}": name for name in changes},
                "ExpressionAttributeValues": marshal(
                    {
                        **{f":{name}": value for name, value in changes.items()},
                        **({":seen": seen.version} if seen.version else {}),
                    }
                ),
            },
        )


def _password(seen: Account, password: str, now: int, temporary_until: int) -> dict[str, Any]:
    return {
        "password": password,
        "password_changed_at": now,
        "must_change_password": bool(temporary_until),
        "temporary_until": temporary_until,
        "temporary_used": False,
        "generation": seen.generation + 1,
    }


def _enabled(seen: Account) -> dict[str, Any]:
    return {"enabled": True, "local_changes": tuple(name for name in seen.local_changes if name != "enabled")}


def _changed_locally(seen: Account, name: str) -> dict[str, Any]:
    """Marks a field as set in Regain, so that no import overwrites it."""
    return {"local_changes": tuple(dict.fromkeys((*seen.local_changes, name)))}


def from_item(item: dict[str, Any] | None) -> Account | None:
    """The account in an item, or None. Without an item a placeholder is decoded, so that the time is the same (B1)."""
    found = to_dataclass(item or unmarshal(_PLACEHOLDER), Account)
    return found if item else None


def to_item(account: Account) -> dict[str, Any]:
    """The item of an account. Accounts without a role stay out of the index by role."""
    return {name: value for name, value in stores.fields_of(account).items() if name != "role" or value}
