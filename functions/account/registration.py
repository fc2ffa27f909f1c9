"""Changing security info on the account page: register, confirm, remove, reconfirm (S74)."""

import importlib
from dataclasses import replace
from typing import Any

import msgspec

from regain.adapters import authenticator, passkeys, password_hash, registrations
from regain.adapters.keys import codes_key
from regain.adapters.outbox import Message
from regain.adapters.store import Write, retry_on_conflict
from regain.api.contract import Confirm, Done, Register, Registration
from regain.api.request_context import RequestContext
from regain.domain import binding, codes, human_input, security_questions
from regain.domain import registration as rules
from regain.domain.methods import channel
from regain.domain.reason import feedback
from regain.domain.registration import Pending
from regain.domain.security_info import Answer, Authenticator, SecurityInfo
from regain.organisation.language import Language
from regain.phrases import Phrase
from regain.problems import (
    ADDRESS_NEEDS_THIS_PASSWORD,
    AUTHENTICATOR_CLOCK_WRONG,
    BAD_REQUEST,
    CANNOT_POSTPONE,
    NO_SUCH_SECURITY_INFO,
    PASSKEY_NOT_ACCEPTED,
    QUESTIONS_NOT_ACCEPTED,
    WRONG_AUTHENTICATOR_CODE,
    Problem,
    Refused,
)
from regain.recovery import proofs, recovery_code, standings
from regain.recovery.listing import registered
from regain.recovery.session import SignedIn, require_session
from regain.runtime.services import Services, services

_PURPOSE = "register"


def register(body: Register, context: RequestContext) -> Registration:
    """Begins a registration, or completes it if the kind needs no confirmation."""
    return retry_on_conflict(lambda: _register(body, context, services()))


def _register(body: Register, context: RequestContext, services: Services) -> Registration:
    who = require_session(context, services, *standings.session_keys(services, context))
    who.check_can_register()
    rules.check_registrable(body.kind, who.account, who.settings.recovery)
    return _BEGIN.get(body.kind, _begin_contact)(body, who)


def _begin_contact(body: Register, who: SignedIn) -> Registration:
    services, now = who.services, who.services.now
    organisation = services.organisation
    destination, dropped = _destination(body, organisation)
    rules.check_contact(body.kind, destination, who.info)
    place, standing = standings.of_signed_in(who, who.extra)
    digest = services.keys.digest("limit", destination)
    digits, asked = rules.send(body.kind, digest, standing, now, organisation.recovery, organisation.limits)
    pending = _pending(who, body.kind, destination=destination, digits=digits)
    good_until = now + organisation.recovery.code_minutes * 60
    message = Message(
        id=services.randomness(16).hex(), kind="code", channel=channel(body.kind), to=destination,
        subject=who.subject, reference=who.context.reference, language=who.language,
        facts={
            "flow": pending.id, "purpose": _PURPOSE, "method": body.kind, "sequence": 1, "digits": digits,
            "code_generation": pending.generation,
        },
        good_until=good_until,
    )  # fmt: skip
    services.store.commit(
        [
            registrations.write(services.recoveries, who.subject, pending),
            *place.writes(services, who.subject, asked),
            services.outbox.write(message, now),
            who.event("registration-started", method=body.kind),
        ]
    )
    return Registration(pending.id, body.kind, False, good_until, place=destination, extension_dropped=dropped)


def _destination(body: Register, organisation: Any) -> tuple[str, bool]:
    """The address or number in its normal form, and whether an extension was dropped."""
    contacts = importlib.import_module("regain.people.contacts")  # large libraries that few requests need
    if body.kind != "email":
        number = contacts.parse_phone_number(body.contact, organisation.recovery.phone_countries)
        return number.e164, number.extension_dropped
    address = contacts.parse_email(body.contact)
    if address.rpartition("@")[2] in organisation.domains:
        raise Refused(ADDRESS_NEEDS_THIS_PASSWORD)
    return address, False


def _begin_authenticator(body: Register, who: SignedIn) -> Registration:
    services = who.services
    pending = _pending(who, body.kind)
    secret = authenticator.secret(services.keys, who.subject, pending.nonce, pending.generation)
    uri = authenticator.provisioning_uri(secret, who.account.user_id, who.settings.organisation.own_name)
    begun = _begun(who, pending)
    return msgspec.structs.replace(begun, secret=secret, uri=uri, qr=authenticator.qr_code(uri))


