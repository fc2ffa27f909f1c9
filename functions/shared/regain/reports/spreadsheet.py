"""Cells that a spreadsheet shows and never runs (OWASP, CSV injection; ASVS 5.0, 1.2.10)."""

import re

_FORMULA = re.compile("'*[=+\\-@\t\r\n\0\uff1d\uff0b\uff0d\uff20]")
"""What could be a formula, also where full-width signs are read as signs; with apostrophes, so that none is taken away
that was there before."""
_NUMBER = re.compile(r"\+\d{6,15}")


def escape_formula(value: object) -> str:
    """A cell. What could be a formula starts with an apostrophe; a telephone number in E.164 stays one."""
    text = str(value)
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def unescape_formula(cell: str) -> str:
    """A cell as it was before `safe`."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
