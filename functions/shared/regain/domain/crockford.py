"""Crockford's base 32: letters and digits that people can read out, type and mistake without harm."""

import re
import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ = str.maketrans("OILU", "011V")


def encode(raw: bytes) -> str:
    """The bytes, five bits a letter. Their number is a multiple of five."""
    number = int.from_bytes(raw, "big")
    return "".join(ALPHABET[number >> shift & 31] for shift in range(len(raw) * 8 - 5, -5, -5))


def normalise(typed: str) -> str:
    """What was typed in its one form: spaces and hyphens dropped, look-alike letters understood."""
    plain = re.sub(r"[\s\u2010-\u2015-]", "", unicodedata.normalize("NFKC", typed))
    return plain.upper().translate(_READ)


def group(letters: str) -> str:
    """In groups of four, as people read it."""
    return "-".join(letters[place : place + 4] for place in range(0, len(letters), 4))
