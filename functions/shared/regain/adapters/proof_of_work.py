"""Proof of work in ALTCHA's version 2, with the `altcha` package; single use is the caller's to enforce.

The check behind one small interface: an organisation could put AWS WAF's challenge in its place.
"""

import json
import random
from base64 import b64decode
from typing import Any

import altcha.v2 as altcha

from regain.adapters.keys import Keys
from regain.problems import ROBOT_CHECK_EXPIRED, ROBOT_CHECK_FAILED, Refused

_ALGORITHM = "PBKDF2/SHA-256"


def challenge(keys: Keys, now: int, minutes: int, rounds: int) -> dict[str, Any]:
    """A signed challenge that is good for `minutes`: 50 to 150 derivations of so many rounds of PBKDF2."""
    made = altcha.create_challenge(
        _ALGORITHM,
        rounds,
        counter=random.SystemRandom().randint(50, 150),
        expires_at=now + minutes * 60,
        data={"action": "start"},
        hmac_secret=keys.derive("challenge"),
        hmac_key_secret=keys.derive("challenge-solution"),
    )
    return made.to_dict()


def verify(keys: Keys, proof: str, now: int) -> str:
    """The signature of the challenge that was solved: spend it, so that it is used once.

    Raises:
        Refused: ROBOT_CHECK_EXPIRED or ROBOT_CHECK_FAILED.
    """
    try:
        solved = json.loads(b64decode(proof, validate=True))
        parameters = solved["challenge"]["parameters"]
        signature, expires_at = solved["challenge"]["signature"], parameters["expiresAt"]
        payload = altcha.Payload(
            altcha.Challenge.from_dict(solved["challenge"]), altcha.Solution.from_dict(solved["solution"])
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Refused(ROBOT_CHECK_FAILED, reason="unreadable proof") from None
    result = altcha.verify_solution(
        payload, keys.derive("challenge"), hmac_key_secret=keys.derive("challenge-solution")
    )
    if result.expired or not isinstance(expires_at, int) or expires_at <= now:
        raise Refused(ROBOT_CHECK_EXPIRED)
    if not result.verified or parameters.get("data") != {"action": "start"}:
        raise Refused(ROBOT_CHECK_FAILED)
    return str(signature)
