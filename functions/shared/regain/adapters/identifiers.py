"""Identifiers: user IDs, and people's ids in source systems, each mapped to one account.

An account's own id is never typed and never changes. A user ID can pass to somebody else later; an id in a source
system, such as `employeeId:1001`, cannot. Several people can have the same alias, such as
`alias:maria@contoso.example`; it maps to an account only while one person has it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from regain.adapters.keys import Keys
from regain.adapters.store import READ_SIZE, Store, Write, batched, marshal
from regain.domain.account import EXTERNAL_ID, make_id

_KEPT = 400 * 86_400  # seconds: as long as events, so that whoever comes back is known by the same id


ALIAS, PROVIDER = "alias:", "provider:"
"""The prefixes of aliases and of hashed subjects at the identity provider, among identifiers."""


@dataclass(frozen=True, slots=True)
class Lead:
    """The result of looking up a typed user ID.

    Without an account, `account_id` is an unused id, always the same for a user ID and of the same form, so that what
    follows is the same (B1). `twin_id` is the unused id for a second set of counts (`recovery.standings.Twin`), or ""
    if the organisation has no aliases. `by_alias`: the account was found by an alias. `shared`: several accounts have
    this alias, so it maps to none.
    """

    account_id: str
    twin_id: str = ""
    by_alias: bool = False
    shared: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Identifiers:
    """The identifier table. `with_aliases`: people may type an alias for their user ID."""

    store: Store
    table: str
    keys: Keys
    with_aliases: bool = False

    def key(self, identifier: str) -> tuple[str, dict[str, str]]:
        """The key of an identifier, for `Store.batch_get`."""
        return self.table, {"identifier": identifier}

    def typed_keys(self, user_id: str) -> list[tuple[str, dict[str, str]]]:
        """The keys to read for `lead`."""
        return [self.key(user_id), *([self.key(ALIAS + user_id)] if self.with_aliases else [])]

    def lead(self, user_id: str, items: Sequence[dict[str, Any] | None]) -> Lead:
        """The result for the items of `typed_keys`. A user ID takes precedence over an alias of another account."""
        item, *alias = items
        nobody = self._no_account("nobody", user_id)
        account_id = str(item["account_id"]) if item else nobody
        if not self.with_aliases:
            return Lead(account_id)
        owners = alias[0].get("account_ids", ()) if alias[0] and not item else ()
        twin = self._no_account("twin", account_id)  # also if it is not needed, so that it takes the same time
        if len(owners) == 1:
            return Lead(next(iter(owners)), nobody, by_alias=True)
        return Lead(account_id, twin, shared=len(owners) > 1)

    def lead_to(self, account_id: str) -> Lead:
        """The result for somebody found in a directory, without an alias."""
        return Lead(account_id, self._no_account("twin", account_id) if self.with_aliases else "")

    def look_up(self, user_id: str) -> Lead:
        """Looks up a typed user ID: one read."""
        return self.lead(user_id, self.store.batch_get(self.typed_keys(user_id)))

    def find(self, user_id: str) -> str:
        """The account id for a typed user ID, or the unused id in its place: one read."""
        return self.look_up(user_id).account_id

    def _no_account(self, purpose: str, text: str) -> str:
        return make_id(bytes.fromhex(self.keys.digest(purpose, text)))

    def find_all(self, identifiers: Iterable[str]) -> dict[str, str]:
        """The account ids by identifier, without identifiers that have no account."""
        found: dict[str, str] = {}
        for part in batched(dict.fromkeys(identifiers), READ_SIZE):
            items = self.store.batch_get([self.key(each) for each in part])
            found |= {item["identifier"]: item["account_id"] for item in items if item}
        return found

    def claim_write(self, identifier: str, account_id: str, holder: str = "") -> Write:
        """Maps an identifier to an account; a conflict if it is mapped to another one, other than its `holder`.

        The external id of a removed account is free: it is the provisioning client's to assign (RFC 7643, 3.1).
        """
        item = {"identifier": identifier, "account_id": account_id}
        request = {"TableName": self.table, "Item": marshal(item), **self._unless_taken(holder or account_id)}
        if identifier.startswith(EXTERNAL_ID):
            request["ConditionExpression"] = f"{request['ConditionExpression']} OR attribute_exists(purge_at)"
        return Write("Put", request)

    def release_write(self, identifier: str, account_id: str) -> Write:
        """Releases an identifier; a conflict if it is mapped to another account."""
        table, key = self.key(identifier)
        return Write("Delete", {"TableName": table, "Key": marshal(key), **self._unless_taken(account_id)})

    def retire_write(self, identifier: str, account_id: str, now: int) -> Write:
        """Keeps an identifier of a removed account for as long as its events are kept."""
        item = {"identifier": identifier, "account_id": account_id, "purge_at": now + _KEPT}
        return Write("Put", {"TableName": self.table, "Item": marshal(item), **self._unless_taken(account_id)})

    def provider_write(self, digest: str, account_id: str, seen: str) -> Write:
        """Maps a subject at the identity provider to an account; a conflict unless it is still mapped to `seen`."""
        return Write(
            "Put",
            {
                "TableName": self.table,
                "Item": marshal({"identifier": PROVIDER + digest, "account_id": account_id}),
                **self._unless_taken(seen or account_id),
            },
        )

    def alias_writes(self, account_id: str, lost: Iterable[str], gained: Iterable[str]) -> list[Write]:
        """Releases aliases and claims others. Reads the released ones: the last account's release deletes the item."""
        given_up = [ALIAS + each for each in lost]
        items = self.store.batch_get([self.key(each) for each in given_up]) if given_up else []
        taken = (self._alias_write("ADD", ALIAS + each, account_id, "", {}) for each in gained)
        return [*(self._give_up(each, account_id, item) for each, item in zip(given_up, items, strict=True)), *taken]

    def _give_up(self, alias: str, account_id: str, item: dict[str, Any] | None) -> Write:
        owners = item.get("account_ids", frozenset()) if item else frozenset()
        if owners - {account_id}:
            return self._alias_write("DELETE", alias, account_id, "account_ids = :owners", {":owners": owners})
        return Write(
            "Delete",
            {
                "TableName": self.table,
                "Key": marshal({"identifier": alias}),
                "ConditionExpression": "attribute_not_exists(account_ids) OR account_ids = :own",
                "ExpressionAttributeValues": marshal({":own": frozenset({account_id})}),
            },
        )

    def _alias_write(self, how: str, alias: str, account_id: str, condition: str, values: dict[str, Any]) -> Write:
        request = {
            "TableName": self.table,
            "Key": marshal({"identifier": alias}),
            "UpdateExpression": f"{how} account_ids :own",
            "ExpressionAttributeValues": marshal({":own": frozenset({account_id}), **values}),
        }
        return Write("Update", {**request, **({"ConditionExpression": condition} if condition else {})})

    def _unless_taken(self, account_id: str) -> dict[str, Any]:
        return {
            "ConditionExpression": "attribute_not_exists(identifier) OR account_id = :account_id",
            "ExpressionAttributeValues": marshal({":account_id": account_id}),
        }
