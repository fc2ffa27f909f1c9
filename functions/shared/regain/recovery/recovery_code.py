"""Saved recovery codes: 80 random bits, shown once, kept as a keyed hash (NIST SP 800-63B-4 4.2.1.1 asks for 64)."""

import hmac

from regain.adapters.keys import Keys
from regain.domain import crockford
from regain.domain.security_info import RecoveryCode

BYTES = 10


def made(keys: Keys, subject: str, random: bytes, now: int) -> tuple[str, RecoveryCode]:
    """A code as it is shown, from `BYTES` random bytes, and what is stored of it."""
    letters = crockford.encode(random)
    return crockford.group(letters), RecoveryCode(_digest(keys, subject, letters), now)


def fits(keys: Keys, subject: str, typed: str, kept: RecoveryCode | None) -> bool:
    """Whether what was typed is the code that is kept. As much work where none is."""
    digest = _digest(keys, subject, crockford.normalise(typed))
    return hmac.compare_digest(digest, kept.digest if kept else "0" * len(digest)) and kept is not None


def _digest(keys: Keys, subject: str, letters: str) -> str:
    return keys.digest("recovery-code", f"{subject}\x1f{letters}")
