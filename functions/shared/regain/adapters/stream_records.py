"""Reads the stream records of a failed batch again.

Lambda's on-failure queue receives only the position of a batch; the stream keeps the records for 24 hours.
"""

import json
from collections.abc import Iterator
from typing import Any

from regain.adapters import aws

_EMPTY_PAGES = 20  # in a row: DynamoDB may return some before the first record


class IncompleteBatch(Exception):
    """The stream ended before the last record of the batch."""


def read_failed_batch(body: str) -> list[dict[str, Any]]:
    """The records of the batch that a queue message describes (`DDBStreamBatchInfo`), in order, from first to last.

    They include records that the function's filter drops: `batchSize` counts only those that Lambda passed on, not the
    ones between them.

    Raises:
        IncompleteBatch: the last record was not reached. The message must stay in the queue.
        ClientError: `TrimmedDataAccessException`, if the stream no longer keeps them.
    """
    batch = json.loads(body)["DDBStreamBatchInfo"]
    last = int(batch["endSequenceNumber"])
    found: list[dict[str, Any]] = []
    for record in _from(batch["streamArn"], batch["shardId"], batch["startSequenceNumber"]):
        number = int(record["dynamodb"]["SequenceNumber"])
        if number <= last:
            found.append(record)
        if number >= last:
            return found
    raise IncompleteBatch(f"{len(found)} records were read, and the last one asked for was not among them")


def _from(stream: str, shard: str, first: str) -> Iterator[dict[str, Any]]:
    """The records of a shard from this one on."""
    client = aws.client("dynamodbstreams")
    iterator = client.get_shard_iterator(
        StreamArn=stream, ShardId=shard, ShardIteratorType="AT_SEQUENCE_NUMBER", SequenceNumber=first
    )["ShardIterator"]
    empty = 0
    while iterator and empty < _EMPTY_PAGES:
        answer = client.get_records(ShardIterator=iterator)
        yield from answer["Records"]
        empty = 0 if answer["Records"] else empty + 1
        iterator = answer.get("NextShardIterator")
