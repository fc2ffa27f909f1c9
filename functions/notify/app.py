"""Sends the outbox: handles the table's stream, and the queue of records that failed. Each message is sent once.

A schedule wakes it too, for the digests of requests for help, and for passwords of which nobody knows whether they
were set.
"""

import contextlib
from collections.abc import Iterator
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from notify import doubts, help_digest
from notify.flow import deliver
from regain.adapters import stream_records
from regain.adapters.help_digests import is_digest
from regain.adapters.outbox import AlreadyClaimed, from_stream
from regain.api import metrics
from regain.api.redaction import error_kind
from regain.runtime.services import services

log = Logger(service="regain")


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Sends the messages of a batch in order; reports the records to retry (`batchItemFailures`).

    A failure does not hold up the messages after it. Where Lambda retries those too, the outbox's claim keeps them from
    being sent again. The processor gets no logger, because it would log the text of an error.
    """
    if "Records" not in event:  # the schedule's
        try:
            help_digest.write_due(services())
        finally:
            doubts.write_due(services())
        return {}
    queued = event["Records"][0]["eventSource"] == "aws:sqs"
    source, handler = (EventType.SQS, _send_again) if queued else (EventType.DynamoDBStreams, _send_new)
    processor = BatchProcessor(source, raise_on_entire_batch_failure=False)
    return dict(process_partial_response(event, handler, processor, context))


def _send_new(record: DynamoDBRecord) -> None:
    with _failures_logged():
        _send(record.raw_event)


def _send_again(record: SQSRecord) -> None:
    """Sends what a queued message names: records of the stream that failed before. None of them holds up the others."""
    with _failures_logged(), contextlib.ExitStack() as tried:
        for each in reversed(stream_records.read_failed_batch(record.body)):
            tried.callback(_send, each)


@contextlib.contextmanager
def _failures_logged() -> Iterator[None]:
    """Logs the kind of a failure, and leaves it to the processor to report."""
    try:
        yield
    except Exception as error:
        log.error("message failed, will be retried", extra={"error": error_kind(error)})
        raise


def _send(record: dict[str, Any]) -> None:
    image = record["dynamodb"].get("NewImage", {})
    if record["eventName"] != "INSERT" or is_digest(image):
        return
    message = from_stream(image)
    about = {"kind": message.kind, "channel": message.channel, "reference": message.reference}
    try:
        outcome = deliver(message)
    except AlreadyClaimed:  # the process that claimed it counts the outcome
        raise
    except Exception:
        metrics.count("Messages", channel=message.channel, outcome="failed")
        raise
    log.info("message", extra={**about, "outcome": outcome})
    metrics.count("Messages", channel=message.channel, outcome=outcome)
