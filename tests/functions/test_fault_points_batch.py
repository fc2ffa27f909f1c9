"""Injects faults into every AWS call of batch functions: no message is lost or sent twice, each event is counted once.

Failed records are retried as Lambda does: at once, and later from a queue. A process may also be killed half-way.
"""

import json
import random
from collections import Counter

import boto3
import pytest

from notify import app as notify
from notify import flow as notify_flow
from receipts import app as receipts
from report import app as report
from tests.functions.agent import Agent
from tests.functions.conftest import Context
from tests.functions.fault_injection import FaultInjector, Killed, points
from tests.functions.faults import BATCH_FAULTS
from tests.functions.tables import change
from tests.functions.test_audit import records as counted_records
from tests.functions.test_contact import ask, support
from tests.functions.test_notify import place_in_the_stream, records
from tests.functions.test_receipts import telephone, told

NOW = 1_800_000_000
LEASE = 91


@pytest.fixture
def cloud(monkeypatch, time_machine, tables):
    """The cloud, and nothing in it yet."""
    time_machine.move_to(NOW, tick=False)
    monkeypatch.setattr(notify_flow, "_RECORD_RETRY_DELAYS", (0, 0))
    tables.empty()
    return FaultInjector(monkeypatch)


# --- Messages --------------------------------------------------------------------------------------


def codes(world):
    person = world.person()
    flow = world.start(person.user_id).body["flow"]
    for method in ("email", "call-mobile"):
        world.send(flow, method)
    return world.outbox_of(person.user_id)


def notices(world):
    person = world.person()
    world.finish(world.proved(person.user_id, "unlock").body["flow"], purpose="unlock")
    return [message for message in world.outbox_of(person.user_id) if message["kind"] != "code"]


def to_those_with_a_role(world):
    agent, person = Agent(world), world.person(mail="", other_mails=())
    world.person(role="administrator")
    agent.prove()
    agent.over(person, "reset", {"to": "sms"})
    return world.outbox_of(person.user_id)


def requests_for_help(world):
    person = world.person()
    world.person(role="helpdesk")
    ask(world, person.user_id)
    support(world)
    return world._messages()


MAILS = {
    codes: {},
    notices: {},
    to_those_with_a_role: {},
    requests_for_help: {"contacts": {"administrator": {"email": ""}}},
}


class Post:
    """What is in the outbox, handed to `notify` until nothing comes again."""

    def __init__(self, world, cloud, tables, clock):
        self.world, self.cloud, self.tables, self.clock = world, cloud, tables, clock
        self.before = tables.items()
        self.reached = Counter()

    def written(self):
        """What `notify` has written itself, to each of the people with a role."""
        return [each for each in self.world._messages() if "-" in each["id"] and each["state"] == "pending"]

    def hand(self, messages, at=-1, fault=None):
        """One batch; answers the messages that come again."""
        if not messages:
            return []
        self.world.forget_keys()
        try:
            with self.cloud.injecting(at, fault):
                answer = notify.lambda_handler(records(messages), Context())
        except Killed:
            again = messages
        else:
            failed = {each["itemIdentifier"] for each in answer["batchItemFailures"]}
            again = [each for number, each in enumerate(messages, start=1) if str(number) in failed]
        for call in self.cloud.sent:
            self.reached[json.dumps(call.params, sort_keys=True)] += 1
        return again

    def until_done(self, messages):
        """At once again; then, when every lease has ended, from the queue; and what `notify` itself has written."""
        again = self.hand(messages)
        self.clock.shift(LEASE)
        assert self.hand(again) == []
        assert self.hand(self.written()) == []
        assert self.written() == []

    def start_again(self):
        self.tables.restore(self.before)
        self.clock.move_to(NOW, tick=False)
        self.reached.clear()


@pytest.mark.parametrize("kind", MAILS, ids=lambda kind: kind.__name__)
def test_no_message_is_lost_and_none_is_sent_twice(use, cloud, tables, time_machine, request, kind):
    world = use(**MAILS[kind])
    messages = sorted(kind(world), key=lambda message: message["id"])
    post = Post(world, cloud, tables, time_machine)
    assert post.hand(messages) == []
    calls = post.cloud.calls
    post.until_done([])
    wanted, whole = set(post.reached), change(post.before, tables.items())
    assert set(post.reached.values()) == {1}
    assert whole["+EventTable message-sent"] == len(wanted)
    tried = 0
    for at, fault in points(calls, BATCH_FAULTS, len(kind.__name__)):
        where = f"{calls[at].operation} {at}, {fault.name}"
        post.start_again()
        again = post.hand(messages, at, fault)
        post.until_done(again)
        _once_each(post, calls, at, fault, wanted, whole, where)
        post.hand(messages[::-1])  # records come again, and in another order
        assert not post.cloud.sent or fault.lasting, where
        tried += 1
    request.node.user_properties.append(("fault points survived", tried))


def _once_each(post, calls, at, fault, wanted, whole, where):
    """Whoever was cut off between handing a message over and noting it sends it again: better twice than never."""
    refused = fault.name == "refused for good"
    unheard = calls[at].sends and fault.reaches
    unnoted = fault.kills and any(call.sends for call in calls[:at])
    lost = {json.dumps(calls[at].params, sort_keys=True)} if refused else set()
    assert post.reached.keys() == wanted - lost, where
    assert sum(post.reached.values()) - len(post.reached) <= int(unheard or unnoted), where
    changed = change(post.before, post.tables.items())
    changed["+EventTable message-sent"] += changed.pop("+EventTable message-failed", 0)
    if fault.lasting and any(call.sends for call in calls[:at]):  # what was sent could perhaps not be noted
        changed["+EventTable message-sent"] = max(changed["+EventTable message-sent"], len(wanted))
    assert changed == whole, where


