"""References: what a person quotes to support, `R-XXXX-XXXX` in Crockford's base 32."""

import re

_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ = str.maketrans("OILU", "011V")


def write(randomness: bytes) -> str:
    """The reference made of 5 random bytes."""
    number = int.from_bytes(randomness[:5], "big")
    digits = "".join(_DIGITS[number >> shift & 31] for shift in range(35, -5, -5))
    return f"R-{digits[:4]}-{digits[4:]}"


def read(typed: str) -> str | None:
    """The reference that somebody typed or read out, or None. Look-alike letters are understood."""
    digits = re.sub(r"[\s-]", "", typed).upper().removeprefix("R").translate(_READ)
    known = len(digits) == 8 and set(digits) <= set(_DIGITS)
    return f"R-{digits[:4]}-{digits[4:]}" if known else None
