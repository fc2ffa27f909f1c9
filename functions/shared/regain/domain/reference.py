"""References that people quote to support: `R-XXXX-XXXX` in Crockford's base 32."""

from regain.domain import crockford

_SIZE = 8


def generate(randomness: bytes) -> str:
    """A reference from 5 random bytes."""
    return f"R-{crockford.group(crockford.encode(randomness[:5]))}"


def parse(typed: str) -> str | None:
    """The reference in typed text, or None. Look-alike letters are accepted."""
    digits = crockford.normalise(typed).removeprefix("R")
    digits = digits if len(digits) == _SIZE else crockford.find(typed, _SIZE)
    known = len(digits) == _SIZE and set(digits) <= set(crockford.ALPHABET)
    return f"R-{crockford.group(digits)}" if known else None
