"""Messages: each sent effectively once, and none lost to a failing service (S57, S58)."""

import json
import logging
import re
import urllib.request
from dataclasses import replace

import boto3
import pytest
from botocore.exceptions import ClientError

from notify import app, flow, messages
from notify.layout import Layout
from notify.sms_segments import segments
from regain.adapters.messengers import Email, Text, Undeliverable, Voice
from regain.adapters.outbox import from_stream
from regain.adapters.store import marshal
from regain.organisation.language import Languages
from tests.functions.conftest import Context


def layout(organisation, tag="en"):
    """What letters of this organisation are written on."""
    return Layout(organisation, Languages(organisation).get(tag))


class FakeMessenger:
    """Keeps what it is asked to send; fails as told."""

    def __init__(self):
        self.sent, self.faults = [], []

    def send(self, to, letter, tags):
        if self.faults:
            raise self.faults.pop(0)
        self.sent.append((to, letter))
        return f"id-{len(self.sent)}"


@pytest.fixture
def post_office(monkeypatch):
    """Messengers in the place of AWS: one fake for every channel."""
    office = {channel: FakeMessenger() for channel in ("email", "text", "voice")}
    monkeypatch.setattr(flow, "_messengers", lambda: office)
    return office


def records(messages):
    return {
        "Records": [
            {
                "eventID": message["id"], "eventName": "INSERT", "eventSource": "aws:dynamodb", "awsRegion": "eu-west-1",
                "dynamodb": {"Keys": marshal({"id": message["id"]}), "NewImage": marshal(message), "SequenceNumber": str(number)},
            }
            for number, message in enumerate(messages, start=1)
        ]
    }  # fmt: skip


def deliver(messages):
    return [
        failure["itemIdentifier"] for failure in app.lambda_handler(records(messages), Context())["batchItemFailures"]
    ]


def asked(world, *methods, **changes):
    """A flow in which codes were asked for, and its messages in order."""
    person = world.person(**changes)
    started = world.start(person.user_id).body
    for method in methods:
        world.send(started["flow"], method)
    messages = {message["facts"]["method"]: message for message in world.outbox(started["reference"])}
    return person, started, [messages[method] for method in methods]


def stored(world, message):
    return next(found for found in world.outbox(message["reference"]) if found["id"] == message["id"])


def test_the_code_that_is_sent_is_the_code_that_passes_s42_s43_s44_s45(world, post_office):
    person, started, messages = asked(world, "email", "sms", "call-mobile", "call-office")
    assert deliver(messages) == []
    (to, mail), (number, text) = post_office["email"].sent[0], post_office["text"].sent[0]
    assert (to, number) == (person.other_mails[0], person.mobile_phone)
    assert [to for to, _ in post_office["voice"].sent] == [person.mobile_phone, person.office_phone]
    code = re.search(r"^(\d{8})$", mail.text, re.MULTILINE)[1]
    assert re.search(r"\b\d{6}\b", text.sms)[0] == world.code(started["reference"], method="sms")
    assert world.verify(started["flow"], code).status == 200


def test_a_record_that_comes_again_is_not_sent_again(world, post_office):
    _, _, messages = asked(world, "email")
    for _ in range(3):
        assert deliver(messages * 2) == []
    assert len(post_office["email"].sent) == 1
    assert stored(world, messages[0])["state"] == "sent"
    assert stored(world, messages[0])["delivery"] == "id-1"


def test_a_failing_service_is_tried_again_and_the_others_are_not_held_up(world, post_office):
    _, _, messages = asked(world, "email", "sms")
    post_office["email"].faults = [ClientError({"Error": {"Code": "TooManyRequestsException"}}, "SendEmail")]
    assert deliver(messages) == ["1"]
    assert (len(post_office["email"].sent), len(post_office["text"].sent)) == (0, 1)
    assert deliver(messages) == []
    assert (len(post_office["email"].sent), len(post_office["text"].sent)) == (1, 1)


