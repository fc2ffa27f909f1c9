"""Invitations to register: who is invited, when e-mails are due, and who is skipped (H11, H62).

An invitation goes through rounds, each of which covers its people page by page: the first e-mail, reminders to those
invited, and, after the deadline, the requirement to register at the next sign-in.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo

from regain.domain.account import Account
from regain.domain.eligibility import Eligibility
from regain.domain.security_info import SecurityInfo
from regain.phrases import Phrase
from regain.problems import DEADLINE_NOT_POSSIBLE, Refused

FIRST, REMINDER, REQUIRED = "first", "reminder", "required"
REMINDERS = (7, 1)
"""The default days for reminders, before the deadline."""
MOST_DAYS = 366
SKIPPED = {
    "registered": Phrase("Already registered"),
    "off": Phrase("Account turned off"),
    "suspended": Phrase("Methods to go through"),
    "not-enabled": Phrase("Cannot register here"),
    "no-address": Phrase("No address that mail can reach"),
    "asked": Phrase("Asked by another invitation"),
    "gone": Phrase("No longer there"),
}
"""Why somebody is skipped."""

_MORNING = time(8)
_QUIET = 20 * 3_600  # seconds between two e-mails to a person, also after an invitation was stopped and resumed
_UNREACHABLE = ("local", "localhost", "localdomain", "internal", "invalid", "lan")


@dataclass(frozen=True, slots=True)
class Round:
    """One round over the people: `first`, `reminder-7` and so on, or `required`. `due` is in seconds since 1970."""

    name: str
    due: int


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation to register by the end of a day (`deadline`, ISO 8601), and its progress.

    `whom` is `group` (the people in `group`), `not-registered` (everybody) or `list` (people from a file). `at` is the
    index of the current round, and `cursor` the position in it. `state` is `running`, `stopped` or `finished`. `by`
    created it; `changed_by` last stopped or resumed it, for this `reason`. Times are seconds since 1970.
    """

    id: str
    by: str
    whom: str
    created_at: int
    deadline: str
    rounds: tuple[Round, ...]
    group: str = ""
    at: int = 0
    cursor: str = ""
    state: str = "running"
    changed_by: str = ""
    changed_at: int = 0
    reason: str = ""
    version: int = 0

    @property
    def ends_at(self) -> int:
        """When the deadline has passed."""
        return self.rounds[-1].due

    def due(self, now: int) -> "Invitation | None":
        """The invitation in the round that is due now; None if none is. After the deadline only the last round is."""
        if self.state != "running":
            return None
        last = len(self.rounds) - 1
        if self.at < last and now >= self.ends_at:
            return replace(self, at=last, cursor="")
        return self if self.rounds[self.at].due <= now else None

    def walked(self, cursor: str, now: int) -> "Invitation":
        """The invitation after a page of its round: at `cursor`, or in the next round if that is ""."""
        if cursor:
            return replace(self, cursor=cursor)
        if self.at + 1 < len(self.rounds):
            return replace(self, at=self.at + 1, cursor="")
        return replace(self, cursor="", state="finished", changed_at=now)

    def moved(self, state: str, by: str, reason: str, now: int) -> "Invitation":
        """The invitation stopped, or running again. A finished one does not change."""
        if self.state in ("finished", state):
            return self
        return replace(self, state=state, changed_by=by, changed_at=now, reason=reason)


@dataclass(frozen=True, slots=True)
class Invitee:
    """What an invitation stores about a person: the `rounds` they were in, and when they were last e-mailed.

    `groups` are the groups they are counted in. `registered_at` is when they registered; 0 before that.
    """

    invitation: str = ""
    rounds: tuple[str, ...] = ()
    mailed_at: int = 0
    groups: tuple[str, ...] = ()
    registered_at: int = 0
    until: int = 0
    version: int = 0

    @property
    def waits(self) -> bool:
        """Whether they have been invited and have not registered yet."""
        return bool(self.invitation) and not self.registered_at

    def rests(self, now: int) -> bool:
        """Whether their last e-mail is too recent to send another."""
        return now < self.mailed_at + _QUIET

    def taken_by(self, other: Invitation, now: int) -> bool:
        """Whether another invitation is still asking them."""
        return self.waits and self.invitation != other.id and now < self.until


def plan(deadline: date, reminders: Iterable[int], zone: tzinfo, now: int) -> tuple[Round, ...]:
    """The rounds up to the end of a day in this time zone. Reminders less than 20 hours after now are left out.

    Raises:
        Refused: DEADLINE_NOT_POSSIBLE if the day is not after today, or more than a year away.
    """
    today = datetime.fromtimestamp(now, zone).date()
    if not today < deadline <= today + timedelta(days=MOST_DAYS):
        raise Refused(DEADLINE_NOT_POSSIBLE)
    ends = _at(deadline + timedelta(days=1), time(), zone)
    reminded = [Round(f"{REMINDER}-{days}", _at(deadline - timedelta(days=days), _MORNING, zone))
                for days in sorted({*reminders}, reverse=True)]  # fmt: skip
    return Round(FIRST, now), *(each for each in reminded if each.due > now + _QUIET), Round(REQUIRED, ends)


def skip_reason(account: Account | None, info: SecurityInfo, stands: Eligibility | None, registers: bool) -> str:
    """Why a person is skipped (a key of `SKIPPED`); "" if they are invited.

    `registers`: people in their domain can sign in and register here.
    """
    if account is None or stands is None:
        return "gone"
    reasons = {
        "off": not account.enabled,
        "suspended": info.suspended,
        "registered": stands.registered,
        "not-enabled": not (stands.enabled and registers),
        "no-address": not address(account, info),
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def address(account: Account, info: SecurityInfo) -> str:
    """The first of a person's addresses that e-mail can reach; "" if there is none."""
    known = (*account.addresses, *info.destinations("email"))
    return next((each for each in known if _reachable(each)), "")


def _reachable(place: str) -> bool:
    local, at, domain = place.rpartition("@")
    return bool(local and at and domain) and local.isascii() and domain.rpartition(".")[2] not in _UNREACHABLE


def _at(day: date, when: time, zone: tzinfo) -> int:
    return int(datetime.combine(day, when, zone).timestamp())
