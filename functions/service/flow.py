"""Proof-of-work challenges, the health check and the OpenAPI document. Uses no table."""

import functools
import json
from typing import Any

from regain.adapters import proof_of_work
from regain.api.contract import Health
from regain.api.request_context import RequestContext
from regain.runtime.services import services


def challenge(_: RequestContext) -> dict[str, Any]:
    """A signed proof-of-work challenge, good for one request."""
    needed = services()
    minutes = needed.organisation.recovery.challenge_minutes
    return proof_of_work.challenge(needed.keys, needed.now, minutes, needed.proof_of_work_rounds)


def health(_: RequestContext) -> Health:
    """The health check."""
    return Health("ok")


def redirect_to_change_password(context: RequestContext) -> dict[str, Any]:
    """Redirects to the page for changing the password (W3C, A Well-Known URL for Changing Passwords)."""
    context.location = "/account/#change"
    return {}


@functools.cache
def _document() -> str:
    from regain.api.openapi import document

    return json.dumps(document(), ensure_ascii=False, separators=(",", ":"))


def openapi(_: RequestContext) -> str:
    """The OpenAPI document, generated once from the types that validate requests."""
    return _document()
