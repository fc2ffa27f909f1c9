"""The handler of the outbox's stream, and of the queue of what could not be sent: each message is sent once."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

from notify.flow import deliver
from regain import metrics
from regain.adapters import streams
from regain.adapters.outbox import from_stream
from regain.faults import fault_name

log = Logger(service="regain")


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Sends the messages of a batch; answers the records that are to come again."""
    again = event["Records"][0]["eventSource"] == "aws:sqs"
    kind, handler = (EventType.SQS, _again) if again else (EventType.DynamoDBStreams, _record)
    processor = BatchProcessor(event_type=kind, raise_on_entire_batch_failure=False)
    return process_partial_response(event=event, record_handler=handler, processor=processor, context=context)


def _record(record: Any) -> None:
    _send(record.raw_event["dynamodb"]["NewImage"])


def _again(record: Any) -> None:
    """What failed before. What was sent meanwhile is not sent twice: the outbox knows."""
    for each in streams.records(record.body):
        if each["eventName"] == "INSERT":
            _send(each["dynamodb"]["NewImage"])


def _send(image: dict[str, Any]) -> None:
    message = from_stream(image)
    about = {"kind": message.kind, "channel": message.channel, "reference": message.reference}
    try:
        outcome = deliver(message)
    except Exception as error:
        log.error("not sent, to be tried again", extra={**about, "error": fault_name(error)})
        metrics.count("Messages", channel=message.channel, outcome="failed")
        raise
    log.info("message", extra={**about, "outcome": outcome})
    metrics.count("Messages", channel=message.channel, outcome=outcome)
