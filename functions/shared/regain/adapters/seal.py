"""Seals user IDs with AES-SIV (RFC 5297), so that only the account tables identify people (X30).

A typed user ID may be anything, even a password in the wrong field. It is padded, to hide its length, and encrypted
deterministically, so that a retry writes the same record.
"""

import functools
import importlib
from base64 import b64decode, b64encode
from typing import Any

from regain.adapters.keys import Keys

_BLOCK = 64  # bytes: most user IDs are shorter
_USER_ID = "sealed-user-id"


def seal(keys: Keys, text: str, purpose: str = _USER_ID) -> str:
    """A user ID, or another text for its `purpose`, padded and encrypted."""
    content = text.encode()
    padded = content + b"\0" * (-len(content) % _BLOCK or (0 if content else _BLOCK))
    return b64encode(_cipher(keys, purpose).encrypt(padded, None)).decode()


def unseal(keys: Keys, sealed: str, purpose: str = _USER_ID) -> str:
    """The text in its sealed form. Raises ValueError if this service did not seal it, or for another purpose."""
    exceptions = importlib.import_module("cryptography.exceptions")
    try:
        return str(_cipher(keys, purpose).decrypt(b64decode(sealed), None).rstrip(b"\0").decode())
    except (exceptions.InvalidTag, ValueError):
        raise ValueError("not sealed by this service") from None


def _cipher(keys: Keys, purpose: str) -> Any:
    return cipher(keys.derive(purpose))


@functools.lru_cache(maxsize=16)
def cipher(key: bytes) -> Any:
    """AES-SIV under a key."""
    ciphers = importlib.import_module("cryptography.hazmat.primitives.ciphers.aead")  # large, and loaded at first use
    return ciphers.AESSIV(key)
