"""The agent, a signed-in person with a role; what they may do; and the account they act on."""

from dataclasses import dataclass, field
from typing import Any

from regain.adapters import recoveries
from regain.adapters import security_info as security_infos
from regain.adapters.outbox import Message
from regain.adapters.store import Write
from regain.api.request_context import RequestContext
from regain.directories import dynamodb as account_items
from regain.directories.base import Person
from regain.domain import human_input, roles, user_id
from regain.domain.account import Account, is_id
from regain.domain.binding import Holder
from regain.domain.directory_change import Change
from regain.domain.lockout import Binds
from regain.domain.security_info import SecurityInfo
from regain.domain.throttle import Throttle
from regain.organisation import policies
from regain.problems import (
    CHANGE_PASSWORD_FIRST,
    NO_SUCH_ACCOUNT,
    NOT_IN_THIS_DIRECTORY,
    TOO_MANY_REQUESTS,
    Refused,
)
from regain.recovery import in_directory, repudiation
from regain.recovery.notices import notices
from regain.recovery.session import SignedIn, holder, require_session
from regain.runtime.services import Services, services

_HOUR = 3_600


@dataclass(frozen=True, slots=True)
class Target:
    """The account that an agent looks up or acts on, with its security info and throttle.

    Of somebody in a directory: who they are there, what is under way, the wrong passwords that it was asked about, and
    whether they are `known` here: have a card.
    """

    subject: str
    account: Account
    info: SecurityInfo
    throttle: Throttle
    person: Person | None = None
    change: Change = field(default_factory=Change)
    binds: Binds = field(default_factory=Binds)
    known: bool = True

    @property
    def id(self) -> str:
        """The id for other calls: the account's, or the user ID of a person in a directory who has no record here."""
        return self.account.id if self.known else self.account.user_id


