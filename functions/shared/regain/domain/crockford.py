"""Crockford's base 32: an alphabet without look-alikes, for codes that people read out and type."""

import re

from regain.domain import human_input

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ = str.maketrans("OILU", "011V")
_GROUPS = re.compile(r"(?<!\w)\w{4}(?:[-\u2010-\u2015\u2212]\w{4})+(?!\w)")


def encode(raw: bytes) -> str:
    """The bytes as text, five bits per character. The number of bytes must be a multiple of five."""
    number = int.from_bytes(raw, "big")
    return "".join(ALPHABET[number >> shift & 31] for shift in range(len(raw) * 8 - 5, -5, -5))


def normalise(typed: str) -> str:
    """Typed text in canonical form: upper case, without spaces and hyphens, look-alike letters replaced."""
    return human_input.read_code(typed).upper().translate(_READ)


def find(text: str, size: int) -> str:
    """The last code of `size` characters in a text, in groups of four with hyphens; "" if there is none."""
    groups = (normalise(each) for each in _GROUPS.findall(human_input.read_visible(text)))
    return next((each for each in reversed([*groups]) if len(each) == size), "")


def group(letters: str) -> str:
    """The text in groups of four, separated by hyphens."""
    return "-".join(letters[place : place + 4] for place in range(0, len(letters), 4))
