"""Forwards the stream of audit events, and retries the batches that failed."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from forward.flow import NotTaken, forward
from regain.adapters import stream_records
from regain.adapters.store import unmarshal
from regain.api.redaction import error_kind

log = Logger(service="regain")


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Forwards a batch in order. Lambda retries the stream from the first record that was not accepted."""
    if event["Records"][0]["eventSource"] == "aws:sqs":
        processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
        return dict(process_partial_response(event, _forward_again, processor, context))
    records = _of_events(event["Records"])
    try:
        forward([_image(record) for record in records])
    except Exception as error:
        index = error.index if isinstance(error, NotTaken) else 0
        log.error("not forwarded, will be retried", extra={"error": error_kind(error), "records": len(records)})
        return {"batchItemFailures": [{"itemIdentifier": records[index]["dynamodb"]["SequenceNumber"]}]}
    log.info("forwarded", extra={"records": len(records)})
    return {"batchItemFailures": []}


def _forward_again(record: SQSRecord) -> None:
    """Retries a batch that failed before."""
    try:
        forward([_image(each) for each in _of_events(stream_records.read_failed_batch(record.body))])
    except Exception as error:
        log.error("not forwarded, will be retried", extra={"error": error_kind(error)})
        raise


def _of_events(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The records that add an event. The others report that one has expired."""
    return [record for record in records if record["eventName"] == "INSERT"]


def _image(record: dict[str, Any]) -> dict[str, Any]:
    return unmarshal(record["dynamodb"]["NewImage"])
