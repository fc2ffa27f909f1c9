"""Device cookies and the tickets in e-mails, sealed: whoever holds one can neither read nor make one.

AES-SIV (RFC 5297) authenticates too; two cookies with the same content are the same, which tells nothing.
"""

import importlib
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from typing import Any

from regain.adapters.keys import Keys
from regain.domain import device_cookie
from regain.domain.device_cookie import Known

_TICKET = struct.Struct(">16s8sII")  # subject, browser, epoch, until
TICKET_GOOD_FOR = 86_400


def seal(keys: Keys, known: Iterable[Known]) -> str:
    """The cookie's value: always of one length."""
    return _seal(keys, "device-cookie", device_cookie.pack(known))


def read(keys: Keys, value: str) -> tuple[Known, ...]:
    """The accounts that a cookie names; none where it is not one of ours, without a word."""
    packed = _open(keys, "device-cookie", value)
    return device_cookie.unpack(packed) if packed and len(packed) == device_cookie.SIZE else ()


def ticket(keys: Keys, subject: str, browser: str, epoch: int, until: int) -> str:
    """What the link in an e-mail carries: whoever opens it counts as a browser that the account knows."""
    packed = _TICKET.pack(bytes.fromhex(subject), bytes.fromhex(browser), epoch, until)
    return _seal(keys, "ticket", packed)


def browser_of_ticket(keys: Keys, value: str, subject: str, epoch: int, now: int) -> str:
    """The browser's name that a ticket gives with this account; "" where it is none, over, or another account's."""
    packed = _open(keys, "ticket", value)
    if not packed or len(packed) != _TICKET.size:
        return ""
    of, browser, epoch_then, until = _TICKET.unpack(packed)
    good = (of.hex(), epoch_then) == (subject, epoch) and now < until
    return browser.hex() if good else ""


def _seal(keys: Keys, purpose: str, content: bytes) -> str:
    sealed: bytes = _cipher(keys, purpose).encrypt(content, None)
    return urlsafe_b64encode(sealed).rstrip(b"=").decode()


def _open(keys: Keys, purpose: str, value: str) -> bytes | None:
    if not value:
        return None
    exceptions = importlib.import_module("cryptography.exceptions")
    try:
        opened: bytes = _cipher(keys, purpose).decrypt(urlsafe_b64decode(value + "=" * (-len(value) % 4)), None)
        return opened
    except (ValueError, exceptions.InvalidTag):
        return None


def _cipher(keys: Keys, purpose: str) -> Any:
    ciphers = importlib.import_module("cryptography.hazmat.primitives.ciphers.aead")  # large, and loaded when needed
    return ciphers.AESSIV(keys.derive(purpose))
