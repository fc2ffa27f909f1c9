"""The agent, a signed-in person with a role; what they may do; and the account they act on."""

from dataclasses import dataclass
from typing import Any

from regain.adapters import recoveries
from regain.adapters import security_info as security_infos
from regain.adapters.outbox import Message
from regain.adapters.store import Write
from regain.api.request_context import RequestContext
from regain.directories import dynamodb as account_items
from regain.domain import roles, user_id
from regain.domain.account import Account, is_id
from regain.domain.binding import Holder
from regain.domain.security_info import SecurityInfo
from regain.domain.throttle import Throttle
from regain.problems import CHANGE_PASSWORD_FIRST, NO_SUCH_ACCOUNT, TOO_MANY_REQUESTS, Refused
from regain.recovery import repudiation
from regain.recovery.notices import notices
from regain.recovery.session import SignedIn, holder, require_session
from regain.runtime.services import Services, services

_HOUR = 3_600


@dataclass(frozen=True, slots=True)
class Target:
    """The account that an agent looks up or acts on, with its security info and throttle."""

    subject: str
    account: Account
    info: SecurityInfo
    throttle: Throttle


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
        target = self._read(typed)
        roles.check_can_view(self.account, target.account, self.scope)
        return target

    def count_lookup(self) -> None:
        """Counts a lookup. Raises Refused(TOO_MANY_REQUESTS)."""
        self._count("looked", self.services.organisation.limits.admin_lookups_per_hour)

    def authorise(self, act: str, typed: str) -> Target:
        """The account, if the agent may do this now: by role, by scope, with a fresh second factor. Counts a change.

        Raises:
            Refused: NOT_FOR_YOUR_ROLE, NOT_OVER_THIS_ACCOUNT, NO_SUCH_ACCOUNT, SECOND_FACTOR_NEEDED or
                TOO_MANY_REQUESTS.
        """
        limits = self.services.organisation.limits
        self._count("changed", limits.admin_changes_per_hour)
        target = self._read(typed)
        roles.check_action(act, self.account, target.account, self.scope)
        self.check_proved()
        return target

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

    def event_and_notices(self, kind: str, target: Target, **facts: Any) -> list[Write]:
        """The writes that go with an act: its event and its notices, to the owner's addresses and to administrators."""
        services, now, reference = self.services, self.services.now, self.who.context.reference
        settings = services.organisation.notify
        messages = notices(services, now, target.account, kind, target.subject, reference, target.info, **facts)
        messages = messages if settings.person else []
        if settings.administrators:
            about = {"user_id": target.account.user_id, "by": self.account.user_id, "at": now, "act": kind}
            messages = [*messages, self._to_administrators(target, about)]
        return [
            self.event(kind, target),
            repudiation.issue_write(services, target.subject, target.account, reference, now),
            *(services.outbox.write(message, now) for message in messages),
        ]

    def _to_administrators(self, target: Target, facts: dict[str, Any]) -> Message:
        number, reference = self.services.randomness(16).hex(), self.who.context.reference
        return Message(number, "admin-acted", "roles", "administrators", target.subject, reference, facts=facts)

    def _read(self, typed: str) -> Target:
        services = self.services
        account_id = find_id(typed, services)
        subject = services.recoveries.subject(account_id)
        found = services.store.batch_get(
            [
                services.accounts.key(account_id),
                services.security_infos.key(subject),
                services.recoveries.key(subject, "throttle"),
            ]
        )
        account = account_items.from_item(found[0])
        if account is None:
            raise Refused(NO_SUCH_ACCOUNT)
        self.who.context.about(subject)
        info, throttle = security_infos.from_item(found[1]), recoveries.throttle(found[2])
        return Target(subject, account, info, throttle)

    def _count(self, what: str, most: int) -> None:
        services, now = self.services, self.services.now
        if services.rate_limits.count(f"admin-{what}", self.who.subject, now, _HOUR) > most:
            raise Refused(TOO_MANY_REQUESTS, retry_after=_HOUR - now % _HOUR)


def find_id(typed: str, services: Services) -> str:
    """The account id that is typed, or that a user ID leads to. Raises Refused(INVALID_USER_ID or DOMAIN_NEEDED)."""
    if is_id(typed):
        return typed
    return services.identifiers.find(user_id.normalise(typed, services.organisation.domains))


def signed_in_agent(context: RequestContext) -> Agent:
    """The agent behind a request. Raises Refused(SIGN_IN_NEEDED, CHANGE_PASSWORD_FIRST or NOT_FOR_YOUR_ROLE)."""
    who = require_session(context, services())
    roles.check_can_view(who.account)
    if who.account.must_change_password:
        raise Refused(CHANGE_PASSWORD_FIRST)
    return Agent(who)
