"""The segments of a text message: 160 characters of the GSM 7-bit alphabet, or 70 of UCS-2; fewer where there are
several, because each then says which one it is (3GPP TS 23.038 and 23.040).
"""

from collections.abc import Sequence

_ALPHABET = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("^{}\\[~]|€")  # each is preceded by an escape, so it takes two septets
_GSM, _UCS2 = (160, 153), (70, 67)
"""Characters of a message of one segment, and of each segment of a longer one."""


def segments(text: str) -> int:
    """How many segments a text takes."""
    if set(text) <= _ALPHABET | _EXTENSION:
        length, (alone, each) = len(text) + sum(character in _EXTENSION for character in text), _GSM
    else:
        length, (alone, each) = len(text.encode("utf-16-le")) // 2, _UCS2
    return 1 if length <= alone else -(-length // each)


def first_fitting(texts: Sequence[str], most: int) -> str:
    """The first text of at most so many segments, or the last. `texts` run from the longest to the shortest."""
    return next((text for text in texts if segments(text) <= most), texts[-1])
