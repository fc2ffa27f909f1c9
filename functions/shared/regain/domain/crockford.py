"""Crockford's base 32: an alphabet without look-alikes, for codes that people read out and type."""

from regain.domain import human_input

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ = str.maketrans("OILU", "011V")


def encode(raw: bytes) -> str:
    """The bytes as text, five bits to a character. Their number must be a multiple of five."""
    number = int.from_bytes(raw, "big")
    return "".join(ALPHABET[number >> shift & 31] for shift in range(len(raw) * 8 - 5, -5, -5))


def normalise(typed: str) -> str:
    """Typed text in canonical form: upper case, without spaces and hyphens, look-alike letters replaced."""
    return human_input.read_code(typed).upper().translate(_READ)


def group(letters: str) -> str:
    """The text in groups of four, separated by hyphens."""
    return "-".join(letters[place : place + 4] for place in range(0, len(letters), 4))
