"""Searching for secrets: as they are, and as base64, hexadecimal and URLs would carry them."""

import base64
import json
import re
from collections.abc import Mapping
from urllib.parse import quote, quote_plus

from tests.functions.conftest import holds


def forms(secret: bytes) -> set[str]:
    """The ways in which a text could hold a secret, in small letters but for base64."""
    found = {secret.hex(), secret.hex(" "), secret.hex(":")}
    for before in range(3):  # base64 of a longer text that holds it, wherever it starts within three bytes
        inner = base64.b64encode(b"\0" * before + secret)[
            -(-8 * before // 6) : 8 * (before + len(secret)) // 6
        ].decode()
        found |= {inner, inner.replace("+", "-").replace("/", "_")}
    return found


def written(secret: str) -> set[str]:
    """A text as it is, and as JSON, Python and URLs write it."""
    return {
        part.lower()
        for part in (secret, json.dumps(secret)[1:-1], ascii(secret)[1:-1], quote(secret), quote_plus(secret))
    }


def leaks(place: str, secrets: Mapping[str, str | bytes]) -> list[str]:
    """The names of the secrets that a place holds in any form."""
    small = place.lower()
    return [name for name, secret in secrets.items() if _held(place, small, secret)]


def _held(place: str, small: str, secret: str | bytes) -> bool:
    if isinstance(secret, str):
        digits = re.fullmatch(r"\d{6}", secret)  # six digits within a hash or a time stand there by chance
        if holds(place, secret) if digits else any(form in small for form in written(secret)):
            return True
        secret = secret.encode()
    return any(form in place or form in small for form in forms(secret))
