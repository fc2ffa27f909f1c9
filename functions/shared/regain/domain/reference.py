"""References: what a person quotes to support, `R-XXXX-XXXX` in Crockford's base 32."""

from regain.domain import crockford


def write(randomness: bytes) -> str:
    """The reference made of 5 random bytes."""
    return f"R-{crockford.grouped(crockford.encode(randomness[:5]))}"


def read(typed: str) -> str | None:
    """The reference that somebody typed or read out, or None. Look-alike letters are understood."""
    digits = crockford.read(typed).removeprefix("R")
    known = len(digits) == 8 and set(digits) <= set(crockford.DIGITS)
    return f"R-{crockford.grouped(digits)}" if known else None
