"""Requests and answers of registering security info."""

from typing import Annotated, Any

from msgspec import Meta, Struct, field

from regain.api.contract.values import AnswerText, Code, Contact, Credential, Request, Said, SecurityInfoState
from regain.domain.policy import Kind


class Answered(Request):
    """One question, as the id of a given one or in one's own words, and its answer."""

    question: Annotated[str, Meta(min_length=1, max_length=400)]
    answer: AnswerText


class Register(Request):
    """Begin to register something: `contact` is an address or a number, `name` what a passkey is called."""

    kind: Kind
    contact: Contact = ""
    answers: Annotated[tuple[Answered, ...], Meta(max_length=5)] = ()
    name: Annotated[str, Meta(max_length=40)] = ""


class Confirm(Request):
    """Show that it works: the code that was sent or that the app shows, or what the new passkey answered."""

    code: Code = ""
    credential: Credential = field(default_factory=dict)


class Registration(Struct, omit_defaults=True):
    """What was begun, or (`confirmed`) done. Times are seconds since 1970 (UTC).

    `secret`, `uri` and `qr` (rows of 0 and 1) are for an authenticator app; `passkey` is what the browser needs to
    make one (WebAuthn 3, PublicKeyCredentialCreationOptionsJSON). A `recovery_code` is shown this once.
    """

    id: str
    kind: str
    confirmed: bool
    expires_at: int = 0
    place: str = ""
    extension_dropped: bool = False
    secret: str = ""
    uri: str = ""
    qr: list[str] = []
    recovery_code: str = ""
    passkey: dict[str, Any] = {}


class RegisteredMethod(Struct, omit_defaults=True):
    """One thing that is registered, as its owner sees it. `since` is seconds since 1970, 0 where nobody knows."""

    id: str
    kind: str
    label: Said
    place: str = ""
    since: int = 0
    by_administrator: bool = False


class GivenQuestion(Struct):
    """A question that can be chosen."""

    id: str
    text: Said


class MethodsView(Struct):
    """One's own security info. `offered` are the kinds that can be registered here."""

    state: SecurityInfoState
    required: int
    methods: list[RegisteredMethod]
    offered: list[str]
    questions: list[GivenQuestion]
    questions_needed: int
