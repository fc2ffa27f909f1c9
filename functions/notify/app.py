"""Sends the outbox: handles the table's stream, and the queue of records that failed. Each message is sent once."""

from typing import Any

from aws_lambda_powertools import Logger

from notify.flow import deliver
from regain.adapters import stream_records
from regain.adapters.outbox import AlreadyClaimed, from_stream
from regain.api import metrics
from regain.api.redaction import error_kind

log = Logger(service="regain")


def lambda_handler(event: dict[str, Any], _: Any) -> dict[str, Any]:
    """Sends the messages of a batch; reports the records to retry (`batchItemFailures`)."""
    failed = [name for record in event["Records"] if (name := _failed_identifier(record))]
    return {"batchItemFailures": [{"itemIdentifier": name} for name in failed]}


def _failed_identifier(record: dict[str, Any]) -> str:
    """The identifier of a record that has to be retried; "" if it is done."""
    queued = record["eventSource"] == "aws:sqs"
    try:
        # A queued batch may hold messages that were sent: the outbox's claim keeps them from being sent again.
        for each in stream_records.read_failed_batch(record["body"]) if queued else [record]:
            if each["eventName"] == "INSERT":
                _send(each["dynamodb"]["NewImage"])
    except Exception as error:
        log.error("message failed, will be retried", extra={"error": error_kind(error)})
        return record["messageId"] if queued else record["dynamodb"]["SequenceNumber"]
    return ""


def _send(image: dict[str, Any]) -> None:
    message = from_stream(image)
    about = {"kind": message.kind, "channel": message.channel, "reference": message.reference}
    try:
        outcome = deliver(message)
    except AlreadyClaimed:  # whoever claimed it counts its outcome
        raise
    except Exception:
        metrics.count("Messages", channel=message.channel, outcome="failed")
        raise
    log.info("message", extra={**about, "outcome": outcome})
    metrics.count("Messages", channel=message.channel, outcome=outcome)
