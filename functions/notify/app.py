"""The handler of the outbox's stream, and of the queue of what could not be sent: each message is sent once."""

from typing import Any

from aws_lambda_powertools import Logger

from notify.flow import deliver
from regain.adapters import stream_records
from regain.adapters.outbox import InHand, from_stream
from regain.api import metrics
from regain.api.redaction import error_kind

log = Logger(service="regain")


def lambda_handler(event: dict[str, Any], _: Any) -> dict[str, Any]:
    """Sends the messages of a batch; answers the records that are to come again."""
    failed = [name for record in event["Records"] if (name := _failed(record))]
    return {"batchItemFailures": [{"itemIdentifier": name} for name in failed]}


def _failed(record: dict[str, Any]) -> str:
    """The name of a record that is to come again; "" where all of it was seen to."""
    again = record["eventSource"] == "aws:sqs"
    try:
        # Of what failed before, nothing that was sent meanwhile is sent twice: the outbox knows.
        for each in stream_records.records(record["body"]) if again else [record]:
            if each["eventName"] == "INSERT":
                _send(each["dynamodb"]["NewImage"])
    except Exception as error:
        log.error("not sent, to be tried again", extra={"error": error_kind(error)})
        return record["messageId"] if again else record["dynamodb"]["SequenceNumber"]
    return ""


def _send(image: dict[str, Any]) -> None:
    message = from_stream(image)
    about = {"kind": message.kind, "channel": message.channel, "reference": message.reference}
    try:
        outcome = deliver(message)
    except InHand:  # whoever has it says what came of it
        raise
    except Exception:
        metrics.count("Messages", channel=message.channel, outcome="failed")
        raise
    log.info("message", extra={**about, "outcome": outcome})
    metrics.count("Messages", channel=message.channel, outcome=outcome)
