"""Cells that a spreadsheet shows and never runs (OWASP, CSV injection)."""

import re

_STARTS = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"\+\d{6,15}")


def safe(value: object) -> str:
    """A cell. What could be a formula starts with an apostrophe; a telephone number in E.164 stays one."""
    text = str(value)
    return f"'{text}" if text.startswith(_STARTS) and not _NUMBER.fullmatch(text) else text


def plain(cell: str) -> str:
    """A cell as it was before `safe`."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_STARTS) else cell
