"""Requests for help. No account is read, so the response cannot tell whether one exists (B1)."""

import importlib
import re
from dataclasses import replace
from typing import Any

from contact.mailing import Desk
from regain.adapters import device_cookies, proof_of_work, recoveries
from regain.adapters.outbox import HELP, Message
from regain.adapters.proof_of_work import Solved
from regain.adapters.rate_limits import network, number
from regain.adapters.store import Write, retry_on_conflict
from regain.api.contract import AskAdministrator, AskSupport, HelpRequested
from regain.api.request_context import RequestContext
from regain.domain import device_cookie, human_input, reference, user_id
from regain.domain.flow import Flow
from regain.domain.help_requests import Ask, HelpRequest
from regain.domain.work import help_cost
from regain.organisation import policies
from regain.phrases import Phrase
from regain.problems import (
    INVALID_CONTACT_DETAILS,
    NO_CONTACT_FORM,
    Refused,
)
from regain.recovery import work
from regain.runtime.services import Services, services

_DAY = 86_400

_TYPE_AN_ADDRESS = Phrase("Type an e-mail address, for example {address}.", address="maria@mail.example")
_TYPE_A_NUMBER = Phrase(
    "Type a telephone number with its country code, for example {number}.", number="+44 7700 900123"
)


def ask_administrator(body: AskAdministrator, context: RequestContext) -> HelpRequested:
    """Passes a request on to the administrators, or answers with the URL of their portal (S36, S37)."""
    return retry_on_conflict(lambda: _ask_administrator(body, context))


def _ask_administrator(body: AskAdministrator, context: RequestContext) -> HelpRequested:
    """Sends the request to the desk by mail and adds it to its queue.

    After a proof, the request goes to the desk that the policy of the person's group names; before, to the domain's.
    """
    needed = services()
    organisation = needed.organisation
    solved = proof_of_work.verify(needed.keys, body.proof, needed.now)
    with work.spent_if_refused(needed, solved):
        who = user_id.normalise(body.user_id, organisation.domains)
        user_id.find_domain(who, organisation.domains)
    desk = policies.for_domain(organisation, who).contacts.administrator
    if portal := desk.portal_url:
        needed.store.commit([work.spend_write(needed, solved, 1)])
        return HelpRequested(url=portal)
    with work.spent_if_refused(needed, solved):
        reply_to = _reached(body.reply_to, needed)
    mailing = Desk(needed, desk.email or "first-line")
    places = (network(context.address), reply_to)
    account_id, flow, counted, mailed = _looked(body.flow, who, places, mailing, solved, needed)
    subject = needed.recoveries.subject(account_id)
    context.about(subject, flow.reference if flow else "")
    if flow and flow.passed and flow.desk:
        mailing = Desk(needed, flow.desk)
        mailed = needed.store.batch_get(mailing.keys)
    facts = {
        "at": needed.now, "user_id": who, "name": human_input.read_line(body.name), "reply_to": reply_to,
        "text": _text(body.message), "purpose": flow.purpose if flow else "",
        "passed": len(flow.passed) if flow else 0, "quoted": reference.parse(body.reference) or "",
    }  # fmt: skip
    message = _message(needed, context, subject, "administrator-contacted", mailing.address, facts)
    browser = device_cookies.read(needed.keys, context.browser)
    first = bool(facts["passed"] or device_cookie.find(browser, subject))
    told = mailing.writes(message, reply_to, first, mailed)
    queued = _queued(needed, HelpRequest(subject, "administrator", account_id, who), message, reply_to, first)
    needed.store.commit([*counted, *told, *queued, _event(needed, "administrator-contacted", context)])
    return HelpRequested(reference=context.reference)


def ask_support(body: AskSupport, context: RequestContext) -> HelpRequested:
    """Passes a request on to support, and confirms it to the sender (S21-S23), with all faults of the form at once."""
    return retry_on_conflict(lambda: _ask_support(body, context))


def _ask_support(body: AskSupport, context: RequestContext) -> HelpRequested:
    """Sends the request to support by mail and adds it to the desk's queue.

    The confirmation repeats nothing that was typed, so it cannot be used to send text to strangers (X17). A quoted
    reference is passed on as text: only the holder of its flow can add events to it (X28).
    """
    needed = services()
    to = needed.organisation.contacts.support.email
    if not to:
        raise Refused(NO_CONTACT_FORM)
    solved = proof_of_work.verify(needed.keys, body.proof, needed.now)
    with work.spent_if_refused(needed, solved):
        name, email, phone = _callback(body, needed)
    nobody = f"\x1fsupport\x1f{email}"
    mailing, places = Desk(needed, to), (network(context.address), email, phone)
    account_id, _, counted, mailed = _looked("", nobody, places, mailing, solved, needed)
    subject = needed.recoveries.subject(account_id)
    context.about(subject)
    facts = {
        "at": needed.now, "name": name, "phone": phone, "email": email, "text": _text(body.message),
        "quoted": reference.parse(body.reference) or "",
    }  # fmt: skip
    confirmation = _message(needed, context, subject, "support-confirmation", email, {"at": needed.now})
    message = _message(needed, context, subject, "support-contacted", to, facts)
    told = mailing.writes(message, f"{phone}, {email}", False, mailed)
    told.append(needed.outbox.write(replace(confirmation, language=context.language), needed.now))
    queued = _queued(needed, HelpRequest(subject, "support", account_id), message, f"{phone}, {email}")
    needed.store.commit([*counted, *told, *queued, _event(needed, "support-contacted", context)])
    return HelpRequested(reference=context.reference)


