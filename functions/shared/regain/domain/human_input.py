"""Reads what people type and paste: one text for everything that looks the same to them.

User IDs, codes, addresses and numbers come from keyboards of every script, from mail, chats and spreadsheets, which add
invisible marks, curly apostrophes and punctuation.
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
    """Compatibility forms folded (NFKC), digits of every script as 0 to 9, straight apostrophes; no invisible
    characters and blanks at the ends.
    """
    if typed.isascii():  # nearly all of it, and all of what follows is about other letters
        return typed.strip()
    text = unicodedata.normalize("NFKC", typed.translate(_APOSTROPHES))
    text = "".join(str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in text)
    visible = [at for at, letter in enumerate(text) if not (letter.isspace() or _is_invisible(letter))]
    return text[visible[0] : visible[-1] + 1] if visible else ""


def read_address(typed: str) -> str:
    """An address or user ID without `mailto:`, and as it stands in mail and sentences: `Maria Silva <maria@…>`, in
    quotation marks or brackets, with a full stop.
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
    """The text without any invisible characters and final punctuation, which telephones add by themselves."""
    return _without_end(read_visible(typed))


def read_code(typed: str) -> str:
    """The letters and digits of a code, without whatever stands between and around them."""
    return "".join(each for each in read_visible(typed) if each.isalnum())


def read_line(typed: str) -> str:
    """The text on one line: line breaks and control characters are blanks, runs of blanks are one, and nothing turns
    the direction of what stands around it.
    """
    if typed.isascii() and typed.isprintable():
        return " ".join(typed.split())
    text = typed.translate(_BIDI)
    return " ".join("".join(" " if unicodedata.category(each) in _CONTROLS else each for each in text).split())


def has_controls(text: str) -> bool:
    """Whether a text has line breaks or control characters, those of writing direction among them."""
    return any(ord(each) in _BIDI or unicodedata.category(each) in _CONTROLS for each in text)


def fold_case(text: str) -> str:
    """The text in full case folding (Unicode 3.13), normalised.

    ß stays a letter of its own and is not `ss`, as dotless ı is not i: else one person could write another's user ID
    (CVE-2019-19844). İ is the capital of i on Turkish keyboards, and a dot above an i says nothing more.
    """
    folded = "".join("ß" if letter in "ßẞ" else letter.casefold() for letter in unicodedata.normalize("NFKC", text))
    return unicodedata.normalize("NFKC", _DOTTED_I.sub("i", folded))


def _is_invisible(letter: str) -> bool:
    return unicodedata.category(letter) == "Cf"
