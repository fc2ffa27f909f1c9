"""Hourly digests of requests for help, for a desk that is not e-mailed about each one.

The outbox table has two items for each desk and hour. Requests from browsers that the account knows, or with a proof,
have an item of their own, which strangers cannot fill.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from regain.adapters.outbox import HELP, Outbox
from regain.adapters.seal import seal, unseal
from regain.adapters.store import Write, marshal

HOUR = 3_600
MOST_LINES = 250  # of an item, which DynamoDB bounds at 400 KB
_KEPT = 7 * 86_400
_NAME = 60


@dataclass(frozen=True, slots=True)
class Line:
    """A shortened request for help: the typed user ID and name, the address for the answer, the time, the reference."""

    user_id: str
    name: str
    reply_to: str
    at: int
    reference: str


@dataclass(frozen=True, slots=True)
class Digest:
    """The requests of an hour that were not mailed one by one; `requests` counts those without a line too."""

    lines: tuple[Line, ...] = ()
    requests: int = 0


def add_write(outbox: Outbox, desk: str, first: bool, line: Line, listed: bool) -> Write:
    """Adds a request to the digest of its hour, with a line or, where there are enough of them, as a number only."""
    kept = asdict(replace(line, user_id=seal(outbox.keys, line.user_id), name=line.name[:_NAME]))
    return Write(
        "Update",
        {
            "TableName": outbox.table,
            "Key": marshal({"id": _id(desk, first, line.at)}),
            "UpdateExpression": "SET #lines = list_append(if_not_exists(#lines, :none), :line), #until = :until "
            "ADD #requests :one",
            "ExpressionAttributeNames": {"#lines": "lines", "#requests": "requests", "#until": "purge_at"},
            "ExpressionAttributeValues": marshal(
                {":none": [], ":line": [kept] if listed else [], ":one": 1, ":until": line.at + _KEPT}
            ),
        },
    )


def read(outbox: Outbox, desk: str, hour: int) -> Digest:
    """The digest of the hour that begins at `hour` (seconds since 1970): known browsers and proofs first."""
    found = [outbox.store.get(outbox.table, {"id": _id(desk, first, hour)}) for first in (True, False)]
    items = [item for item in found if item]
    lines = tuple(line for item in items for line in _lines(outbox, item["lines"]))
    return Digest(lines, sum(item["requests"] for item in items))


def is_digest(image: dict[str, Any]) -> bool:
    """Whether an item of the stream is a digest, which is no message."""
    return "requests" in image


def _lines(outbox: Outbox, kept: list[dict[str, Any]]) -> Iterator[Line]:
    for each in kept:
        yield Line(**{**each, "user_id": unseal(outbox.keys, each["user_id"])})


def _id(desk: str, first: bool, at: int) -> str:
    name = hashlib.sha256(desk.encode()).hexdigest()[:16]
    return f"{HELP}digest-{name}-{'first' if first else 'others'}-{at // HOUR}"
