"""Device cookies (OWASP, Slow Down Online Guessing Attacks with Device Cookies): which accounts know this browser.

A device cookie grants no access. It only selects the counter that a wrong proof or password is added to, so strangers
cannot lock out a browser that the owner has used. A stolen cookie is worth a few guesses.
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
    """One account that knows this browser. `subject` (16 bytes) and the browser's `name` (8 bytes) are hexadecimal.

    `epoch` is the account's: incrementing it forgets every browser of earlier epochs. The entry expires at `until`, in
    seconds since 1970.
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
    """The last five accounts, padded to `COOKIE_SIZE` bytes so that the size does not reveal how many there are."""
    return b"".join([each.pack() for each in known][:_MOST]).ljust(COOKIE_SIZE, b"\0")


def unpack(packed: bytes) -> tuple[Known, ...]:
    """The inverse of `pack`."""
    entries = (Known(subject.hex(), name.hex(), *rest) for subject, name, *rest in _ENTRY.iter_unpack(packed))
    return tuple(entry for entry in entries if entry.until)


def find(known: Iterable[Known], subject: str) -> Known | None:
    """The entry for this account, if there is one."""
    return next((each for each in known if each.subject == subject), None)


def remember(known: Iterable[Known], subject: str, name: str, epoch: int, now: int) -> tuple[Known, ...]:
    """The entries with this account in front, in place of any older entry."""
    others = [each for each in known if each.subject != subject]
    return (Known(subject, name, epoch, now + GOOD_FOR), *others)[:_MOST]
