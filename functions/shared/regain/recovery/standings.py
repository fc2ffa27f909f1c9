"""Selects the counts that a request is judged by, and reads and writes them.

Counts are written in the transaction of what they allow, also if unchanged: of many concurrent guesses, each is either
judged by the current counts, or conflicts and is retried.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from regain.adapters import device_cookies, recoveries
from regain.adapters.rate_limits import network
from regain.adapters.store import Write
from regain.api.request_context import RequestContext
from regain.domain import device_cookie
from regain.domain.device_cookie import Known
from regain.domain.limits import BROWSER, CALLER, NETWORK, SESSION, Draw
from regain.domain.throttle import Counts, Standing, Throttle
from regain.runtime.services import Services

if TYPE_CHECKING:  # not at run time: recovery needs no session, and cold starts save the import
    from regain.recovery.session import SignedIn

_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Place:
    """The records of a client's counts: its own, and those it shares unless they are the account's throttle."""

    who: str
    own: str
    shared: str = ""
    era: int = 0

    @property
    def browser(self) -> str:
        """The account's name for the browser; "" if it does not know it."""
        return self.own.partition("#")[2] if self.who == BROWSER else ""

    def keys(self, services: Services, subject: str) -> list[tuple[str, dict[str, str]]]:
        """The keys to read for `standing`, for `Store.batch_get`."""
        return [services.recoveries.key(subject, record) for record in self.records]

    @property
    def records(self) -> list[str]:
        """The names of the records with own and with shared counts."""
        return [f"counts#{name}" for name in (self.own, self.shared) if name]

    def standing(
        self, services: Services, subject: str, throttle: Throttle, found: list[Any], guarded: Iterable[str] = ()
    ) -> Standing:
        """The standing in the items of `keys`. Only strangers and callers are subject to guarded kinds."""
        era = throttle.era if self.who in (NETWORK, BROWSER) else self.era
        own = recoveries.counts(found[0]).of_era(era)
        shared = recoveries.counts(found[1]).of_era(era) if self.shared else throttle
        groups = frozenset(guarded) if self.who in (NETWORK, CALLER) else frozenset()
        return Standing(self.who, own, shared, draw(services, subject), groups)

    def writes(self, services: Services, subject: str, standing: Standing) -> list[Write]:
        """Writes the counts, if they have not changed since they were read."""
        kept, now = services.recoveries, services.now
        own = kept.counts_write(subject, self.own, standing.own, now)
        if self.shared:
            return [own, kept.counts_write(subject, self.shared, standing.shared, now)]
        if self.who == NETWORK and isinstance(standing.shared, Throttle):
            return [own, kept.throttle_write(subject, standing.shared, now)]
        return [own]


def of_network(services: Services, address: str) -> Place:
    """An unknown browser, by its network."""
    return Place(NETWORK, f"network#{services.keys.digest('limit', network(address))}")


def of_browser(name: str) -> Place:
    """A browser that the account knows by this name."""
    return Place(BROWSER, f"browser#{name}", "browsers")


def of_session(session_id: str, generation: int) -> Place:
    """A signed-in person. A new password starts a new generation, with empty counts."""
    return Place(SESSION, f"session#{session_id}", "sessions", generation)


@dataclass(frozen=True, slots=True)
class Twin:
    """A second set of counts for an unknown browser, if accounts can be found by aliases.

    If the account was found by an alias, these counts are kept for the alias as for a name without an account, and
    responses reveal only them (`shows`); the account's own limits apply silently, so that an alias reveals nothing.
    Otherwise they are written too, so that every request costs the same, but have no effect.
    """

    subject: str
    place: Place
    standing: Standing
    shows: bool

    def writes(self, services: Services, standing: Standing) -> list[Write]:
        """Writes the counts, if they have not changed since they were read."""
        return self.place.writes(services, self.subject, standing)


def twin_keys(services: Services, twin_id: str, address: str) -> list[tuple[str, dict[str, str]]]:
    """The keys to read for `twin`; none if the organisation has no aliases."""
    if not twin_id:
        return []
    subject = services.recoveries.subject(twin_id)
    return [services.recoveries.key(subject, "throttle"), *of_network(services, address).keys(services, subject)]


def twin(
    services: Services, twin_id: str, address: str, found: list[Any], shows: bool, guarded: Iterable[str] = ()
) -> Twin | None:
    """The twin in the items of `twin_keys`."""
    if not twin_id:
        return None
    subject, place = services.recoveries.subject(twin_id), of_network(services, address)
    standing = place.standing(services, subject, recoveries.throttle(found[0]), found[1:], guarded)
    return Twin(subject, place, standing, shows)


CALLERS = Place(CALLER, "caller")
"""A caller to the helpdesk, whichever agent helps them."""


def named(services: Services, subject: str, context: RequestContext, ticket: str = "") -> Known | None:
    """The browser's entry for the account, from the ticket in an e-mail or from its device cookie.

    The account is not read for this: `Known.good` tells later whether the account still knows this browser.
    """
    shown = device_cookies.read_ticket(services.keys, ticket), device_cookies.read(services.keys, context.browser)
    return device_cookie.find((*shown[0], *shown[1]), subject)


def name_of(known: Known | None, throttle: Throttle, now: int) -> str:
    """The account's name for the browser; "" if the account no longer knows it."""
    return known.name if known and known.good(throttle.epoch, now) else ""


def remember(services: Services, subject: str, epoch: int, context: RequestContext, name: str = "") -> None:
    """Makes this browser known to the account, under its present name or a new one."""
    name = name or services.randomness(8).hex()
    cookie = device_cookies.read(services.keys, context.browser)
    kept = device_cookie.remember(cookie, subject, name, epoch, services.now)
    context.new_browser = device_cookies.seal(services.keys, kept)


def session_keys(services: Services, context: RequestContext) -> list[Callable[[str], tuple[str, dict[str, str]]]]:
    """The keys to read for `of_signed_in`, for `require_session`."""
    records = of_session(services.recoveries.held(context.session).id, 0).records
    return [partial(services.recoveries.key, record=record) for record in records]


def of_signed_in(who: "SignedIn", found: list[Any]) -> tuple[Place, Standing]:
    """A signed-in person's place and standing. `found` are the items of `session_keys`."""
    place = of_session(who.session.id, who.account.generation)
    return place, place.standing(who.services, who.subject, Throttle(), found)


def stranger(services: Services, subject: str, throttle: Throttle) -> Standing:
    """The standing of an unknown browser that has done nothing yet."""
    return Standing(NETWORK, Counts(), throttle, draw(services, subject))


def draw(services: Services, subject: str) -> Draw:
    """The draw for an account's limits today: keyed, so that it is unpredictable."""
    day = services.now // _DAY

    @cache
    def drawn(name: str) -> float:
        return int(services.keys.digest("draw", f"{subject}\x1f{day}\x1f{name}"), 16) / 2**128

    return drawn
