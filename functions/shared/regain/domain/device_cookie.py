"""Device cookies (OWASP, Slow Down Online Guessing Attacks with Device Cookies): which accounts know this browser.

A device cookie opens nothing. It only picks the count that a wrong proof or password goes to, so that what strangers
do never stands in the way of a browser that its owner has used. Stolen, it is worth a few guesses.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass

GOOD_FOR = 180 * 86_400
TICKET_GOOD_FOR = 86_400
_MOST = 5
_ENTRY = struct.Struct(">16s8sII")  # subject, name, epoch, until


@dataclass(frozen=True, slots=True)
class Known:
    """One account that knows this browser, by a `name` of its own. Both are in hexadecimal: 16 and 8 bytes.

    `epoch` is the account's: when it counts up, every browser of an earlier one is unknown. `until` is in seconds
    since 1970.
    """

    subject: str
    name: str
    epoch: int
    until: int

    def good(self, epoch: int, now: int) -> bool:
        """Whether the account still knows this browser."""
        return self.epoch == epoch and now < self.until

    def pack(self) -> bytes:
        """The entry in `SIZE` bytes."""
        return _ENTRY.pack(bytes.fromhex(self.subject), bytes.fromhex(self.name), self.epoch, self.until)


SIZE = _ENTRY.size
COOKIE_SIZE = _MOST * SIZE


def pack(known: Iterable[Known]) -> bytes:
    """The last five accounts in `COOKIE_SIZE` bytes, so that the size does not reveal how many there are."""
    return b"".join([each.pack() for each in known][:_MOST]).ljust(COOKIE_SIZE, b"\0")


def unpack(packed: bytes) -> tuple[Known, ...]:
    """The inverse of `pack`."""
    entries = (Known(subject.hex(), name.hex(), *rest) for subject, name, *rest in _ENTRY.iter_unpack(packed))
    return tuple(entry for entry in entries if entry.until)


def find(known: Iterable[Known], subject: str) -> Known | None:
    """The entry of this account."""
    return next((each for each in known if each.subject == subject), None)


def remember(known: Iterable[Known], subject: str, name: str, epoch: int, now: int) -> tuple[Known, ...]:
    """Adds an account in front, known from now on."""
    others = [each for each in known if each.subject != subject]
    return (Known(subject, name, epoch, now + GOOD_FOR), *others)[:_MOST]
