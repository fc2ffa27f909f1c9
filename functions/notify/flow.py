"""The story of a message: claimed once, put into words at the last moment, sent, and noted."""

import contextlib
import functools
import os
from dataclasses import replace

from notify import letters, requests
from notify.paper import Paper
from regain import not_me, temporary_password
from regain.adapters import aws
from regain.adapters.keys import codes_key
from regain.adapters.messengers import Email, Letter, Messenger, Text, Undeliverable, Voice
from regain.adapters.outbox import Message
from regain.adapters.store import Conflict
from regain.domain import codes
from regain.domain.account import Account
from regain.domain.roles import ASKED_FIRST
from regain.services import Services, services

_MOST = 100  # recipients of one request for help, as Microsoft Entra has it


def deliver(message: Message) -> str:
    """Sends a message unless it was sent, has lost its use, or goes nowhere; says which.

    Raises:
        Exception: what the service raised, where another try may succeed. The message is free again.
    """
    needed = services()
    if message.channel == "none" or not needed.outbox.claim(message, needed.now):
        return "nothing to do"
    useless = _useless(message, needed)
    if useless:
        return _settle(message, needed, useless)
    try:
        if message.channel == "roles":
            return _spread(message, needed)
        tags = {"subject": message.subject, "reference": message.reference}
        delivery = _messengers()[message.channel].send(message.to, _letter(message, needed), tags)
    except Undeliverable as error:
        return _settle(message, needed, "failed", reason=str(error))
    except Exception:
        needed.outbox.settle(message, "pending")
        raise
    return _settle(message, needed, "sent", delivery=delivery)


def _useless(message: Message, needed: Services) -> str:
    """Why a code is not sent: it would come too late, or its destination has had too many (SMS pumping)."""
    if message.good_until and needed.now >= message.good_until:
        return "stale"
    if message.kind != "code":
        return ""
    most = needed.organisation.limits.messages_per_destination_per_day
    return "withheld" if needed.counters.count_message(message.to, needed.now) > most else ""


def _spread(message: Message, needed: Services) -> str:
    """One message for each of the people with a role, who are found only now. Told again, they are the same.

    `administrators`: all of them but the one who acted. `first-line`: the first role that somebody has, of
    helpdesk, user administrators and administrators.
    """
    found = needed.accounts.with_role("administrator", _MOST) if message.to == "administrators" else _first(needed)
    people = [person for person in found if person.user_id != message.facts.get("by")]
    languages = {person.addresses[0]: person.language for person in people}
    messages = [
        replace(message, id=f"{message.id}-{number}", channel="email", to=address, language=languages[address])
        for number, address in enumerate(sorted(languages))
    ]
    for each in messages:
        with contextlib.suppress(Conflict):  # written already, by an earlier try
            needed.store.commit([needed.outbox.write(each, needed.now)])
    needed.outbox.settle(message, "sent" if messages else "failed")
    return "spread"


def _first(needed: Services) -> list[Account]:
    for role in ASKED_FIRST:
        if found := needed.accounts.with_role(role, _MOST):
            return found
    return []


def _letter(message: Message, needed: Services) -> Letter:
    paper = Paper(needed.organisation, needed.languages.of(message.language))
    if message.kind in requests.KINDS:
        return requests.letter(message.kind, message.facts, message.reference, paper)
    if message.kind == "temporary-password":
        made = temporary_password.derive(needed.keys, message.subject, message.facts["nonce"])
        return letters.temporary_password(made, message.facts, message.reference, paper)
    if message.kind != "code":
        objection = not_me.derive(needed.keys, message.subject, message.reference, message.facts["at"])
        return letters.notice(message.kind, message.facts, message.reference, objection, paper)
    facts = message.facts
    code = codes.derive(
        needed.keys.of(codes_key(facts["purpose"])), facts["flow"], facts["purpose"], facts["method"],
        facts["sequence"], needed.organisation.recovery.code_digits,
    )  # fmt: skip
    return letters.code(code, facts["purpose"], message.reference, paper)


def _settle(message: Message, needed: Services, state: str, delivery: str = "", reason: str = "") -> str:
    needed.outbox.settle(message, state, delivery)
    event = needed.events.write(
        f"message-{state}", message.subject, message.reference, needed.clock(), needed.randomness(4),
        message=message.kind, channel=message.channel, delivery=delivery, reason=reason,
    )  # fmt: skip
    needed.store.commit([event])
    return state


@functools.cache
def _messengers() -> dict[str, Messenger]:
    """One messenger per channel; the telephone's client is made once."""
    organisation, origin = services().organisation, os.environ.get("ORIGINATION_IDENTITY", "")
    email_set, message_set = os.environ.get("EMAIL_SET", ""), os.environ.get("MESSAGE_SET", "")
    seconds = organisation.recovery.code_minutes * 60
    telephone = aws.client("pinpoint-sms-voice-v2", config=None)
    return {
        "email": Email(aws.client("sesv2", config=None), organisation.sender, email_set),
        "text": Text(telephone, origin, seconds, message_set),
        "voice": Voice(telephone, origin, seconds, message_set),
    }
