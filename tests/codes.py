"""Codes as they stand in a message: 6 or 8 digits, or 12 and more in groups of four. Codes of an app."""

import re
import time

import pyotp

CODE = re.compile(r"(?<!\d)(?:\d{4}(?: \d{4}){2,4}|\d{8}|\d{6})(?!\d)")


def code_in(text: str) -> str:
    """The code of a message, without spaces; "" where there is none."""
    found = CODE.search(text)
    return found[0].replace(" ", "") if found else ""


def earlier_code(app: pyotp.TOTP, spare: float = 2) -> str:
    """An app's code of half a minute ago, so that the present one proves something next.

    Waits where the present half minute ends within `spare` seconds: after it, the code would be too old.
    """
    left = app.interval - time.time() % app.interval
    if left < spare:
        time.sleep(left)
    return app.at(time.time() - app.interval)
