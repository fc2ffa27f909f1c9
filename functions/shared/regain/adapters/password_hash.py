"""Argon2id as PHC strings (RFC 9106; design, section 5: m = 19 MiB, t = 2, p = 1)."""

import functools
import hashlib
import hmac
import importlib
import secrets
from base64 import b64decode
from typing import Any

_NOBODYS = "$argon2id$v=19$m=19456,t=2,p=1$cmVnYWluLW5vYm9keS4uLg$RlI1yx9+JKp2dGZ3uVqUKkRk7vS1W0o7vQAnC0HcHnE"
"""A hash that no password has: comparing with it takes as long as with a real one (B1)."""
_PLAIN, _SALT = 16, 17
"""Bytes of a salt that tells nothing, and of one that fits its password: the keyed check of both is 0."""
_CHECKED = 16
"""One in so many passwords fits a salt. With the key and the database together, an attacker would save as much."""


def hash_password(password: str, key: bytes = b"") -> str:
    """The PHC string of a password in its normal form.

    With a `key`, the salt is drawn until it fits, so that `is_current` can tell most passwords apart without a hash.
    """
    if not key:
        return _hasher().hash(password, salt=secrets.token_bytes(_PLAIN))
    salt = secrets.token_bytes(_SALT)
    while not _fits(salt, password, key):
        salt = secrets.token_bytes(_SALT)
    return _hasher().hash(password, salt=salt)


def matches(stored: str, password: str) -> bool:
    """Whether this is the password. Costs one hash, also where nothing is stored."""
    faults = importlib.import_module("argon2.exceptions")
    try:
        return _hasher().verify(stored or _NOBODYS, password) and bool(stored)
    except (faults.VerificationError, faults.InvalidHashError):
        return False


def is_current(stored: str, password: str, key: bytes) -> bool:
    """Whether a new password is the one that is stored. Costs a hash only where the keyed check does not rule it out.

    Never for signing in: there, the time would tell something about the password.
    """
    salt = _salt(stored)
    ruled_out = len(salt) == _SALT and not _fits(salt, password, key)
    return not ruled_out and bool(stored) and matches(stored, password)


def outdated(stored: str) -> bool:
    """Whether the parameters have risen since this was hashed, or the salt was drawn without the key."""
    return _hasher().check_needs_rehash(stored)


@functools.cache
def _hasher() -> Any:
    """Loaded with the first password: few requests have one."""
    argon2 = importlib.import_module("argon2")
    return argon2.PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, salt_len=_SALT)


def _fits(salt: bytes, password: str, key: bytes) -> bool:
    return hmac.digest(key, salt + password.encode(), hashlib.sha256)[0] % _CHECKED == 0


def _salt(stored: str) -> bytes:
    parts = stored.split("$")
    return b64decode(parts[4] + "=" * (-len(parts[4]) % 4)) if len(parts) == 6 else b""
