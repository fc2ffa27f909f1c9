"""The account page: sign in and out, show the account, change the password, end sessions, repudiate a change."""

import contextlib
from dataclasses import replace

from account import directory_flow
from account.password import Judge
from regain.adapters import password_hash, recoveries
from regain.adapters import security_info as security_infos
from regain.adapters.store import Conflict, retry_on_conflict
from regain.api.contract import (
    AccountView,
    ChangePassword,
    ChooseLanguage,
    Done,
    EndSession,
    Repudiation,
    SessionView,
    SignedIn,
    SignIn,
)
from regain.api.request_context import RequestContext
from regain.directories import dynamodb as account_items
from regain.directories.base import Requirements
from regain.domain import binding, languages, passwords, user_id
from regain.organisation import policies
from regain.problems import (
    ACCOUNT_TURNED_OFF,
    INVALID_USER_ID,
    LANGUAGE_NOT_OFFERED,
    LINK_ENDED,
    SIGN_IN_ELSEWHERE,
    SIGN_IN_WITH_PROVIDER,
    TEMPORARY_PASSWORD_ENDED,
    WRONG_CREDENTIALS,
    WRONG_CURRENT_PASSWORD,
    Refused,
)
from regain.recovery import in_directory, new_password, repudiation, standings
from regain.recovery.notices import notices
from regain.recovery.session import new_session_write, registration_status, replaced_session_writes, require_session
from regain.runtime.services import Services, services


def sign_in(body: SignIn, context: RequestContext) -> SignedIn:
    """Verifies a password: three store operations for any user ID, and a fourth if the password is right.

    The attempt is counted before the answer.
    """
    needed = services()
    who = _who(body.user_id, needed)
    domain = needed.organisation.domain_of(who)
    if domain and domain.offers and not policies.signs_in(needed.organisation, domain):
        raise Refused(SIGN_IN_ELSEWHERE)
    if not policies.takes_passwords(needed.organisation, domain):
        raise Refused(SIGN_IN_WITH_PROVIDER)
    directory = needed.directory(who)
    if directory:
        return directory_flow.sign_in(directory, body, who, context, needed)
    return retry_on_conflict(lambda: _sign_in(body, who, context, needed))


def _sign_in(body: SignIn, who: str, context: RequestContext, services: Services) -> SignedIn:
    lead = services.identifiers.look_up(who)
    subject = services.recoveries.subject(lead.account_id)
    context.about(subject)
    judge = Judge(services, subject, context, lead=lead)
    found = services.store.batch_get(
        [services.accounts.key(lead.account_id), services.security_infos.key(subject), *judge.keys]
    )
    info, owner = security_infos.from_item(found[1]), account_items.from_item(found[0])
    organisation = services.organisation
    if owner and not policies.takes_passwords(organisation, organisation.domain_of(owner.user_id)):
        owner = None  # what was typed was an alias in another domain than its own
    verified = judge.judge(body.password, body.proof, owner, found[2:], WRONG_CREDENTIALS)
    account, writes = verified.account, verified.writes
    if password_hash.needs_rehash(account.password, services.keys) and not account.temporary_until:
        renewed = password_hash.hash_password(passwords.normal(body.password), services.keys)
        writes.append(services.accounts.rehash_write(account, renewed))
    ended = account.temporary_until and (account.temporary_used or services.now >= account.temporary_until)
    if account.temporary_until and not ended and account.enabled:
        writes.append(services.accounts.temporary_used_write(account))
        writes.append(judge.event("temporary-password-used"))
    if account.enabled and not ended:
        began = "temporary-password" if account.must_change_password else ""
        writes += replaced_session_writes(services, subject, context)
        writes.append(new_session_write(services, subject, account.id, account.generation, context, began))
    services.store.commit(writes)
    if not account.enabled:
        raise Refused(ACCOUNT_TURNED_OFF)
    if ended:
        raise Refused(TEMPORARY_PASSWORD_ENDED)
    if not body.shared_computer:
        standings.remember(services, subject, verified.throttle.epoch, context, verified.place.browser)
    state = registration_status(account, info, services)
    return SignedIn(account.must_change_password, state.state, state.interrupt)


def sign_out(context: RequestContext) -> Done:
    """Ends the session, if there is one, and removes the cookie in any case."""
    needed = services()
    held = needed.recoveries.held(context.session)
    if held != recoveries.NOBODYS:
        context.about(held.subject)
        needed.store.commit([needed.sessions.delete_write(held.subject, held.id)])
    context.new_session = ""
    return Done(True)


def forget_browser(context: RequestContext) -> Done:
    """Removes the device cookie: no account knows this browser any more, and wrong proofs count as a stranger's."""
    context.new_browser = ""
    return Done(True)


def show_account(context: RequestContext) -> AccountView:
    """The signed-in person's account and sessions."""
    needed = services()
    who = require_session(context, needed)
    subject, session, account = who.subject, who.session, who.account
    touched = session.touched(needed.now)
    if touched:
        with contextlib.suppress(Conflict):  # another tab has recorded it
            needed.store.commit([needed.sessions.write(subject, touched)])
    limits, state = needed.organisation.limits, who.registration_status()
    person = who.person
    asked = in_directory.requirements(needed, account.user_id, person, change=True) if person else Requirements()
    active = [
        each for each in needed.sessions.for_subject(subject) if each.is_active(needed.now, account.generation, limits)
    ]
    return AccountView(
        user_id=account.user_id,
        name=account.display_name,
        language=languages.lookup(account.language, needed.languages.offered),
        must_change_password=account.must_change_password,
        security_info=state.state,
        changes_password=who.changes_password,
        interrupt=state.interrupt,
        password_rules=new_password.own_rules(account, needed, change=True, asked=asked),
        may_wait=needed.organisation.recovery.remind_later_days > 0 and not who.info.required,
        sessions=[SessionView(s.id, s.started_at, s.seen_at, s.id == session.id, s.device) for s in active],
    )


