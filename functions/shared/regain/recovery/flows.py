"""Flows of one purpose: reads a flow with everything that it is judged by, and presents it."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from regain.adapters import passkeys, rate_limits, recoveries, security_info
from regain.adapters.store import Write
from regain.api.contract import Gates, OfferedMethod, PasswordRule
from regain.api.request_context import RequestContext
from regain.directories import dynamodb as account_items
from regain.directories.base import Outcome, Person, Requirements
from regain.domain import flow as rules
from regain.domain import security_questions
from regain.domain.account import Account
from regain.domain.device_cookie import Known
from regain.domain.directory_change import Change
from regain.domain.flow import Choice, Flow
from regain.domain.guess_budget import Sums
from regain.domain.limits import NETWORK
from regain.domain.lockout import Binds
from regain.domain.methods import sends_code
from regain.domain.proving import Attempt
from regain.domain.security_info import SecurityInfo
from regain.domain.throttle import Standing, Throttle
from regain.organisation import policies
from regain.organisation.settings import Organisation
from regain.recovery import in_directory, new_password, proofs, standings
from regain.recovery.standings import Place, Twin
from regain.runtime.services import Services


@dataclass(frozen=True, slots=True)
class Counted:
    """What is counted for a network and the organisation (failures, guesses, texts), and not for an account.

    `guesses` are the items that `sums` was computed from; `shard` is the network's shard.
    """

    shard: int
    failures: int
    sums: Sums
    texts: int
    guesses: list[Any]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Opened:
    """A flow as it was read, with its account, security info and counts.

    For a person in a directory, `account` is the card until they are looked up as `person`; `change` is the state of
    password changes there, and `binds` counts the wrong passwords sent to it. `standing` is the account's. If the
    account was found by an alias, responses may reveal only the `shown` standing.
    """

    subject: str
    flow: Flow
    throttle: Throttle
    info: SecurityInfo
    account: Account | None
    place: Place
    standing: Standing
    counted: Counted
    change: Change
    binds: Binds
    person: Person | None = None
    twin: Twin | None = None

    @property
    def shown(self) -> Standing:
        """The standing that responses may reveal."""
        return self.twin.standing if self.twin and self.twin.shows else self.standing

    @property
    def silent(self) -> Standing | None:
        """The account's standing, if responses must not reveal it; None otherwise."""
        return self.standing if self.twin and self.twin.shows else None

    def count_writes(
        self, services: Services, shown: Standing, counted: Callable[[Standing], Standing] = lambda same: same
    ) -> list[Write]:
        """The writes of the new `shown` standing, and of the other one with the same `counted` in it."""
        if self.twin is None:
            return self.place.writes(services, self.subject, shown)
        own, twin = (counted(self.standing), shown) if self.twin.shows else (shown, counted(self.twin.standing))
        return [*self.place.writes(services, self.subject, own), *self.twin.writes(services, twin)]


