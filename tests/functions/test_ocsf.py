"""Audit events leave in OCSF, at least once, in an order that a receiver can restore (B36)."""

import json
from collections import Counter
from types import SimpleNamespace

import jsonschema
import pytest
from botocore.exceptions import ClientError
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from forward import app, flow
from local.event_bus import FILE, EventBus
from local.template import read
from regain.domain import events
from regain.organisation.language import Language
from regain.reports import ocsf
from tests.functions.conftest import Context
from tests.functions.permissions import allowed
from tests.functions.test_audit import a_reset, records

SCHEMA = OcsfJsonSchemaEmbedded(get_ocsf_schema(ocsf.VERSION))
JUDGES = {
    of.uid: jsonschema.Draft202012Validator(SCHEMA.get_class_schema(name))
    for of, name in (
        (ocsf.ACCOUNT_CHANGE, "account_change"),
        (ocsf.AUTHENTICATION, "authentication"),
        (ocsf.API_ACTIVITY, "api_activity"),
    )
}
FACTS = {
    "subject": "3f2a" * 8, "at": "2026-11-26T12:00:00.000123+00:00#0a1b2c3d", "day": "2026-11-26#3", "purge_at": 1,
    "reference": "R-7K2M-4XQD", "method": "email-2", "purpose": "reset", "channel": "email", "what": "helpdesk",
    "reason": "wrong-code", "by": "ines.rossi@contoso.example",
}  # fmt: skip


class Bus:
    """EventBridge, which refuses what it is told to."""

    def __init__(self):
        self.taken, self.calls, self.refuses = [], 0, lambda detail: ""

    def put_events(self, Entries):  # noqa: N803 - AWS's
        self.calls += 1
        assert len(Entries) <= 10
        answers = []
        for each in Entries:
            assert (each["EventBusName"], each["Source"]) == ("arn:bus", "regain")
            detail = json.loads(each["Detail"])
            code = self.refuses(detail)
            if code == "down":
                raise ClientError({"Error": {"Code": "InternalException"}}, "PutEvents")
            answers.append({"ErrorCode": code} if code else {"EventId": "x"})
            self.taken += [] if code else [detail]
        return {"FailedEntryCount": sum("ErrorCode" in each for each in answers), "Entries": answers}


@pytest.fixture
def bus(world, monkeypatch):
    made = Bus()
    monkeypatch.setenv("EVENT_BUS", "arn:bus")
    monkeypatch.setattr(flow, "aws", SimpleNamespace(client=lambda _: made))
    return made


def ocsf_of(event):
    return ocsf.to_ocsf(event, Language("en", flow.current()))


@pytest.mark.parametrize("kind", events.KINDS)
@pytest.mark.parametrize(
    "facts", [FACTS, {name: FACTS[name] for name in ("subject", "at", "reference")}], ids=["all", "few"]
)
def test_every_kind_of_event_is_valid_by_the_published_schema_b36(world, kind, facts):
    made = ocsf_of({**facts, "kind": kind})
    faults = [f"{'/'.join(map(str, e.path))}: {e.message}" for e in JUDGES[made["class_uid"]].iter_errors(made)]
    assert faults == []


def test_the_schema_refuses_what_is_not_ocsf(world):
    made = ocsf_of({**FACTS, "kind": "password-reset"})
    for change in ({"activity_id": 12}, {"class_uid": 3002}, {"colour": "red"}, {"time": "today"}):
        assert list(JUDGES[3001].iter_errors({**made, **change})), change


def test_an_event_of_a_later_release_leaves_too(world):
    made = ocsf_of({**FACTS, "kind": "made-up-later"})
    assert not list(JUDGES[6003].iter_errors(made))


def test_an_event_is_the_same_each_time_and_no_two_are_b36(world):
    person = world.person()
    a_reset(world, person)
    told = [ocsf_of(event)["metadata"] for event in world.events(person.user_id)]
    assert told == [ocsf_of(event)["metadata"] for event in world.events(person.user_id)]
    assert len({each["uid"] for each in told}) == len(told)
    numbers = [each["sequence"] for each in told]
    assert numbers == sorted(numbers)
    assert max(numbers) < 2**53, "programs that know only floating point read it whole"


def test_no_user_id_leaves_but_the_administrators(world):
    person = world.person()
    a_reset(world, person)
    said = json.dumps([ocsf_of(event) for event in world.events(person.user_id)])
    for secret in (person.user_id, person.mail, person.other_mails[0], person.mobile_phone):
        assert secret not in said
    assert ocsf_of({**FACTS, "kind": "admin-reset"})["actor"] == {"user": {"name": FACTS["by"]}}


