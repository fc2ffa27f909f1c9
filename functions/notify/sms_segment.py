"""What fits into one text message: 160 letters of the GSM alphabet, or 70 of any other (3GPP TS 23.038)."""

from collections.abc import Iterable

_ALPHABET = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_DOUBLE = frozenset("^{}\\[~]|€")  # these take an escape before them
_MOST, _MOST_UNICODE = 160, 70


def fits(text: str) -> bool:
    """Whether a text goes in one segment."""
    if set(text) <= _ALPHABET | _DOUBLE:
        return len(text) + sum(letter in _DOUBLE for letter in text) <= _MOST
    return len(text.encode("utf-16-le")) // 2 <= _MOST_UNICODE


def longest(texts: Iterable[str]) -> str:
    """The first that goes in one segment, of texts from the fullest to the shortest; the last where none does."""
    text = ""
    for text in texts:
        if fits(text):
            break
    return text
