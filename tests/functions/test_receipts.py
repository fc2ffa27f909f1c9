"""Delivery receipts, recorded under the reference of the message (B10)."""

import json

import pytest

from receipts import app
from tests.functions.conftest import Context


def told(message, number="1"):
    return {"Records": [{"Sns": {"Message": json.dumps(message), "MessageId": number}}]}


def email(event, world, **part):
    subject = world.subject(f"receipt{world.number}")
    tags = {"subject": [subject], "reference": [f"R-{world.number:04}-AAAA"], "ses:source-ip": ["1.1.1.1"]}
    stamp = "2026-11-24T10:00:00.123Z"
    return {
        "eventType": event,
        "mail": {"timestamp": stamp, "tags": tags},
        event[0].lower() + event[1:]: {"timestamp": stamp, **part},
    }


def telephone(event, world):
    subject = world.subject(f"receipt{world.number}")
    context = {"subject": subject, "reference": f"R-{world.number:04}-AAAA"}
    return {"eventType": event, "eventTimestamp": 1_795_514_400_000, "context": context, "messageId": "m-1"}


@pytest.mark.parametrize(("message", "kind"), [
    (lambda w: email("Delivery", w), "message-delivered"),
    (lambda w: email("Bounce", w, bounceType="Permanent", bounceSubType="NoEmail"), "message-bounced"),
    (lambda w: email("Bounce", w, bounceType="Permanent", bounceSubType="OnAccountSuppressionList"), "message-suppressed"),
    (lambda w: email("DeliveryDelay", w, delayType="MailboxFull"), "message-delayed"),
    (lambda w: email("Complaint", w, complaintFeedbackType="abuse"), "message-complained"),
    (lambda w: telephone("TEXT_DELIVERED", w), "message-delivered"),
    (lambda w: telephone("TEXT_CARRIER_UNREACHABLE", w), "message-undelivered"),
    (lambda w: telephone("VOICE_NO_ANSWER", w), "message-undelivered"),
], ids=["delivered", "bounced", "suppressed", "delayed", "complained", "text", "text-failed", "voice-failed"])  # fmt: skip
def test_a_receipt_stands_in_the_story_once(world, message, kind):
    assert app.lambda_handler(told(message(world)), Context()) == {"recorded": 1}
    assert app.lambda_handler(told(message(world)), Context()) == {"recorded": 0}
    story = world.services.events.by_reference(f"R-{world.number:04}-AAAA")
    assert [event["kind"] for event in story] == [kind]


def test_what_says_nothing_new_or_is_not_ours_is_passed_over(world):
    foreign = {"eventType": "Delivery", "mail": {"timestamp": "2026-11-24T10:00:00Z", "tags": {}}, "delivery": {}}
    for message in (telephone("TEXT_QUEUED", world), foreign, {"x": 1}, {"eventType": "TEXT_SENT"}):
        assert app.lambda_handler(told(message), Context()) == {"recorded": 0}
    assert app.lambda_handler({"Records": [{"Sns": {"Message": "no json", "MessageId": "2"}}]}, Context()) == {
        "recorded": 0
    }
