"""Records delivery receipts as events under the message's reference (B10). A repeated notification adds nothing."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from regain.adapters.store import Conflict
from regain.runtime.services import services

_EMAIL = {
    "Delivery": "message-delivered",
    "DeliveryDelay": "message-delayed",
    "Bounce": "message-bounced",
    "Complaint": "message-complained",
    "Reject": "message-undelivered",
}
_SUPPRESSED = {"Suppressed", "OnAccountSuppressionList"}
"""Types of bounce for mail that SES did not try to deliver (A25)."""
_TELEPHONE = {
    "TEXT_DELIVERED": "message-delivered", "TEXT_SUCCESSFUL": "message-delivered",
    "VOICE_COMPLETED": "message-delivered", "VOICE_ANSWERED": "",
    "TEXT_QUEUED": "", "TEXT_PENDING": "", "TEXT_SENT": "", "VOICE_INITIATED": "", "VOICE_RINGING": "",
}  # fmt: skip
"""End User Messaging's event types. "" is not recorded; a type that is not listed means that delivery failed."""


class UnknownNotification(Exception):
    """The notification has neither service's format. Retrying would not help."""


def record_receipt(notification: Mapping[str, Any], message_id: str) -> int:
    """Records one notification. Returns 0 if it is about another message, needs no event, or is recorded already.

    Raises:
        UnknownNotification: it has neither service's format.
    """
    try:
        email = "eventType" in notification and "mail" in notification
        read = _of_email(notification) if email else _of_telephone(notification)
        if not read:
            return 0
        kind, channel, tags, when, reason = read
        subject, reference = tags.get("subject", ""), tags.get("reference", "")
        datetime.fromtimestamp(when, UTC)
    except (ArithmeticError, AttributeError, LookupError, OSError, TypeError, ValueError):
        raise UnknownNotification from None
    if not all(isinstance(part, str) for part in (subject, reference, reason)):
        raise UnknownNotification
    if not (kind and subject and reference):
        return 0
    nonce = hashlib.sha256(f"{message_id}{kind}".encode()).digest()[:4]  # makes a repeat a conflict
    needed = services()
    try:
        needed.store.commit(
            [needed.events.write(kind, subject, reference, when, nonce, channel=channel, detail=reason)]
        )
    except Conflict:
        return 0
    return 1


def _of_email(notification: Mapping[str, Any]) -> tuple[str, str, dict[str, str], float, str] | None:
    """An event of Amazon SES (event publishing to SNS)."""
    name = notification["eventType"]
    kind, part = _EMAIL.get(name, ""), notification.get(name[:1].lower() + name[1:], {})
    tags = {name: values[0] for name, values in notification["mail"].get("tags", {}).items() if values}
    reason = part.get("bounceSubType") or part.get("complaintFeedbackType") or part.get("delayType") or ""
    if reason in _SUPPRESSED:
        kind = "message-suppressed"
    return kind, "email", tags, _time(part.get("timestamp") or notification["mail"]["timestamp"]), reason


def _of_telephone(notification: Mapping[str, Any]) -> tuple[str, str, dict[str, str], float, str] | None:
    """An event of AWS End User Messaging."""
    name = str(notification.get("eventType", ""))
    if not name.startswith(("TEXT_", "VOICE_")) or "eventTimestamp" not in notification:
        return None
    kind = _TELEPHONE.get(name, "message-undelivered")
    channel = "text" if name.startswith("TEXT_") else "voice"
    reason = name.lower() if kind == "message-undelivered" else ""
    return kind, channel, dict(notification.get("context") or {}), notification["eventTimestamp"] / 1000, reason


def _time(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
