"""DynamoDB: strongly consistent reads, and conditional transactions."""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, TypeVar

import msgspec

from regain.problems import SERVICE_BUSY, Refused

T = TypeVar("T")
READ_SIZE = 100
"""The maximum number of keys in one BatchGetItem."""

_TRIES = 6
_FAILED, _CONFLICT = "ConditionalCheckFailed", "TransactionConflict"
_KINDS = {bool: "BOOL", int: "N", str: "S", bytes: "B"}
_RANDOM = random.SystemRandom()  # copies of one SnapStart snapshot would share a seed


class Conflict(Exception):
    """A record has changed since it was read. Read it again and repeat the step."""


@dataclass(frozen=True, slots=True)
class Write:
    """One item of `TransactItems`. `verb` is `Put`, `Update`, `Delete` or `ConditionCheck`."""

    verb: str
    request: dict[str, Any]
    refused: Refused | None = None

    def or_refused(self, refused: Refused) -> "Write":
        """The same write, whose failed condition raises `refused` instead of a conflict, without retries."""
        return replace(self, refused=refused)


class Store:
    """The operations that functions use on tables. Reads of tables are strongly consistent.

    `views` limits the attributes that are read, by table.
    """

    def __init__(self, client: Any, views: Mapping[str, tuple[str, ...]] | None = None) -> None:
        self.client = client
        self._views = {table: _projection(names) for table, names in (views or {}).items()}

    def batch_get(self, keys: Iterable[tuple[str, dict[str, str]]]) -> list[dict[str, Any] | None]:
        """The items with these keys, in the same order, with None for a missing one: one operation."""
        keys = list(keys)
        wanted: dict[str, dict[str, Any]] = {}
        for table, key in keys:
            start = {"Keys": [], "ConsistentRead": True, **self._views.get(table, {})}
            wanted.setdefault(table, start)["Keys"].append(marshal(key))
        names = {table: tuple(key) for table, key in keys}
        found: dict[tuple[str, ...], dict[str, Any]] = {}
        for attempt in range(_TRIES):
            answer = self.client.batch_get_item(RequestItems=wanted)
            for table, items in answer["Responses"].items():
                for item in map(unmarshal, items):
                    found[table, *(item[name] for name in names[table])] = item
            wanted = answer.get("UnprocessedKeys")
            if not wanted:
                return [found.get((table, *key.values())) for table, key in keys]
            _wait(attempt)
        raise Refused(SERVICE_BUSY, reason="throttled", retry_after=1)

    def get(self, table: str, key: dict[str, str]) -> dict[str, Any] | None:
        """One item, or None."""
        view = self._views.get(table, {})
        item = self.client.get_item(TableName=table, Key=marshal(key), ConsistentRead=True, **view).get("Item")
        return unmarshal(item) if item else None

    def query(
        self, table: str, key: str, value: str, *, index: str = "", between: tuple[str, str, str] | None = None,
        where: Mapping[str, str] | None = None, limit: int, newest_first: bool = False,
    ) -> list[dict[str, Any]]:  # fmt: skip
        """Up to `limit` items of one partition of a table or an index, in the order of the sort key.

        `between` is the sort key with its inclusive bounds; `where` filters by equal attributes.
        """
        if between and between[1] > between[2]:
            return []  # DynamoDB refuses bounds in the wrong order
        names, values = {"#key": key}, {":key": value}
        condition = "#key = :key"
        if between:
            names["#sort"], values[":from"], values[":to"] = between
            condition += " AND #sort BETWEEN :from AND :to"
        request: dict[str, Any] = {"TableName": table, "ScanIndexForward": not newest_first, "Limit": limit}
        request |= {"IndexName": index} if index else {"ConsistentRead": True}
        for name, wanted in (where or {}).items():
            names[f"#{name}"], values[f":{name}"] = name, wanted
            request["FilterExpression"] = f"#{name} = :{name}"
        request |= {"KeyConditionExpression": condition, "ExpressionAttributeNames": names}
        request["ExpressionAttributeValues"] = marshal(values)
        found: list[dict[str, Any]] = []
        while True:
            page = self.client.query(**request)
            found += map(unmarshal, page["Items"])
            last = page.get("LastEvaluatedKey")
            if not last or len(found) >= limit:
                return found[:limit]
            request["ExclusiveStartKey"] = last

    def increment(self, table: str, key: dict[str, str], purge_at: int, by: int = 1) -> int:
        """Adds to a counter and returns its new value."""
        return int(self.add(table, key, "count", purge_at=purge_at, by=by)["count"])

    def add(self, table: str, key: dict[str, str], name: str, *, purge_at: int, by: int = 1) -> dict[str, Any]:
        """Adds to an attribute and returns the updated item: an attempt is counted before it is judged."""
        answer = self.client.update_item(
            TableName=table,
            Key=marshal(key),
            UpdateExpression="ADD #name :by SET purge_at = :purge_at",
            ExpressionAttributeNames={"#name": name},
            ExpressionAttributeValues=marshal({":by": by, ":purge_at": purge_at}),
            ReturnValues="ALL_NEW",
        )
        return unmarshal(answer["Attributes"])

    def commit(self, writes: Iterable[Write]) -> None:
        """All of the writes, or none. Retries if another transaction interferes; the conditions still hold or fail.

        Raises:
            Conflict: a condition no longer holds.
            Refused: that of a write's `or_refused`; SERVICE_BUSY if every retry met another transaction.
        """
        writes = list(writes)
        items = [{write.verb: write.request} for write in writes]
        for attempt in range(_TRIES):
            try:
                self.client.transact_write_items(TransactItems=items)
                return
            except self.client.exceptions.TransactionCanceledException as error:
                told = [reason.get("Code") for reason in error.response.get("CancellationReasons", ())]
                codes = set(told)
                if not codes <= {"None", None, _FAILED, _CONFLICT}:
                    raise
                for write, code in zip(writes, told, strict=False):
                    if code == _FAILED and write.refused:
                        raise write.refused from None
                if _CONFLICT not in codes:
                    raise Conflict from None
            _wait(attempt)
        raise Refused(SERVICE_BUSY, reason="conflict", retry_after=1)


