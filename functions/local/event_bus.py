"""A stand-in for EventBridge: events that would leave are lines of a file to look at."""

import json
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

ARN = "arn:aws:events:eu-west-1:000000000000:event-bus/security"
FILE = "ocsf.jsonl"


class EventBus:
    """Takes what `PutEvents` brings."""

    def __init__(self, file: Path) -> None:
        self._file = file

    async def serve(self, request: Request) -> Response:
        """Handles one call of the AWS API."""
        if request.headers.get("x-amz-target") != "AWSEvents.PutEvents":
            return JSONResponse({"__type": "UnknownOperationException"}, 400)
        entries = (await request.json())["Entries"]
        details = [json.loads(each["Detail"]) for each in entries]
        with self._file.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(each, ensure_ascii=False) + "\n" for each in details)
        taken = [{"EventId": each["metadata"]["uid"]} for each in details]
        return JSONResponse({"FailedEntryCount": 0, "Entries": taken})
