"""The story of a message: claimed once, put into words at the last moment, sent, and noted."""

import contextlib
import functools
import hashlib
import os
import time
from dataclasses import replace

from aws_lambda_powertools import Logger

from notify import help_messages, messages
from notify.layout import Layout
from regain.adapters import aws
from regain.adapters.keys import codes_key
from regain.adapters.messengers import Email, Messenger, RenderedMessage, Text, Undeliverable, Voice
from regain.adapters.outbox import Message
from regain.adapters.store import Conflict
from regain.api.redaction import error_kind
from regain.domain import codes
from regain.domain.account import Account
from regain.domain.roles import ASKED_FIRST
from regain.recovery import repudiation, temporary_password
from regain.runtime.services import Services, services

log = Logger(service="regain")
_MOST = 100  # recipients of one request for help, as Microsoft Entra has it
_PAUSES = (1, 2, 4, 8, 0)  # seconds after each try to note what came of a message


def deliver(message: Message) -> str:
    """Sends a message unless it was sent, has lost its use, or goes nowhere; says which.

    Raises:
        InHand: somebody else is at it, or was cut off there.
        Exception: what the service raised, where another try may succeed. The message is free again.
    """
    needed = services()
    if message.channel == "none" or not needed.outbox.claim(message, needed.now):
        return "nothing to do"
    try:
        if message.channel == "roles":
            return _spread(message, needed)
        state, facts = _useless(message, needed), {}
        if not state:
            state, facts = _handed_over(message, needed)
    except Exception:
        needed.store.commit([needed.outbox.settle_write(message, "pending")])
        raise
    _note(message, needed, state, **facts)
    return state


def _handed_over(message: Message, needed: Services) -> tuple[str, dict[str, str]]:
    """`sent` or `failed`, with what the service said."""
    tags = {"subject": message.subject, "reference": message.reference}
    try:
        delivery = _messengers()[message.channel].send(message.to, _letter(message, needed), tags)
    except Undeliverable as error:
        return "failed", {"reason": str(error)}
    except Exception:
        if message.kind == "code":
            needed.rate_limits.uncount_message(message.to, needed.now)
        raise
    return "sent", {"delivery": delivery}


def _useless(message: Message, needed: Services) -> str:
    """Why a code is not sent: it would come too late, or its destination has had too many (SMS pumping)."""
    if message.good_until and needed.now >= message.good_until:
        return "stale"
    if message.kind != "code":
        return ""
    most = needed.organisation.limits.messages_per_destination_per_day
    return "withheld" if needed.rate_limits.count_message(message.to, needed.now) > most else ""


def _spread(message: Message, needed: Services) -> str:
    """One message for each of the people with a role, who are found only now. Told again, they are the same.

    `administrators`: all of them but the one who acted. `first-line`: the first role that somebody has, of
    helpdesk, user administrators and administrators.
    """
    found = needed.accounts.with_role("administrator", _MOST) if message.to == "administrators" else _first(needed)
    people = [person for person in found if person.user_id != message.facts.get("by")]
    languages = {person.addresses[0]: person.language for person in people}
    messages = [
        replace(message, id=f"{message.id}-{_short(address)}", channel="email", to=address, language=language)
        for address, language in languages.items()
    ]
    for each in messages:
        with contextlib.suppress(Conflict):  # written already, by an earlier try
            needed.store.commit([needed.outbox.write(each, needed.now)])
    needed.store.commit([needed.outbox.settle_write(message, "sent" if messages else "failed")])
    return "spread"


def _short(address: str) -> str:
    """The same for the same person, whoever else has a role by the next try."""
    return hashlib.sha256(address.encode()).hexdigest()[:16]


def _first(needed: Services) -> list[Account]:
    for role in ASKED_FIRST:
        if found := needed.accounts.with_role(role, _MOST):
            return found
    return []


def _letter(message: Message, needed: Services) -> RenderedMessage:
    layout = Layout(needed.organisation, needed.languages.of(message.language))
    if message.kind in help_messages.KINDS:
        return help_messages.letter(message.kind, message.facts, message.reference, layout)
    if message.kind == "temporary-password":
        made = temporary_password.derive(needed.keys, message.subject, message.facts["nonce"])
        return messages.temporary_password(made, message.facts, message.reference, layout)
    if message.kind != "code":
        objection = repudiation.derive(needed.keys, message.subject, message.reference, message.facts["at"])
        return messages.notice(message.kind, message.facts, message.reference, objection, layout)
    facts = message.facts
    code = codes.derive(
        needed.keys.of(codes_key(facts["purpose"])), facts["flow"], facts["purpose"], facts["method"],
        facts["sequence"], needed.organisation.recovery.code_digits,
    )  # fmt: skip
    return messages.code(code, facts["purpose"], message.reference, layout)


def _note(message: Message, needed: Services, state: str, delivery: str = "", reason: str = "") -> None:
    """What came of it, in the outbox and in the story at once.

    Where that fails for a quarter of a minute, the story of a message that was sent lacks a line: better than a second
    message.
    """
    writes = [
        needed.outbox.settle_write(message, state, delivery),
        needed.events.write(
            f"message-{state}", message.subject, message.reference, needed.clock(), needed.randomness(4),
            message=message.kind, channel=message.channel, delivery=delivery, reason=reason,
        ),
    ]  # fmt: skip
    for pause in _PAUSES:
        try:
            with contextlib.suppress(Conflict):  # noted by an earlier try, whose answer was lost
                needed.store.commit(writes)
            return
        except Exception as error:
            fault = error
            time.sleep(pause)
    if state != "sent":
        raise fault
    log.error("sent, but not noted", extra={"reference": message.reference, "error": error_kind(fault)})


@functools.cache
def _messengers() -> dict[str, Messenger]:
    """One messenger per channel; the telephone's client is made once."""
    organisation, origin = services().organisation, os.environ.get("ORIGINATION_IDENTITY", "")
    email_set, message_set = os.environ.get("EMAIL_SET", ""), os.environ.get("MESSAGE_SET", "")
    seconds = organisation.recovery.code_minutes * 60
    telephone = aws.client("pinpoint-sms-voice-v2", aws.SENDING)
    return {
        "email": Email(aws.client("sesv2", aws.SENDING), organisation.sender, email_set),
        "text": Text(telephone, origin, seconds, message_set),
        "voice": Voice(telephone, origin, seconds, message_set),
    }
