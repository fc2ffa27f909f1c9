"""Codes as they stand in a message: 6 or 8 digits, or 12 and more in groups of four."""

import re

CODE = re.compile(r"(?<!\d)(?:\d{4}(?: \d{4}){2,4}|\d{8}|\d{6})(?!\d)")


def code_in(text: str) -> str:
    """The code of a message, without spaces; "" where there is none."""
    found = CODE.search(text)
    return found[0].replace(" ", "") if found else ""
