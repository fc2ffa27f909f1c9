"""Requests for help as the desk works on them: `new`, `taken` by somebody, `done`."""

from collections import Counter
from dataclasses import dataclass, replace

from regain.problems import REQUEST_TAKEN, Refused

STATES = ("new", "taken", "done")
_KEPT_ASKS = 10


@dataclass(frozen=True, slots=True)
class Ask:
    """What somebody sent at one time: how to reach them, in their words. `passed`: how many proofs they had given;
    `known`: they had given one, or the account knows their browser.
    """

    at: int
    name: str = ""
    reply_to: str = ""
    text: str = ""
    reference: str = ""
    passed: int = 0
    known: bool = False


@dataclass(frozen=True, slots=True)
class HelpRequest:
    """What somebody asks for, however often: one request an account. Times are seconds since 1970.

    `account_id` is what the typed `user_id` leads to, also where nobody has it. `times` counts every ask; `asks` are
    the last ones, newest first: strangers' make room first. `by` is who has it or has done it, `changed_at` since when,
    `note` what they say of it.
    """

    subject: str
    kind: str
    account_id: str
    user_id: str = ""
    state: str = "new"
    asked_at: int = 0
    times: int = 0
    asks: tuple[Ask, ...] = ()
    by: str = ""
    changed_at: int = 0
    note: str = ""
    version: int = 0

    def asked(self, ask: Ask) -> "HelpRequest":
        """The request after somebody asked (again). One that was done begins anew; one that is taken stays so."""
        again = replace(self, times=self.times + 1, asks=_kept((ask, *self.asks)))
        if self.times and self.state != "done":
            return again
        return replace(again, state="new", asked_at=ask.at, by="", changed_at=0)

    def moved(self, state: str, by: str, note: str, now: int) -> "HelpRequest":
        """The request in another state. To take it, to be done with it and to put it back is open to whoever has it.

        Raises:
            Refused: REQUEST_TAKEN, if somebody else has it.
        """
        if self.state == "taken" and self.by != by:
            raise Refused(REQUEST_TAKEN, by=self.by)
        who = "" if state == "new" else by
        return replace(self, state=state, by=who, changed_at=now, note=note or self.note)


def _kept(asks: tuple[Ask, ...]) -> tuple[Ask, ...]:
    """As many as are kept: the oldest of whoever has asked most often goes, so that nobody pushes out others'."""
    if len(asks) <= _KEPT_ASKS:
        return asks
    often = Counter(each.reply_to for each in asks)
    gone = max(range(len(asks)), key=lambda place: (not asks[place].known, often[asks[place].reply_to], place))
    return asks[:gone] + asks[gone + 1 :]
