"""A stand-in for the two send actions of AWS End User Messaging, which the engine lacks. It sends nothing.

It speaks AWS JSON 1.0 and validates requests with botocore's model, so it refuses a malformed request as AWS would.
"""

import json
import threading
import time
import uuid
from pathlib import Path
from typing import Any

import botocore.session
from botocore.validate import ParamValidator
from starlette.requests import Request
from starlette.responses import Response

SERVICE = "pinpoint-sms-voice-v2"
_CHANNELS = {"SendTextMessage": "text", "SendVoiceMessage": "voice"}
_TARGET = "PinpointSMSVoiceV2."


class EndUserMessaging:
    """Records the texts and calls that are requested in a file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._model = botocore.session.get_session().get_service_model(SERVICE)

    async def serve(self, request: Request) -> Response:
        """Handles one call of the AWS API."""
        action = request.headers.get("x-amz-target", "").removeprefix(_TARGET)
        if action not in _CHANNELS:
            return _error("UnknownOperationException", f"{action} is not one of {', '.join(_CHANNELS)}")
        try:
            asked = json.loads(await request.body())
        except ValueError:
            return _error("SerializationException", "this is not JSON")
        shape = self._model.operation_model(action).input_shape
        report = ParamValidator().validate(asked, shape)
        unknown = set(asked) - set(shape.members)
        if report.has_errors() or unknown:
            return _error("ValidationException", report.generate_report() or f"unknown: {', '.join(unknown)}")
        return _answer(200, {"MessageId": self._keep(_CHANNELS[action], asked)})

    def messages(self) -> list[dict[str, Any]]:
        """All texts and calls, oldest first."""
        if not self._file.exists():
            return []
        return [json.loads(line) for line in self._file.read_text().splitlines()]

    def _keep(self, channel: str, asked: dict[str, Any]) -> str:
        message = {
            "id": str(uuid.uuid4()),
            "at": time.time(),
            "channel": channel,
            "to": asked["DestinationPhoneNumber"],
            "subject": "",
            "body": asked.get("MessageBody", ""),
        }
        with self._lock, self._file.open("a") as file:
            file.write(json.dumps(message) + "\n")
        return message["id"]


def _error(kind: str, message: str) -> Response:
    return _answer(400, {"__type": kind, "message": message})


def _answer(status: int, body: dict[str, Any]) -> Response:
    return Response(json.dumps(body), status, media_type="application/x-amz-json-1.0")