def change_password(body: ChangePassword, context: RequestContext) -> Done:
    """Changes a known password (S60-S62). All other sessions and all flows end (B5)."""
    return retry_on_conflict(lambda: _change_password(body, context, services()))


def _change_password(body: ChangePassword, context: RequestContext, services: Services) -> Done:
    who = require_session(context, services)
    if who.person:
        return directory_flow.change_password(who, who.person, body)
    subject, session, account = who.subject, who.session, who.account
    who.holder.check_may_choose_password(session, services.organisation.limits)
    judge = Judge(services, subject, context, standings.of_session(session.id, account.generation))
    verified = judge.judge(
        body.current_password, body.proof, account, services.store.batch_get(judge.keys), WRONG_CURRENT_PASSWORD
    )
    password = passwords.normal(body.new_password)
    try:
        new_password.check(password, account, who.info, services, current=passwords.normal(body.current_password))
    except Refused:
        services.store.commit(verified.writes)  # the right password was judged, and counts all the same (X27)
        raise
    now = services.now
    hashed = password_hash.hash_password(password, services.keys)
    throttle = verified.throttle.distrusting()
    began = session.began if account.must_change_password else ""
    services.store.commit(
        [
            services.accounts.password_write(account, hashed, now),
            services.recoveries.throttle_write(subject, throttle, now),
            *verified.writes,
            services.sessions.delete_write(subject, session.id),
            new_session_write(
                services, subject, account.id, account.generation + 1, context, began, session.stepped_up_at
            ),
            *who.event_and_notices("password-changed"),
        ]
    )
    if context.browser:  # a browser on a shared computer, or one that was forgotten, stays unknown
        standings.remember(services, subject, throttle.epoch, context)
    return Done(True)


def choose_language(body: ChooseLanguage, context: RequestContext) -> Done:
    """Sets the language of messages to this person."""
    return retry_on_conflict(lambda: _choose_language(body, context, services()))


def _choose_language(body: ChooseLanguage, context: RequestContext, services: Services) -> Done:
    who = require_session(context, services)
    if body.language and body.language not in services.languages.offered:
        raise Refused(LANGUAGE_NOT_OFFERED)
    chosen = services.accounts.language_write(who.account, body.language)
    services.store.commit([chosen, who.event("language-chosen", what=body.language)])
    return Done(True)


def end_session(body: EndSession, context: RequestContext) -> Done:
    """Ends one of the person's own sessions. Those of others are out of reach: the key holds the person's subject."""
    needed = services()
    who = require_session(context, needed)
    needed.store.commit([needed.sessions.delete_write(who.subject, body.session)])
    return Done(True)


def repudiate(body: Repudiation, context: RequestContext) -> Done:
    """Repudiates a change (B6, B29): disables the account, ends its sessions and flows, and tells administrators.

    The password never works again, nor does any method until an administrator has gone through them. A directory is
    asked first: while it is down, the link stays good.
    """
    return retry_on_conflict(lambda: _repudiate(body, context, services()))


def _repudiate(body: Repudiation, context: RequestContext, services: Services) -> Done:
    subject, record, repudiated = repudiation.load(services, body.token)
    context.about(subject, repudiated.reference)
    account, throttle_item, info_item, *under_way = services.store.batch_get(
        [
            services.accounts.key(repudiated.account_id),
            services.recoveries.key(subject, "throttle"),
            services.security_infos.key(subject),
            *([services.recoveries.key(subject, "change")] if repudiated.user_id else []),
        ]
    )
    found, throttle = account_items.from_item(account), recoveries.throttle(throttle_item)
    info = security_infos.from_item(info_item)
    change = recoveries.change(under_way[0]) if under_way else None
    if change:
        found = directory_flow.cut_off(services, repudiated, found, change)
    if found is None:
        raise Refused(LINK_ENDED, reason="account gone")
    now = services.now
    contact = policies.for_account(services.organisation, found).contacts.administrator.email
    language = services.languages.match(found.language, context.language)
    told = notices(services, now, found, "account-secured", subject, repudiated.reference, info, language)
    if services.organisation.notify.administrators:
        to, channel = (contact, told[0].channel) if contact else ("administrators", "roles")
        number, kind = services.randomness(16).hex(), "account-secured-administrators"
        told.append(replace(told[0], id=number, kind=kind, language="", to=to, channel=channel))
    services.store.commit(
        [
            repudiation.redeem_write(services, subject, record, repudiated),
            services.accounts.lock_write(found),
            *([services.recoveries.change_write(subject, change.recorded(), now)] if change else []),
            services.security_infos.write(subject, binding.repudiated(info, repudiated.changed_at)),
            services.recoveries.throttle_write(subject, throttle.distrusting(), now),
            Judge(services, subject, context).event("account-secured"),
            *(services.outbox.write(message, now) for message in told),
        ]
    )
    return Done(True)


def _who(typed: str, services: Services) -> str:
    """The user ID, or one that nobody has, so that a malformed ID is refused like an unknown one."""
    try:
        return user_id.normalise(typed, services.organisation.domains)
    except Refused as refused:
        if refused.problem is not INVALID_USER_ID:
            raise
        return f"\x1f{services.keys.digest('subject', typed)}"
