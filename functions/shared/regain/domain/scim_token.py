"""Bearer tokens for provisioning: shown once, stored as a hash, valid until a date."""

import base64
import hashlib
import hmac
from dataclasses import dataclass

_PREFIX = "regain-scim"
_ID, _SECRET = 4, 32  # bytes
SIZE = _ID + _SECRET
_NOBODY = "0" * 64


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it is stored. `digest` is the SHA-256 of its secret; times are seconds since 1970."""

    id: str
    name: str
    digest: str
    created_at: int
    expires_at: int


def draw(random: bytes, name: str, now: int, days: int) -> tuple[str, Token]:
    """A new token: the text to show once, and what is stored. `random` has `SIZE` bytes."""
    token_id, secret = random[:_ID].hex(), base64.urlsafe_b64encode(random[_ID:]).rstrip(b"=").decode()
    return f"{_PREFIX}.{token_id}.{secret}", Token(token_id, name, _digest(secret), now, now + days * 86_400)


def read(authorization: str) -> tuple[str, str]:
    """The id and the secret in an `Authorization` header (RFC 6750, 2.1); two empty strings if there is none."""
    scheme, _, credentials = authorization.partition(" ")
    parts = credentials.strip().split(".")
    good = scheme.lower() == "bearer" and len(parts) == 3 and parts[0] == _PREFIX
    return (parts[1], parts[2]) if good and len(parts[1]) == 2 * _ID and parts[1].isalnum() else ("", "")


def fits(secret: str, token: Token | None, now: int) -> bool:
    """Whether the secret is the token's, compared in constant time, and the token has not expired."""
    same = hmac.compare_digest(_digest(secret), token.digest if token else _NOBODY)
    return same and token is not None and now < token.expires_at


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
