"""The queue of requests for help, in the report table: one item per request, and one in the list for its state."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import msgspec

from regain.adapters.keys import Keys
from regain.adapters.seal import seal, unseal
from regain.adapters.store import Store, Write, marshal, put_version
from regain.domain.help_requests import HelpRequest

_KEPT = 90 * 86_400  # seconds since it was asked or worked on last
_ITEM = "request"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class HelpRequests:
    """The requests of the report table: `part` and `id`. Typed user IDs are encrypted."""

    store: Store
    table: str
    keys: Keys

    def key(self, subject: str) -> tuple[str, dict[str, str]]:
        """The key of a request, for `Store.batch_get`."""
        return self.table, {"part": f"{_ITEM}#{subject}", "id": _ITEM}

    def read(self, item: dict[str, Any] | None) -> HelpRequest | None:
        """The request in an item of `key`."""
        if item is None:
            return None
        return msgspec.convert({**item, "user_id": unseal(self.keys, item["user_id"])}, HelpRequest)

    def write(self, seen: HelpRequest | None, new: HelpRequest, now: int) -> list[Write]:
        """Writes a request, if it has not changed since it was `seen`, and moves it from list to list."""
        table, key = self.key(new.subject)
        item = {**asdict(new), **key, "user_id": seal(self.keys, new.user_id), "purge_at": now + _KEPT}
        listed = {**self._listed(new), "subject": new.subject, "account_id": new.account_id, "purge_at": now + _KEPT}
        writes = [put_version(table, item, seen.version if seen else 0)]
        writes.append(Write("Put", {"TableName": table, "Item": marshal(listed)}))
        if seen and self._listed(seen) != self._listed(new):
            writes.append(Write("Delete", {"TableName": table, "Key": marshal(self._listed(seen))}))
        return writes

    def remove(self, seen: HelpRequest) -> list[Write]:
        """Forgets a request, and takes it off its list."""
        table, key = self.key(seen.subject)
        return [Write("Delete", {"TableName": table, "Key": marshal(each)}) for each in (key, self._listed(seen))]

    def page(self, state: str, after: str, limit: int) -> tuple[list[dict[str, str]], str]:
        """Up to `limit` entries of a list, with `subject` and `account_id`, and a cursor. The oldest come first; of
        those that are done, the newest.
        """
        newest = state == "done"
        bounds = ("id", "0", after or "~") if newest else ("id", after or "0", "~")
        found = self.store.query(
            self.table, "part", f"requests#{state}", between=bounds, limit=limit + 2, newest_first=newest
        )
        found = [each for each in found if each["id"] != after]
        return found[:limit], found[limit - 1]["id"] if len(found) > limit else ""

    def get(self, subjects: Sequence[str]) -> list[HelpRequest | None]:
        """The requests of these subjects: one read."""
        return [self.read(item) for item in self.store.batch_get([self.key(each) for each in subjects])]

    def _listed(self, request: HelpRequest) -> dict[str, str]:
        at = request.changed_at if request.state == "done" else request.asked_at
        return {"part": f"requests#{request.state}", "id": f"{at:012}#{request.subject}"}
