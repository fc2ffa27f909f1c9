"""Saved recovery codes: 80 random bits, shown once, stored as an HMAC (NIST SP 800-63B-4 4.2.1.1 asks for 64 bits)."""

import hmac

from regain.adapters.keys import Keys
from regain.domain import crockford
from regain.domain.security_info import RecoveryCode

BYTES = 10
_SIZE = BYTES * 8 // 5


def made(keys: Keys, subject: str, random: bytes, now: int) -> tuple[str, RecoveryCode]:
    """Makes a code from `BYTES` random bytes. Returns the text to show, and what to store."""
    letters = crockford.encode(random)
    return crockford.group(letters), RecoveryCode(
        _digest(keys, subject, letters), now, keys.generation("recovery-code")
    )


def fits(keys: Keys, subject: str, typed: str, kept: RecoveryCode | None) -> bool:
    """Whether typed text, or a pasted file, has the stored code. Takes the same time if no code is stored."""
    letters = crockford.find(typed, _SIZE) or crockford.normalise(typed)
    digest = _digest(keys, subject, letters, kept.generation if kept else 0)
    return hmac.compare_digest(digest, kept.digest if kept else "0" * len(digest)) and kept is not None


def _digest(keys: Keys, subject: str, letters: str, generation: int = 0) -> str:
    return keys.digest("recovery-code", f"{subject}\x1f{letters}", generation)