def retry_on_conflict(step: Callable[[], T]) -> T:
    """Runs a step again until it commits without a conflict, and returns its result.

    Raises:
        Refused: SERVICE_BUSY if every attempt met a conflict.
    """
    for attempt in range(_TRIES):
        try:
            return step()
        except Conflict:
            _wait(attempt)
    raise Refused(SERVICE_BUSY, reason="conflict", retry_after=1)


def put_new(table: str, item: dict[str, Any]) -> Write:
    """A new item; a second one under the same key is a conflict."""
    key = next(iter(item))
    return Write(
        "Put",
        {
            "TableName": table,
            "Item": marshal(item),
            "ConditionExpression": "attribute_not_exists(#key)",
            "ExpressionAttributeNames": {"#key": key},
        },
    )


def batched(items: Iterable[Any], size: int) -> Iterator[tuple[Any, ...]]:
    """Batches of at most `size` items, like `itertools.batched` of Python 3.12."""
    rest = iter(items)
    while batch := tuple(islice(rest, size)):
        yield batch


def put_version(table: str, item: dict[str, Any], seen: int) -> Write:
    """Writes an item with optimistic locking: only if its version is still `seen`; 0 means that it is new."""
    unchanged = "#version = :seen" if seen else "attribute_not_exists(#version)"
    request = {
        "TableName": table,
        "Item": marshal({**item, "version": seen + 1}),
        "ConditionExpression": unchanged,
        "ExpressionAttributeNames": {"#version": "version"},
    }
    if seen:
        request["ExpressionAttributeValues"] = marshal({":seen": seen})
    return Write("Put", request)


def marshal(item: dict[str, Any]) -> dict[str, Any]:
    """Python values as DynamoDB attribute values."""
    return {name: {"S": value} if type(value) is str else _typed(value) for name, value in item.items()}


def unmarshal(item: dict[str, Any]) -> dict[str, Any]:
    """DynamoDB attribute values as Python values; numbers are integers."""
    return {name: value["S"] if "S" in value else _plain(value) for name, value in item.items()}


def fields_of(state: Any) -> dict[str, Any]:
    """A dataclass as an item. Nested dataclasses are not converted, which takes a fifth of the work of `asdict`."""
    return {name: getattr(state, name) for name in state.__dataclass_fields__}


def to_dataclass(item: dict[str, Any] | None, kind: type[T]) -> T:
    """An item as a dataclass; without an item, the dataclass with its defaults."""
    return msgspec.convert(item or {}, kind)


def _projection(names: tuple[str, ...]) -> dict[str, Any]:
    shown = {f"#a{place}": name for place, name in enumerate(names)}
    return {"ProjectionExpression": ", ".join(shown), "ExpressionAttributeNames": shown}


def _typed(value: Any) -> dict[str, Any]:  # boto3's serialiser would import all of boto3 at every cold start
    kind = _KINDS.get(type(value))
    if kind:
        return {kind: str(value) if kind == "N" else value}
    if isinstance(value, dict):
        return {"M": marshal(value)}
    if isinstance(value, frozenset):
        return {"SS": sorted(value)}
    if isinstance(value, list | tuple):
        return {"L": [_typed(part) for part in value]}
    return {"NULL": True} if value is None else {"M": marshal(fields_of(value))}


def _plain(typed: dict[str, Any]) -> Any:
    ((kind, value),) = typed.items()
    if kind == "N":
        return int(value)
    if kind == "M":
        return unmarshal(value)
    if kind == "L":
        return [part["S"] if "S" in part else _plain(part) for part in value]
    if kind == "NULL":
        return None
    return frozenset(value) if kind == "SS" else value


def _wait(attempt: int) -> None:
    """Exponential backoff with full jitter."""
    time.sleep(_RANDOM.uniform(0, 0.02 * 2**attempt))
