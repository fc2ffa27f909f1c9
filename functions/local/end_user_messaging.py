"""A stand-in for the two send actions of AWS End User Messaging, which the engine lacks. It sends nothing.

It speaks AWS JSON 1.0 and validates requests with botocore's model, so it refuses a malformed request as AWS would.
"""

import json
from typing import Any

import botocore.session
from botocore.validate import ParamValidator
from starlette.requests import Request
from starlette.responses import Response

from local.message_log import MessageLog

SERVICE = "pinpoint-sms-voice-v2"
_CHANNELS = {"SendTextMessage": "text", "SendVoiceMessage": "voice"}
_TARGET = "PinpointSMSVoiceV2."


class EndUserMessaging:
    """Records the texts and calls that are requested."""

    def __init__(self, log: MessageLog) -> None:
        self._log = log
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
        taken = self._log.add(_CHANNELS[action], asked["DestinationPhoneNumber"], "", asked.get("MessageBody", ""))
        return _answer(200, {"MessageId": taken})


def _error(kind: str, message: str) -> Response:
    return _answer(400, {"__type": kind, "message": message})


def _answer(status: int, body: dict[str, Any]) -> Response:
    return Response(json.dumps(body), status, media_type="application/x-amz-json-1.0")
