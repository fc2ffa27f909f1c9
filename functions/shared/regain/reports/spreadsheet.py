"""Escaping against CSV (formula) injection (OWASP; ASVS 5.0, 1.2.10)."""

import re

_FORMULA = re.compile("'*[=+\\-@\t\r\n\0\uff1d\uff0b\uff0d\uff20]")
"""A possible formula, including full-width signs. Leading apostrophes count too, so that unescaping never removes one
that was in the original."""
_BEGINS = re.compile("([;|\t] ?)(?=[=+\\-@\uff1d\uff0b\uff0d\uff20])")
_NUMBER = re.compile(r"\+\d{6,15}")


def escape_formula(value: object) -> str:
    """The text of a cell, with an apostrophe before a possible formula. E.164 numbers stay as they are."""
    text = str(value)
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def escape_cell(value: object) -> str:
    """The same for a cell that nobody reads back. A spreadsheet may take another separator than the file has, as German
    ones do, and begin a cell in the middle of this one.
    """
    return _BEGINS.sub(r"\1'", escape_formula(value))


def unescape_formula(cell: str) -> str:
    """The inverse of `escape_formula`."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
