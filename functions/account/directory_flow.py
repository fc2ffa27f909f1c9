"""Signs people in with a password that is kept in a directory, and changes it."""

import contextlib

from account.directory_password import Asking
from account.password import Judge
from regain.adapters import recoveries
from regain.adapters import security_info as security_infos
from regain.adapters.store import retry_on_conflict
from regain.api.contract import ChangePassword, Done, SignedIn, SignIn
from regain.api.request_context import RequestContext
from regain.directories import dynamodb as account_items
from regain.directories.base import Directory, NotAccepted, Person, Stopped, StopReason, WrongPassword
from regain.domain import passwords
from regain.domain.account import Account
from regain.domain.directory_change import Change
from regain.problems import NOT_IN_THIS_DIRECTORY, OUTCOME_UNKNOWN, WRONG_CREDENTIALS, WRONG_CURRENT_PASSWORD, Refused
from regain.recovery import in_directory, new_password, session, standings
from regain.recovery.directory_change import Setting, refused_by_policy
from regain.recovery.repudiation import Repudiation
from regain.recovery.session import new_session_write, registration_status, replaced_session_writes
from regain.runtime.services import Services


def sign_in(directory: Directory, body: SignIn, who: str, context: RequestContext, services: Services) -> SignedIn:
    """Verifies a password with its directory, and answers at fixed time steps. Costs one write more than our table."""
    with in_directory.at_whole_steps(services, who, context, in_directory.BIND_STEP):
        person = in_directory.find(directory, who)
        subject = services.recoveries.subject(in_directory.account_id(services, who, person))
        context.about(subject)
        judge = Judge(services, subject, context)
        asking = Asking(judge, directory, person, who, body.password, services.now)
        stopped = asking.verify(body.proof, WRONG_CREDENTIALS)
        if person is None:
            raise Refused(WRONG_CREDENTIALS)
        return retry_on_conflict(lambda: _signed_in(asking, person, stopped, body))


def _signed_in(asking: Asking, person: Person, stopped: StopReason | None, body: SignIn) -> SignedIn:
    """SETTLE: takes back the reserved failure and begins the session. The first sign-in creates the card."""
    services, subject, context, who = asking.judge.services, asking.judge.subject, asking.judge.context, asking.user_id
    identity = in_directory.account_id(services, who, person)
    found = services.store.batch_get(
        [services.accounts.key(identity), services.security_infos.key(subject), *asking.keys]
    )
    card, info = account_items.from_item(found[0]), security_infos.from_item(found[1])
    account = in_directory.account(card, person, identity, who)
    throttle, place, writes = asking.right(found[2:])
    enabled = account.enabled and stopped not in ("expired", "hours", "second-factor")
    must_change = stopped in ("must-change", "password-expired")
    if enabled:
        if card is None or card.user_id != who:
            writes.append(services.accounts.card_write(account))
        began = "temporary-password" if account.must_change_password else ""
        writes += replaced_session_writes(services, subject, context)
        writes.append(
            new_session_write(
                services, subject, account.id, account.generation, context, began, password_mark=person.changed_at
            )
        )
    services.store.commit(writes)
    if not enabled:
        raise in_directory.stopped(Stopped(stopped or "disabled"))
    if not body.shared_computer:
        standings.remember(services, subject, throttle.epoch, context, place.browser)
    state = registration_status(account, info, services)
    return SignedIn(must_change or account.must_change_password, state.state, state.interrupt)


