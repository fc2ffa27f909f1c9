"""Requests and responses of reset and unlock."""

from typing import Annotated

from msgspec import Meta, Struct, field

from regain.api.contract.values import (
    AnswerText,
    Code,
    Contact,
    Credential,
    Language,
    LocalizedText,
    MethodId,
    OptionalProof,
    Password,
    PasswordRule,
    Proof,
    Request,
    SharedComputer,
    Ticket,
    Token,
    UserId,
)


class Start(Request, frozen=True):
    """Start a flow."""

    user_id: UserId
    proof: Proof
    language: Language = ""
    ticket: Ticket = ""
    shared_computer: SharedComputer = False


class Send(Request, frozen=True):
    """Ask for a code."""

    flow: Token
    method: MethodId
    contact: Contact = ""


class Verify(Request, frozen=True):
    """Give one proof: a code, answers in the order of the questions, or a passkey's assertion."""

    flow: Token
    method: MethodId
    code: Code = ""
    answers: Annotated[tuple[AnswerText, ...], Meta(max_length=5)] = ()
    credential: Credential = field(default_factory=dict)
    proof: OptionalProof = ""


class WhichFlow(Request, frozen=True):
    """Ask where a flow stands, or for more time."""

    flow: Token


class FinishReset(Request, frozen=True):
    """Set the new password."""

    flow: Token
    new_password: Password


class FinishUnlock(Request, frozen=True):
    """Unlock the account."""

    flow: Token


class Gates(Struct):
    """How many proofs are required, and how many have passed."""

    required: int
    passed: int


class OfferedMethod(Struct, omit_defaults=True):
    """A method that may be chosen now. `place` is where it leads, masked, once the person has proved something.

    `confirm`: type the whole contact before a code is sent. `digits`: how many its code has now, of an app two codes in
    a row after too many wrong proofs. `questions` are those to answer; `challenge`
    (base64url) is what a passkey signs.
    """

    id: str
    kind: str
    label: LocalizedText
    place: str = ""
    confirm: bool = False
    digits: int = 0
    questions: list[LocalizedText] = []
    challenge: str = ""


class Started(Struct):
    """A flow has started. Times are seconds since 1970 (UTC)."""

    flow: str
    reference: str
    gates: Gates
    methods: list[OfferedMethod]
    expires_at: int
    expires_in: int


class Sent(Struct):
    """A code is on its way, if the account can receive it: the same again, where an earlier one is still good.

    Times are seconds since 1970 (UTC); `..._in` is the same in seconds from now. `digits`: how many the code has.
    """

    resend_after: int
    expires_at: int
    resend_in: int
    expires_in: int
    digits: int


class Verified(Struct, omit_defaults=True):
    """The proof passed. `methods` are the account's own, masked, for the next gate.

    `password_rules` are those for this person's new password, once every gate has been passed, where they differ from
    person to person.
    """

    gates: Gates
    methods: list[OfferedMethod]
    password_rules: list[PasswordRule] = []


class CodeUnderWay(Struct):
    """A code that is good now, and was asked for, by its method. Times are seconds from now."""

    method: str
    digits: int
    resend_in: int
    expires_in: int


class FlowState(Struct, omit_defaults=True):
    """Where a flow stands, for whoever has lost an answer. `done`: it is finished, and nothing is left to do.

    `password_rules` are as in `Verified`.
    """

    gates: Gates
    methods: list[OfferedMethod]
    codes: list[CodeUnderWay]
    done: bool
    expires_at: int
    expires_in: int
    password_rules: list[PasswordRule] = []


class Extended(Struct):
    """The time that is left now, and how often more can be had (WCAG 2.2.1)."""

    expires_at: int
    expires_in: int
    extensions_left: int


class Finished(Struct, omit_defaults=True):
    """The flow is finished. `usable`: `now`, or how long the directory takes.

    `recovery_code` replaces the one that was used as a proof. It is shown once.
    """

    done: bool
    sign_in_url: str
    usable: str
    recovery_code: str = ""
