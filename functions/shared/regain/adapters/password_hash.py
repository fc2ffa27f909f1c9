"""Password hashing: Argon2id (RFC 9106; m = 19 MiB, t = 2, p = 1) with a pepper.

The stored value is `pepper=<generation>` and a PHC string: `pepper=1$argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>`. The
generation is not a parameter of the PHC string because argon2-cffi rejects `keyid=`. A PHC string alone was hashed
without a pepper: an imported password, or an answer to a security question, which is keyed before it gets here.
"""

import functools
import hmac
import importlib
import re
from typing import Any

from regain.adapters.keys import Keys

_NOBODYS = "$argon2id$v=19$m=19456,t=2,p=1$cmVnYWluLW5vYm9keS4uLg$RlI1yx9+JKp2dGZ3uVqUKkRk7vS1W0o7vQAnC0HcHnE"
"""The hash to compare with if none is stored, so that an unknown user takes as much time as a known one (B1)."""
_STORED = re.compile(r"(?:pepper=(\d{1,6}))?(\$.+)")


def hash_password(password: str, keys: Keys | None) -> str:
    """The value to store for a password in its normal form; with None for `keys`, without a pepper."""
    if keys is None:
        return str(_argon2().hash(password))
    return f"pepper={keys.generation('password')}{_argon2().hash(_peppered(password, keys.derive('password')))}"


def verify(stored: str, password: str, keys: Keys | None) -> bool:
    """Whether `password`, in normal form, matches the stored hash. `keys` is None for hashes without a pepper.

    Costs one Argon2 hash, also if nothing is stored, and with `keys` one HMAC, whether or not the stored hash has a
    pepper.
    """
    exceptions = importlib.import_module("argon2.exceptions")
    found = _STORED.fullmatch(stored)
    generation, phc = (int(found[1] or 0), found[2]) if found else (0, _NOBODYS)
    peppered = _peppered(password, keys.derive("password", generation)) if keys else password
    try:
        return bool(_argon2().verify(phc, peppered if generation else password)) and found is not None
    except (exceptions.VerificationError, exceptions.InvalidHashError):
        return False


def needs_rehash(stored: str, keys: Keys) -> bool:
    """Whether a stored value has no pepper, one of an older generation, or weaker parameters than today's."""
    found = _STORED.fullmatch(stored)
    if found is None or int(found[1] or 0) < keys.generation("password"):
        return True
    return bool(_argon2().check_needs_rehash(found[2]))


def _peppered(password: str, pepper: bytes) -> str:
    """Argon2's input: an HMAC-SHA-256 in hexadecimal, because some tools would stop at a NUL byte."""
    return hmac.digest(pepper, password.encode(), "sha256").hex()


@functools.cache
def _argon2() -> Any:
    """Imported with the first password: few requests have one."""
    argon2 = importlib.import_module("argon2")
    return argon2.PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
