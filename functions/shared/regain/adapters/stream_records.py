"""Records of a table's stream that a function could not see to, found again by what the queue says of them.

Lambda puts no record into the queue but its place; the stream keeps the record itself for 24 hours.
"""

import json
from typing import Any

from regain.adapters import aws


def read_failed_batch(body: str) -> list[dict[str, Any]]:
    """The records that a message of the queue names (`DDBStreamBatchInfo`), in their order.

    Raises:
        ClientError: `TrimmedDataAccessException`, where the stream has forgotten them.
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
