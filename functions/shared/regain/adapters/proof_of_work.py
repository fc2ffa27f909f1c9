"""Proofs of work with ALTCHA version 2 (the `altcha` package). Callers must enforce single use.

The interface is small, so that an organisation could use AWS WAF's challenge instead.
"""

import json
import random
from base64 import b64decode
from dataclasses import dataclass
from typing import Any

import altcha.v2 as altcha

from regain.adapters.keys import Keys
from regain.problems import ROBOT_CHECK_EXPIRED, ROBOT_CHECK_FAILED, Refused

_ALGORITHM = "PBKDF2/SHA-256"
_ROUNDS = 1_000
"""Of one derivation, of which a challenge costs one here. With fewer, a browser would spend more than a tenth of its
time between derivations, and an attacker none."""


@dataclass(frozen=True, slots=True)
class Solved:
    """A solved challenge. `signature` identifies it, to be spent once; `times` is its multiple of the basic work."""

    signature: str
    times: int


def challenge(keys: Keys, now: int, minutes: int, rounds: int, times: int = 1) -> dict[str, Any]:
    """A signed challenge, valid for `minutes`: the work of 50 to 150 derivations of `rounds` rounds of PBKDF2, or
    `times` as much. Each derivation is split into shorter ones, because the server must do one to make a challenge.
    """
    cuts = max(1, rounds // _ROUNDS)
    made = altcha.create_challenge(
        _ALGORITHM,
        rounds // cuts,
        counter=random.SystemRandom().randint(50 * times * cuts, 150 * times * cuts),
        expires_at=now + minutes * 60,
        data={"action": "start", "times": times},
        hmac_secret=keys.derive("challenge"),
        hmac_key_secret=keys.derive("challenge-solution"),
    )
    return made.to_dict()


def verify(keys: Keys, proof: str, now: int) -> Solved:
    """The challenge that a proof solves. The caller must spend it, so that it is used once.

    Raises:
        Refused: ROBOT_CHECK_EXPIRED or ROBOT_CHECK_FAILED.
    """
    try:
        solved = json.loads(b64decode(proof, validate=True))
        parameters = solved["challenge"]["parameters"]
        signature, expires_at = solved["challenge"]["signature"], parameters["expiresAt"]
        data = parameters["data"]
        action, times = data["action"], int(data.get("times", 1))
        payload = altcha.Payload(
            altcha.Challenge.from_dict(solved["challenge"]), altcha.Solution.from_dict(solved["solution"])
        )
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError):
        raise Refused(ROBOT_CHECK_FAILED, reason="unreadable proof") from None
    result = altcha.verify_solution(
        payload, keys.derive("challenge"), hmac_key_secret=keys.derive("challenge-solution")
    )
    if result.expired or not isinstance(expires_at, int) or expires_at <= now:
        raise Refused(ROBOT_CHECK_EXPIRED)
    if not result.verified or action != "start":
        raise Refused(ROBOT_CHECK_FAILED)
    return Solved(str(signature), times)