def test_a_batch_that_fails_as_a_whole_is_reported_and_the_log_holds_nothing_of_its_records_b20(
    world, post_office, caplog, capsys
):
    caplog.set_level(logging.INFO)  # as the template has it
    assert not logging.getLogger("aws_lambda_powertools").propagate  # its own debug lines go nowhere
    person, _, messages = asked(world, "email", "sms")
    for channel in ("email", "text"):
        post_office[channel].faults = [ValueError(f"not for a log: {person.other_mails[0]}")]
    assert deliver(messages) == ["1", "2"]
    assert deliver([*messages, {"id": person.mobile_phone}]) == ["3"]  # no message: the others are sent all the same
    said = caplog.text + "".join(capsys.readouterr())
    assert "message failed, will be retried" in caplog.text
    for secret in ("not for a log", person.other_mails[0], person.mobile_phone):
        assert secret not in said


def test_a_refusal_for_good_is_noted_in_the_story_and_not_tried_again_b9(world, post_office):
    person, _, messages = asked(world, "email")
    post_office["email"].faults = [Undeliverable("MessageRejected")]
    assert deliver(messages) == []
    assert stored(world, messages[0])["state"] == "failed"
    assert [(e["kind"], e.get("reason")) for e in world.events(person.user_id)][-1] == (
        "message-failed",
        "MessageRejected",
    )
    assert deliver(messages) == []
    assert post_office["email"].sent == []


def test_a_sender_that_died_is_taken_over_when_its_lease_ends(world, post_office, time_machine):
    time_machine.move_to(1_800_000_000, tick=False)
    _, _, messages = asked(world, "email")
    assert world.services.outbox.claim(from_stream(marshal(messages[0])), world.services.now)
    assert deliver(messages) == ["1"]  # to come again: nobody knows yet what became of it
    assert post_office["email"].sent == []
    time_machine.move_to(1_800_000_091, tick=False)
    assert deliver(messages) == []
    assert len(post_office["email"].sent) == 1


def test_a_code_that_would_come_too_late_is_not_sent(world, post_office, time_machine):
    time_machine.move_to(1_800_000_000, tick=False)
    _, _, messages = asked(world, "email")
    time_machine.move_to(1_800_000_300, tick=False)
    assert deliver(messages) == []
    assert stored(world, messages[0])["state"] == "expired"
    assert post_office["email"].sent == []


def test_a_code_for_nobody_goes_nowhere_b1(world, post_office):
    started = world.start(f"nobody{world.number}@contoso.example").body
    world.send(started["flow"])
    assert deliver(world.outbox(started["reference"])) == []
    assert not any(messenger.sent for messenger in post_office.values())


@pytest.mark.parametrize("purpose", ["reset", "unlock"])
def test_the_notice_says_what_happened_and_whom_to_tell_s57_s58(world, post_office, purpose):
    person = world.person()
    started = world.proved(person.user_id, purpose).body
    world.finish(started["flow"], purpose=purpose)
    notices = [message for message in world.outbox(started["reference"]) if message["kind"] != "code"]
    assert deliver(notices) == []
    assert sorted(to for to, _ in post_office["email"].sent) == sorted(person.addresses)
    letter = post_office["email"].sent[0][1]
    for text in (letter.text, letter.html):
        for part in ("Contoso", person.user_id, "it@contoso.example", started["reference"], "If you did not do this"):
            assert part in text
    assert "Contoso" in letter.subject
    assert re.findall(r"<a href=\"([^\"]*)\"", letter.html) == []  # this organisation has named no site


def test_the_code_that_confirms_an_address_is_the_code_that_is_sent_and_its_owner_is_told_s74_b6(person, post_office):
    world, address = person.world, f"new{person.world.number}@home.example"
    begun = person.register("email", contact=address).body
    mine = [m for m in world.outbox_of(person.account.user_id) if m["kind"] == "code"]
    assert deliver(mine) == []
    ((to, letter),) = post_office["email"].sent
    assert to == address
    assert "Your code to register security info for your Contoso account is:" in letter.text
    assert "somebody entered your address for their own account" in letter.text
    code = re.search(r"^(\d{8})$", letter.text, re.MULTILINE)[1]
    assert person.confirm(begun["id"], code=code).status == 200

    notices = [m for m in world.outbox_of(person.account.user_id) if m["kind"] != "code"]
    assert deliver(notices) == []
    ((to, letter),) = post_office["email"].sent[1:]
    assert to == person.account.mail
    assert "“E-mail address” was added to the security info of your Contoso account" in letter.text


