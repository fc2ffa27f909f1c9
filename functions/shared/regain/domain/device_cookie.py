"""Device cookies (OWASP, Slow Down Online Guessing Attacks with Device Cookies): which accounts know this browser.

A device cookie opens nothing. It only picks the count that a wrong proof or password goes to, so that what strangers
do never stands in the way of a browser that its owner has used. Stolen, it is worth a few guesses.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass

GOOD_FOR = 180 * 86_400
_MOST = 5
_ENTRY = struct.Struct(">16s8sII")  # subject, browser, epoch, day
_DAY = 86_400
SIZE = _MOST * _ENTRY.size


@dataclass(frozen=True, slots=True)
class Known:
    """One account that knows this browser. `subject` and `browser` are in hexadecimal: 16 and 8 bytes.

    `epoch` is the account's: when it counts up, every browser of an earlier one is unknown. `day` is when it was set.
    """

    subject: str
    browser: str
    epoch: int
    day: int


def pack(known: Iterable[Known]) -> bytes:
    """The last five accounts, always in as many bytes: the size does not tell how many there are."""
    entries = [_ENTRY.pack(bytes.fromhex(k.subject), bytes.fromhex(k.browser), k.epoch, k.day) for k in known]
    return b"".join(entries[:_MOST]).ljust(SIZE, b"\0")


def unpack(packed: bytes) -> tuple[Known, ...]:
    """What `pack` has packed."""
    entries = (Known(s.hex(), b.hex(), epoch, day) for s, b, epoch, day in _ENTRY.iter_unpack(packed))
    return tuple(entry for entry in entries if entry.day)


def browser_of(known: Iterable[Known], subject: str, epoch: int, now: int) -> str:
    """How an account calls this browser, or "" where the account does not know it, or not any more."""
    for each in known:
        if each.subject == subject and each.epoch == epoch and now < each.day * _DAY + GOOD_FOR:
            return each.browser
    return ""


def remembered(known: Iterable[Known], subject: str, browser: str, epoch: int, now: int) -> tuple[Known, ...]:
    """The accounts with this one first, known from now on."""
    others = [each for each in known if each.subject != subject]
    return (Known(subject, browser, epoch, now // _DAY), *others)[:_MOST]