def test_what_comes_from_the_queue_is_sent_once_too(world, cloud, tables, time_machine, request):
    message = notices(world)[0]
    post = Post(world, cloud, tables, time_machine)
    body = json.dumps(place_in_the_stream(world, message))
    event = {"Records": [{"messageId": "1", "eventSource": "aws:sqs", "body": body, "attributes": {}}]}

    def hand(at=-1, fault=None):
        world.forget_keys()
        try:
            with cloud.injecting(at, fault):
                again = notify.lambda_handler(event, Context())["batchItemFailures"]
        except Killed:
            return len(cloud.sent), True
        return len(cloud.sent), bool(again)

    assert hand() == (1, False)
    calls = list(cloud.calls)
    assert {call.service for call in calls} == {"dynamodbstreams", "dynamodb", "kms", "sesv2"}
    found = list(points(calls, BATCH_FAULTS, 0))
    for at, fault in found:
        post.start_again()
        where = f"{calls[at].operation} {at}, {fault.name}"
        sent, again = hand(at, fault)
        if again:
            time_machine.shift(LEASE)
            more, again = hand()
            sent += more
        unheard = (calls[at].sends and fault.reaches) or (fault.kills and any(call.sends for call in calls[:at]))
        refused = fault.name == "refused for good"
        assert not again, where
        assert 1 - refused <= sent <= 1 - refused + unheard, where
    request.node.user_properties.append(("fault points survived", len(found)))


# --- Counts ----------------------------------------------------------------------------------------


def archived():
    """How often each event stands in the archive."""
    client, found = boto3.client("s3"), Counter()
    for page in client.get_paginator("list_objects_v2").paginate(Bucket="archivebucket"):
        for each in page.get("Contents", ()):
            lines = client.get_object(Bucket="archivebucket", Key=each["Key"])["Body"].read().decode().splitlines()
            found.update((event["subject"], event["at"]) for event in map(json.loads, lines))
    return found


def happened(world):
    """Some events about two people, and who they are."""
    people = [world.person(), world.person(mobile_phone="")]
    for person in people:
        world.verify(world.proved(person.user_id).body["flow"], "x")
        Agent(world, role="auditor")
    return [event for person in people for event in world.events(person.user_id)], [p.id for p in people]


def of_people(account_ids):
    return counted_records("AccountTable", [{"id": each} for each in account_ids], ("id",))


def of_events(events):
    return counted_records("EventTable", events, ("subject", "at"))


def counts(world):
    """Everything the report is made of."""
    return world.services.counters.days("2000-01-01", "2999-01-01"), world.services.counters.people()


@pytest.mark.parametrize("of", ["events", "people"])
def test_what_happened_is_counted_once_and_archived(world, cloud, tables, time_machine, request, of):
    events, people = happened(world)
    event = of_events(events) if of == "events" else of_people(people)
    before = tables.items()
    world.forget_keys()
    with cloud.injecting():
        report.lambda_handler(event, Context())
    calls, whole = list(cloud.calls), counts(world)
    assert sum(map(bool, whole)) == 1
    found = list(points(calls, BATCH_FAULTS, 1))
    for at, fault in found:
        tables.restore(before)
        where = f"{calls[at].operation} {at}, {fault.name}"
        world.forget_keys()
        try:
            with cloud.injecting(at, fault):
                report.lambda_handler(event, Context())
        except (Exception, Killed):
            assert not fault.heals, where
            report.lambda_handler(event, Context())  # Lambda hands the same batch over again
        assert counts(world) == whole, where
        report.lambda_handler(event, Context())
        assert counts(world) == whole, where
    if of == "events":
        assert {(each["subject"], each["at"]) for each in events} <= archived().keys()
    request.node.user_properties.append(("fault points survived", len(found)))


@pytest.mark.parametrize("seed", range(4))
def test_records_told_twice_in_any_order_and_any_batches_come_out_the_same(world, cloud, tables, seed):
    events, people = happened(world)
    before = tables.items()
    report.lambda_handler(of_events(events), Context())
    report.lambda_handler(of_people(people), Context())
    whole = counts(world)
    tables.restore(before)
    dice = random.Random(seed)
    shuffled = dice.sample(events * 2, len(events) * 2)
    while shuffled:
        size = dice.randint(1, 5)
        report.lambda_handler(of_events(shuffled[:size]), Context())
        report.lambda_handler(of_people(dice.sample(people, dice.randint(1, 2))), Context())
        shuffled = shuffled[size:]
    report.lambda_handler(of_people(people[::-1]), Context())
    assert counts(world) == whole
    assert {(each["subject"], each["at"]) for each in events} <= archived().keys()


# --- Receipts --------------------------------------------------------------------------------------


def test_a_receipt_is_noted_once(world, cloud, tables, request):
    event = told(telephone("TEXT_DELIVERED", world))
    before = tables.items()
    with cloud.injecting():
        assert receipts.lambda_handler(event, Context()) == {"recorded": 1}
    calls, whole = list(cloud.calls), change(before, tables.items())
    found = list(points(calls, BATCH_FAULTS, 2))
    for at, fault in found:
        tables.restore(before)
        try:
            with cloud.injecting(at, fault):
                receipts.lambda_handler(event, Context())
        except (Exception, Killed):
            receipts.lambda_handler(event, Context())  # SNS tells it again
        assert change(before, tables.items()) == whole, f"{calls[at].operation} {at}, {fault.name}"
    request.node.user_properties.append(("fault points survived", len(found)))