def _begin_passkey(body: Register, who: SignedIn) -> Registration:
    rules.check_room("passkey", who.info)
    pending = _pending(who, body.kind, name=human_input.read_line(body.name))
    name, user = who.settings.organisation.own_name, bytes.fromhex(who.subject)
    options = passkeys.registration_options(
        who.context.site, name, who.account, user, bytes.fromhex(pending.nonce), who.info.passkeys
    )
    return msgspec.structs.replace(_begun(who, pending), passkey=options)


def _begun(who: SignedIn, pending: Pending) -> Registration:
    services = who.services
    write = registrations.write(services.recoveries, who.subject, pending)
    services.store.commit([write, who.event("registration-started", method=pending.kind)])
    return Registration(pending.id, pending.kind, False, pending.started_at + rules.GOOD_FOR)


def _make_recovery_code(body: Register, who: SignedIn) -> Registration:
    services = who.services
    random = services.randomness(recovery_code.BYTES)
    shown, kept = recovery_code.made(services.keys, who.subject, random, services.now)
    _change(who, replace(who.info, recovery_code=kept), "security-info-added", body.kind)
    return Registration(body.kind, body.kind, True, recovery_code=shown)


def _keep_answers(body: Register, who: SignedIn) -> Registration:
    services = who.services
    pairs = [(each.question, each.answer) for each in body.answers]
    reader = services.languages.get(who.context.language)
    read = [(_read(question, reader), answer) for question, answer in pairs]
    faults = security_questions.failures(read, services.organisation.recovery.questions_registered)
    if faults:
        raise Refused(QUESTIONS_NOT_ACCEPTED, feedback=feedback(faults))
    answers = []
    for question, answer in pairs:
        asked = question if question in security_questions.PREDEFINED else human_input.read_line(question)
        peppered = proofs.peppered(services.keys, who.subject, asked, answer)
        hashed = password_hash.hash_password(peppered, None)
        answers.append(Answer(asked, hashed, services.now, services.keys.generation("answer")))
    _change(who, replace(who.info, answers=tuple(answers)), "security-info-added", body.kind)
    return Registration(body.kind, body.kind, True)


def _read(question: str, reader: Language) -> str:
    """A question in the person's language."""
    words = security_questions.text(question)
    return reader.translate(words) if isinstance(words, Phrase) else words


_BEGIN = {
    "authenticator": _begin_authenticator,
    "passkey": _begin_passkey,
    "recovery-code": _make_recovery_code,
    "questions": _keep_answers,
}


def confirm(pending_id: str, body: Confirm, context: RequestContext) -> Registration:
    """Counts an attempt, then verifies it. On success the method becomes part of the security info."""
    return retry_on_conflict(lambda: _confirm(pending_id, body, context, services()))


def _confirm(pending_id: str, body: Confirm, context: RequestContext, services: Services) -> Registration:
    who = require_session(
        context,
        services,
        lambda subject: registrations.key(services.recoveries, subject, pending_id),
        *standings.session_keys(services, context),
    )
    who.check_can_register()
    recovery, limits = services.organisation.recovery, services.organisation.limits
    place, standing = standings.of_signed_in(who, who.extra[1:])
    pending = rules.check_live(registrations.from_item(who.extra[0]), standing, services.now, recovery, limits)
    part = "credential" if pending.kind == "passkey" else "code"
    if not getattr(body, part):
        raise Refused(BAD_REQUEST, wrong=f"`{part}` is missing")
    if part == "code":
        codes.check_guess(pending.kind, body.code, recovery.code_tries - pending.tries)
    problem, info = _CONFIRM.get(pending.kind, _confirmed_contact)(pending, body, who)
    if problem:
        tried = replace(pending, tries=pending.tries + 1)
        services.store.commit(
            [
                registrations.write(services.recoveries, who.subject, tried),
                *place.writes(services, who.subject, rules.failed(pending, standing, services.now)),
                who.event("registration-failed", method=pending.kind, reason=problem.code),
            ]
        )
        raise Refused(problem, attempts_left=recovery.code_tries - tried.tries)
    used = registrations.write(services.recoveries, who.subject, replace(pending, done=True))
    counts = place.writes(services, who.subject, standing)
    shown, info = _with_recovery_code(pending.kind, info, who)
    if who.session.vouched_for(services.now, limits):
        info = binding.agreed(info, pending.kind if pending.kind == "authenticator" else pending.id)
    _change(who, info, "security-info-added", rules.contact_kind(pending.kind), used, *counts)
    return Registration(pending.id, pending.kind, True, place=pending.destination, recovery_code=shown)


