"""Requests and responses of registering security info."""

from typing import Annotated, Any

from msgspec import Meta, Struct, field

from regain.api.contract.values import AnswerText, Code, Contact, Credential, LocalizedText, Request, SecurityInfoState
from regain.domain.policy import Kind


class QuestionAnswer(Request, frozen=True):
    """A question, by the id of a predefined one or in one's own words, and its answer."""

    question: Annotated[str, Meta(min_length=1, max_length=400)]
    answer: AnswerText


class Register(Request, frozen=True):
    """Start to register a method. `contact` is an address or a number, `name` a label for a passkey."""

    kind: Kind
    contact: Contact = ""
    answers: Annotated[tuple[QuestionAnswer, ...], Meta(max_length=5)] = ()
    name: Annotated[str, Meta(max_length=40)] = ""


class Confirm(Request, frozen=True):
    """Confirm a method: with the code that was sent or that the app shows, or with the new passkey's response."""

    code: Code = ""
    credential: Credential = field(default_factory=dict)


class Registration(Struct, omit_defaults=True):
    """A method that waits for its confirmation, or has it (`confirmed`). Times are seconds since 1970 (UTC).

    `secret`, `uri` and `qr` (rows of 0 and 1) are for an authenticator app; `passkey` holds the creation options
    (WebAuthn 3, PublicKeyCredentialCreationOptionsJSON). A `recovery_code` is shown once.
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
    """A registered method, as its owner sees it. `since`: seconds since 1970, 0 where it is unknown.

    `counts_from`: when it becomes a second factor of somebody with a role; 0 where it is one, or never will be.
    """

    id: str
    kind: str
    label: LocalizedText
    place: str = ""
    since: int = 0
    by_administrator: bool = False
    counts_from: int = 0


class Proved(Struct, omit_defaults=True):
    """The proof passed: security info can be changed for a while. `recovery_code` replaces the one that was used."""

    done: bool
    recovery_code: str = ""


class PredefinedQuestion(Struct):
    """A question to choose from."""

    id: str
    text: LocalizedText


class MethodsView(Struct):
    """One's own security info. `offered` are the kinds that the organisation lets people register."""

    state: SecurityInfoState
    required: int
    methods: list[RegisteredMethod]
    offered: list[str]
    questions: list[PredefinedQuestion]
    questions_needed: int