@pytest.mark.parametrize("purpose", ["reset", "unlock"])
def test_a_code_message_says_what_is_never_asked(engine, purpose):
    letter = messages.code("012345", purpose, "R-0000-0000", layout(engine.organisation))
    for text in (letter.text, letter.sms, letter.ssml):
        assert "Never share" in text
    assert len(letter.sms) <= 160
    assert letter.ssml.count('<say-as interpret-as="digits">') == 12
    assert "012345" not in letter.subject


def test_a_text_ends_with_the_line_that_phones_fill_in(engine):
    site = replace(engine.organisation.organisation, site_url="https://help.contoso.example/")
    organisation = type(engine.organisation)(organisation=site, domains=engine.organisation.domains)
    assert messages.code("012345", "reset", "R-0000-0000", layout(organisation)).sms.endswith(
        "\n\n@help.contoso.example #012345"
    )


def test_names_are_shown_as_text_in_html(engine):
    facts = {"user_id": "a@contoso.example", "name": "<b>{{7*7}}</b>", "at": 0}
    letter = messages.notice("password-reset", facts, "R-0000-0000", "token", layout(engine.organisation))
    assert "<b>" not in letter.html
    assert "&lt;b&gt;{{7*7}}" in letter.html


def test_e_mail_leaves_through_ses_from_a_sender_that_names_the_organisation_s57(engine, world):
    letter = messages.code("012345", "reset", "R-0000-0000", layout(engine.organisation))
    Email(boto3.client("sesv2"), engine.organisation.sender.header).send(
        f"inbox{world.number}@home.example", letter, {}
    )
    with urllib.request.urlopen(f"{engine.endpoint}/_ministack/ses/messages", timeout=5) as answer:
        inbox = [mail for mails in json.load(answer)["messages"].values() for mail in mails]
    (mail,) = [mail for mail in inbox if mail["To"] == [f"inbox{world.number}@home.example"]]
    assert mail["Source"] == "Contoso account help <help@contoso.example>"
    assert (mail["Subject"], mail["BodyText"], mail["BodyHtml"]) == (letter.subject, letter.text, letter.html)


@pytest.mark.parametrize(("messenger", "action", "request_"), [
    (lambda c: Text(c, "+15550100", 300), "send_text_message",
     {"DestinationPhoneNumber": "+44", "MessageBody": "short", "MessageType": "TRANSACTIONAL", "TimeToLive": 300, "OriginationIdentity": "+15550100"}),
    (lambda c: Voice(c, "+15550100", 300), "send_voice_message",
     {"DestinationPhoneNumber": "+44", "MessageBody": "<speak/>", "MessageBodyTextType": "SSML", "VoiceId": "AMY", "TimeToLive": 300, "OriginationIdentity": "+15550100"}),
], ids=["text", "voice"])  # fmt: skip
def test_text_and_voice_leave_through_end_user_messaging(engine, world, messenger, action, request_):
    from botocore.stub import Stubber

    client = boto3.client("pinpoint-sms-voice-v2")
    letter = messages.RenderedMessage("subject", "text", "html", sms="short", ssml="<speak/>", voice="AMY")
    with Stubber(client) as stub:
        stub.add_response(action, {"MessageId": "id-1"}, request_)
        assert messenger(client).send("+44", letter, {}) == "id-1"
        stub.add_client_error(action, "ValidationException")
        with pytest.raises(Undeliverable):
            messenger(client).send("+44", letter, {})
        stub.add_client_error(action, "ThrottlingException")
        with pytest.raises(ClientError):
            messenger(client).send("+44", letter, {})


def place_in_the_stream(world, message):
    """What Lambda puts into the queue when a record could not be seen to."""
    streams = boto3.client("dynamodbstreams")
    arn = world.services.store.client.describe_table(TableName="OutboxTable")["Table"]["LatestStreamArn"]
    for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
        start = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
        iterator = streams.get_shard_iterator(**start)["ShardIterator"]
        while iterator:
            answer = streams.get_records(ShardIterator=iterator)
            for record in answer["Records"]:
                if record["eventName"] == "INSERT" and record["dynamodb"]["Keys"]["id"]["S"] == message["id"]:
                    number = record["dynamodb"]["SequenceNumber"]
                    return {"DDBStreamBatchInfo": {
                        "streamArn": arn, "shardId": shard["ShardId"], "batchSize": 1,
                        "startSequenceNumber": number, "endSequenceNumber": number,
                    }}  # fmt: skip
            iterator = answer["NextShardIterator"] if answer["Records"] else None
    raise AssertionError("the stream does not hold the message")


