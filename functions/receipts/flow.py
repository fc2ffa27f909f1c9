"""What became of a message, into the story it belongs to (B10). Told twice, it is noted once."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from regain.adapters.store import Conflict
from regain.runtime.services import services

_EMAIL = {
    "Delivery": "message-delivered",
    "Bounce": "message-bounced",
    "Complaint": "message-complained",
    "Reject": "message-undelivered",
}
_TELEPHONE = {
    "TEXT_DELIVERED": "message-delivered", "TEXT_SUCCESSFUL": "message-delivered",
    "VOICE_COMPLETED": "message-delivered", "VOICE_ANSWERED": "",
    "TEXT_QUEUED": "", "TEXT_PENDING": "", "TEXT_SENT": "", "VOICE_INITIATED": "", "VOICE_RINGING": "",
}  # fmt: skip
"""End User Messaging's event types. "" says nothing new; every other type is a message that did not arrive."""


class NotUnderstood(Exception):
    """No notification as we know them. The next try would not understand it either."""


def note(told: Mapping[str, Any], notification: str) -> int:
    """Notes one notification; 0 where it is about nothing of ours, says nothing new, or was noted before.

    Raises:
        NotUnderstood: it has another shape than those of the two services.
    """
    try:
        read = _of_email(told) if "eventType" in told and "mail" in told else _of_telephone(told)
        if not read:
            return 0
        kind, channel, tags, when, reason = read
        subject, reference = tags.get("subject", ""), tags.get("reference", "")
        datetime.fromtimestamp(when, UTC)
    except (ArithmeticError, AttributeError, LookupError, OSError, TypeError, ValueError):
        raise NotUnderstood from None
    if not all(isinstance(part, str) for part in (subject, reference, reason)):
        raise NotUnderstood
    if not (kind and subject and reference):
        return 0
    nonce = hashlib.sha256(f"{notification}{kind}".encode()).digest()[:4]  # the same notification, the same event
    needed = services()
    try:
        needed.store.commit(
            [needed.events.write(kind, subject, reference, when, nonce, channel=channel, detail=reason)]
        )
    except Conflict:
        return 0
    return 1


def _of_email(told: Mapping[str, Any]) -> tuple[str, str, dict[str, str], float, str] | None:
    """An event of Amazon SES (event publishing to SNS)."""
    kind = _EMAIL.get(told["eventType"], "")
    part = told.get(told["eventType"].lower(), {})
    tags = {name: values[0] for name, values in told["mail"].get("tags", {}).items() if values}
    reason = part.get("bounceSubType") or part.get("complaintFeedbackType") or ""
    return kind, "email", tags, _time(part.get("timestamp") or told["mail"]["timestamp"]), reason


def _of_telephone(told: Mapping[str, Any]) -> tuple[str, str, dict[str, str], float, str] | None:
    """An event of AWS End User Messaging."""
    name = str(told.get("eventType", ""))
    if not name.startswith(("TEXT_", "VOICE_")) or "eventTimestamp" not in told:
        return None
    kind = _TELEPHONE.get(name, "message-undelivered")
    channel = "text" if name.startswith("TEXT_") else "voice"
    reason = name.lower() if kind == "message-undelivered" else ""
    return kind, channel, dict(told.get("context") or {}), told["eventTimestamp"] / 1000, reason


def _time(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
