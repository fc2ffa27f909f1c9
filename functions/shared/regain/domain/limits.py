"""The limits: what is counted and for whom.

The guidance, THREATS.md and the arithmetic of guessing (`takeovers`) read these limits, and `throttle` enforces them.
Strangers cannot lock the owner out: whoever can be told apart has counts of their own, and a limit that others can use
up makes proofs longer or slower, but refuses none.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass

from regain.domain.policy import Limits
from regain.domain.windows import DAY, HOUR, MONTH, SIGN_INS, Window

BROWSER, NETWORK, SESSION, CALLER = "browser", "network", "session", "caller"
"""Who asks: a browser that the account knows, an unknown one by its network, a signed-in person, or a caller."""

Draw = Callable[[str], float]
"""Maps the name of a limit to a number in [0, 1): unpredictable, but constant for one account on one day."""

_SPREAD = 0.25


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` of something in a window.

    `drawn`: others can use this limit up, so it varies per account and day (±25 %), and the time until it ends is
    given in whole hours: neither reveals what others did.
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
    """The limits on wrong proofs of one kind: own, all unknown browsers', and all unknown browsers' in 30 days."""
    most, all_most = limits.failed_proofs_per_day, limits.failed_proofs_of_all_per_day
    own = Limit(f"proofs-{who}-{kind}", DAY, most, drawn=who == NETWORK)
    if who == NETWORK:
        halved = all_most // 2 if kind == "authenticator" else all_most
        month = Limit(f"proofs-month-{kind}", MONTH, limits.failed_proofs_of_all_per_month, drawn=True)
        return own, Limit(f"proofs-all-{kind}", DAY, halved, drawn=True), month
    return (own,) if who == CALLER else (own, Limit(f"proofs-{who}s-{kind}", DAY, all_most))


def messages(who: str, group: str, limits: Limits) -> tuple[Limit, ...]:
    """The limits on messages of a group (`email` or `telephone`): own, and all unknown browsers'."""
    uses_phone = group == "telephone"
    own = limits.phone_messages_per_hour if uses_phone else limits.emails_per_hour
    if who != NETWORK:
        return (Limit(f"messages-{who}-{group}", HOUR, own),)
    shared = limits.phone_messages_of_all_per_hour if uses_phone else limits.emails_of_all_per_hour
    own_limit = Limit(f"messages-network-{group}", HOUR, own, drawn=True)
    return own_limit, Limit(f"messages-all-{group}", HOUR, shared, drawn=True)


def sign_ins(who: str, limits: Limits) -> tuple[Limit, ...]:
    """The limits on wrong passwords: own, and all unknown browsers'."""
    own = Limit(f"sign-ins-{who}", SIGN_INS, limits.sign_in_failures, drawn=who == NETWORK)
    if who != NETWORK:
        return (own,)
    return own, Limit("sign-ins-all", SIGN_INS, limits.sign_in_failures_of_all, drawn=True)


def right_passwords(who: str, limits: Limits) -> Limit:
    """The limit on right passwords, because each costs a slow hash (X27)."""
    return Limit(f"right-passwords-{who}", HOUR, limits.right_passwords_per_hour, drawn=who == NETWORK)


def places(limits: Limits) -> tuple[Limit, Limit]:
    """The limits on codes to one address or number being registered, and to all of an account's."""
    return Limit("place", DAY, limits.codes_per_place_per_day), Limit("places", DAY, limits.codes_to_new_places_per_day)
