"""The table of limits: what is counted, by whom, and what is past each limit (design: Throttling).

The guidance, THREATS.md and the arithmetic of guessing (`takeovers`) read this table, and `throttle` enforces it.
What a stranger does never counts against what the owner does: a standing is counted on its own where nobody else can
fill it, and a limit that others can fill makes a proof longer or slower, and shuts no door.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass

from regain.domain.policy import Limits
from regain.domain.windows import DAY, HOUR, MONTH, SIGN_INS, Window

BROWSER, NETWORK, SESSION, CALLER = "browser", "network", "session", "caller"
"""Who asks: a browser known to the account, an unknown one by its network, a signed-in person, a caller."""

Draw = Callable[[str], float]
"""A number in [0, 1) for the name of a limit, the same for one account on one day, that nobody can foresee."""

_SPREAD = 0.25


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` of something in a window.

    `drawn`: somebody else can fill it too, so it is drawn anew per account and day (±25 %), and when it ends is told
    in whole hours: neither the number nor the moment tells what others did.
    """

    name: str
    window: Window
    most: int
    drawn: bool = False

    def today(self, draw: Draw) -> int:
        """The limit for this account today."""
        return max(1, round(self.most * (1 - _SPREAD + 2 * _SPREAD * draw(self.name)))) if self.drawn else self.most

    @property
    def greatest(self) -> int:
        """The highest value that the limit can have."""
        return round(self.most * (1 + _SPREAD)) if self.drawn else self.most


@functools.lru_cache(maxsize=64)
def proofs(who: str, kind: str, limits: Limits) -> tuple[Limit, ...]:
    """Wrong proofs of one kind: own, of all unknown browsers, and of all of these in 30 days."""
    most, all_most = limits.failed_proofs_per_day, limits.failed_proofs_of_all_per_day
    own = Limit(f"proofs-{who}-{kind}", DAY, most, drawn=who == NETWORK)
    if who == NETWORK:
        halved = all_most // 2 if kind == "authenticator" else all_most
        month = Limit(f"proofs-month-{kind}", MONTH, limits.failed_proofs_of_all_per_month, drawn=True)
        return own, Limit(f"proofs-all-{kind}", DAY, halved, drawn=True), month
    return (own,) if who == CALLER else (own, Limit(f"proofs-{who}s-{kind}", DAY, all_most))


def messages(who: str, group: str, limits: Limits) -> tuple[Limit, ...]:
    """Messages of a group (`email` or `telephone`): own, and of all unknown browsers."""
    uses_phone = group == "telephone"
    own = limits.phone_messages_per_hour if uses_phone else limits.emails_per_hour
    if who != NETWORK:
        return (Limit(f"messages-{who}-{group}", HOUR, own),)
    shared = limits.phone_messages_of_all_per_hour if uses_phone else limits.emails_of_all_per_hour
    own_limit = Limit(f"messages-network-{group}", HOUR, own, drawn=True)
    return own_limit, Limit(f"messages-all-{group}", HOUR, shared, drawn=True)


def sign_ins(who: str, limits: Limits) -> tuple[Limit, ...]:
    """Wrong passwords: own, and of all unknown browsers."""
    own = Limit(f"sign-ins-{who}", SIGN_INS, limits.sign_in_failures, drawn=who == NETWORK)
    if who != NETWORK:
        return (own,)
    return own, Limit("sign-ins-all", SIGN_INS, limits.sign_in_failures_of_all, drawn=True)


def right_passwords(who: str, limits: Limits) -> Limit:
    """Right passwords: each costs a slow hash, and nobody signs in every minute (X27)."""
    return Limit(f"right-passwords-{who}", HOUR, limits.right_passwords_per_hour, drawn=who == NETWORK)


def places(limits: Limits) -> tuple[Limit, Limit]:
    """Codes to one place that is being registered, and to all such places of an account."""
    return Limit("place", DAY, limits.codes_per_place_per_day), Limit("places", DAY, limits.codes_to_new_places_per_day)
