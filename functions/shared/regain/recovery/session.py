"""The signed-in person of a request: session, account and security info."""

from dataclasses import dataclass
from typing import Any

from regain.adapters import recoveries
from regain.adapters import security_info as security_infos
from regain.adapters.store import Write
from regain.api.request_context import RequestContext
from regain.directories import dynamodb as account_items
from regain.directories.base import Person
from regain.domain import registration
from regain.domain.account import Account
from regain.domain.binding import Holder
from regain.domain.security_info import SecurityInfo
from regain.domain.session import Session, surplus, with_claims
from regain.organisation import policies
from regain.organisation.settings import Organisation
from regain.problems import CHANGE_PASSWORD_FIRST, SIGN_IN_NEEDED, Refused
from regain.recovery import in_directory, repudiation
from regain.recovery.notices import notices
from regain.runtime.services import Services

_ENDED_AT_ONCE = 25  # well below the 100 writes of a transaction; the next sign-in ends more


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A signed-in person. `extra` holds the extra items requested, `person` their entry in a directory."""

    services: Services
    context: RequestContext
    subject: str
    session: Session
    account: Account
    info: SecurityInfo
    extra: list[Any]
    person: Person | None = None

    @property
    def language(self) -> str:
        """The language of messages to this person: the account's, or otherwise the page's."""
        return self.services.languages.match(self.account.language, self.context.language)

    @property
    def settings(self) -> Organisation:
        """The settings for this person."""
        return policies.for_account(self.services.organisation, self.account)

    @property
    def changes_password(self) -> bool:
        """Whether this person can change their password here."""
        return "change" in policies.possible(self.services.organisation, self.account)

    def registration_status(self) -> registration.RegistrationStatus:
        """Whether the security info is complete."""
        return registration_status(self.account, self.info, self.services)

    @property
    def holder(self) -> Holder:
        """The account and security info, for the rules of binding."""
        return holder(self.account, self.info, self.services)

    def check_can_register(self, fresh: bool = True) -> None:
        """Checks that this person may change their security info; or, unless `fresh`, that they may confirm it.

        Raises:
            Refused: CHANGE_PASSWORD_FIRST, PROVE_IT_IS_YOU, SIGN_IN_AGAIN or REGISTRATION_CODE_NEEDED.
        """
        if self.account.must_change_password:
            raise Refused(CHANGE_PASSWORD_FIRST)
        if fresh:
            self.holder.check_may_bind(self.session, self.services.organisation.limits)

    def event(self, kind: str, **facts: object) -> Write:
        """The write of an event about this person."""
        services = self.services
        nonce, at = services.randomness(4), services.clock()
        return services.events.write(kind, self.subject, self.context.reference, at, nonce, **facts)

    def event_and_notices(self, kind: str, **facts: Any) -> list[Write]:
        """The writes that go with a change: its event, notices to every address, and the right to repudiate it (B6)."""
        services, now, reference = self.services, self.services.now, self.context.reference
        messages = notices(
            services, now, self.account, kind, self.subject, reference, self.info, self.language, **facts
        )
        return [
            self.event(kind, **facts),
            repudiation.issue_write(services, self.subject, self.account, reference, now),
            *(services.outbox.write(message, now) for message in messages if services.organisation.notify.person),
        ]


def require_session(context: RequestContext, services: Services, *keys: Any) -> SignedIn:
    """The session and account of a request: one store operation, including any extra items.

    A person in a directory is also looked up there. They are signed out if the directory has disabled them, changed
    their password, or given their name to another person.

    `keys` are functions from the subject to the key of an extra item.

    Raises:
        Refused: SIGN_IN_NEEDED if there is no active session, or the account is disabled or gone.
    """
    held = services.recoveries.held(context.session)
    if held == recoveries.NOBODYS:
        raise Refused(SIGN_IN_NEEDED, reason="no session")
    account_id, subject, session_id = held
    wanted = [
        services.sessions.key(subject, session_id), services.security_infos.key(subject),
        services.accounts.key(account_id),
    ]  # fmt: skip
    found = services.store.batch_get([*wanted, *(key(subject) for key in keys)])
    session, info, account = (
        services.sessions.from_item(found[0]), security_infos.from_item(found[1]), account_items.from_item(found[2]),
    )  # fmt: skip
    if session is None:
        raise Refused(SIGN_IN_NEEDED, reason="no such session")
    context.about(subject)
    person = None
    if account is None or not account.enabled:
        raise Refused(SIGN_IN_NEEDED, reason="account off or gone")
    session.check_active(services.now, account.generation, services.organisation.limits)
    directory = services.directory(account.user_id)
    if directory:
        person = in_directory.find(directory, account.user_id)
        account = in_directory.signed_in(services, account, person, session.password_mark)
    account = with_claims(account, session)
    return SignedIn(services, context, subject, session, account, info, found[3:], person)


def new_session_write(
    services: Services, subject: str, account_id: str, generation: int, context: RequestContext,
    began: str = "", stepped_up_at: int = 0, **facts: Any,
) -> Write:  # fmt: skip
    """The write of a session, always with a new token, to prevent session fixation. `facts` are fields of `Session`."""
    secret, now = services.randomness(16), services.now
    context.new_session = services.recoveries.token(account_id, secret)
    session_id = recoveries.flow_id(secret)
    session = Session(
        session_id, account_id, generation, now, now,
        stepped_up_at=stepped_up_at, began=began, device=context.device, **facts,
    )  # fmt: skip
    return services.sessions.write(subject, session)


def holder(account: Account, info: SecurityInfo, services: Services) -> Holder:
    """The holder of an account, judged by its settings and the present time."""
    organisation = policies.for_account(services.organisation, account)
    return Holder(account, info, organisation.recovery, organisation.domains, services.now)


def replaced_session_writes(services: Services, subject: str, context: RequestContext) -> list[Write]:
    """The writes that end the browser's old session and the account's surplus ones (X27): one store operation."""
    own = services.recoveries.held(context.session)
    oldest = surplus(services.sessions.for_subject(subject))[-_ENDED_AT_ONCE:]
    ended = dict.fromkeys((subject, session.id) for session in oldest)
    if own != recoveries.NOBODYS:
        ended[own.subject, own.id] = None
    return [services.sessions.delete_write(*each) for each in ended]


def registration_status(account: Account, info: SecurityInfo, services: Services) -> registration.RegistrationStatus:
    """Whether an account's security info is complete."""
    organisation = policies.for_account(services.organisation, account)
    return registration.status(account, info, organisation.recovery, organisation.domains, services.now)
