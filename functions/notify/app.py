"""The handler of the outbox's stream: each record is sent once, and tried again where that failed."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

from notify.flow import deliver
from regain.adapters.outbox import from_stream
from regain.faults import fault_name

log = Logger()
processor = BatchProcessor(event_type=EventType.DynamoDBStreams, raise_on_entire_batch_failure=False)


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Sends the new messages of a batch; answers the records that are to come again."""
    return process_partial_response(event=event, record_handler=_record, processor=processor, context=context)


def _record(record: Any) -> None:
    message = from_stream(record.raw_event["dynamodb"]["NewImage"])
    about = {"kind": message.kind, "channel": message.channel, "reference": message.reference}
    try:
        outcome = deliver(message)
    except Exception as error:
        log.error("not sent, to be tried again", extra={**about, "error": fault_name(error)})
        raise
    log.info("message", extra={**about, "outcome": outcome})
