"""What wakes the report function: the streams of events, accounts and security info."""

from typing import Any

from aws_lambda_powertools import Logger

from regain.adapters.store import unmarshal
from report.flow import count_events, count_people

log = Logger()


def lambda_handler(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda's shape
    """Counts one batch of one table. What fails comes again as a whole, and what was counted is not counted again."""
    records = event["Records"]
    key, image = (records[0]["dynamodb"].get(part) for part in ("Keys", "NewImage"))
    if image and "kind" in image:
        counted = count_events([unmarshal(record["dynamodb"]["NewImage"]) for record in records])
    else:
        name = "user_id" if "user_id" in key else "subject"
        counted = count_people(name, {record["dynamodb"]["Keys"][name]["S"] for record in records})
    log.info("counted", extra={"records": len(records), "counted": counted})
    return {"counted": counted}
