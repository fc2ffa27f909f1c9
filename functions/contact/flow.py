"""Requests for help. No account is read, so the response cannot tell whether one exists (B1)."""

import importlib
import re
from dataclasses import replace
from typing import Any

from regain.adapters import proof_of_work, recoveries
from regain.adapters.outbox import Message
from regain.adapters.store import Conflict, Write
from regain.api.contract import AskAdministrator, AskSupport, HelpRequested
from regain.api.request_context import RequestContext
from regain.domain import reference, user_id
from regain.domain.flow import Flow
from regain.phrases import Phrase
from regain.problems import (
    INVALID_CONTACT_DETAILS,
    NO_CONTACT_FORM,
    ROBOT_CHECK_FAILED,
    TOO_MANY_REQUESTS_FOR_HELP,
    Refused,
)
from regain.runtime.services import Services, services

_DAY = 86_400

_TYPE_AN_ADDRESS = Phrase("Type an e-mail address, for example {address}.", address="maria@mail.example")
_TYPE_A_NUMBER = Phrase(
    "Type a telephone number with its country code, for example {number}.", number="+44 7700 900123"
)


def ask_administrator(body: AskAdministrator, context: RequestContext) -> HelpRequested:
    """Passes a request on to the administrators, or answers with the URL of their portal (S36, S37)."""
    needed = services()
    organisation = needed.organisation
    signature = _admitted(body.proof, context, needed)
    who = user_id.normalise(body.user_id, organisation.default_domain)
    user_id.find_domain(who, organisation.domains)
    subject = needed.recoveries.subject(who)
    context.about(subject)
    portal = organisation.contacts.administrator.portal_url
    if portal:
        _commit(needed, [needed.rate_limits.spend_write(signature, needed.now)])
        return HelpRequested(url=portal)
    reply_to = _reached(body.reply_to, needed)
    flow = _looked(body.flow, subject, (subject, reply_to), needed)
    context.about(subject, flow.reference if flow else "")
    facts = {
        "at": needed.now, "user_id": who, "name": _line(body.name), "reply_to": reply_to,
        "text": _text(body.message), "purpose": flow.purpose if flow else "",
        "passed": len(flow.passed) if flow else 0,
    }  # fmt: skip
    to = organisation.contacts.administrator.email
    message = _message(needed, context, subject, "administrator-contacted", to or "first-line", facts)
    _commit(needed, _writes(needed, signature, (subject, reply_to), [message], "administrator-contacted", context))
    return HelpRequested(reference=context.reference)


def ask_support(body: AskSupport, context: RequestContext) -> HelpRequested:
    """Passes a request on to support, and confirms it to the sender (S21-S23). Reports all faults of the form at once.

    The confirmation repeats nothing that was typed, so nobody can use it to write to strangers (X17). A quoted
    reference is passed on as text: an event goes under it only for whoever holds its flow (X28).
    """
    needed = services()
    to = needed.organisation.contacts.support.email
    if not to:
        raise Refused(NO_CONTACT_FORM)
    signature = _admitted(body.proof, context, needed)
    name, email, phone = _callback(body, needed)
    subject = needed.recoveries.subject(f"\x1fsupport\x1f{email}")
    context.about(subject)
    _looked("", subject, (email, phone), needed)
    facts = {
        "at": needed.now, "name": name, "phone": phone, "email": email, "text": _text(body.message),
        "quoted": reference.parse(body.reference) or "",
    }  # fmt: skip
    confirmation = _message(needed, context, subject, "support-confirmation", email, {"at": needed.now})
    messages = [
        _message(needed, context, subject, "support-contacted", to, facts),
        replace(confirmation, language=context.language),
    ]
    _commit(needed, _writes(needed, signature, (email, phone), messages, "support-contacted", context))
    return HelpRequested(reference=context.reference)


def _admitted(proof: str, context: RequestContext, needed: Services) -> str:
    """Verifies the proof of work and counts the network. Returns the proof's signature."""
    limits = needed.organisation.limits
    signature = proof_of_work.verify(needed.keys, proof, needed.now)
    window = limits.network_window_minutes * 60
    needed.rate_limits.count_start(context.address, needed.now, limits.starts_per_network, window)
    return signature


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
    if not _line(body.name):
        faults.insert(0, _fault("name", Phrase("Type your name.")))
    if not _text(body.message):
        faults.append(_fault("message", Phrase("Say what has happened.")))
    if faults:
        raise Refused(INVALID_CONTACT_DETAILS, feedback=faults)
    return _line(body.name), *found


def _fault(field: str, words: Phrase) -> dict[str, Any]:
    return {"rule": field, "message": words}


def _countries(needed: Services) -> tuple[str, ...]:
    return needed.organisation.recovery.phone_countries


def _looked(token: str, subject: str, places: tuple[str, ...], needed: Services) -> Flow | None:
    """The flow that the sender is stuck in, if it is about the same account. One read, whatever was sent.

    Raises:
        Refused: TOO_MANY_REQUESTS_FOR_HELP, for the account or for one of the `places` to reply to.
    """
    about, flow_id = recoveries.open_token(token) or (subject, "none")
    now, most = needed.now, needed.organisation.limits.contacts_per_day
    counts = [needed.rate_limits.key("contact", place, now, _DAY) for place in places]
    found, *counted = needed.store.batch_get([needed.recoveries.key(about, f"flow#{flow_id}"), *counts])
    if any(item and item["count"] >= most for item in counted):
        raise Refused(TOO_MANY_REQUESTS_FOR_HELP, retry_after=_DAY - now % _DAY)
    flow = recoveries.flow(found)
    return flow if about == subject else None


def _message(
    needed: Services, context: RequestContext, subject: str, kind: str, to: str, facts: dict[str, Any]
) -> Message:
    channel = "email" if "@" in to else "roles"
    return Message(needed.randomness(16).hex(), kind, channel, to, subject, context.reference, facts=facts)


def _writes(
    needed: Services,
    signature: str,
    places: tuple[str, ...],
    messages: list[Message],
    kind: str,
    context: RequestContext,
) -> list[Write]:
    """The messages, their event, and the counts, which therefore count only what was sent."""
    now, nonce, most = needed.now, needed.randomness(4), needed.organisation.limits.contacts_per_day
    return [
        needed.rate_limits.spend_write(signature, now),
        *(needed.rate_limits.count_write("contact", place, now, _DAY, most) for place in places),
        needed.events.write(kind, context.subject, context.reference, needed.clock(), nonce),
        *(needed.outbox.write(message, now) for message in messages),
    ]


def _commit(needed: Services, writes: list[Write]) -> None:
    """Commits. The proof of work is spent in the same transaction, so a repeated request is not counted again."""
    try:
        needed.store.commit(writes)
    except Conflict:
        raise Refused(ROBOT_CHECK_FAILED, reason="proof used before") from None


def _line(text: str) -> str:
    """Text on one line, without control characters (header injection)."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _text(text: str) -> str:
    """Text with line breaks, but no other control characters."""
    lines = (_line(line) for line in re.split(r"\r\n|\r|\n", text))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
