"""What fields of requests may hold, and what every request and many answers share."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

UserId = Annotated[str, Meta(min_length=1, max_length=320, description="An address or a user name.")]
Proof = Annotated[str, Meta(min_length=1, max_length=4096, description="A solved ALTCHA challenge.")]
Token = Annotated[str, Meta(min_length=1, max_length=64, description="What `start` answered as `flow`.")]
MethodId = Annotated[str, Meta(min_length=1, max_length=32)]
Code = Annotated[str, Meta(min_length=1, max_length=64, description="Spaces and hyphens are passed over.")]
Contact = Annotated[str, Meta(max_length=320, description="The whole number or address.")]
AnswerText = Annotated[str, Meta(max_length=200)]
Said = Annotated[str, Meta(description="In the language that the request asks for.")]
"""Steps put a phrase here, which is put into words when it is answered."""

Language = Annotated[str, Meta(max_length=35, description="A language tag (RFC 5646).")]
Password = Annotated[str, Meta(min_length=1, max_length=4096)]
Credential = Annotated[dict[str, Any], Meta(max_length=16, description="PublicKeyCredential.toJSON() (WebAuthn 3).")]
SecurityInfoState = Literal["complete", "incomplete", "confirm"]


class Request(Struct, forbid_unknown_fields=True, frozen=True):
    """Unknown fields are refused, so that nothing rides along unseen."""


class Document(Struct):
    """An answer that is not JSON: its text, its media type and the name that a browser saves it under."""

    text: str
    media_type: str
    name: str


class Done(Struct):
    """It is done."""

    done: bool


class Healthy(Struct):
    """The service answers."""

    status: str