def _queued(needed: Services, new: HelpRequest, message: Message, reply_to: str, known: bool = False) -> list[Write]:
    """The request in the queue of the desk: one an account, however often somebody asks."""
    (seen,) = needed.help_requests.get([new.subject])
    facts = message.facts
    ask = Ask(needed.now, facts["name"], reply_to, facts["text"], message.reference, facts.get("passed", 0), known)
    return needed.help_requests.write(seen, (seen or new).asked(ask), needed.now)


def _reached(typed: str, needed: Services) -> str:
    """The address or number to reply to, in its normal form. Raises Refused(INVALID_CONTACT_DETAILS)."""
    contacts = importlib.import_module("regain.people.contacts")  # large libraries that few requests need
    try:
        if "@" in typed:
            return str(contacts.parse_email(typed))
        return str(contacts.parse_callback_number(typed, _countries(needed)))
    except Refused:
        fault = _fault("reply_to", Phrase("Type an address, or a number with its country code."))
        raise Refused(INVALID_CONTACT_DETAILS, feedback=[fault]) from None


def _callback(body: AskSupport, needed: Services) -> tuple[str, str, str]:
    """The name, address and number for calling back. Raises Refused(INVALID_CONTACT_DETAILS) with every fault."""
    contacts = importlib.import_module("regain.people.contacts")
    faults, found = [], []
    for field, typed, read, words in (
        ("email", body.email, contacts.parse_email, _TYPE_AN_ADDRESS),
        ("phone", body.phone, lambda text: contacts.parse_callback_number(text, _countries(needed)), _TYPE_A_NUMBER),
    ):  # fmt: skip
        try:
            found.append(read(typed))
        except Refused:
            faults.append(_fault(field, words))
    if not human_input.read_visible(body.name):
        faults.insert(0, _fault("name", Phrase("Type your name.")))
    if not human_input.read_visible(_text(body.message)):
        faults.append(_fault("message", Phrase("Say what has happened.")))
    if faults:
        raise Refused(INVALID_CONTACT_DETAILS, feedback=faults)
    return human_input.read_line(body.name), *found


def _fault(field: str, words: Phrase) -> dict[str, Any]:
    return {"rule": field, "message": words}


def _countries(needed: Services) -> tuple[str, ...]:
    return needed.organisation.recovery.phone_countries


def _looked(
    token: str, who: str, places: tuple[str, ...], mailing: Desk, solved: Solved, needed: Services
) -> tuple[str, Flow | None, list[Write], list[Any]]:
    """The account id of a user ID, the flow that the sender is stuck in, if it is about the same account, what counts
    and pays for the request, and what has been mailed to the desk: one read.

    A directory is never queried for a stranger: the flow, if there is one, says whom the user ID means there. Proofs of
    a flow that has expired, or that a later change of the password has ended, do not count.

    Requests are counted by network and reply address, never by account, so that nobody can use up another person's
    requests (X4). Past the limit a request costs more work; it is never refused.

    Raises:
        Refused: PROOF_OF_WORK_NEEDED.
    """
    held = needed.recoveries.held(token)
    now, limits = needed.now, needed.organisation.limits
    counts = [needed.rate_limits.key("contact", place, now, _DAY) for place in places]
    keys = [needed.recoveries.key(held.subject, record) for record in (f"flow#{held.id}", "throttle")]
    names = needed.identifiers.typed_keys(who)
    flow_item, throttle_item, *others = needed.store.batch_get([*keys, *names, *counts, *mailing.keys])
    led, counted = others[: len(names)], others[len(names) : len(names) + len(counts)]
    mailed = others[len(names) + len(counts) :]
    times = help_cost(max(number(item) for item in counted), limits)
    writes = [work.spend_write(needed, solved, times)]
    writes += [needed.rate_limits.count_write("contact", place, now, _DAY) for place in places]
    account_id = needed.identifiers.lead(who, led).account_id
    flow = needed.recoveries.flow(flow_item)
    if flow and flow.in_directory and flow.user_id == who:
        account_id = held.account_id
    if flow is None or not flow.public or account_id != held.account_id:
        return account_id, None, writes, mailed
    live = now < flow.expires_at and flow.generation == recoveries.throttle(throttle_item).generation
    return account_id, flow if live else replace(flow, passed=()), writes, mailed


def _message(
    needed: Services, context: RequestContext, subject: str, kind: str, to: str, facts: dict[str, Any]
) -> Message:
    channel = "email" if "@" in to else "roles"
    return Message(HELP + needed.randomness(16).hex(), kind, channel, to, subject, context.reference, facts=facts)


def _event(needed: Services, kind: str, context: RequestContext) -> Write:
    return needed.events.write(kind, context.subject, context.reference, needed.clock(), needed.randomness(4))


def _text(text: str) -> str:
    """Text with line breaks, but no other control characters (header injection)."""
    lines = (human_input.read_line(line) for line in re.split(r"\r\n|\r|\n", text))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
