"""The index of people, in the report table: entries that `report` keeps, and that `admin` reads a page at a time.

An entry holds only an account's id. Whether and how the account is shown depends on the account itself, so stale
entries disclose nobody.
"""

import base64
import binascii
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from regain.adapters.store import Store, Write, marshal, put_version, unmarshal
from regain.domain.search import Key, Range

_READ_SIZE = 500
"""Entries that one query with a filter examines. Without a filter it reads only as many as are wanted."""
_MOST_READS = 4
_PERSON = "person"


@dataclass(frozen=True, slots=True)
class Indexed:
    """The entries that an account has: their keys, the words and lists that they are filtered by, and the version."""

    keys: frozenset[Key] = frozenset()
    words: str = ""
    lists: tuple[str, ...] = ()
    version: int = 0


@dataclass(frozen=True, slots=True)
class Filters:
    """What an entry must hold: the beginnings of words, and one of the `groups`, and the list `state`, if given."""

    words: Sequence[str] = ()
    state: str = ""
    groups: Sequence[str] = ()


Place = tuple[Range, Filters]
"""A range of the index, and the filters for its entries."""


@dataclass(frozen=True, slots=True)
class SearchIndex:
    """The entries of people in the report table: `part` and `id`."""

    store: Store
    table: str

    # --- kept by `report` ------------------------------------------------------------------------

    def person_key(self, account_id: str) -> tuple[str, dict[str, str]]:
        """The key of an account's `Indexed` item, for `Store.batch_get`."""
        return self.table, {"part": f"{_PERSON}#{account_id}", "id": _PERSON}

    def indexed(self, item: dict[str, Any] | None) -> Indexed:
        """The content of the item of `person_key`."""
        if item is None:
            return Indexed()
        found = frozenset((part, key) for part, key in item["keys"])
        return Indexed(found, item["words"], tuple(item["lists"]), item["version"])

    def writes(self, account_id: str, seen: Indexed, new: Indexed) -> list[Write]:
        """Replaces an account's entries by those of `new`; a conflict if they have changed since they were `seen`."""
        same = (seen.words, seen.lists) == (new.words, new.lists)
        put = new.keys - seen.keys if same else new.keys
        if not put and seen.keys == new.keys and same:
            return []
        own = {"account_id": account_id, "words": new.words, "lists": list(new.lists)}
        table, key = self.person_key(account_id)
        record = {**key, "keys": [list(each) for each in sorted(new.keys)]}
        record |= {"words": new.words, "lists": list(new.lists)}
        kept = put_version(table, record, seen.version) if new.keys else self._delete(key, seen.version)
        return [
            kept,
            *(self._put({"part": part, "id": place, **own}) for part, place in sorted(put)),
            *(self._delete({"part": part, "id": place}) for part, place in sorted(seen.keys - new.keys)),
        ]

    def list_write(self, state: str, account_id: str, until: int) -> Write:
        """Puts an account into a list for a while (seconds since 1970)."""
        item = {"part": f"s#{state}", "id": account_id, "account_id": account_id, "words": "", "lists": []}
        return self._put({**item, "purge_at": until})

    def _put(self, item: dict[str, Any]) -> Write:
        return Write("Put", {"TableName": self.table, "Item": marshal(item)})

    def _delete(self, key: dict[str, str], seen: int = 0) -> Write:
        request: dict[str, Any] = {"TableName": self.table, "Key": marshal(key)}
        if seen:
            request |= {
                "ConditionExpression": "version = :seen", "ExpressionAttributeValues": marshal({":seen": seen}),
            }  # fmt: skip
        return Write("Delete", request)

    # --- read by `admin` -------------------------------------------------------------------------

    def shortest(self, places: Sequence[Place], cursor: str, limit: int) -> tuple[list[str], str]:
        """A page, like `page`, of the people who have an entry in every one of these places.

        Queries each place once, until one fills the page or is exhausted; otherwise it continues with the first. So a
        rare word is found at once, however common the others are, with at most `_MOST_READS` queries.
        """
        if cursor:
            place = _opened(cursor)[2] % len(places)
            return self._in_place(places, place, cursor, limit, _MOST_READS)
        answers: list[tuple[list[str], str]] = []
        for place in range(min(len(places), _MOST_READS - 1)):
            found, rest = self._in_place(places, place, "", limit, 1)
            if len(found) == limit or not rest:
                return found, rest
            answers.append((found, rest))
        found, rest = answers[0]
        more, rest = self._in_place(places, 0, rest, limit - len(found), _MOST_READS - len(answers))
        return list(dict.fromkeys([*found, *more])), rest

    def _in_place(
        self, places: Sequence[Place], place: int, cursor: str, limit: int, reads: int
    ) -> tuple[list[str], str]:
        where, filters = places[place]
        found, rest = self.page([where], filters, cursor, limit, reads)
        return found, _cursor(0, _opened(rest)[1], place) if rest else ""

    def page(
        self, ranges: Sequence[Range], filters: Filters, cursor: str, limit: int, reads: int = _MOST_READS
    ) -> tuple[list[str], str]:
        """Up to `limit` account ids, and the next cursor; "" at the end.

        Queries at most `reads` times, so a page may be short, or even empty, and still have a cursor.
        """
        found: dict[str, None] = {}
        number, after, _ = _opened(cursor)
        for _ in range(reads):
            if number >= len(ranges):
                return list(found), ""
            items, end = self._read(ranges[number], after, filters, limit)
            for item in items:
                found[item["account_id"]] = None
                if len(found) == limit:
                    return list(found), _cursor(number, item["id"])
            number, after = (number, end) if end else (number + 1, "")
        return list(found), _cursor(number, after) if number < len(ranges) else ""

    def _read(self, where: Range, after: str, filters: Filters, limit: int) -> tuple[list[dict[str, Any]], str]:
        part, first, last = where
        names = {"#part": "part", "#id": "id", "#account": "account_id"}
        begin = f"{after}\0" if first <= after <= last else first
        values: dict[str, Any] = {":part": part, ":from": begin, ":to": last}
        request: dict[str, Any] = {
            "TableName": self.table, "Limit": limit, "ProjectionExpression": "#id, #account",
            "KeyConditionExpression": "#part = :part AND #id BETWEEN :from AND :to",
        }  # fmt: skip
        wanted = [("words", [f" {word}"]) for word in filters.words]
        wanted += [("lists", [f"s#{filters.state}"])] if filters.state else []
        wanted += [("lists", [f"g#{group}" for group in filters.groups])] if filters.groups else []
        conditions = []
        for place, (name, choices) in enumerate(wanted):
            names[f"#{name}"] = name
            values |= {f":{place}x{number}": choice for number, choice in enumerate(choices)}
            one_of = (f"contains(#{name}, :{place}x{number})" for number in range(len(choices)))
            conditions.append(f"({' OR '.join(one_of)})")
        if conditions:
            request |= {"FilterExpression": " AND ".join(conditions), "Limit": _READ_SIZE}
        request |= {"ExpressionAttributeNames": names, "ExpressionAttributeValues": marshal(values)}
        answer = self.store.client.query(**request)
        last_key = answer.get("LastEvaluatedKey")
        return [unmarshal(item) for item in answer["Items"]], last_key["id"]["S"] if last_key else ""


def held_words(words: Iterable[str]) -> str:
    """Words as an entry stores them: each after a space, so that ` ma` matches the beginning of one."""
    return "".join(f" {word}" for word in words)


def _cursor(number: int, after: str, place: int = 0) -> str:
    """A cursor. A place is encoded as a negative number, on which an earlier release starts again, missing nobody."""
    content = json.dumps([number - place, after], ensure_ascii=False)
    return base64.urlsafe_b64encode(content.encode()).rstrip(b"=").decode()


def _opened(cursor: str) -> tuple[int, str, int]:
    """The range, key and place of a cursor; those of the beginning if it is malformed."""
    try:
        number, after = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        number, after = int(number), str(after)
        after.encode()  # fails on a lone surrogate, which no key has
    except (binascii.Error, OverflowError, TypeError, ValueError):
        return 0, "", 0
    return max(0, number), after, max(0, -number)
