"""Delivery of one message: claim it, render it at the last moment, send it, record the outcome."""

import contextlib
import functools
import hashlib
import importlib
import os
import time
from dataclasses import replace
from typing import cast

from aws_lambda_powertools import Logger

from notify import help_messages, messages
from notify.confirmation import Over, Unconfirmed, confirmed, first_holders
from notify.layout import Layout
from regain.adapters import aws, device_cookies
from regain.adapters.keys import codes_key
from regain.adapters.messengers import Email, Messenger, RenderedMessage, Text, Undeliverable, Voice
from regain.adapters.outbox import INVITATION, Message
from regain.adapters.store import Conflict
from regain.api.redaction import error_kind
from regain.domain import codes, user_id
from regain.domain.device_cookie import Known
from regain.domain.roles import HELP_REQUEST_ROLES
from regain.organisation import policies
from regain.organisation.settings import Organisation
from regain.recovery import temporary_password
from regain.runtime.services import Services, services

log = Logger(service="regain")
_RECORD_RETRY_DELAYS = (1, 2, 4, 8, 0)  # seconds


def deliver(message: Message) -> str:
    """Sends a message, unless it has been sent, has expired, or has no recipient. Returns its outcome.

    Raises:
        AlreadyClaimed: another invocation holds the claim, or was killed while it did.
        Exception: whatever the service raised, if a retry may succeed. The claim has been released.
    """
    needed = services()
    if message.channel == "none" or not needed.outbox.claim(message, needed.now):
        return "nothing to do"
    try:
        if message.channel == "roles":
            return _fan_out(message, needed)
        state, facts = _send(message, needed)
    except Exception:
        needed.store.commit([needed.outbox.outcome_write(message, "pending")])
        raise
    _record(message, needed, state, **facts)
    return state


def _send(message: Message, needed: Services) -> tuple[str, dict[str, str]]:
    """`sent`, `failed` or `expired`, with the service's message id or the reason."""
    if message.good_until and needed.now >= message.good_until:
        return "expired", {}
    try:
        own = confirmed(message, needed)
        tags = {"subject": own.subject, "reference": own.reference}
        delivery = _messengers()[own.channel].send(own.to, render(own, needed), tags)
    except Over:
        return "expired", {}
    except Unconfirmed:
        log.error("a message that no record confirms was not sent", extra={"kind": message.kind})
        return "failed", {"reason": "not-confirmed"}
    except Undeliverable as error:
        return "failed", {"reason": str(error)}
    return "sent", {"delivery": delivery}


def _fan_out(message: Message, needed: Services) -> str:
    """Writes one message for each person with the role it is addressed to. A retry writes the same messages.

    `administrators` means all but the one who acted; `first-line` the first role that anybody has of helpdesk, user
    administrators and administrators.
    """
    roles = ("administrator",) if message.to == "administrators" else HELP_REQUEST_ROLES
    message = needed.outbox.unsealed(message)
    people = [person for person in first_holders(roles, needed) if person.user_id != message.facts.get("by")]
    languages = {person.addresses[0]: person.language for person in people}
    messages = [
        replace(message, id=f"{message.id}-{_recipient_id(address)}", channel="email", to=address, language=language)
        for address, language in languages.items()
    ]
    for each in messages:
        with contextlib.suppress(Conflict):  # written by an earlier try
            needed.store.commit([needed.outbox.write(each, needed.now)])
    needed.store.commit([needed.outbox.outcome_write(message, "sent" if messages else "failed")])
    return "fanned out"


def _recipient_id(address: str) -> str:
    """Depends on the recipient alone, so that a retry writes no second message even if roles have changed."""
    return hashlib.sha256(address.encode()).hexdigest()[:16]


def render(message: Message, needed: Services) -> RenderedMessage:
    """A confirmed message, with its code, password or link."""
    layout = Layout(_organisation(message, needed), needed.languages.get(message.language))
    if message.kind in help_messages.KINDS:
        return help_messages.render(message.kind, message.facts, message.reference, layout)
    if message.kind == INVITATION:
        inviting = importlib.import_module("notify.invitation")  # nobody waits for it
        return cast("RenderedMessage", inviting.render(message.facts, message.reference, layout))
    if message.kind == "temporary-password":
        made = temporary_password.derive(
            needed.keys, message.subject, message.facts["nonce"], message.facts["generation"]
        )
        endless = needed.directory(message.facts["user_id"]) is not None
        return messages.temporary_password(made, message.facts, message.reference, layout, endless)
    if message.kind != "code":
        return messages.notice(message.kind, message.facts, message.reference, message.facts.get("token", ""), layout)
    facts = message.facts
    code = codes.derive(
        needed.keys.derive(codes_key(facts["purpose"]), facts["code_generation"]), facts["flow"],
        facts["purpose"], facts["method"], facts["sequence"], facts["digits"],
    )  # fmt: skip
    hint = user_id.mask(facts["user_id"]) if facts.get("user_id") else ""
    return messages.code(code, facts["purpose"], message.reference, layout, _ticket(message, needed), hint)


def _organisation(message: Message, needed: Services) -> Organisation:
    """The settings for the account that a message is about, as far as it says which those are."""
    organisation = policies.for_domain(needed.organisation, message.facts.get("user_id", ""))
    for name in reversed(message.facts.get("policies", ())):
        organisation = policies.with_policy(organisation, name)
    return organisation


def _ticket(message: Message, needed: Services) -> str:
    """What the link in an e-mail with a code carries; "" where there is none."""
    facts = message.facts
    if "ticket_name" not in facts:
        return ""
    known = Known(message.subject, facts["ticket_name"], facts["ticket_epoch"], facts["ticket_until"])
    return device_cookies.ticket(needed.keys, known)


def _record(message: Message, needed: Services, state: str, delivery: str = "", reason: str = "") -> None:
    """Records the outcome: the outbox item and the event, in one transaction.

    If that fails for 15 seconds after the message was sent, it has no event: better than sending it twice.
    """
    writes = [
        needed.outbox.outcome_write(message, state, delivery),
        needed.events.write(
            f"message-{state}", message.subject, message.reference, needed.clock(), needed.randomness(4),
            message=message.kind, channel=message.channel, delivery=delivery, reason=reason,
        ),
    ]  # fmt: skip
    for pause in _RECORD_RETRY_DELAYS:
        try:
            with contextlib.suppress(Conflict):  # recorded by an earlier try whose response was lost
                needed.store.commit(writes)
            return
        except Exception as error:
            fault = error
            time.sleep(pause)
    if state != "sent":
        raise fault
    log.error("sent, but not recorded", extra={"reference": message.reference, "error": error_kind(fault)})


@functools.cache
def _messengers() -> dict[str, Messenger]:
    """The messenger of each channel."""
    organisation, origin = services().organisation, os.environ.get("ORIGINATION_IDENTITY", "")
    email_set, message_set = os.environ.get("EMAIL_SET", ""), os.environ.get("MESSAGE_SET", "")
    seconds = organisation.recovery.code_minutes * 60
    telephone = aws.client("pinpoint-sms-voice-v2", aws.SEND_CONFIG)
    return {
        "email": Email(aws.client("sesv2", aws.SEND_CONFIG), organisation.sender.header, email_set),
        "text": Text(telephone, origin, seconds, message_set),
        "voice": Voice(telephone, origin, seconds, message_set),
    }
