"""One-time codes: derived, never stored.

A code is an HMAC of what it is for, so nothing in the database or the outbox can be replayed. It is derived just before
it is sent.
"""

import hmac
import re

from regain.domain import human_input
from regain.problems import WRONG_AUTHENTICATOR_CODE, WRONG_CODE, Refused

LONG, LONGEST = 12, 20
"""The digits of a code past the first limit, and past all limits (66 bits, beyond guessing)."""

_GROUP = 4
_CODE, _GAP = re.compile(r"(?<![A-Za-z0-9])[0-9]{6,20}(?![A-Za-z0-9])"), re.compile(r"(?<=[0-9])[ -](?=[0-9])")
"""Not `\\b`: Chinese, Japanese and Korean put no space between a code and the words around it."""


def derive(key: bytes, flow: str, purpose: str, method: str, sequence: int, digits: int) -> str:
    """The code for the `sequence`-th message of a method in a flow.

    128 bits are reduced modulo `10**digits`, which leaves no measurable bias.
    """
    text = "\x1f".join((flow, purpose, method, str(sequence)))
    mac = hmac.digest(key, text.encode(), "sha256")
    return str(int.from_bytes(mac[:16], "big") % 10**digits).zfill(digits)


def grouped(code: str) -> str:
    """A code for display: long ones in groups of four."""
    parts = [code[start : start + _GROUP] for start in range(0, len(code), _GROUP)]
    return " ".join(parts) if len(code) >= LONG else code


def normalise(text: str) -> str:
    """A typed code in canonical form: ASCII digits only. From a pasted message, the code in it."""
    code = human_input.read_code(text)
    if not any(letter.isalpha() for letter in code):
        return code
    found = set(_CODE.findall(_GAP.sub("", human_input.read_visible(text))))
    return found.pop() if len(found) == 1 else code


def check_guess(kind: str, typed: str, attempts_left: int) -> None:
    """Refuses text without digits, such as a password: it is in the wrong field, and counts as no try (F5).

    Raises:
        Refused: WRONG_AUTHENTICATOR_CODE or WRONG_CODE.
    """
    if not any(letter.isdigit() for letter in normalise(typed)):
        wrong = WRONG_AUTHENTICATOR_CODE if kind == "authenticator" else WRONG_CODE
        raise Refused(wrong, attempts_left=attempts_left)


def find(candidates: list[str], code: str) -> int:
    """The index of `code` among the candidates, or -1. Compares with all of them, in constant time."""
    found = -1
    for position, candidate in enumerate(candidates):
        if hmac.compare_digest(candidate.encode(), code.encode()):
            found = position
    return found
