"""Handles delivery receipts from SES and End User Messaging, which arrive through SNS."""

import json
from typing import Any

from aws_lambda_powertools import Logger

from receipts.flow import UnknownNotification, record_receipt

log = Logger(service="regain")


def lambda_handler(event: dict[str, Any], context: object) -> dict[str, int]:  # noqa: ARG001 - Lambda's shape
    """Records each delivery receipt as an event. A notification that cannot be read is logged and skipped."""
    recorded = 0
    for record in event["Records"]:
        try:
            notification = json.loads(record["Sns"]["Message"])
            recorded += record_receipt(notification, record["Sns"]["MessageId"])
        except (json.JSONDecodeError, RecursionError):
            log.warning("notification is not JSON")
        except UnknownNotification:
            log.warning("notification of an unknown kind")
    log.info("receipts", extra={"recorded": recorded})
    return {"recorded": recorded}
