"""Challenges, liveness and the contract. Touches no table."""

import functools
import json
import os
from typing import Any

from regain.adapters import proof_of_work
from regain.caller import Caller
from regain.contract import Healthy
from regain.services import services


def challenge(_: Caller) -> dict[str, Any]:
    """A signed proof-of-work challenge, for one start."""
    needed = services()
    minutes = needed.organisation.recovery.challenge_minutes
    return proof_of_work.challenge(needed.keys, needed.now, minutes, int(os.environ["PROOF_OF_WORK_ROUNDS"]))


def health(_: Caller) -> Healthy:
    """That the function runs."""
    return Healthy("ok")


def change_password(caller: Caller) -> dict[str, Any]:
    """Leads password managers to the change of the password (W3C, A Well-Known URL for Changing Passwords)."""
    caller.location = "/account/#change"
    return {}


@functools.cache
def _document() -> str:
    from regain.openapi import document

    return json.dumps(document(), ensure_ascii=False, separators=(",", ":"))


def openapi(_: Caller) -> str:
    """The machine-readable contract, made once from the types that requests are read with."""
    return _document()
