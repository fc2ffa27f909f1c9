"""Flows of one purpose: reading one with everything that it is judged by, and showing it."""

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
    """What is counted for a network and the organisation: failures, guesses, texts. Nothing of an account.

    `guesses` are the items that `sums` was worked out from; `shard` is the network's part of them.
    """

    shard: int
    failures: int
    sums: Sums
    texts: int
    guesses: list[Any]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Opened:
    """A flow as it was read, with its account, security info and counts.

    Of a person in a directory, `account` is the card until they have been looked up as `person`; `change` says what is
    under way there, and `binds` how many wrong passwords it was asked about. `standing` is the account's. Where it
    was found by an alias, `shown` is the one that answers may tell.
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
        """The standing that proofs are asked for by."""
        return self.twin.standing if self.twin and self.twin.shows else self.standing

    @property
    def silent(self) -> Standing | None:
        """The standing that works in silence."""
        return self.standing if self.twin and self.twin.shows else None

    def count_writes(
        self, services: Services, shown: Standing, counted: Callable[[Standing], Standing] = lambda same: same
    ) -> list[Write]:
        """Writes what is `shown` now, and the other standing, in which the same is `counted`."""
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
        """The live flow that a token leads to, and where its account stands now: one store operation.

        A second one reads what the first cannot know of: where the password is in a directory, what the flow began
        with in another browser, and the twin of an unknown browser. Unless `proving`, nothing is read of what is
        counted for proofs of all accounts together.

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
        """The second read of `open`, where there is anything to read: the items of twins and of a place come last."""
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
        """The counts in the items of `counted_keys`; without any, nothing was counted."""
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
        """Where this request is likely to count, as far as that can be told before anything is read."""
        network = standings.of_network(self.services, context.address)
        return [network, standings.of_browser(shown.name)] if shown else [network]

    def place(self, flow: Flow, throttle: Throttle, shown: Known | None, context: RequestContext) -> Place:
        """Which counts this request goes to. `shown` is what the browser shows of the account."""
        current = flow.generation == throttle.generation
        name = (flow.browser if current else "") or standings.name_of(shown, throttle, self.services.now)
        return standings.of_browser(name) if name else standings.of_network(self.services, context.address)

    def settings_of(self, account: Account | None, who: str) -> Organisation:
        """The settings for an account, or for a user ID that nobody has: those of its domain."""
        organisation = self.services.organisation
        return policies.for_account(organisation, account, who) if account else policies.for_domain(organisation, who)

    def password_rules(self, flow: Flow, account: Account | None) -> list[PasswordRule]:
        """The rules for this person's new password, once every proof has been given. A directory is asked for its own.

        Where it does not answer now, the page's own rules stay: the proof is given all the same.
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
        """Whether this caller may go on with a flow: whoever holds its token may. Raises Refused(SESSION_ENDED)."""

    def state(self, account: Account | None, info: SecurityInfo, directory: bool) -> str:
        """A keyed hash of what must not change while a flow is open."""
        return state_of(account, info, self.services, directory)

    def attempt(self, flow: Flow, choice: Choice, standing: Standing, silent: Standing | None = None) -> Attempt:
        """An attempt to prove something now."""
        return Attempt(flow, choice, standing, self.services.now, self.policy, self.limits, silent)

    def event(self, kind: str, subject: str, flow: Flow, **facts: object) -> Write:
        """One event of a flow. Of the user ID it says only which of the organisation's domains it is in."""
        services, domain = self.services, flow.user_id.rpartition("@")[2]
        facts["domain"] = domain if domain in services.organisation.domains else ""
        return services.events.write(
            kind, subject, flow.reference, services.clock(), services.randomness(4), purpose=self.purpose, **facts
        )

    def offer(self, flow: Flow, standing: Standing) -> list[OfferedMethod]:
        """The methods that may give the next proof, as they are shown."""
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
    """A keyed hash of what must not change while a flow of this account is open; "" for nobody's.

    Of somebody in a `directory` it is what the card says, if there is one: the rest is compared at the end.
    """
    if directory:
        account = Account("", generation=account.generation, role=account.role) if account else Account("")
    if not account:
        return ""
    names = policies.group_policies(services.organisation, account)
    return services.keys.digest("flow-state", rules.bound_to(account, info, names))