class Flows:
    """Flows of one purpose, with the services that they need."""

    def __init__(self, purpose: str, services: Services) -> None:
        self.purpose = purpose
        self.services = services
        self.policy = services.organisation.recovery
        self.limits = services.organisation.limits

    @property
    def window(self) -> int:
        """The seconds in which a network's starts and failures are counted."""
        return self.limits.network_window_minutes * 60

    def open(self, flow_token: str, context: RequestContext, *, proving: bool = True) -> Opened:
        """The live flow of a token, with the current standing of its account: one store operation.

        A second one reads what depends on the first: a directory's password changes, the counts of the browser that
        started the flow if it is another one, and the twin of an unknown browser. The counts for proofs over all
        accounts are read only if `proving`.

        Raises:
            Refused: SESSION_ENDED.
        """
        services, held = self.services, self.services.recoveries.held(flow_token)
        subject, shown = held.subject, standings.named(services, held.subject, context)
        places, counted_keys = self.places(shown, context), self.counted_keys(context) if proving else []
        flow_item, throttle_item, info_item, account_item, *rest = services.store.batch_get(
            [
                services.recoveries.key(subject, f"flow#{held.id}"),
                services.recoveries.key(subject, "throttle"),
                services.security_infos.key(subject),
                services.accounts.key(held.account_id),
                *counted_keys,
                *(key for place in places for key in place.keys(services, subject)),
            ]
        )
        flow, throttle = services.recoveries.flow(flow_item), recoveries.throttle(throttle_item)
        context.about("" if held == recoveries.NOBODYS else subject, flow.reference if flow else "")
        live = rules.check_live(flow, throttle, self.purpose, services.now)
        self.admit(live)
        info, account = security_info.from_item(info_item), account_items.from_item(account_item)
        counted = self.counted(rest[: len(counted_keys)], context)
        at_places = iter(rest[len(counted_keys) :])
        counts = {place: list(islice(at_places, len(place.records))) for place in places}
        place = self.place(live, throttle, shown, context)
        twin_id = live.twin_id if place.who == NETWORK else ""
        twins = standings.twin_keys(services, twin_id, context.address)
        change, binds, twin_items, elsewhere = self._read_more(
            live, subject, twins, [] if place in counts else place.keys(services, subject)
        )
        if live.state != self.state(account, info, live.in_directory):
            live = rules.overtaken(live)
        guarded = counted.sums.guarded_groups
        standing = place.standing(services, subject, throttle, counts.get(place, elsewhere), guarded)
        twin = standings.twin(services, twin_id, context.address, twin_items, live.by_alias, guarded)
        return Opened(subject, live, throttle, info, account, place, standing, counted, change, binds, twin=twin)

    def _read_more(
        self, live: Flow, subject: str, twins: list[tuple[str, dict[str, str]]], place: list[tuple[str, dict[str, str]]]
    ) -> tuple[Change, Binds, list[Any], list[Any]]:
        """The second read of `open`, if there is anything to read. The items of twins and of a place come last."""
        services = self.services
        own = [services.recoveries.key(subject, record) for record in ("change", "binds") if live.in_directory]
        keys = [*own, *twins, *place]
        found = services.store.batch_get(keys) if keys else []
        change, binds = (recoveries.change(found[0]), recoveries.binds(found[1])) if own else (Change(), Binds())
        return change, binds, found[len(own) : len(own) + len(twins)], found[len(own) + len(twins) :]

    def counted_keys(self, context: RequestContext) -> list[tuple[str, dict[str, str]]]:
        """The keys to read for `counted`."""
        services, now = self.services, self.services.now
        limits = services.rate_limits
        shard = limits.shard(context.address, self.limits)
        failures = limits.key("proof-failure", rate_limits.network(context.address), now, self.window)
        return [failures, limits.texts_key(shard, now), *limits.guesses_keys(shard, now)]

    def counted(self, found: list[Any], context: RequestContext) -> Counted:
        """The counts in the items of `counted_keys`; all zero without items."""
        failures, texts, *guesses = found or (None, None)
        return Counted(
            self.services.rate_limits.shard(context.address, self.limits),
            rate_limits.number(failures),
            self.sums(guesses),
            rate_limits.number(texts),
            guesses,
        )

    def sums(self, guesses: list[Any]) -> Sums:
        """The sums of a shard's guesses."""
        return rate_limits.sums(guesses, self.policy, self.limits)

    def places(self, shown: Known | None, context: RequestContext) -> list[Place]:
        """The places that this request may count in, as far as can be told before the account is read."""
        network = standings.of_network(self.services, context.address)
        return [network, standings.of_browser(shown.name)] if shown else [network]

    def place(self, flow: Flow, throttle: Throttle, shown: Known | None, context: RequestContext) -> Place:
        """The place that this request counts in. `shown` is the browser's device cookie entry for the account."""
        current = flow.generation == throttle.generation
        name = (flow.browser if current else "") or standings.name_of(shown, throttle, self.services.now)
        return standings.of_browser(name) if name else standings.of_network(self.services, context.address)

    def settings_of(self, account: Account | None, who: str) -> Organisation:
        """The settings for an account, or, for a user ID without one, those of its domain."""
        organisation = self.services.organisation
        return policies.for_account(organisation, account, who) if account else policies.for_domain(organisation, who)

    def password_rules(self, flow: Flow, account: Account | None) -> list[PasswordRule]:
        """The rules for this person's new password, once every proof has been given, including their directory's.

        If the directory does not respond, the rules on the page stand, so that the proof is not lost.
        """
        if not flow.verified or self.purpose != "reset":
            return []
        services, asked = self.services, Requirements()
        if directory := services.directory(flow.user_id):
            try:
                found = directory.find(flow.user_id)
            except Outcome:
                return []
            person = in_directory.check_same(services, flow.user_id, found, flow.account_id)
            account = in_directory.account(account, person, flow.account_id, flow.user_id)
            asked = in_directory.requirements(services, flow.user_id, person)
        return new_password.own_rules(account, services, asked=asked) if account else []

    def admit(self, flow: Flow) -> None:
        """Raises Refused(SESSION_ENDED) if the client may not continue the flow. Here, any holder of its token may."""

    def state(self, account: Account | None, info: SecurityInfo, directory: bool) -> str:
        """A keyed hash of everything that must not change while a flow is open."""
        return state_of(account, info, self.services, directory)

    def attempt(self, flow: Flow, choice: Choice, standing: Standing, silent: Standing | None = None) -> Attempt:
        """An attempt to give a proof, judged at the present time."""
        return Attempt(flow, choice, standing, self.services.now, self.policy, self.limits, silent)

    def event(self, kind: str, subject: str, flow: Flow, **facts: object) -> Write:
        """The write of a flow's event. It holds only the domain of the user ID, if it is one of the organisation's."""
        services, domain = self.services, flow.user_id.rpartition("@")[2]
        facts["domain"] = domain if domain in services.organisation.domains else ""
        return services.events.write(
            kind, subject, flow.reference, services.clock(), services.randomness(4), purpose=self.purpose, **facts
        )

    def offer(self, flow: Flow, standing: Standing) -> list[OfferedMethod]:
        """The methods for the next proof, as responses show them."""
        if flow.verified:
            return []
        return [self._offered(self.attempt(flow, choice, standing)) for choice in rules.choices(flow)]

    def _offered(self, attempt: Attempt) -> OfferedMethod:
        choice = attempt.choice
        signed = proofs.challenge(self.services.keys, attempt.flow) if choice.kind == "passkey" else b""
        return OfferedMethod(
            id=choice.id,
            kind=choice.kind,
            label=choice.label,
            place=choice.place,
            confirm=self.policy.confirm_contact and sends_code(choice.kind),
            digits=attempt.digits,
            questions=[security_questions.text(question) for question in choice.questions],
            challenge=passkeys.bytes_to_base64url(signed) if signed else "",
        )


def gates(flow: Flow) -> Gates:
    """The proofs required and passed, as far as they may be disclosed."""
    return Gates(required=flow.gates_required, passed=len(flow.passed))


def state_of(account: Account | None, info: SecurityInfo, services: Services, directory: bool) -> str:
    """A keyed hash of everything that must not change while a flow of this account is open; "" without an account.

    For a person in a `directory` it covers only the card, if there is one; the rest is compared at the end.
    """
    if directory:
        account = Account("", generation=account.generation, role=account.role) if account else Account("")
    if not account:
        return ""
    names = policies.group_policies(services.organisation, account)
    return services.keys.digest("flow-state", rules.bound_to(account, info, names))
