"""The story of a message: claimed once, put into words at the last moment, sent, and noted."""

import functools
import os

import boto3

from notify import letters
from regain import not_me
from regain.adapters.messengers import Email, Letter, Messenger, Text, Undeliverable, Voice
from regain.adapters.outbox import Message
from regain.domain import codes
from regain.services import Services, services


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
        delivery = _messengers()[message.channel].send(message.to, _letter(message, needed))
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


def _letter(message: Message, needed: Services) -> Letter:
    if message.kind != "code":
        objection = not_me.derive(needed.keys, message.subject, message.reference, message.facts["at"])
        return letters.notice(message.kind, message.facts, message.reference, objection, needed.organisation)
    facts = message.facts
    key = "registration" if facts["purpose"] == "register" else "code"
    code = codes.derive(
        needed.keys.of(key), facts["flow"], facts["purpose"], facts["method"], facts["sequence"],
        needed.organisation.recovery.code_digits,
    )  # fmt: skip
    return letters.code(code, facts["purpose"], message.reference, needed.organisation)


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
    seconds = organisation.recovery.code_minutes * 60
    telephone = boto3.client("pinpoint-sms-voice-v2")
    return {
        "email": Email(boto3.client("sesv2"), organisation.sender),
        "text": Text(telephone, origin, seconds),
        "voice": Voice(telephone, origin, seconds),
    }
