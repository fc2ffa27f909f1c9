"""The provisioning table: tokens, groups and their members, and the accounts that provisioning knows."""

import hashlib
from dataclasses import asdict, dataclass
from typing import Any

from regain.adapters.store import READ_SIZE, Store, Write, batched, marshal, put_new, put_version, to_dataclass
from regain.domain.group import Group
from regain.domain.scim_token import Token

_MOST = 1_000_000
_TOKEN, _USER, _GROUP, _NAME = "token", "user", "group", "group-name"

Key = tuple[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Provisioning:
    """The provisioning table. Keys: `part`, the kind of item, and `id`."""

    store: Store
    table: str

    def token(self, token_id: str) -> Token | None:
        """The token with this id."""
        item = self.store.get(*self._key(_TOKEN, token_id))
        return to_dataclass(item, Token) if item else None

    def tokens(self) -> list[Token]:
        """Every token that has not been revoked."""
        return [to_dataclass(item, Token) for item in self._all(_TOKEN)]

    def token_write(self, token: Token) -> Write:
        """Adds a token."""
        return put_new(self.table, {"part": _TOKEN, **asdict(token)})

    def revoke_write(self, token_id: str) -> Write:
        """Revokes a token. A conflict if there is none."""
        return self._delete(_TOKEN, token_id, must_be_there=True)

    def account_ids(self) -> list[str]:
        """The ids of all accounts that provisioning knows, in a stable order."""
        return [item["id"] for item in self._all(_USER)]

    def knows(self, account_id: str) -> bool:
        """Whether provisioning manages an account, which it created or found by its user ID."""
        return self.store.get(*self._key(_USER, account_id)) is not None

    def know_write(self, account_id: str) -> Write:
        """Adds an account to those that provisioning knows."""
        return Write("Put", {"TableName": self.table, "Item": marshal({"part": _USER, "id": account_id})})

    def forget_write(self, account_id: str) -> Write:
        """Removes an account from those that provisioning knows."""
        return self._delete(_USER, account_id)

    def group(self, group_id: str) -> Group | None:
        """The group with this id."""
        item = self.store.get(*self._key(_GROUP, group_id))
        return to_dataclass(item, Group) if item else None

    def groups(self) -> list[Group]:
        """Every group, in a stable order."""
        return [to_dataclass(item, Group) for item in self._all(_GROUP)]

    def group_writes(self, old: Group | None, new: Group) -> list[Write]:
        """Writes the group, if it has not changed since it was read. A conflict if another group has its name."""
        writes = [put_version(self.table, {"part": _GROUP, **asdict(new)}, old.version if old else 0)]
        before, after = _folded(old) if old else "", _folded(new)
        if before != after:
            writes += [self._delete(_NAME, before)] if before else []
            writes.append(put_new(self.table, {"id": after, "part": _NAME, "owner": new.id}))
        return writes

    def group_delete_writes(self, group: Group) -> list[Write]:
        """Deletes the group, but not its members' records."""
        return [self._delete(_GROUP, group.id), self._delete(_NAME, _folded(group))]

    def members(self, group_id: str) -> list[str]:
        """The ids of the accounts in a group, in a stable order."""
        return [item["id"] for item in self._all(_members(group_id))]

    def groups_of(self, account_id: str) -> list[str]:
        """The ids of the groups that have an account as a member, whatever groups the account itself names."""
        ids = [group.id for group in self.groups()]
        found: list[str] = []
        for part in batched(ids, READ_SIZE):
            items = self.store.batch_get([self._key(_members(group_id), account_id) for group_id in part])
            found += [group_id for group_id, item in zip(part, items, strict=True) if item]
        return found

    def member_write(self, group_id: str, account_id: str) -> Write:
        """Adds the account to the group."""
        item = {"part": _members(group_id), "id": account_id}
        return Write("Put", {"TableName": self.table, "Item": marshal(item)})

    def member_delete_write(self, group_id: str, account_id: str) -> Write:
        """Removes the account from the group."""
        return self._delete(_members(group_id), account_id)

    def _key(self, part: str, which: str) -> Key:
        return self.table, {"part": part, "id": which}

    def _all(self, part: str) -> list[dict[str, Any]]:
        return self.store.query(self.table, "part", part, limit=_MOST)

    def _delete(self, part: str, which: str, must_be_there: bool = False) -> Write:
        table, key = self._key(part, which)
        condition = {"ConditionExpression": "attribute_exists(id)"} if must_be_there else {}
        return Write("Delete", {"TableName": table, "Key": marshal(key), **condition})


def _members(group_id: str) -> str:
    return f"member#{group_id}"


def _folded(group: Group) -> str:
    """A key for a name, the same whatever its case."""
    return hashlib.sha256(group.display_name.casefold().encode()).hexdigest()
