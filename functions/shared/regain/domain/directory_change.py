"""A password on its way into a directory, which is in no transaction of ours: intent, act, record.

The intent is written before the directory is asked, and the record after it has answered. Whatever happens in between
(an answer that is lost, a process that is killed, a server that carries a request out after everybody has given up),
the next try finds the intent, and knows that this password may have been set.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from regain.problems import BEING_SET, Refused

LEASE = 12
"""Seconds after which nothing can be under way any more: a function's 10 seconds, and 2."""

_DOUBT = 3_600
_DOUBTED = 8


@dataclass(frozen=True, slots=True)
class Change:
    """What is known of the changes of one person's password.

    `mark` is a keyed hash of the password that is being set until then; "" if none is. `doubted` are those of which
    nobody knows whether they were set, and `server` is the one that was asked: others may not know yet. `notice` are
    the messages to the owner that the password may have been changed, as the outbox keeps them: they go out if nothing
    else is ever told.
    """

    mark: str = ""
    until: int = 0
    server: str = ""
    doubted: tuple[str, ...] = ()
    notice: tuple[Mapping[str, Any], ...] = ()
    version: int = 0

    def intended(self, mark: str, server: str, now: int, notice: tuple[Mapping[str, Any], ...] = ()) -> "Change":
        """The change that begins now. Doubts end after an hour, when no server can have anything left to do.

        Raises:
            Refused: BEING_SET, while another one is under way.
        """
        self.check_idle(now)
        doubted = () if now >= self.until + _DOUBT else tuple(dict.fromkeys(filter(None, (*self.doubted, self.mark))))
        return replace(
            self, mark=mark, until=now + LEASE, server=self.server if doubted else server, doubted=doubted[-_DOUBTED:],
            notice=self.notice if doubted else notice,
        )  # fmt: skip

    def check_idle(self, now: int) -> None:
        """Raises Refused(BEING_SET), while a change is under way."""
        if self.mark and now < self.until:
            raise Refused(BEING_SET, retry_after=self.until - now)

    def written(self) -> "Change":
        """The same after it was written."""
        return replace(self, version=self.version + 1)

    def given_up(self, before: "Change") -> "Change":
        """The change was not made, for certain. Earlier doubts stay, and are no younger than `before` it."""
        return replace(self, mark="", until=before.until, notice=self.notice if self.doubted else ())

    def recorded(self) -> "Change":
        """The change was made, and nothing is in doubt."""
        return Change(version=self.version)

    def untold(self, now: int) -> bool:
        """Whether somebody may have a new password, and nobody has come back to find out."""
        return bool(self.notice and (self.mark or self.doubted)) and now >= self.until

    @property
    def repeated(self) -> bool:
        """Whether this very password may have been set before."""
        return self.mark in self.doubted

    @property
    def overtakable(self) -> bool:
        """Whether another password may have been set, or still come, before this one."""
        return any(each != self.mark for each in self.doubted)
