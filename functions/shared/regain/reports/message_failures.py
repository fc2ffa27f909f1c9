"""Why a message was not delivered, in words."""

from collections.abc import Mapping
from typing import Any

from regain.phrases import Phrase

KINDS = ("message-failed", "message-bounced", "message-suppressed", "message-undelivered")
"""The kinds of event of a message that its recipient did not get."""
_REASONS = {
    "MessageRejected": Phrase("Amazon SES rejected it: it is in its sandbox, or the sender is not verified."),
    "MailFromDomainNotVerifiedException": Phrase("The MAIL FROM domain is not verified in Amazon SES."),
    "BadRequestException": Phrase("Amazon SES could not read the sender or the recipient."),
    "AccessDeniedException": Phrase("The stack may not send it: its role or a policy of the account forbids it."),
    "NotFoundException": Phrase("The sender’s identity or the configuration set does not exist in Amazon SES."),
    "ResourceNotFoundException": Phrase("The number to send from does not exist in AWS End User Messaging."),
    "ConflictException": Phrase("AWS End User Messaging does not send from this number, or to this one."),
    "ValidationException": Phrase("AWS End User Messaging could not read the number."),
    "NotAscii": Phrase("The part of the address before the @ has letters that Amazon SES cannot deliver to."),
    "no number to call from": Phrase("There is no number to call from."),
    "not-confirmed": Phrase("No record confirmed it, so it was not sent."),
}
_KINDS = {
    "message-bounced": Phrase("The mail server of the recipient does not accept the address."),
    "message-suppressed": Phrase("The address is on the suppression list of Amazon SES, after an earlier bounce."),
    "message-undelivered": Phrase("The telephone network did not deliver it."),
    "message-expired": Phrase("It could not be sent while it was still good."),
}


def in_words(event: Mapping[str, Any]) -> Phrase:
    """Why the message of an event was not delivered."""
    known = _REASONS.get(event.get("reason", "")) or _KINDS.get(event["kind"])
    return known or Phrase("The messaging service gave the reason {reason}.", reason=event.get("reason") or "?")