@dataclass(frozen=True, slots=True)
class Agent:
    """A signed-in person with a role."""

    who: SignedIn

    @property
    def services(self) -> Services:
        """The process's services."""
        return self.who.services

    @property
    def account(self) -> Account:
        """The agent's own account."""
        return self.who.account

    @property
    def scope(self) -> str:
        """The scope of roles in this organisation."""
        return self.services.organisation.administration.scope

    def holder(self, target: Target) -> Holder:
        """The account for the rules of binding."""
        return holder(target.account, target.info, self.services)

    def look_up(self, typed: str) -> Target:
        """The account with exactly this id or user ID. Counts a lookup.

        Raises:
            Refused: TOO_MANY_REQUESTS, NO_SUCH_ACCOUNT or NOT_OVER_THIS_ACCOUNT.
        """
        self.count_lookup()
        target = self.read(typed)
        roles.check_can_view(self.account, target.account, self.scope)
        return target

    def count_lookup(self) -> None:
        """Counts a lookup. Raises Refused(TOO_MANY_REQUESTS)."""
        self._count("looked", self.services.organisation.limits.admin_lookups_per_hour)

    def count_change(self) -> None:
        """Counts a change. Raises Refused(TOO_MANY_REQUESTS)."""
        self._count("changed", self.services.organisation.limits.admin_changes_per_hour)

    def authorise(self, act: str, typed: str) -> Target:
        """The account, if the agent may do this now: by role, by scope, with a fresh second factor. Counts a change.

        Raises:
            Refused: NOT_FOR_YOUR_ROLE, NOT_OVER_THIS_ACCOUNT, NO_SUCH_ACCOUNT, NOT_IN_THIS_DIRECTORY,
                SECOND_FACTOR_NEEDED or TOO_MANY_REQUESTS.
        """
        self.count_change()
        target = self.read(typed)
        roles.check_action(act, self.account, target.account, self.scope)
        if not self.is_possible(act, target.account):
            raise Refused(NOT_IN_THIS_DIRECTORY)
        self.check_proved()
        return target

    def is_possible(self, act: str, account: Account) -> bool:
        """Whether the directory that keeps the account's password, if one does, lets an act be done."""
        needed = roles.NEEDED.get(act)
        return needed is None or needed in policies.possible(self.services.organisation, account)

    @property
    def proved(self) -> bool:
        """Whether the agent has just given a second factor."""
        minutes = self.services.organisation.limits.session_fresh_minutes
        return roles.has_second_factor(self.who.session.proved_at, self.services.now, minutes)

    def check_proved(self) -> None:
        """Raises Refused(SECOND_FACTOR_NEEDED): for whatever changes an account, or reads what others are (X16)."""
        minutes = self.services.organisation.limits.session_fresh_minutes
        roles.check_second_factor(self.who.session.proved_at, self.services.now, minutes)

    def event(self, kind: str, target: Target, **facts: object) -> Write:
        """An event about the account, in the agent's name."""
        services = self.services
        nonce, at, by = services.randomness(4), services.clock(), self.account.user_id
        return services.events.write(kind, target.subject, self.who.context.reference, at, nonce, by=by, **facts)

    def own_event(self, kind: str, **facts: object) -> Write:
        """An event about the agent: what they have read of others."""
        return self.who.event(kind, by=self.account.user_id, **facts)

    def event_and_notices(self, kind: str, target: Target, reason: str = "") -> list[Write]:
        """The writes that go with an act: its event, which says the `reason`, and its notices, to the owner's addresses
        and to administrators.
        """
        services, now, reference = self.services, self.services.now, self.who.context.reference
        settings = services.organisation.notify
        messages = notices(services, now, target.account, kind, target.subject, reference, target.info)
        messages = messages if settings.person else []
        if settings.administrators:
            about = {"user_id": target.account.user_id, "by": self.account.user_id, "at": now, "act": kind}
            messages = [*messages, self._to_administrators(target, about)]
        return [
            self.event(kind, target, note=human_input.read_line(reason)),
            repudiation.issue_write(services, target.subject, target.account, reference, now),
            *(services.outbox.write(message, now) for message in messages),
        ]

    def _to_administrators(self, target: Target, facts: dict[str, Any]) -> Message:
        number, reference = self.services.randomness(16).hex(), self.who.context.reference
        return Message(number, "admin-acted", "roles", "administrators", target.subject, reference, facts=facts)

    def read(self, typed: str) -> Target:
        """The account as it is now. Raises Refused(NO_SUCH_ACCOUNT)."""
        services = self.services
        account_id, who, person = _find(typed, services)
        subject = services.recoveries.subject(account_id)
        found = services.store.batch_get(
            [
                services.accounts.key(account_id),
                services.security_infos.key(subject),
                services.recoveries.key(subject, "throttle"),
            ]
        )
        account = account_items.from_item(found[0])
        info, throttle = security_infos.from_item(found[1]), recoveries.throttle(found[2])
        there: dict[str, Any] = {"known": account is not None}
        who = who or (account.user_id if account else "")
        if directory := services.directory(who):
            person = person or in_directory.find(directory, who)
            same = person is not None and in_directory.account_id(services, who, person) == account_id
            account = in_directory.account(account, person, account_id, who) if person and same else None
            there |= self._under_way(subject, person)
        if account is None:
            raise Refused(NO_SUCH_ACCOUNT)
        self.who.context.about(subject)
        return Target(subject, account, info, throttle, **there)

    def _under_way(self, subject: str, person: Person | None) -> dict[str, Any]:
        services = self.services
        keys = [services.recoveries.key(subject, record) for record in ("change", "binds")]
        change, binds = services.store.batch_get(keys)
        return {"person": person, "change": recoveries.change(change), "binds": recoveries.binds(binds)}

    def _count(self, what: str, most: int) -> None:
        services, now = self.services, self.services.now
        if services.rate_limits.count(f"admin-{what}", self.who.subject, now, _HOUR) > most:
            raise Refused(TOO_MANY_REQUESTS, retry_after=_HOUR - now % _HOUR)


def find_id(typed: str, services: Services) -> str:
    """The account id that is typed, or that a user ID leads to. Raises Refused(INVALID_USER_ID or DOMAIN_NEEDED)."""
    return _find(typed, services)[0]


def _find(typed: str, services: Services) -> tuple[str, str, Person | None]:
    """The account id, the user ID if that was typed, and whom it names in a directory."""
    if is_id(typed):
        return typed, "", None
    who = user_id.normalise(typed, services.organisation.domains)
    if directory := services.directory(who):
        person = in_directory.find(directory, who)
        return in_directory.account_id(services, who, person), who, person
    return services.identifiers.find(who), who, None


def signed_in_agent(context: RequestContext) -> Agent:
    """The agent behind a request. Raises Refused(SIGN_IN_NEEDED, CHANGE_PASSWORD_FIRST or NOT_FOR_YOUR_ROLE)."""
    who = require_session(context, services())
    roles.check_can_view(who.account)
    if who.account.must_change_password:
        raise Refused(CHANGE_PASSWORD_FIRST)
    return Agent(who)
