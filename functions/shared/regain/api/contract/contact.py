"""Requests and answers of asking people for help."""

from typing import Annotated

from msgspec import Meta, Struct

from regain.api.contract.values import Proof, Request, UserId

Line = Annotated[str, Meta(max_length=200)]
Text = Annotated[str, Meta(max_length=2_000)]


class AskAdministrator(Request):
    """Ask the organisation's own people. `flow` is the flow that somebody is stuck in, if there is one."""

    user_id: UserId
    proof: Proof
    reply_to: Line
    name: Line = ""
    message: Text = ""
    flow: Annotated[str, Meta(max_length=64)] = ""


class AskSupport(Request):
    """Ask support (S23)."""

    name: Line
    phone: Line
    email: Annotated[str, Meta(max_length=320)]
    message: Text
    proof: Proof
    reference: Annotated[str, Meta(max_length=20)] = ""


class Asked(Struct, omit_defaults=True):
    """The request is on its way under this reference; or `url` is where the organisation takes such requests."""

    reference: str = ""
    url: str = ""
