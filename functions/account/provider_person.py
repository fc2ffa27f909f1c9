"""Whose account the claims of an ID token lead to, and the session that begins there."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from regain.adapters import recoveries
from regain.adapters import security_info as security_infos
from regain.adapters.identifiers import PROVIDER
from regain.adapters.openid import Provider
from regain.adapters.store import Write
from regain.api.request_context import RequestContext
from regain.directories import dynamodb as account_items
from regain.directories.base import Person
from regain.domain import provider, user_id
from regain.domain.account import Account
from regain.domain.provider import Oidc
from regain.domain.security_info import SecurityInfo
from regain.domain.throttle import Throttle
from regain.problems import ACCOUNT_TURNED_OFF, NO_ACCOUNT_FOR_SIGN_IN, SIGN_IN_LEADS_TO_TWO_PEOPLE, Problem, Refused
from regain.recovery import in_directory, standings
from regain.recovery.session import new_session_write, replaced_session_writes
from regain.runtime.services import Services


@dataclass(frozen=True, slots=True)
class Arrived:
    """Somebody whom the provider has signed in, by the claims of their ID token."""

    services: Services
    context: RequestContext
    claims: Mapping[str, Any]
    provider: Provider

    @property
    def settings(self) -> Oidc:
        """The settings of the provider."""
        return self.provider.settings

    def sign_in(self, shared_computer: bool, also: Write) -> None:
        """Begins a session of the account that the claims lead to, with what they add to it for its time.

        Raises:
            Refused: NO_ACCOUNT_FOR_SIGN_IN, SIGN_IN_LEADS_TO_TWO_PEOPLE, SIGN_IN_NOT_TRUSTED or ACCOUNT_TURNED_OFF.
            Conflict: something has changed meanwhile; try again.
        """
        services, context = self.services, self.context
        owner = self._owner()
        context.about(owner.subject)
        if not owner.account.enabled:
            raise self._refused(owner, ACCOUNT_TURNED_OFF)
        if owner.is_somebody_elses(self.subject):
            raise self._refused(owner, SIGN_IN_LEADS_TO_TWO_PEOPLE)
        writes = [also, *owner.writes(services, self.subject), self._event(owner, "provider-signed-in")]
        writes += replaced_session_writes(services, owner.subject, context)
        writes.append(self._session(owner))
        services.store.commit(writes)
        if not shared_computer:
            standings.remember(services, owner.subject, owner.throttle.epoch, context, owner.browser(services, context))

    @property
    def subject(self) -> str:
        """A hash of who the person is at this provider."""
        return self.provider.subject(self.claims["sub"], self.services.keys)

    def _session(self, owner: "Owner") -> Write:
        services, claims = self.services, self.claims
        sid = claims.get("sid")
        return new_session_write(
            services, owner.subject, owner.account.id, owner.account.generation, self.context, "provider",
            proved_at=provider.second_factor_at(claims, self.settings, services.now),
            role=provider.role(claims, self.settings),
            groups=provider.groups(claims, self.settings),
            provider_session=services.keys.digest("provider", str(sid)) if sid else "",
        )  # fmt: skip

    def _owner(self) -> "Owner":
        """The account that the claims lead to: two reads, and the directory's answer where it lives in one."""
        services = self.services
        who = self._user_id()
        directory, link = services.directory(who), services.identifiers.key(PROVIDER + self.subject)
        person = in_directory.find(directory, who) if directory else None
        *typed, linked = services.store.batch_get([*services.identifiers.typed_keys(who), link])
        lead = services.identifiers.lead(who, typed)
        if lead.shared and not directory:
            raise Refused(SIGN_IN_LEADS_TO_TWO_PEOPLE, reason="an address of several people")
        account_id = in_directory.account_id(services, who, person) if directory else lead.account_id
        former = linked["account_id"] if linked else account_id
        subject = services.recoveries.subject(account_id)
        keys = [services.accounts.key(account_id), services.security_infos.key(subject),
                services.recoveries.key(subject, "throttle")]  # fmt: skip
        others = [services.accounts.key(former)] if former != account_id else []
        card, info, throttle, *other = services.store.batch_get([*keys, *others])
        account = account_items.from_item(card)
        new_card = False
        if directory:
            account, new_card = _of_directory(account, person, account_id, who)
        if account is None:
            raise Refused(NO_ACCOUNT_FOR_SIGN_IN, reason="nobody of this user ID")
        domain = services.organisation.domain_of(account.user_id)
        if domain and domain.sign_in == "password":
            raise Refused(NO_ACCOUNT_FOR_SIGN_IN, reason="the provider does not speak for this domain")
        return Owner(
            account,
            security_infos.from_item(info),
            recoveries.throttle(throttle),
            subject,
            former,
            any(other),
            new_card,
        )

    def _user_id(self) -> str:
        organisation = self.services.organisation
        claimed = provider.user_id(self.claims, self.settings)
        try:
            who = user_id.normalise(claimed, organisation.domains)
            user_id.find_domain(who, organisation.domains)
        except Refused as refused:
            raise Refused(NO_ACCOUNT_FOR_SIGN_IN, reason=refused.reason) from None
        if not user_id.is_exact(claimed, who):
            raise Refused(NO_ACCOUNT_FOR_SIGN_IN, reason="the claim is written in another way")
        provider.check_tenant(self.claims, who, self.settings)
        return who

    def _event(self, owner: "Owner", kind: str, **facts: object) -> Write:
        services = self.services
        nonce, at = services.randomness(4), services.clock()
        return services.events.write(kind, owner.subject, self.context.reference, at, nonce, **facts)

    def _refused(self, owner: "Owner", problem: Problem) -> Refused:
        """The refusal, once its event is written: whose account it was about is known, and its owner may ask."""
        self.services.store.commit([self._event(owner, "provider-refused", reason=problem.code)])
        return Refused(problem)


@dataclass(frozen=True, slots=True)
class Owner:
    """The account of somebody who has arrived. `former` is the account that they led to before, `still_there` or gone.

    `new_card`: the directory has them, and nothing was kept about them here.
    """

    account: Account
    info: SecurityInfo
    throttle: Throttle
    subject: str
    former: str
    still_there: bool
    new_card: bool

    def is_somebody_elses(self, subject: str) -> bool:
        """Whether somebody else at the provider has signed in to this account, or they to another account."""
        known = self.info.provider_subject
        another = known != subject and known.partition("-")[0] == subject.partition("-")[0]
        return another or self.still_there

    def writes(self, services: Services, subject: str) -> list[Write]:
        """Leads this person at the provider to this account, and no other one."""
        made = [services.identifiers.provider_write(subject, self.account.id, self.former)]
        if self.info.provider_subject != subject:
            made.append(services.security_infos.write(self.subject, replace(self.info, provider_subject=subject)))
        if self.new_card:
            made.append(services.accounts.card_write(self.account))
        return made

    def browser(self, services: Services, context: RequestContext) -> str:
        """The name under which the account knows this browser; "" if it does not."""
        return standings.name_of(standings.named(services, self.subject, context), self.throttle, services.now)


def _of_directory(
    card: Account | None, person: Person | None, account_id: str, who: str
) -> tuple[Account | None, bool]:
    """The account of a person in a directory, and whether its card is still to be made, or has another user ID."""
    if person is None:
        return None, False
    return in_directory.account(card, person, account_id, who), card is None or card.user_id != who