def from_the_queue(*bodies):
    records = [
        {"messageId": str(number), "eventSource": "aws:sqs", "body": json.dumps(body), "attributes": {}}
        for number, body in enumerate(bodies)
    ]
    return app.lambda_handler({"Records": records}, Context())


def test_what_could_not_be_sent_is_found_in_the_stream_and_sent_once(world, post_office):
    _, _, (message,) = asked(world, "email")
    post_office["email"].faults += [ConnectionError()]
    assert deliver([message]) == ["1"]
    body = place_in_the_stream(world, message)
    assert from_the_queue(body) == {"batchItemFailures": []}
    assert from_the_queue(body) == {"batchItemFailures": []}
    assert (len(post_office["email"].sent), stored(world, message)["state"]) == (1, "sent")


def batch_of(world, first, last):
    body, end = place_in_the_stream(world, first), place_in_the_stream(world, last)
    return body["DDBStreamBatchInfo"] | {"endSequenceNumber": end["DDBStreamBatchInfo"]["endSequenceNumber"]}


def test_a_failed_batch_that_cannot_be_read_to_its_end_comes_again_and_none_of_it_is_lost(world, post_office):
    """A14: ten messages may lie far apart in the stream; what was not reached is no success."""
    (_, _, (first,)), (_, _, (last,)) = asked(world, "email"), asked(world, "email")
    beyond = (batch := batch_of(world, first, last)) | {"endSequenceNumber": str(10**30)}
    assert from_the_queue({"DDBStreamBatchInfo": beyond}) == {"batchItemFailures": [{"itemIdentifier": "0"}]}
    assert stored(world, last)["state"] == "pending"
    assert from_the_queue({"DDBStreamBatchInfo": batch}) == {"batchItemFailures": []}
    assert stored(world, first)["state"] == stored(world, last)["state"] == "sent"


def test_what_still_cannot_be_sent_comes_again_and_holds_up_none_after_it(world, post_office):
    (_, _, (first,)), (_, _, (last,)) = asked(world, "email"), asked(world, "sms")
    post_office["email"].faults += [ConnectionError()]
    queued = {"DDBStreamBatchInfo": batch_of(world, first, last)}
    assert from_the_queue(queued) == {"batchItemFailures": [{"itemIdentifier": "0"}]}
    assert [stored(world, each)["state"] for each in (first, last)] == ["pending", "sent"]
    assert from_the_queue(queued) == {"batchItemFailures": []}
    assert [len(post_office[each].sent) for each in ("email", "text")] == [1, 1]


def test_a_slow_service_is_not_asked_twice_for_one_message(world):
    """What was taken slowly would be sent twice: senders wait a minute, tables a few seconds."""
    flow._messengers.cache_clear()
    waits = {messenger.client.meta.config.read_timeout for messenger in flow._messengers().values()}
    assert waits == {60}
    assert world.services.store.client.meta.config.read_timeout == 5


@pytest.mark.parametrize(
    ("mail", "others", "reached"), [("", (), True), ("own", (), True), ("", ("a@home.example",), False)]
)
def test_who_has_no_address_but_the_one_that_may_be_lost_is_told_by_text_too_x29(
    world, post_office, mail, others, reached
):
    """An account without other addresses was told at its own user ID only: the mailbox that its owner cannot open."""
    number = f"+4477009{world.number:05}"
    person = world.person(other_mails=others, mobile_phone=number, **({} if mail else {"mail": ""}))
    started = world.start(person.user_id).body
    world.send(started["flow"], "sms")
    code = world.code(started["reference"], method="sms")
    assert world.verify(started["flow"], code, "sms").status == 200
    assert world.finish(started["flow"]).status == 200
    told = [each for each in world.outbox(started["reference"]) if each["kind"] == "password-reset"]
    assert sorted(each["channel"] for each in told) == (["email", "text"] if reached else ["email"])
    deliver(told)
    texts = [(to, letter.sms) for to, letter in post_office["text"].sent]
    assert [to for to, _ in texts] == ([number] if reached else [])
    assert all("has been reset" in sms and segments(sms) <= 2 for _, sms in texts)
