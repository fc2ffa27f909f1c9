"""Setting a password in a directory, which cannot take part in a transaction: write the intent, act, record the result.

The intent is written before the request to the directory, and the result after its response. Whatever happens between
(a lost response, a killed process, a server that carries out a request after its client timed out), the next attempt
finds the intent and knows that this password may have been set.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from regain.problems import BEING_SET, Refused

LEASE = 12
"""Seconds after which no attempt can still be running: a function's timeout of 10 seconds, and a margin of 2."""

_DOUBT = 3_600
_DOUBTED = 8


@dataclass(frozen=True, slots=True)
class Change:
    """The state of changes to one person's password in a directory.

    `mark` is a keyed hash of the password being set, under a lease that ends at `until`; "" if there is none. `doubted`
    are marks of passwords that may or may not have been set, on `server`: others may not have replicated them yet.
    `notice` are the outbox items that tell the owner the password may have changed, sent if the outcome stays unknown.
    """

    mark: str = ""
    until: int = 0
    server: str = ""
    doubted: tuple[str, ...] = ()
    notice: tuple[Mapping[str, Any], ...] = ()
    version: int = 0

    def intended(self, mark: str, server: str, now: int, notice: tuple[Mapping[str, Any], ...] = ()) -> "Change":
        """The state with a new change in progress. Doubts expire after an hour: no server works on a request so long.

        Raises:
            Refused: BEING_SET, while another change is in progress.
        """
        self.check_idle(now)
        doubted = () if now >= self.until + _DOUBT else tuple(dict.fromkeys(filter(None, (*self.doubted, self.mark))))
        return replace(
            self, mark=mark, until=now + LEASE, server=self.server if doubted else server, doubted=doubted[-_DOUBTED:],
            notice=self.notice if doubted else notice,
        )  # fmt: skip

    def check_idle(self, now: int) -> None:
        """Raises Refused(BEING_SET) while a change is in progress."""
        if self.mark and now < self.until:
            raise Refused(BEING_SET, retry_after=self.until - now)

    def written(self) -> "Change":
        """The state as stored after a write."""
        return replace(self, version=self.version + 1)

    def given_up(self, before: "Change") -> "Change":
        """The state once the change has certainly not been made. Earlier doubts keep their age from `before`."""
        return replace(self, mark="", until=before.until, notice=self.notice if self.doubted else ())

    def recorded(self) -> "Change":
        """The state once the change has been made. Nothing is in doubt."""
        return Change(version=self.version)

    def untold(self, now: int) -> bool:
        """Whether the password may have changed and the owner has not been told."""
        return bool(self.notice and (self.mark or self.doubted)) and now >= self.until

    @property
    def repeated(self) -> bool:
        """Whether an earlier attempt may have set this same password."""
        return self.mark in self.doubted

    @property
    def overtakable(self) -> bool:
        """Whether an earlier attempt may have set another password, or may still do so."""
        return any(each != self.mark for each in self.doubted)
