"""What wakes the receipts function: notifications of SES and End User Messaging, by way of a topic."""

import json
from typing import Any

from aws_lambda_powertools import Logger

from receipts.flow import NotUnderstood, note

log = Logger(service="regain")


def lambda_handler(event: dict[str, Any], context: object) -> dict[str, int]:  # noqa: ARG001 - Lambda's shape
    """Notes what became of messages. What cannot be understood is logged by its shape and passed over."""
    noted = 0
    for record in event["Records"]:
        try:
            told = json.loads(record["Sns"]["Message"])
            noted += note(told, record["Sns"]["MessageId"])
        except (json.JSONDecodeError, RecursionError):
            log.warning("a notification that is not JSON")
        except NotUnderstood:
            log.warning("a notification of an unknown shape")
    log.info("receipts", extra={"noted": noted})
    return {"noted": noted}
