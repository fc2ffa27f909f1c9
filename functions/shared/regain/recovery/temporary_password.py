"""Temporary passwords: derived when they are made and when they are sent, and stored only as a hash."""

import hashlib
import hmac

from regain.adapters.keys import Keys
from regain.domain import crockford

BYTES = 10  # 80 bits: nobody guesses it in the hours that it lives


def derive(keys: Keys, subject: str, nonce: str) -> str:
    """The temporary password with this nonce, in groups of four letters that are easy to read out."""
    made = hmac.digest(keys.derive("temporary-password"), f"{subject}\x1f{nonce}".encode(), hashlib.sha256)
    return crockford.group(crockford.encode(made[:BYTES]))
