"""The services that carry messages: Amazon SES for e-mail, AWS End User Messaging for text and voice."""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from botocore.exceptions import ClientError

_SAID_NO = {
    "MessageRejected", "BadRequestException", "MailFromDomainNotVerifiedException", "NotFoundException",
    "ValidationException", "AccessDeniedException", "ConflictException", "ResourceNotFoundException",
}  # fmt: skip
"""Answers that another try would not change. Everything else is worth one."""


class Undeliverable(Exception):
    """The service refused the message for good. Holds its code, never the message."""


@dataclass(frozen=True, slots=True)
class RenderedMessage:
    """A message in words: text and HTML for e-mail, a short form for texts, SSML with the voice that reads it."""

    subject: str
    text: str
    html: str
    sms: str = ""
    ssml: str = ""
    voice: str = ""


class Messenger(Protocol):
    """One channel."""

    def send(self, to: str, letter: RenderedMessage, tags: Mapping[str, str]) -> str:
        """Sends, and answers the service's id of the message. `tags` come back with its receipt.

        Raises:
            Undeliverable: the service said no, for good.
        """
        ...


@dataclass(frozen=True, slots=True)
class Email:
    """Amazon SES, API version 2. `sender` is a From header in ASCII."""

    client: Any
    sender: str
    receipts: str = ""

    def send(self, to: str, letter: RenderedMessage, tags: Mapping[str, str]) -> str:
        """Plain text and HTML side by side."""
        content = {
            "Subject": _utf8(letter.subject),
            "Body": {"Text": _utf8(letter.text), "Html": _utf8(letter.html)},
        }
        answer = _asked(
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
        return answer["MessageId"]


@dataclass(frozen=True, slots=True)
class Text:
    """AWS End User Messaging SMS. `origin` is a number, pool or sender ID; empty lets AWS choose."""

    client: Any
    origin: str
    seconds: int
    receipts: str = ""

    def send(self, to: str, letter: RenderedMessage, tags: Mapping[str, str]) -> str:
        """A transactional text, given up where it does not arrive while the code is good."""
        origin = {"OriginationIdentity": self.origin} if self.origin else {}
        answer = _asked(
            self.client.send_text_message,
            DestinationPhoneNumber=to,
            MessageBody=letter.sms,
            MessageType="TRANSACTIONAL",
            TimeToLive=self.seconds,
            **origin,
            **_followed(self.receipts, tags),
        )
        return answer["MessageId"]


@dataclass(frozen=True, slots=True)
class Voice:
    """AWS End User Messaging voice. Needs a number to call from."""

    client: Any
    origin: str
    seconds: int
    receipts: str = ""

    def send(self, to: str, letter: RenderedMessage, tags: Mapping[str, str]) -> str:
        """A call that reads the letter's speech."""
        if not self.origin:
            raise Undeliverable("no number to call from")
        answer = _asked(
            self.client.send_voice_message,
            DestinationPhoneNumber=to,
            OriginationIdentity=self.origin,
            MessageBody=letter.ssml,
            MessageBodyTextType="SSML",
            VoiceId=letter.voice,
            TimeToLive=self.seconds,
            **_followed(self.receipts, tags),
        )
        return answer["MessageId"]


def _followed(receipts: str, tags: Mapping[str, str]) -> dict[str, Any]:
    """What a telephone message carries so that its receipt finds back to its story."""
    return {"ConfigurationSetName": receipts, "Context": dict(tags)} if receipts else {}


def _asked(action: Any, **request: Any) -> dict[str, Any]:
    try:
        return action(**request)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in _SAID_NO:
            raise Undeliverable(code) from None
        raise


def in_ascii(address: str) -> str:
    """An address as SES takes it: its domain in punycode.

    Raises:
        Undeliverable: the part before the @ is not ASCII, which SES cannot deliver to.
    """
    local, _, domain = address.rpartition("@")
    if not local.isascii():
        raise Undeliverable("NotAscii")
    if domain.isascii():
        return address
    return f"{local}@{importlib.import_module('idna').encode(domain, uts46=True).decode()}"


def _utf8(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}
