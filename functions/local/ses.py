"""A stand-in for the SendEmail action of Amazon SES (API version 2), in front of the engine's. It sends nothing.

The engine knows the verified identities, and is asked at most once a second for each sender. The stand-in validates
requests with botocore's model and refuses what SES documents that it refuses, such as a From of two addresses or a name
that is not encoded: the engine takes both.
https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
"""

import asyncio
import json
import time
import urllib.error
import urllib.request
import uuid
from email.errors import HeaderParseError
from email.headerregistry import HeaderRegistry
from http import HTTPStatus
from typing import Any

import botocore.session
from botocore.validate import ParamValidator
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local.message_log import MessageLog

_PATH = "/v2/email/outbound-emails"
_ERROR_TYPE = "x-amzn-errortype"
ASKED_AGAIN = 1.0
"""Seconds after which an identity that was taken away is noticed."""
_LONGEST_FROM = 320  # characters, name and address together


class Ses:
    """Records the mails whose sender the engine at `endpoint` accepts."""

    def __init__(self, log: MessageLog, endpoint: str) -> None:
        self._log, self._endpoint = log, endpoint
        self._accepted: dict[tuple[str, str], float] = {}  # senders, with their configuration sets: when
        self._model = botocore.session.get_session().get_service_model("sesv2")

    async def serve(self, request: Request) -> Response:
        """Handles one SendEmail."""
        try:
            raw = await request.body()
            asked = json.loads(raw)
        except ValueError:
            return _refused("BadRequestException", "this is not JSON")
        shape = self._model.operation_model("SendEmail").input_shape
        report = ParamValidator().validate(asked, shape)
        unknown = set(asked) - set(shape.members)
        if report.has_errors() or unknown:
            return _refused("BadRequestException", report.generate_report() or f"unknown: {', '.join(unknown)}")
        if what := _wrong_mailbox(asked.get("FromEmailAddress", "")):
            return _refused("BadRequestException", f"From: {what}")
        recipients = asked.get("Destination", {}).get("ToAddresses", [])
        for to in recipients:
            if what := _wrong_mailbox(to):
                return _refused("BadRequestException", f"To: {what}")
        sender = asked.get("FromEmailAddress", ""), asked.get("ConfigurationSetName", "")
        if time.monotonic() - self._accepted.get(sender, -ASKED_AGAIN) >= ASKED_AGAIN:
            status, answer, kind = await asyncio.to_thread(self._forward, request, raw)
            if status != HTTPStatus.OK:
                return Response(answer, status, {_ERROR_TYPE: kind} if kind else {}, "application/json")
            self._accepted[sender] = time.monotonic()
        self._keep(asked, recipients)
        return JSONResponse({"MessageId": str(uuid.uuid4())})

    def _keep(self, asked: dict[str, Any], recipients: list[str]) -> None:
        content = asked["Content"]["Simple"]
        subject, body = content["Subject"]["Data"], content["Body"]
        parts = body["Text"]["Data"], body.get("Html", {}).get("Data", "")
        for to in recipients:
            self._log.add("email", to, subject, *parts)

    def _forward(self, request: Request, body: bytes) -> tuple[int, bytes, str]:
        """The engine's status, body and error type."""
        kept = {name: value for name, value in request.headers.items() if name in ("authorization", "content-type")}
        forwarded = urllib.request.Request(f"{self._endpoint}{_PATH}", body, kept)
        try:
            with urllib.request.urlopen(forwarded, timeout=10) as answer:
                return answer.status, answer.read(), ""
        except urllib.error.HTTPError as error:
            return error.code, error.read(), error.headers.get(_ERROR_TYPE, "")


def _wrong_mailbox(text: str) -> str:
    """What SES says of an address, with a display name or without; "" where it takes it."""
    if not text.isascii():
        return "not ASCII: a name must be encoded (RFC 2047), a domain in punycode"
    if len(text) > _LONGEST_FROM:
        return "longer than 320 characters"
    try:
        header: Any = HeaderRegistry()("from", text)
    except HeaderParseError:
        return "not an address"
    if header.defects or len(header.addresses) != 1 or not header.addresses[0].domain:
        return "not one address"
    return ""


def _refused(kind: str, message: str) -> Response:
    return JSONResponse({"message": message}, 400, headers={_ERROR_TYPE: kind})
