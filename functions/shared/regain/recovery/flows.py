"""Flows of one purpose: reading one with everything that it is judged by, and showing it."""

from collections.abc import Callable
from dataclasses import dataclass
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

    def open(self, flow_token: str, context: RequestContext) -> Opened:
        """The live flow that a token leads to, and where its account stands now: two store operations.

        Raises:
            Refused: SESSION_ENDED.
        """
        services, now = self.services, self.services.now
        subject, flow_id = recoveries.open_token(services.keys, flow_token) or ("nobody", "")
        found = services.store.batch_get(
            [
                services.recoveries.key(subject, f"flow#{flow_id}"),
                services.recoveries.key(subject, "throttle"),
                services.security_infos.key(subject),
                *self.counted_keys(context),
            ]
        )
        flow, throttle = services.recoveries.flow(found[0]), recoveries.throttle(found[1])
        context.about("" if subject == "nobody" else subject, flow.reference if flow else "")
        info = security_info.from_item(found[2])
        live = rules.check_live(flow, throttle, self.purpose, now)
        self.admit(live)
        place, counted = self.place(live, subject, throttle, context), self.counted(found[3:], context)
        own = [services.recoveries.key(subject, record) for record in ("change", "binds") if live.in_directory]
        twin_id = live.twin_id if place.who == NETWORK else ""
        twins = standings.twin_keys(services, twin_id, context.address)
        account_item, *rest = services.store.batch_get(
            [services.accounts.key(live.account_id), *own, *twins, *place.keys(services, subject)]
        )
        account, (twin_items, counts) = account_items.from_item(account_item), _split(rest[len(own) :], len(twins))
        change, binds = (recoveries.change(rest[0]), recoveries.binds(rest[1])) if own else (Change(), Binds())
        if live.state != self.state(account, info, live.in_directory):
            live = rules.overtaken(live)
        guarded = counted.sums.guarded_groups
        standing = place.standing(services, subject, throttle, counts, guarded)
        twin = standings.twin(services, twin_id, context.address, twin_items, live.by_alias, guarded)
        return Opened(subject, live, throttle, info, account, place, standing, counted, change, binds, twin=twin)

    def counted_keys(self, context: RequestContext) -> list[tuple[str, dict[str, str]]]:
        """The keys to read for `counted`."""
        services, now = self.services, self.services.now
        limits = services.rate_limits
        shard = limits.shard(context.address, self.limits)
        failures = limits.key("proof-failure", rate_limits.network(context.address), now, self.window)
        return [failures, limits.texts_key(shard, now), *limits.guesses_keys(shard, now)]

    def counted(self, found: list[Any], context: RequestContext) -> Counted:
        """The counts in the items of `counted_keys`."""
        failures, texts, *guesses = found
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

    def place(self, flow: Flow, subject: str, throttle: Throttle, context: RequestContext) -> Place:
        """Which counts this request goes to."""
        current = flow.generation == throttle.generation
        shown = standings.named(self.services, subject, context)
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


def _split(items: list[Any], first: int) -> tuple[list[Any], list[Any]]:
    return items[:first], items[first:]


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
