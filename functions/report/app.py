"""Counts for reports, and the index of people: handles three streams, and the queue of failed batches.

A schedule wakes it too, to send the invitations that are due.
"""

import importlib
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from regain.adapters import stream_records
from regain.adapters.store import unmarshal
from regain.api.redaction import error_kind
from regain.runtime.services import services
from report.flow import count_events, count_people
from report.index import index_people, list_locked

log = Logger(service="regain")


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Counts a batch of one table's stream, or retries the batches that queued messages name.

    The records of a batch are counted together, so it fails as a whole, and Lambda halves and retries it; nothing is
    counted twice. Queued messages fail one by one. The processor gets no logger, because it would log an error's text.
    """
    if "Records" not in event:  # the schedule's
        sending = importlib.import_module("report.invitations")  # which the streams need not load
        return {"invited": sending.send_due(services())}
    if event["Records"][0]["eventSource"] == "aws:sqs":
        processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
        return dict(process_partial_response(event, _count_again, processor, context))
    return {"counted": _count(event["Records"])}


def _count_again(record: SQSRecord) -> None:
    """Counts a batch that failed before."""
    try:
        _count(stream_records.read_failed_batch(record.body))
    except Exception as error:
        log.error("batch failed, will be retried", extra={"error": error_kind(error)})
        raise


def _count(records: list[dict[str, Any]]) -> int:
    changes = [record["dynamodb"] for record in records]
    events = [change["NewImage"] for change in changes if "kind" in change.get("NewImage", {})]
    if events:
        happened = [unmarshal(image) for image in events]
        counted = count_events(happened)
        list_locked(happened)
    else:
        keys = [{name: value["S"] for name, value in change["Keys"].items()} for change in changes]
        people = [key for key in keys if "at" not in key]  # the rest are expired events
        name = "id" if people and "id" in people[0] else "subject"
        counted = count_people(name, {key[name] for key in people})
        index_people(name, {key[name] for key in people})
    log.info("counted", extra={"records": len(records), "counted": counted})
    return counted
