"""One SMS segment: 160 characters of the GSM 7-bit alphabet, or 70 of UCS-2 (3GPP TS 23.038)."""

from collections.abc import Iterable

_ALPHABET = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("^{}\\[~]|€")  # each is preceded by an escape, so it takes two septets
_GSM_LENGTH, _UCS2_LENGTH = 160, 70


def fits_one_segment(text: str) -> bool:
    """Whether a text fits in one segment."""
    if set(text) <= _ALPHABET | _EXTENSION:
        return len(text) + sum(character in _EXTENSION for character in text) <= _GSM_LENGTH
    return len(text.encode("utf-16-le")) // 2 <= _UCS2_LENGTH


def longest_fitting(texts: Iterable[str]) -> str:
    """The first text that fits in one segment. `texts` run from the longest to the shortest; if none fits, the last."""
    text = ""
    for text in texts:
        if fits_one_segment(text):
            break
    return text
