"""Polls a table's stream for the function that the template maps it to, as Lambda's event source mapping does."""

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import Mapping, Sequence
from typing import Any

import boto3
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local.sandbox import Pool, SandboxError
from local.schedule import Schedule
from local.template import ACCOUNT, REGION

_IDLE_INTERVAL = 60.0  # seconds between polls while nobody says that something may have been written
_MAX_WINDOW = 0.5  # seconds; caps the template's MaximumBatchingWindowInSeconds
_OTHERS = 1.0  # seconds after which what functions have not written may have been, by a test for one
_BACKOFF = 0.2
_FEW = 100  # records: an answer with fewer is the stream's last, for one ends at 1,000 records or 1 MB
_OUTBOX = "OutboxTable"  # its items have a state, so pending ones can be found without the stream
log = logging.getLogger(__name__)


class StreamPoller:
    """One event source mapping: batches, filters, bounded retries, and a queue for records that keep failing."""

    def __init__(self, pool: Pool, mapping: Mapping[str, Any]) -> None:
        self._pool, self._mapping = pool, mapping
        self.table = _name(mapping["Stream"])
        self._retries = mapping.get("MaximumRetryAttempts", 4)
        self._size = mapping.get("BatchSize", 10)
        self._window = min(mapping.get("MaximumBatchingWindowInSeconds", 0), _MAX_WINDOW)
        self._patterns = [json.loads(f["Pattern"]) for f in mapping.get("FilterCriteria", {}).get("Filters", [])]
        self._woken, self._polled = asyncio.Event(), 0.0
        self._streams, self._dynamodb, self._sqs = map(boto3.client, ("dynamodbstreams", "dynamodb", "sqs"))

    async def run(self) -> None:
        """Polls until cancelled. Streams do not survive a restart, so pending messages are delivered first."""
        if self.table == _OUTBOX:
            await self._deliver(await asyncio.to_thread(self._pending))
        iterators: dict[str, str] = {}
        while True:
            self._polled = time.monotonic()
            self._woken.clear()  # writes announced before this are read now
            try:
                records = await asyncio.to_thread(self._next, iterators)
            except Exception as error:  # the engine may be stopping or busy
                log.warning("the stream of %s cannot be read: %s", self.table, type(error).__name__)
                records = []
            await self._deliver([record for record in records if self._wanted(record)])
            if len(records) < _FEW:
                await self._pause()
            await asyncio.sleep(self._window)

    def wake(self, written: bool = True) -> None:
        """Polls at once, because something was `written`; or because somebody else may have, some time ago."""
        if written or time.monotonic() - self._polled > _OTHERS:
            self._woken.set()

    async def _pause(self) -> None:
        """Waits to be woken: by a function that has been invoked, by `./regain`, or after a while all the same."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_IDLE_INTERVAL):
                await self._woken.wait()

    def _next(self, iterators: dict[str, str]) -> list[dict[str, Any]]:
        if not iterators:
            arn = self._dynamodb.describe_table(TableName=self.table)["Table"]["LatestStreamArn"]
            for shard in self._streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
                start = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
                iterators[shard["ShardId"]] = self._streams.get_shard_iterator(**start)["ShardIterator"]
        records: list[dict[str, Any]] = []
        for shard, iterator in list(iterators.items()):
            answer = self._streams.get_records(ShardIterator=iterator)
            records += answer["Records"]
            if answer.get("NextShardIterator"):
                iterators[shard] = answer["NextShardIterator"]
            else:
                del iterators[shard]
        return [self._record(r["eventName"], r["dynamodb"]) for r in records]

    def _pending(self) -> list[dict[str, Any]]:
        pages = self._dynamodb.get_paginator("scan").paginate(TableName=self.table, ConsistentRead=True)
        items = [item for page in pages for item in page["Items"] if item.get("state") == {"S": "pending"}]
        return [
            self._record("INSERT", {"NewImage": item, "Keys": {}, "SequenceNumber": f"pending-{number}"})
            for number, item in enumerate(items)
        ]

    def _record(self, name: str, change: dict[str, Any]) -> dict[str, Any]:
        known = {key: value for key, value in change.items() if key != "ApproximateCreationDateTime"}
        return {
            "eventID": f"{self.table}-{change['SequenceNumber']}",
            "eventName": name,
            "eventSource": "aws:dynamodb",
            "eventVersion": "1.1",
            "awsRegion": REGION,
            "eventSourceARN": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{self.table}/stream/local",
            "dynamodb": {**known, "StreamViewType": "NEW_IMAGE"},
        }

    def _wanted(self, record: dict[str, Any]) -> bool:
        return not self._patterns or any(_matches(pattern, record) for pattern in self._patterns)

    async def _deliver(self, records: list[dict[str, Any]]) -> None:
        for start in range(0, len(records), self._size):
            await self._batch(records[start : start + self._size])

    async def _batch(self, records: list[dict[str, Any]]) -> None:
        """Retries a batch from its first failed record on, until it succeeds or that record is given up."""
        attempts = 0
        while records:
            failed = await self._failed(records)
            if failed is None:
                return
            if failed:
                records, attempts = records[failed:], 0
                continue
            if attempts >= self._retries:
                await asyncio.to_thread(self._give_up, records[0])
                records, attempts = records[1:], 0
                continue
            await asyncio.sleep(_BACKOFF * 2**attempts)
            attempts += 1

    async def _failed(self, records: list[dict[str, Any]]) -> int | None:
        """The index of the first failed record; None if there is none."""
        try:
            answer = await self._pool.call({"Records": records})
        except SandboxError as error:
            log.warning("%s failed: %s", self._pool.function.name, error)
            return 0
        failures = {failure["itemIdentifier"] for failure in (answer or {}).get("batchItemFailures", [])}
        return next((n for n, r in enumerate(records) if r["dynamodb"]["SequenceNumber"] in failures), None)

    def _give_up(self, record: dict[str, Any]) -> None:
        destination = self._mapping.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
        if not destination:
            return
        number = record["dynamodb"]["SequenceNumber"]
        body = {
            "requestContext": {"functionArn": self._pool.function.name, "condition": "RetryAttemptsExhausted"},
            "DDBStreamBatchInfo": {"startSequenceNumber": number, "endSequenceNumber": number, "batchSize": 1},
        }
        queue = self._sqs.get_queue_url(QueueName=_name(destination))["QueueUrl"]
        self._sqs.send_message(QueueUrl=queue, MessageBody=json.dumps(body))


def wake_routes(pollers: Sequence[StreamPoller], schedules: Sequence[Schedule]) -> list[Route]:
    """`POST /local/wake`, for processes that write to the tables themselves, as `./regain` does.

    `POST /local/schedule` runs scheduled functions at once, instead of within a minute.
    """

    def route(path: str, asleep: Sequence[StreamPoller | Schedule]) -> Route:
        async def wake(_: Request) -> Response:
            for each in asleep:
                each.wake()
            return Response(status_code=204)

        return Route(path, wake, methods=["POST"])

    return [route("/local/wake", pollers), route("/local/schedule", schedules)]


def _name(resolved: str) -> str:
    """The logical ID in a resolved `!GetAtt`."""
    return resolved.removeprefix("local:").partition(".")[0]


def _matches(pattern: Any, value: Any) -> bool:
    """Whether a value matches a filter pattern. Of EventBridge's syntax only lists of exact values are supported."""
    if isinstance(pattern, list):
        return value in pattern
    return isinstance(value, dict) and all(_matches(part, value.get(key)) for key, part in pattern.items())
