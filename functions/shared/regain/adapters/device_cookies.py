"""Device cookies, and tickets in e-mails, encrypted and authenticated with AES-SIV (RFC 5297).

Its holder can neither read nor forge one. Encryption is deterministic, which reveals nothing here.
"""

import importlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from typing import Any

from regain.adapters.keys import Keys
from regain.adapters.seal import cipher
from regain.domain import device_cookie
from regain.domain.device_cookie import Known


def seal(keys: Keys, known: Iterable[Known]) -> str:
    """The cookie's value, of constant length."""
    return _seal(keys, "device-cookie", device_cookie.pack(known))


def read(keys: Keys, value: str) -> tuple[Known, ...]:
    """The accounts in a cookie; none if it was not sealed by this service."""
    return device_cookie.unpack(_open(keys, "device-cookie", value, device_cookie.COOKIE_SIZE))


def ticket(keys: Keys, known: Known) -> str:
    """The ticket in an e-mail's link. The browser that opens it counts as known to the account."""
    return _seal(keys, "ticket", known.pack())


def read_ticket(keys: Keys, value: str) -> tuple[Known, ...]:
    """The account in a ticket; none if it was not sealed by this service."""
    return device_cookie.unpack(_open(keys, "ticket", value, device_cookie.SIZE))


def _seal(keys: Keys, purpose: str, content: bytes) -> str:
    sealed: bytes = _cipher(keys, purpose).encrypt(content, None)
    return urlsafe_b64encode(sealed).rstrip(b"=").decode()


def _open(keys: Keys, purpose: str, value: str, size: int) -> bytes:
    """The sealed content, if it has this size; else nothing."""
    if not value:
        return b""
    exceptions = importlib.import_module("cryptography.exceptions")
    try:
        opened: bytes = _cipher(keys, purpose).decrypt(urlsafe_b64decode(value + "=" * (-len(value) % 4)), None)
    except (ValueError, exceptions.InvalidTag):
        return b""
    return opened if len(opened) == size else b""


def _cipher(keys: Keys, purpose: str) -> Any:
    return cipher(keys.derive(purpose))
