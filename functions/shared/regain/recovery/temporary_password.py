"""Temporary passwords: derived when set and again when sent; only their hash is stored."""

import hashlib
import hmac

from regain.adapters.keys import Keys
from regain.domain import crockford

BYTES = 10
"""80 bits, too many to guess within the hours that it is valid."""


def derive(keys: Keys, subject: str, nonce: str, generation: int = 0) -> str:
    """The temporary password for a nonce, in groups of four characters that are easy to read out.

    `generation` is that of the key it was made with; 0 is the current one.
    """
    made = hmac.digest(keys.derive("temporary-password", generation), f"{subject}\x1f{nonce}".encode(), hashlib.sha256)
    return crockford.group(crockford.encode(made[:BYTES]))
