"""Constrained types of fields, the base class of requests, and responses that several operations share."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from msgspec import Meta, Struct

from regain.phrases import Phrase

UserId = Annotated[str, Meta(min_length=1, max_length=320, description="An address or a user name.")]
Proof = Annotated[str, Meta(min_length=1, max_length=4096, description="A solved ALTCHA challenge.")]
OptionalProof = Annotated[
    str, Meta(max_length=4096, description="A solved challenge, where `proof-of-work-needed` has brought one.")
]
SharedComputer = Annotated[bool, Meta(description="Other people use this browser too: it stays unknown.")]
Token = Annotated[str, Meta(min_length=1, max_length=64, description="What `start` answered as `flow`.")]
Ticket = Annotated[str, Meta(max_length=128, description="What the link in an e-mail with a code carries.")]
MethodId = Annotated[str, Meta(min_length=1, max_length=32)]
Code = Annotated[str, Meta(min_length=1, max_length=64, description="Spaces and hyphens are ignored.")]
Contact = Annotated[str, Meta(max_length=320, description="The whole number or address.")]
Note = Annotated[str, Meta(max_length=300, description="A reason or the number of a ticket, for the event.")]
AnswerText = Annotated[str, Meta(max_length=200)]
if TYPE_CHECKING:
    LocalizedText = str | Phrase
else:
    LocalizedText = Annotated[str, Meta(description="In the language that the request asks for.")]
"""A step returns a `Phrase`, which is translated when the response is written; clients read text."""

Language = Annotated[str, Meta(max_length=35, description="A language tag (RFC 5646).")]
Password = Annotated[str, Meta(min_length=1, max_length=4096)]
Credential = Annotated[dict[str, Any], Meta(max_length=16, description="PublicKeyCredential.toJSON() (WebAuthn 3).")]
SecurityInfoState = Literal["complete", "incomplete", "confirm"]


class Request(Struct, forbid_unknown_fields=True, frozen=True):
    """Base class of requests. Unknown fields are refused (no mass assignment)."""


class PasswordRule(Struct, omit_defaults=True):
    """A rule for a new password, in words, and what a page can check of it while one types.

    `rule`: `length` (from `least` to `most` characters, counted in NFKC without invisible ones at the ends), `classes`,
    `current` or `guessable`; of somebody in a directory also `history` and `age`.
    """

    rule: str
    text: LocalizedText
    least: int = 0
    most: int = 0


class Attachment(Struct):
    """A response that is not JSON, and the file name that a browser saves it under."""

    text: str
    media_type: str
    name: str


class Done(Struct):
    """Success, with nothing else to say."""

    done: bool


class Health(Struct):
    """The service is up."""

    status: str
