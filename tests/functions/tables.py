"""Snapshots of the engine's tables: read, compare and restore all items between two runs of a step.

It uses HTTP itself, because botocore's calls are recorded and made to fail (`fault_injection.py`).
"""

import http.client
import json
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

Items = dict[tuple[str, str], dict[str, Any]]
"""(table, key as JSON) → item, as DynamoDB spells it."""

_AT_ONCE = 25
_NAMED_BY = {"RecoveryTable": "record", "EventTable": "kind", "OutboxTable": "kind", "LimitTable": "id", "ReportTable": "part"}  # fmt: skip


class Tables:
    """The tables of one engine."""

    def __init__(self, endpoint: str) -> None:
        parts = urlsplit(endpoint)
        self._connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
        self._keys = {name: self._key_of(name) for name in self._ask("ListTables")["TableNames"]}

    def close(self) -> None:
        """Ends the connection."""
        self._connection.close()

    def items(self, *tables: str) -> Items:
        """Every item of these tables, or of all."""
        found = {}
        for table in tables or self._keys:
            for item in self._scan(table):
                found[table, self._key(table, item)] = item
        return found

    def restore(self, wanted: Items, there: Items | None = None) -> None:
        """Makes the tables hold exactly this. `there` is what they hold, where that is known."""
        there = self.items() if there is None else there
        requests = [
            (table, {"DeleteRequest": {"Key": json.loads(key)}}) for table, key in there if (table, key) not in wanted
        ]
        requests += [
            (table, {"PutRequest": {"Item": item}})
            for (table, key), item in wanted.items()
            if there.get((table, key)) != item
        ]
        for start in range(0, len(requests), _AT_ONCE):
            batch: dict[str, list] = {}
            for table, request in requests[start : start + _AT_ONCE]:
                batch.setdefault(table, []).append(request)
            assert not self._ask("BatchWriteItem", RequestItems=batch).get("UnprocessedItems")

    def empty(self, *tables: str) -> None:
        """Forgets all that these tables hold, or all tables."""
        self.restore({}, self.items(*tables))

    def _scan(self, table: str) -> list[dict[str, Any]]:
        answer = self._ask("Scan", TableName=table, ConsistentRead=True)
        items = answer["Items"]
        while "LastEvaluatedKey" in answer:
            last = answer["LastEvaluatedKey"]
            answer = self._ask("Scan", TableName=table, ConsistentRead=True, ExclusiveStartKey=last)
            items += answer["Items"]
        return items

    def _key_of(self, table: str) -> list[str]:
        schema = self._ask("DescribeTable", TableName=table)["Table"]["KeySchema"]
        return [part["AttributeName"] for part in schema]

    def _key(self, table: str, item: dict[str, Any]) -> str:
        return json.dumps({name: item[name] for name in self._keys[table]}, sort_keys=True)

    def _ask(self, action: str, **request: Any) -> dict[str, Any]:
        headers = {
            "X-Amz-Target": f"DynamoDB_20120810.{action}",
            "Content-Type": "application/x-amz-json-1.0",
            "Authorization": "AWS4-HMAC-SHA256 Credential=local/20270115/eu-west-1/dynamodb/aws4_request, "
            "SignedHeaders=host, Signature=0",
        }
        try:
            self._connection.request("POST", "/", json.dumps(request), headers)
            answer = self._connection.getresponse()
        except ConnectionError:  # the engine ends what is idle for 75 seconds; each request may be repeated
            self._connection.close()
            self._connection.request("POST", "/", json.dumps(request), headers)
            answer = self._connection.getresponse()
        body = json.loads(answer.read())
        if answer.status != 200:
            raise AssertionError(f"{action}: {body}")
        return body


def change(before: Items, after: Items) -> Counter[str]:
    """What has changed, in kinds: `+EventTable password-reset`, `~RecoveryTable flow`, `-SessionTable`.

    Counters are left out: they are counted before anything is judged, and may be ahead of what came of it.
    """
    found: Counter[str] = Counter()
    for place in before.keys() | after.keys():
        old, new = before.get(place), after.get(place)
        shown = new or old or {}
        name = shown.get(_NAMED_BY.get(place[0], ""), {}).get("S", "").partition("#")[0]
        if old == new or "count" in shown or name == "guesses":
            continue
        sign = "+" if old is None else "-" if new is None else "~"
        found[f"{sign}{place[0]} {name}".strip()] += 1
    return found
