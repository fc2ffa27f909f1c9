"""Requests for help and their states at the desk: `new`, `taken` by an agent, `done`."""

from collections import Counter
from dataclasses import dataclass, replace

from regain.problems import REQUEST_TAKEN, Refused

STATES = ("new", "taken", "done")
_KEPT_ASKS = 10


@dataclass(frozen=True, slots=True)
class Ask:
    """One submission: how to reach the person, in their own words.

    `passed` is the number of proofs they had given. `known`: they had given one, or the account knows their browser.
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
    """A request for help: one per account, however often it is sent. Times are seconds since 1970.

    `account_id` is the account that the typed `user_id` identifies, or an unused id if there is none. `times` counts
    every submission; `asks` are the latest, newest first, with those of unknown people dropped first. `by` is the agent
    who has taken or done it, `changed_at` since when, and `note` their comment.
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
        """The request with one more submission. A done request is reopened; a taken one stays taken."""
        again = replace(self, times=self.times + 1, asks=_kept((ask, *self.asks)))
        if self.times and self.state != "done":
            return again
        return replace(again, state="new", asked_at=ask.at, by="", changed_at=0)

    def moved(self, state: str, by: str, note: str, now: int) -> "HelpRequest":
        """The request in another state. While it is taken, only the agent who has it can change its state.

        Raises:
            Refused: REQUEST_TAKEN if another agent has it.
        """
        if self.state == "taken" and self.by != by:
            raise Refused(REQUEST_TAKEN, by=self.by)
        who = "" if state == "new" else by
        return replace(self, state=state, by=who, changed_at=now, note=note or self.note)


def _kept(asks: tuple[Ask, ...]) -> tuple[Ask, ...]:
    """The submissions to keep. The most frequent sender's oldest is dropped, so that nobody can evict the others."""
    if len(asks) <= _KEPT_ASKS:
        return asks
    often = Counter(each.reply_to for each in asks)
    gone = max(range(len(asks)), key=lambda place: (not asks[place].known, often[asks[place].reply_to], place))
    return asks[:gone] + asks[gone + 1 :]
