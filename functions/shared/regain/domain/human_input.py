"""Normalises what people type and paste, so that what looks the same to them is the same text.

User IDs, codes, addresses and numbers come from keyboards in every script, and from e-mail, chats and spreadsheets,
which add invisible characters, curly apostrophes and punctuation.
"""

import re
import unicodedata

_APOSTROPHES = dict.fromkeys(map(ord, "\u2018\u2019\u201b\u02bc\u02b9\u2032\u00b4"), "'")
_SENTENCE_END = ".,;:\u3002\u3001\u060c\u061b\u0964"
_PAIRS = frozenset(("''", '""', "()", "[]", "\u201c\u201d", "\u201e\u201c", "\u00ab\u00bb", "\u300c\u300d"))
_CONTROLS = ("Cc", "Zl", "Zp", "Cs")
_BIDI = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))  # embeddings, overrides, isolates
_DOTTED_I = re.compile("i\u0307+")
_MAILTO = re.compile(r"^mailto:", re.IGNORECASE)


def read(typed: str) -> str:
    """The text in NFKC, with ASCII digits and straight apostrophes, stripped of white space and invisible characters.

    Invisible characters inside the text stay.
    """
    if typed.isascii():  # the usual case, and nothing below changes ASCII
        return typed.strip()
    text = unicodedata.normalize("NFKC", typed.translate(_APOSTROPHES))
    text = "".join(str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in text)
    visible = [at for at, letter in enumerate(text) if not (letter.isspace() or _is_invisible(letter))]
    return text[visible[0] : visible[-1] + 1] if visible else ""


def read_address(typed: str) -> str:
    """An address or user ID, without what surrounds it in messages and sentences.

    Removes `mailto:`, the name in `Maria Silva <maria@…>`, quotation marks, brackets and final punctuation.
    """
    text = _without_end(read(typed))
    if text.endswith(">") and text.isprintable():
        text = text.rpartition("<")[2][:-1]
    elif "@" in text and f"{text[0]}{text[-1]}" in _PAIRS:
        text = text[1:-1]
    return _without_end(read(_MAILTO.sub("", read(text), count=1)))


def _without_end(text: str) -> str:
    while text and text[-1] in _SENTENCE_END:
        text = read(text[:-1])
    return text


def read_visible(typed: str) -> str:
    """The text without any invisible characters, for codes and numbers."""
    text = read(typed)
    return text if text.isascii() else "".join(letter for letter in text if not _is_invisible(letter))


def read_sentence(typed: str) -> str:
    """The text without invisible characters and without final punctuation, which phones add automatically."""
    return _without_end(read_visible(typed))


def read_code(typed: str) -> str:
    """The letters and digits of a code, without the characters between and around them."""
    return "".join(each for each in read_visible(typed) if each.isalnum())


def read_line(typed: str) -> str:
    """The text on one line: line breaks and control characters become spaces, runs of spaces collapse into one, and
    bidirectional formatting characters, which could reorder the text around it, are removed.
    """
    if typed.isascii() and typed.isprintable():
        return " ".join(typed.split())
    text = typed.translate(_BIDI)
    return " ".join("".join(" " if unicodedata.category(each) in _CONTROLS else each for each in text).split())


def has_controls(text: str) -> bool:
    """Whether a text contains line breaks or control characters, including bidirectional ones."""
    return any(ord(each) in _BIDI or unicodedata.category(each) in _CONTROLS for each in text)


def fold_case(text: str) -> str:
    """The text in full case folding (Unicode 3.13), normalised.

    ß is not folded to `ss`, nor dotless ı to i: otherwise one person could type another's user ID (CVE-2019-19844).
    İ, the capital of i on Turkish keyboards, becomes i, and a combining dot above an i is dropped.
    """
    folded = "".join("ß" if letter in "ßẞ" else letter.casefold() for letter in unicodedata.normalize("NFKC", text))
    return unicodedata.normalize("NFKC", _DOTTED_I.sub("i", folded))


def _is_invisible(letter: str) -> bool:
    return unicodedata.category(letter) == "Cf"
