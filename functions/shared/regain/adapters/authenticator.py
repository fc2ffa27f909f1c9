"""Authenticator apps: TOTP (RFC 6238) with secrets that are derived, never stored."""

import hmac
import importlib
from base64 import b32encode
from typing import Any

from regain.adapters.keys import Keys

_PERIOD = 30  # seconds; with 6 digits and SHA-1, the parameters that every app supports
_DRIFT = 20  # steps either way within which a code is recognised as one from a wrong clock


def secret(keys: Keys, subject: str, nonce: str, generation: int = 0) -> str:
    """The secret in base 32: 160 bits (RFC 4226, 4) of an HMAC of the nonce, worthless without the key.

    `generation` is that of the key it is derived from; 0 is the current one.
    """
    mac = hmac.digest(keys.derive("authenticator", generation), f"{subject}\x1f{nonce}".encode(), "sha256")
    return b32encode(mac[:20]).decode()


def provisioning_uri(secret: str, user_id: str, issuer: str) -> str:
    """The `otpauth://` URI for the QR code (Key URI Format)."""
    return str(_app(secret).provisioning_uri(name=user_id, issuer_name=issuer))


def qr_code(uri: str) -> list[str]:
    """The QR code of a URI as rows of 0 (light) and 1 (dark), with its quiet zone. The page draws it."""
    segno = importlib.import_module("segno")  # needed for registration only
    code = segno.make(uri, micro=False, error="m")
    return ["".join(map(str, row)) for row in code.matrix_iter(border=4)]


def find_step(secret: str, code: str, now: int) -> int | None:
    """The time step of a code, or None if it belongs to no step near `now`.

    Two consecutive codes, concatenated, are one longer proof, with the step of the second. Compares with every
    candidate, each in constant time.
    """
    app, current, found = _app(secret), now // _PERIOD, None
    first = 1 if len(code) == 2 * app.digits else 0
    for step in range(current - _DRIFT, current + _DRIFT + 1):
        shown = "".join(app.generate_otp(each) for each in range(step - first, step + 1))
        if hmac.compare_digest(shown.encode(), code.encode()):
            found = step if found is None or abs(step - current) < abs(found - current) else found
    return found


def is_current_step(step: int, now: int) -> bool:
    """Whether a step is the current one or next to it (RFC 6238, 5.2)."""
    return abs(step - now // _PERIOD) <= 1


def _app(secret: str) -> Any:
    return importlib.import_module("pyotp").TOTP(secret)  # loaded with the first proof of this kind