def change_password(who: session.SignedIn, person: Person, body: ChangePassword) -> Done:
    """Changes a password in its directory, which verifies the old one. Our own rules come first: they cost nothing."""
    services, account, password = who.services, who.account, passwords.normal(body.new_password)
    if not who.changes_password:
        raise Refused(NOT_IN_THIS_DIRECTORY)
    who.holder.check_may_choose_password(who.session, services.organisation.limits, person.must_change)
    current = passwords.normal(body.current_password)
    new_password.check(
        password, account, who.info, services, current=current, also=passwords.unsendable(body.new_password)
    )
    directory = services.directory_of(account.user_id)
    place = standings.of_session(who.session.id, account.generation)
    judge = Judge(services, who.subject, who.context, place)
    asking = Asking(judge, directory, person, account.user_id, body.current_password, services.now)
    asking.reserve(body.proof, WRONG_CURRENT_PASSWORD)
    setting = _intended(who, person, password, asking)
    try:
        setting.act(lambda directory, person: directory.change(person, body.current_password, password))
    except WrongPassword:
        raise asking.wrong(WRONG_CURRENT_PASSWORD) from None
    except NotAccepted as outcome:
        asking.give_back()
        raise refused_by_policy(outcome) from None
    except Refused as refused:
        if refused.problem is not OUTCOME_UNKNOWN:
            asking.give_back()
        raise
    return setting.record(lambda: _recorded(who, person, setting, asking))


def _intended(who: session.SignedIn, person: Person, password: str, asking: Asking) -> Setting:
    services, subject = who.services, who.subject

    def step() -> Setting:
        (found,) = services.store.batch_get([services.recoveries.key(subject, "change")])
        return Setting(
            services, who.account, person, who.info, subject, who.context.reference, who.language, "password-changed",
            password, recoveries.change(found),
        ).intend()  # fmt: skip

    try:
        return retry_on_conflict(step)
    except Refused:
        asking.give_back()
        raise


def _recorded(who: session.SignedIn, person: Person, setting: Setting, asking: Asking) -> Done:
    """RECORD: ends all other sessions and all flows (B5)."""
    services, subject, context, kept = who.services, who.subject, who.context, who.session
    account_item, change_item, *found = services.store.batch_get(
        [services.accounts.key(who.account.id), services.recoveries.key(subject, "change"), *asking.keys]
    )
    account = in_directory.account(account_items.from_item(account_item), person, who.account.id, who.account.user_id)
    throttle, _, writes = asking.right(found)
    throttle = throttle.distrusting()
    began = kept.began if account.must_change_password else ""
    mark = in_directory.password_mark(services.directory_of(account.user_id), account.user_id, person.key)
    services.store.commit(
        [
            services.accounts.directory_password_write(account, services.now),
            setting.recorded_write(recoveries.change(change_item)),
            services.recoveries.throttle_write(subject, throttle, services.now),
            *writes,
            services.sessions.delete_write(subject, kept.id),
            new_session_write(
                services,
                subject,
                account.id,
                account.generation + 1,
                context,
                began,
                kept.stepped_up_at,
                password_mark=mark,
            ),
            *who.event_and_notices("password-changed"),
        ]
    )
    if context.browser:
        standings.remember(services, subject, throttle.epoch, context)
    return Done(True)


def cut_off(services: Services, repudiated: Repudiation, card: Account | None, change: Change) -> Account | None:
    """Replaces the password of somebody who said "this was not me" by one that nobody knows; None if they are gone.

    The password is set twice, because Active Directory accepts the previous one for an hour. It is a temporary one
    where the directory offers that, so that a minimum password age cannot prevent the change. Where the directory does
    not allow this person to be changed, only what is kept here is locked, and the administrators are notified.

    Raises:
        Refused: BEING_SET, while a password is being set; DIRECTORY_REFUSED or DIRECTORY_DID_NOT_ANSWER.
    """
    change.check_idle(services.now)
    who = repudiated.user_id
    directory = services.directory_of(who)
    person = in_directory.find(directory, who)
    if person is None or in_directory.account_id(services, who, person) != repudiated.account_id:
        return None
    temporary = "temporary-password" in directory.offers
    with in_directory.answering(), contextlib.suppress(Stopped, NotAccepted):
        for _ in range(2):
            directory.reset(person, f"{services.randomness(24).hex()}-aA1", temporary)
    return in_directory.account(card, person, repudiated.account_id, who)
