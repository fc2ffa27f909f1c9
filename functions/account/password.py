"""Verifies a typed password: an attempt is counted before its result is known, also for unknown user IDs."""

from dataclasses import dataclass
from typing import Any

from regain.adapters import password_hash, rate_limits, recoveries
from regain.adapters.identifiers import Lead
from regain.adapters.store import Write
from regain.api.request_context import RequestContext
from regain.domain import passwords
from regain.domain import work as cost
from regain.domain.account import Account
from regain.domain.device_cookie import Known
from regain.domain.limits import NETWORK
from regain.domain.policy import LONGEST_PASSWORD
from regain.domain.throttle import Standing, Throttle
from regain.problems import Problem, Refused
from regain.recovery import standings, work
from regain.recovery.standings import Place, Twin
from regain.runtime.services import Services

_NO_LEAD = Lead("")  # a signed-in person has typed no user ID


@dataclass(frozen=True, slots=True)
class Verified:
    """A password that was right, with what is written together with whatever it allows."""

    account: Account
    throttle: Throttle
    place: Place
    writes: list[Write]


@dataclass(frozen=True, slots=True)
class Judge:
    """Verifies passwords typed for one account, or for a user ID that nobody has.

    `session` is where the counts of a signed-in person are; without, they are those of a known browser or a network.
    `lead` is what a typed user ID led to.
    """

    services: Services
    subject: str
    context: RequestContext
    session: Place | None = None
    lead: Lead = _NO_LEAD

    @property
    def keys(self) -> list[tuple[str, dict[str, str]]]:
        """The keys to read with the account: its throttle, the network's failures, and the caller's counts."""
        services = self.services
        counts = [key for place in self._places for key in place.keys(services, self.subject)]
        failures = services.rate_limits.key("sign-in-failure", self._network, services.now, self._window)
        return [services.recoveries.key(self.subject, "throttle"), failures, *self._twin_keys, *counts]

    def judge(self, typed: str, proof: str, account: Account | None, found: list[Any], wrong: Problem) -> Verified:
        """What goes with the password, if it is right. `found` are the items of `keys`.

        Raises:
            Refused: SIGN_IN_LOCKED, PROVE_FIRST or PROOF_OF_WORK_NEEDED; `wrong` once the failure has been counted.
            Conflict: another request was counted in between; read and judge again.
        """
        services, now = self.services, self.services.now
        limits, throttle = services.organisation.limits, recoveries.throttle(found[0])
        failures = rate_limits.number(found[1])
        spent = work.spend_writes(services, proof, cost.failure_cost(failures, False, limits))
        twins = len(self._twin_keys)
        place, standing = self.standing(throttle, found[2 + twins :])
        twin = self._twin(place, found[2 : 2 + twins])
        shown = twin.standing if twin and twin.shows else standing
        shown.check_sign_in(now, limits)
        password = passwords.normal(typed)
        fits = len(password) <= LONGEST_PASSWORD  # nothing longer is ever hashed
        stored = account.password if account else ""
        right = fits and password_hash.verify(stored, password, services.keys)
        if right and account and not (shown is not standing and standing.locked(now, limits)):  # in silence
            writes = place.writes(services, self.subject, standing.with_right_password(now))
            writes += twin.writes(services, twin.standing.with_right_password(now)) if twin else []
            return Verified(account, throttle, place, [*spent, *writes])
        fingerprint = services.keys.digest("fingerprint", f"{self.subject}\x1f{password}")
        failed = standing.with_wrong_password(fingerprint, now)
        spent += twin.writes(services, twin.standing.with_wrong_password(fingerprint, now)) if twin else []
        new = shown.with_wrong_password(fingerprint, now).own.sign_ins != shown.own.sign_ins
        self.count(place, failed, failures, spent, new)
        raise Refused(wrong)

    def event(self, kind: str) -> Write:
        """An event about this account."""
        services = self.services
        nonce = services.randomness(4)
        return services.events.write(kind, self.subject, self.context.reference, services.clock(), nonce)

    def standing(self, throttle: Throttle, counts: list[Any]) -> tuple[Place, Standing]:
        """Which counts this request goes to, and what they are. `counts` are the last items of `keys`."""
        services = self.services
        place, *browser = self._places
        known = browser and standings.name_of(self._known, throttle, services.now)
        if known:
            place, counts = browser[0], counts[len(place.keys(services, self.subject)) :]
        return place, place.standing(services, self.subject, throttle, counts)

    def count(self, place: Place, failed: Standing, failures: int, also: list[Write], new: bool) -> None:
        """Counts a failure for the place, and for the network unless it repeats the same wrong password."""
        services, limits = self.services, self.services.organisation.limits
        writes = [*also, *place.writes(services, self.subject, failed)]
        dearer = cost.failure_cost(failures, False, limits) < cost.GREATEST
        if new and dearer:
            network = services.rate_limits.count_write("sign-in-failure", self._network, services.now, self._window)
            writes.append(network)
        if failed.locked(services.now, limits):
            writes.append(self.event("sign-in-locked"))
        services.store.commit(writes)

    @property
    def _twin_keys(self) -> list[tuple[str, dict[str, str]]]:
        return standings.twin_keys(self.services, self.lead.twin_id, self.context.address)

    def _twin(self, place: Place, found: list[Any]) -> Twin | None:
        """The second count of a browser that the account does not know."""
        twin_id = self.lead.twin_id if place.who == NETWORK else ""
        return standings.twin(self.services, twin_id, self.context.address, found, self.lead.by_alias)

    @property
    def _places(self) -> list[Place]:
        """The places whose counts may be the ones: of the network, and of the browser that the cookie names."""
        if self.session:
            return [self.session]
        known = self._known
        network = standings.of_network(self.services, self.context.address)
        return [network, *([standings.of_browser(known.name)] if known else [])]

    @property
    def _known(self) -> Known | None:
        return standings.named(self.services, self.subject, self.context)

    @property
    def _network(self) -> str:
        return rate_limits.network(self.context.address)

    @property
    def _window(self) -> int:
        return self.services.organisation.limits.network_window_minutes * 60
