"""Counts for reports: handles the streams of events, accounts and security info, and the queue of failed batches."""

from typing import Any

from aws_lambda_powertools import Logger

from regain.adapters import stream_records
from regain.adapters.store import unmarshal
from regain.api.redaction import error_kind
from report.flow import count_events, count_people

log = Logger(service="regain")


def lambda_handler(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda's shape
    """Counts one batch of one table. A batch that fails is retried as a whole; nothing is counted twice."""
    records = event["Records"]
    if records[0]["eventSource"] == "aws:sqs":
        return {"batchItemFailures": [{"itemIdentifier": r["messageId"]} for r in records if not _retry(r)]}
    return {"counted": _count(records)}


def _retry(message: dict[str, Any]) -> bool:
    """Whether a batch that failed before has now been counted."""
    try:
        _count(stream_records.read_failed_batch(message["body"]))
    except Exception as error:
        log.error("batch failed, will be retried", extra={"error": error_kind(error)})
        return False
    return True


def _count(records: list[dict[str, Any]]) -> int:
    changes = [record["dynamodb"] for record in records]
    events = [change["NewImage"] for change in changes if "kind" in change.get("NewImage", {})]
    if events:
        counted = count_events([unmarshal(image) for image in events])
    else:
        keys = [{name: value["S"] for name, value in change["Keys"].items()} for change in changes]
        people = [key for key in keys if "at" not in key]  # the rest are expired events
        name = "user_id" if people and "user_id" in people[0] else "subject"
        counted = count_people(name, {key[name] for key in people})
    log.info("counted", extra={"records": len(records), "counted": counted})
    return counted
