"""Argon2id as PHC strings (RFC 9106; design, section 5: m = 19 MiB, t = 2, p = 1)."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_NOBODYS = "$argon2id$v=19$m=19456,t=2,p=1$cmVnYWluLW5vYm9keS4uLg$RlI1yx9+JKp2dGZ3uVqUKkRk7vS1W0o7vQAnC0HcHnE"
"""A hash that no password has: comparing with it takes as long as with a real one (B1)."""


def hash_password(password: str) -> str:
    """The PHC string of a password in its normal form."""
    return _HASHER.hash(password)


def matches(stored: str, password: str) -> bool:
    """Whether this is the password. Costs one hash, also where nothing is stored."""
    try:
        return _HASHER.verify(stored or _NOBODYS, password) and bool(stored)
    except (VerificationError, InvalidHashError):
        return False


def outdated(stored: str) -> bool:
    """Whether the parameters have risen since this was hashed."""
    return _HASHER.check_needs_rehash(stored)
