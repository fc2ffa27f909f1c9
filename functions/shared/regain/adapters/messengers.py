"""Messaging services: Amazon SES for e-mail, AWS End User Messaging for text and voice."""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from botocore.exceptions import ClientError, ParamValidationError

_PERMANENT_ERRORS = {
    "MessageRejected", "BadRequestException", "MailFromDomainNotVerifiedException", "NotFoundException",
    "ValidationException", "AccessDeniedException", "ConflictException", "ResourceNotFoundException",
}  # fmt: skip
"""Errors that a retry would not change. All others are retried."""

_HEADERS = [{"Name": "Auto-Submitted", "Value": "auto-generated"}]
"""Keeps out-of-office replies and ticket systems from answering, which could start a loop (RFC 3834, 5)."""


class Undeliverable(Exception):
    """The service rejected the message permanently. Holds the error code, never the message."""


@dataclass(frozen=True, slots=True)
class RenderedMessage:
    """A message ready to send: text and HTML for e-mail, `sms` for texts, `ssml` and its `voice` for calls."""

    subject: str
    text: str
    html: str
    sms: str = ""
    ssml: str = ""
    voice: str = ""


class Messenger(Protocol):
    """Sends messages through one channel."""

    def send(self, to: str, message: RenderedMessage, tags: Mapping[str, str]) -> str:
        """Sends a message and returns the service's message id. `tags` come back with its delivery receipt.

        Raises:
            Undeliverable: the service rejected the message permanently.
        """
        ...


@dataclass(frozen=True, slots=True)
class Email:
    """Amazon SES, API version 2. `sender` is a From header in ASCII."""

    client: Any
    sender: str
    receipts: str = ""

    def send(self, to: str, message: RenderedMessage, tags: Mapping[str, str]) -> str:
        """Sends plain text and HTML as alternatives."""
        content = {
            "Subject": _utf8(message.subject),
            "Body": {"Text": _utf8(message.text), "Html": _utf8(message.html)},
            "Headers": _HEADERS,
        }
        answer = _call(
            self.client.send_email,
            FromEmailAddress=self.sender,
            Destination={"ToAddresses": [in_ascii(to)]},
            Content={"Simple": content},
            **(
                {
                    "ConfigurationSetName": self.receipts,
                    "EmailTags": [{"Name": name, "Value": value} for name, value in tags.items()],
                }
                if self.receipts
                else {}
            ),
        )
        return str(answer["MessageId"])


@dataclass(frozen=True, slots=True)
class Text:
    """AWS End User Messaging SMS. `origin` is a number, pool or sender ID; if "", AWS chooses."""

    client: Any
    origin: str
    seconds: int
    receipts: str = ""

    def send(self, to: str, message: RenderedMessage, tags: Mapping[str, str]) -> str:
        """Sends a transactional text, which expires with its code."""
        origin = {"OriginationIdentity": self.origin} if self.origin else {}
        answer = _call(
            self.client.send_text_message,
            DestinationPhoneNumber=to,
            MessageBody=message.sms,
            MessageType="TRANSACTIONAL",
            TimeToLive=self.seconds,
            **origin,
            **_tracking(self.receipts, tags),
        )
        return str(answer["MessageId"])


@dataclass(frozen=True, slots=True)
class Voice:
    """AWS End User Messaging voice. Needs a number to call from."""

    client: Any
    origin: str
    seconds: int
    receipts: str = ""

    def send(self, to: str, message: RenderedMessage, tags: Mapping[str, str]) -> str:
        """Calls, and reads out the message's SSML."""
        if not self.origin:
            raise Undeliverable("no number to call from")
        answer = _call(
            self.client.send_voice_message,
            DestinationPhoneNumber=to,
            OriginationIdentity=self.origin,
            MessageBody=message.ssml,
            MessageBodyTextType="SSML",
            VoiceId=message.voice,
            TimeToLive=self.seconds,
            **_tracking(self.receipts, tags),
        )
        return str(answer["MessageId"])


def _tracking(receipts: str, tags: Mapping[str, str]) -> dict[str, Any]:
    """The parameters that connect a delivery receipt to its event."""
    return {"ConfigurationSetName": receipts, "Context": dict(tags)} if receipts else {}


def _call(action: Any, **request: Any) -> Any:
    try:
        return action(**request)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in _PERMANENT_ERRORS:
            raise Undeliverable(code) from None
        raise
    except ParamValidationError:  # from botocore, whose text quotes the message
        raise Undeliverable("ParamValidationError") from None


def in_ascii(address: str) -> str:
    """An address in the form that SES accepts, with its domain in punycode.

    Raises:
        Undeliverable: the local part is not ASCII, which SES does not support, or the domain is not valid.
    """
    local, _, domain = address.rpartition("@")
    if not local.isascii():
        raise Undeliverable("NotAscii")
    if domain.isascii():
        return address
    try:
        return f"{local}@{importlib.import_module('idna').encode(domain, uts46=True).decode()}"
    except UnicodeError:  # as SES says of such a domain in ASCII
        raise Undeliverable("BadRequestException") from None


def _utf8(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}
