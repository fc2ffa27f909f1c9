"""Usage counters, by day and for accounts. A report costs the same for any number of accounts.

Counting is idempotent and independent of order: an event is counted together with a marker, and an account is counted
as the difference between its last counted state and its present one.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from regain.adapters.keys import Keys
from regain.adapters.seal import seal, unseal
from regain.adapters.store import Store, Write, marshal, put_new, put_version

_STRIPES = 4
_MARKER_TTL = 3 * 86_400  # seconds: longer than a stream keeps its records
_KEPT = 400 * 86_400
_PEOPLE = {"part": "people", "id": "now"}


@dataclass(frozen=True, slots=True)
class CountedPerson:
    """An account's last counted state: its user ID then, and the counters that included it."""

    account_id: str
    user_id: str
    counters: tuple[str, ...] = ()
    version: int = 0


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Counters:
    """The report table: `part` and `id`."""

    store: Store
    table: str
    keys: Keys

    # --- events ----------------------------------------------------------------------------------

    def counted_write(self, event: str, now: int) -> Write:
        """Marks an event as counted; a second time is a conflict."""
        return put_new(self.table, {"part": f"seen#{event}", "id": "event", "purge_at": now + _MARKER_TTL})

    def already_counted(self, events: Iterable[str]) -> set[str]:
        """Those of the events that have already been counted."""
        events = list(events)
        found = self.store.batch_get([(self.table, {"part": f"seen#{event}", "id": "event"}) for event in events])
        return {event for event, item in zip(events, found, strict=True) if item}

    def day_write(self, day: str, counts: Mapping[str, int], stripe: int, now: int) -> Write:
        """Adds to the counters of a day (ISO 8601)."""
        return self.add_write({"part": "day", "id": f"{day}#{stripe % _STRIPES}"}, counts, now + _KEPT)

    def days(self, start: str, end: str) -> dict[str, Counter[str]]:
        """The counters of each day from `start` to `end`, both included: one query."""
        items = self.store.query(self.table, "part", "day", between=("id", start, f"{end}#~"), limit=2_000)
        found: dict[str, Counter[str]] = {}
        for item in items:
            found.setdefault(item["id"][:10], Counter()).update(counts(item))
        return found

    # --- people ----------------------------------------------------------------------------------

    def person_key(self, subject: str) -> tuple[str, dict[str, str]]:
        """The key of an account's last counted state, for `Store.batch_get`."""
        return self.table, {"part": f"person#{subject}", "id": "person"}

    def person_write(self, subject: str, person: "CountedPerson") -> Write:
        """Records how an account was counted, if it has not been counted since. The user ID is encrypted."""
        item = {
            "part": f"person#{subject}",
            "id": "person",
            "account_id": person.account_id,
            "sealed": seal(self.keys, person.user_id),
            "counters": list(person.counters),
        }
        return put_version(self.table, item, person.version)

    def person(self, item: Mapping[str, Any] | None) -> "CountedPerson | None":
        """How the account in an item of `person_key` was counted last."""
        if item is None:
            return None
        user_id = unseal(self.keys, item["sealed"])
        return CountedPerson(item["account_id"], user_id, tuple(item["counters"]), item["version"])

    def forget_writes(self, subject: str, person: "CountedPerson") -> list[Write]:
        """Deletes an account's counted state, and subtracts it from the counters."""
        table, key = self.person_key(subject)
        request = {"TableName": table, "Key": marshal(key), "ConditionExpression": "version = :seen"}
        request["ExpressionAttributeValues"] = marshal({":seen": person.version})
        change = Counter(dict.fromkeys(person.counters, -1))
        return [Write("Delete", request), *([self.people_write(change)] if change else [])]

    def people_write(self, change: Mapping[str, int]) -> Write:
        """Adds to the account counters; numbers may be negative."""
        return self.add_write(_PEOPLE, change, 0)

    def people(self) -> Counter[str]:
        """The account counters: one read."""
        return Counter(counts(self.store.get(self.table, _PEOPLE) or {}))

    def add_write(self, key: dict[str, str], counts: Mapping[str, int], purge_at: int) -> Write:
        """Adds to the counters of an item, which expires at `purge_at` (seconds since 1970; 0: never)."""
        changed = {name: number for name, number in counts.items() if number}
        names = {f"#n{place}": f"n:{name}" for place, name in enumerate(changed)}
        values: dict[str, Any] = {f":n{place}": number for place, number in enumerate(changed.values())}
        update = "ADD " + ", ".join(f"#n{place} :n{place}" for place in range(len(changed)))
        if purge_at:
            update += " SET purge_at = :purge_at"
            values[":purge_at"] = purge_at
        request = {"TableName": self.table, "Key": marshal(key), "UpdateExpression": update}
        request |= {"ExpressionAttributeNames": names, "ExpressionAttributeValues": marshal(values)}
        return Write("Update", request)


def counts(item: Mapping[str, Any]) -> dict[str, int]:
    """The counters of an item, by name."""
    return {name[2:]: number for name, number in item.items() if name.startswith("n:")}
