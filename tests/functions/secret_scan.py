"""Searches places for secrets: as they are, and in base64, hexadecimal and URL encoding."""

import base64
import json
import os
import re
from collections.abc import Mapping
from functools import cache
from urllib.parse import quote, quote_plus

import boto3

from regain.runtime.services import Services
from tests.functions.conftest import holds


@cache
def forms(secret: bytes) -> set[str]:
    """The ways in which a text could hold a secret, in small letters but for base64."""
    found = {secret.hex(), secret.hex(" "), secret.hex(":")}
    for before in range(3):  # base64 of a longer text that holds it, wherever it starts within three bytes
        inner = base64.b64encode(b"\0" * before + secret)[
            -(-8 * before // 6) : 8 * (before + len(secret)) // 6
        ].decode()
        found |= {inner, inner.replace("+", "-").replace("/", "_")}
    return found


@cache
def written(secret: str) -> set[str]:
    """A text as it is, and as JSON, Python and URLs write it."""
    return {
        part.lower()
        for part in (secret, json.dumps(secret)[1:-1], ascii(secret)[1:-1], quote(secret), quote_plus(secret))
    }


def leaks(place: str, secrets: Mapping[str, str | bytes]) -> list[str]:
    """The names of the secrets that a place holds in any form."""
    small = place.lower()
    return [name for name, secret in secrets.items() if _held(place, small, secret)]


def _held(place: str, small: str, secret: str | bytes) -> bool:
    if isinstance(secret, str):
        digits = re.fullmatch(r"\d{6}|\d{8}", secret)  # six digits within a hash or a time stand there by chance
        if holds(place, secret) if digits else any(form in small for form in written(secret)):
            return True
        secret = secret.encode()
    return any(form in place or form in small for form in forms(secret))


def stored(services: Services) -> dict[str, str]:
    """Every table, every stream, every queue and the archive, as text by name."""
    client, found = services.store.client, {}
    for table in client.list_tables()["TableNames"]:
        pages = client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
        found[table] = "".join(repr(page["Items"]) for page in pages)
        if arn := client.describe_table(TableName=table)["Table"].get("LatestStreamArn"):
            found[f"stream of {table}"] = _streamed(arn)
    sqs, s3 = boto3.client("sqs"), boto3.client("s3")
    for url in sqs.list_queues().get("QueueUrls", []):
        name, messages = url.rpartition("/")[2], []
        while some := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            messages += some
        found[name] = repr(messages) if messages else ""
        sqs.purge_queue(QueueUrl=url)
    bucket = os.environ["ARCHIVE_BUCKET"]
    kept = s3.list_objects_v2(Bucket=bucket)["Contents"]
    found["archive"] = "".join(
        s3.get_object(Bucket=bucket, Key=each["Key"])["Body"].read().decode() + each["Key"] for each in kept
    )
    return found


def _streamed(arn: str) -> str:
    client, text = boto3.client("dynamodbstreams"), ""
    for shard in client.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
        start = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
        iterator = client.get_shard_iterator(**start)["ShardIterator"]
        while iterator:
            answer = client.get_records(ShardIterator=iterator)
            text += repr(answer["Records"])
            iterator = answer.get("NextShardIterator") if answer["Records"] else None
    return text
