"""Requests for help, and what they are answered with."""

from typing import Annotated

from msgspec import Meta, Struct

from regain.api.contract.values import Proof, Request, UserId

Line = Annotated[str, Meta(max_length=200)]
Text = Annotated[str, Meta(max_length=2_000)]
Reference = Annotated[str, Meta(max_length=20)]


class AskAdministrator(Request, frozen=True):
    """Ask the organisation's administrators for help. `flow`: the flow that the person is stuck in, if any.

    `reference`: what a page showed, where no flow has begun.
    """

    user_id: UserId
    proof: Proof
    reply_to: Line
    name: Line = ""
    message: Text = ""
    flow: Annotated[str, Meta(max_length=64)] = ""
    reference: Reference = ""


class AskSupport(Request, frozen=True):
    """Ask the support team for help (S23)."""

    name: Line
    phone: Line
    email: Annotated[str, Meta(max_length=320)]
    message: Text
    proof: Proof
    reference: Reference = ""


class HelpRequested(Struct, omit_defaults=True):
    """The request was sent under this reference; or `url` is the organisation's own form for such requests."""

    reference: str = ""
    url: str = ""
