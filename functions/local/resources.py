"""Creates the template's resources in the engine, unless they exist."""

import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError

from local.template import REGION, Template, read

_CREATE = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "DeletionProtectionEnabled")


def create(path: Path, parameters: Mapping[str, str]) -> Template:
    """Creates tables, keys, queues, buckets and identities. Returns the template with their physical names."""
    template = read(path, parameters)
    keys = {name: _key(name, made) for name, made in template.of_type("AWS::KMS::Key").items()}
    for name, made in template.of_type("AWS::DynamoDB::Table").items():
        _table(name, made)
    sqs = boto3.client("sqs")
    queues = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in template.of_type("AWS::SQS::Queue")}
    for name in template.of_type("AWS::S3::Bucket"):
        _once(partial(_bucket, name.lower()))
    for name in template.of_type("AWS::SES::ConfigurationSet"):
        _once(partial(_engine_ses().create_configuration_set, ConfigurationSetName=name))
    for made in template.of_type("AWS::SES::EmailIdentity").values():
        _once(partial(_engine_ses().create_email_identity, EmailIdentity=made["EmailIdentity"]))
    buckets = {name: name.lower() for name in template.of_type("AWS::S3::Bucket")}
    return read(path, parameters, {**keys, **queues, **buckets})


def _engine_ses() -> Any:
    """The engine's SES: the stand-in in front of it sends, and is not there yet."""
    return boto3.client("sesv2", endpoint_url=os.environ["AWS_ENDPOINT_URL"])


def _key(name: str, made: dict[str, Any]) -> str:
    """The key's id. An alias named by its logical ID finds it again after a restart."""
    kms = boto3.client("kms")
    alias = f"alias/{name}"
    try:
        return str(kms.describe_key(KeyId=alias)["KeyMetadata"]["KeyId"])
    except ClientError:
        created = kms.create_key(**{name: made[name] for name in ("KeySpec", "KeyUsage") if name in made})
        key = str(created["KeyMetadata"]["KeyId"])
        kms.create_alias(AliasName=alias, TargetKeyId=key)
        return key


def _table(name: str, made: dict[str, Any]) -> None:
    dynamodb = boto3.client("dynamodb")
    request = {key: made[key] for key in _CREATE if key in made}
    if made.get("SSESpecification", {}).get("SSEEnabled"):
        request["SSESpecification"] = {"Enabled": True}
    if "StreamSpecification" in made:
        request["StreamSpecification"] = {"StreamEnabled": True, **made["StreamSpecification"]}
    if not _once(lambda: dynamodb.create_table(TableName=name, **request)):
        return
    if "TimeToLiveSpecification" in made:
        dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=made["TimeToLiveSpecification"])
    if "PointInTimeRecoverySpecification" in made:
        recovery = made["PointInTimeRecoverySpecification"]
        dynamodb.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=recovery)


def _bucket(name: str) -> None:
    place = {"LocationConstraint": REGION}
    boto3.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration=place)


def _once(make: Callable[[], Any]) -> bool:
    """Whether it was created; False if it existed."""
    try:
        make()
    except ClientError as error:
        if error.response["Error"]["Code"] in (
            "ResourceInUseException",
            "AlreadyExistsException",
            "BucketAlreadyOwnedByYou",
            "BucketAlreadyExists",
        ):
            return False
        raise
    return True
