"""The services that carry messages: Amazon SES for e-mail, AWS End User Messaging for text and voice."""

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
class Letter:
    """A message in words: text and HTML for e-mail, a short form for texts, SSML for voice."""

    subject: str
    text: str
    html: str
    short: str = ""
    speech: str = ""


class Messenger(Protocol):
    """One channel."""

    def send(self, to: str, letter: Letter) -> str:
        """Sends, and answers the service's id of the message. Raises Undeliverable."""
        ...


@dataclass(frozen=True, slots=True)
class Email:
    """Amazon SES, API version 2."""

    client: Any
    sender: str

    def send(self, to: str, letter: Letter) -> str:
        """Plain text and HTML side by side."""
        content = {
            "Subject": _utf8(letter.subject),
            "Body": {"Text": _utf8(letter.text), "Html": _utf8(letter.html)},
        }
        answer = _asked(
            self.client.send_email,
            FromEmailAddress=self.sender,
            Destination={"ToAddresses": [to]},
            Content={"Simple": content},
        )
        return answer["MessageId"]


@dataclass(frozen=True, slots=True)
class Text:
    """AWS End User Messaging SMS. `origin` is a number, pool or sender ID; empty lets AWS choose."""

    client: Any
    origin: str
    seconds: int

    def send(self, to: str, letter: Letter) -> str:
        """A transactional text, given up where it does not arrive while the code is good."""
        origin = {"OriginationIdentity": self.origin} if self.origin else {}
        answer = _asked(
            self.client.send_text_message,
            DestinationPhoneNumber=to,
            MessageBody=letter.short,
            MessageType="TRANSACTIONAL",
            TimeToLive=self.seconds,
            **origin,
        )
        return answer["MessageId"]


@dataclass(frozen=True, slots=True)
class Voice:
    """AWS End User Messaging voice. Needs a number to call from."""

    client: Any
    origin: str
    seconds: int

    def send(self, to: str, letter: Letter) -> str:
        """A call that reads the letter's speech."""
        if not self.origin:
            raise Undeliverable("no number to call from")
        answer = _asked(
            self.client.send_voice_message,
            DestinationPhoneNumber=to,
            OriginationIdentity=self.origin,
            MessageBody=letter.speech,
            MessageBodyTextType="SSML",
            VoiceId="AMY",
            TimeToLive=self.seconds,
        )
        return answer["MessageId"]


def _asked(action: Any, **request: Any) -> dict[str, Any]:
    try:
        return action(**request)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in _SAID_NO:
            raise Undeliverable(code) from None
        raise


def _utf8(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}