def of_stream(world, person):
    return records("EventTable", world.events(person.user_id), ("subject", "at"))


def test_a_batch_leaves_in_order_and_in_calls_of_ten_b36(world, bus):
    person = world.person()
    for _ in range(3):
        a_reset(world, person)
    batch = of_stream(world, person)
    assert len(batch["Records"]) > 10
    batch["Records"].append({"eventName": "REMOVE", "eventSource": "aws:dynamodb", "dynamodb": {"SequenceNumber": "x"}})
    assert app.lambda_handler(batch, Context()) == {"batchItemFailures": []}
    assert [each["metadata"]["event_code"] for each in bus.taken] == [
        event["kind"] for event in world.events(person.user_id)
    ]
    assert bus.calls == -(-len(bus.taken) // 10)


def test_lambda_tries_again_from_the_first_event_that_was_not_taken_b36(world, bus):
    person = world.person()
    a_reset(world, person)
    batch = of_stream(world, person)
    refused = batch["Records"][2]["dynamodb"]["SequenceNumber"]
    bus.refuses = lambda detail: "ThrottlingException" if detail["metadata"]["event_code"] == "proof-failed" else ""
    assert app.lambda_handler(batch, Context()) == {"batchItemFailures": [{"itemIdentifier": refused}]}
    bus.refuses = lambda detail: ""
    rest = {"Records": batch["Records"][2:]}
    assert app.lambda_handler(rest, Context()) == {"batchItemFailures": []}
    count = Counter(each["metadata"]["uid"] for each in bus.taken)
    assert len(count) == len(batch["Records"]), "each at least once"


def test_an_hour_of_refusals_loses_nothing_b36(world, bus, monkeypatch):
    """The stream's retries end in the queue, whose message says where in the stream the batch is. It is read again."""
    person = world.person()
    a_reset(world, person)
    batch = of_stream(world, person)
    bus.refuses = lambda detail: "down"
    first = batch["Records"][0]["dynamodb"]["SequenceNumber"]
    for _ in range(11):
        assert app.lambda_handler(batch, Context()) == {"batchItemFailures": [{"itemIdentifier": first}]}
    queued = {"Records": [{"messageId": "m", "eventSource": "aws:sqs", "body": "{}"}]}
    monkeypatch.setattr(app.stream_records, "read_failed_batch", lambda _: batch["Records"])
    for _ in range(10):
        assert app.lambda_handler(queued, Context())["batchItemFailures"] == [{"itemIdentifier": "m"}]
    assert bus.taken == []
    bus.refuses = lambda detail: ""
    assert app.lambda_handler(queued, Context())["batchItemFailures"] == []
    assert len(bus.taken) == len(batch["Records"])


def test_the_function_that_forwards_may_put_events_on_one_bus_and_nothing_else_b36(root):
    bus = "arn:aws:events:eu-west-1:123456789012:event-bus/security"
    template = read(root / "template.yaml", {"EventBusArn": bus})
    may = {key for key in allowed(template, "ForwardFunction") if not key[0].startswith(("sqs:", "dynamodb:"))}
    assert may == {("events:PutEvents", bus)}
    touched = {resource for action, resource in allowed(template, "ForwardFunction") if action.startswith("dynamodb:")}
    assert touched <= {"EventTable", "EventTable.StreamArn", "*"}
    assert not [f.name for f in read(root / "template.yaml").functions if f.name == "ForwardFunction"], "it is optional"


def test_on_a_laptop_what_leaves_is_lines_of_a_file_b36(world, tmp_path, monkeypatch):
    bus = EventBus(tmp_path / FILE)
    client = TestClient(Starlette(routes=[Route("/", bus.serve, methods=["POST"])]))

    def put_events(Entries):  # noqa: N803
        answer = client.post("/", json={"Entries": Entries}, headers={"x-amz-target": "AWSEvents.PutEvents"})
        return answer.json()

    monkeypatch.setenv("EVENT_BUS", "arn:bus")
    monkeypatch.setattr(flow, "aws", SimpleNamespace(client=lambda _: SimpleNamespace(put_events=put_events)))
    person = world.person()
    a_reset(world, person)
    flow.forward(world.events(person.user_id))
    lines = [json.loads(line) for line in (tmp_path / FILE).read_text().splitlines()]
    assert lines == [ocsf_of(event) for event in world.events(person.user_id)]
