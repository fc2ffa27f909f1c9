"""References: what a person quotes to support, `R-XXXX-XXXX` in Crockford's base 32."""

from regain.domain import crockford


def generate(randomness: bytes) -> str:
    """The reference made of 5 random bytes."""
    return f"R-{crockford.group(crockford.encode(randomness[:5]))}"


def parse(typed: str) -> str | None:
    """The reference that somebody typed or read out, or None. Look-alike letters are understood."""
    digits = crockford.normalise(typed).removeprefix("R")
    known = len(digits) == 8 and set(digits) <= set(crockford.ALPHABET)
    return f"R-{crockford.group(digits)}" if known else None
