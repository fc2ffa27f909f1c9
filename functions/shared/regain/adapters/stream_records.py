"""Reads the stream records of a failed batch again.

Lambda's on-failure queue receives only the position of a batch; the stream keeps the records for 24 hours.
"""

import json
from typing import Any

from regain.adapters import aws


def read_failed_batch(body: str) -> list[dict[str, Any]]:
    """The records of the batch that a queue message describes (`DDBStreamBatchInfo`), in order.

    Raises:
        ClientError: `TrimmedDataAccessException`, if the stream no longer keeps them.
    """
    client = aws.client("dynamodbstreams")
    batch = json.loads(body)["DDBStreamBatchInfo"]
    last = int(batch["endSequenceNumber"])
    iterator = client.get_shard_iterator(
        StreamArn=batch["streamArn"],
        ShardId=batch["shardId"],
        ShardIteratorType="AT_SEQUENCE_NUMBER",
        SequenceNumber=batch["startSequenceNumber"],
    )["ShardIterator"]
    found: list[dict[str, Any]] = []
    while iterator and len(found) < batch["batchSize"]:
        answer = client.get_records(ShardIterator=iterator, Limit=batch["batchSize"])
        within = [each for each in answer["Records"] if int(each["dynamodb"]["SequenceNumber"]) <= last]
        found += within
        if not answer["Records"] or len(within) < len(answer["Records"]):
            break
        iterator = answer.get("NextShardIterator")
    return found