def _with_recovery_code(kind: str, info: SecurityInfo, who: SignedIn) -> tuple[str, SecurityInfo]:
    """An authenticator brings a recovery code for the day its phone is lost, unless there is one already."""
    if kind != "authenticator" or info.recovery_code or "recovery-code" not in who.settings.recovery.offered:
        return "", info
    random = who.services.randomness(recovery_code.BYTES)
    shown, kept = recovery_code.made(who.services.keys, who.subject, random, who.services.now)
    return shown, replace(info, recovery_code=kept)


Outcome = tuple[Problem | None, SecurityInfo]


def _confirmed_contact(pending: Pending, body: Confirm, who: SignedIn) -> Outcome:
    services = who.services
    recovery = services.organisation.recovery
    key = services.keys.derive(codes_key(_PURPOSE), pending.generation)
    expected = codes.derive(key, pending.id, _PURPOSE, pending.kind, 1, pending.digits)
    problem = rules.judge_code(pending, body.code, expected, services.now, recovery)
    return problem, who.info if problem else rules.with_contact(who.info, pending, services.now)


def _confirmed_authenticator(pending: Pending, body: Confirm, who: SignedIn) -> Outcome:
    now = who.services.now
    secret = authenticator.secret(who.services.keys, who.subject, pending.nonce, pending.generation)
    step = authenticator.find_step(secret, codes.normalise(body.code), now)
    if step is None:
        return WRONG_AUTHENTICATOR_CODE, who.info
    if not authenticator.is_current_step(step, now):
        return AUTHENTICATOR_CLOCK_WRONG, who.info
    made = replace(who.info, authenticator=Authenticator(pending.nonce, now, step, pending.generation))
    return None, binding.with_authenticator(who.holder, made)


def _confirmed_passkey(pending: Pending, body: Confirm, who: SignedIn) -> Outcome:
    rules.check_room("passkey", who.info)
    challenge = bytes.fromhex(pending.nonce)
    try:
        made = passkeys.verify_registration(
            body.credential, challenge, who.context.site, pending.id, pending.name, who.services.now
        )
    except passkeys.VerificationFailed:
        return PASSKEY_NOT_ACCEPTED, who.info
    return None, replace(who.info, passkeys=(*who.info.passkeys, made))


_CONFIRM = {"authenticator": _confirmed_authenticator, "passkey": _confirmed_passkey}


def remove(method_id: str, context: RequestContext) -> Done:
    """Removes a method from the security info. Flows that were begun with it end."""
    return retry_on_conflict(lambda: _remove(method_id, context, services()))


def _remove(method_id: str, context: RequestContext, services: Services) -> Done:
    who = require_session(context, services)
    who.check_can_register()
    left = who.info.without(method_id)
    if left is None:
        raise Refused(NO_SUCH_SECURITY_INFO)
    who.holder.check_may_remove(left)
    kind = next(each.kind for each in registered(who.info) if each.id == method_id)
    _change(who, left, "security-info-removed", kind)
    return Done(True)


def reconfirm(context: RequestContext) -> Done:
    """Records that the owner has gone through their security info and confirmed it."""
    return retry_on_conflict(lambda: _reconfirm(context, services()))


def _reconfirm(context: RequestContext, services: Services) -> Done:
    who = require_session(context, services)
    who.check_can_register(fresh=False)
    info = who.info.confirmed(services.now)
    services.store.commit([services.security_infos.write(who.subject, info), who.event("security-info-confirmed")])
    return Done(True)


def postpone(context: RequestContext) -> Done:
    """Postpones the reminder to register, if the organisation allows it."""
    return retry_on_conflict(lambda: _postpone(context, services()))


def _postpone(context: RequestContext, services: Services) -> Done:
    who, days = require_session(context, services), services.organisation.recovery.remind_later_days
    if not days or who.info.required:
        raise Refused(CANNOT_POSTPONE)
    info = who.info.postponed(services.now, days)
    services.store.commit([services.security_infos.write(who.subject, info)])
    return Done(True)


def _pending(who: SignedIn, kind: str, destination: str = "", name: str = "", digits: int = 0) -> Pending:
    randomness, generation = who.services.randomness, who.services.keys.generation(codes_key(_PURPOSE))
    return Pending(
        randomness(8).hex(), kind, who.services.now, destination, randomness(16).hex(), name, digits,
        generation=generation,
    )  # fmt: skip


def _change(who: SignedIn, info: SecurityInfo, kind: str, what: str, *extra: Write) -> None:
    """Commits changed security info with its event and notices in one transaction."""
    services = who.services
    confirmed = info.confirmed(services.now)
    write = services.security_infos.write(who.subject, confirmed)
    services.store.commit([write, *extra, *who.event_and_notices(kind, what=what)])
