"""Audit: the trail of a reference, events, exports, the report and its counts (B9, B17, B18)."""

import csv
import io
import json

import boto3
import pytest

from regain.adapters.seal import unseal
from regain.adapters.store import marshal
from regain.domain import events
from regain.people.importing import ImportNotifier
from regain.people.removal import remove
from regain.reports import usage
from report import app
from tests.conftest import english
from tests.functions.agent import Agent
from tests.functions.conftest import Context, holds
from tests.functions.person import Person


def records(table, items, keys):
    """Stream records as Lambda gets them."""
    return {
        "Records": [
            {
                "eventID": f"{table}-{number}", "eventName": "INSERT", "eventSource": "aws:dynamodb",
                "dynamodb": {
                    "Keys": marshal({key: item[key] for key in keys}), "SequenceNumber": str(number),
                    **({"NewImage": marshal(item)} if "kind" in item else {}),
                },
            }
            for number, item in enumerate(items)
        ]
    }  # fmt: skip


def test_every_kind_of_event_in_the_report_has_words_for_the_page():
    """A kind that was renamed left the report page without a word, and empty."""
    assert set(usage.OTHER) <= set(events.KINDS)


def count_events(items):
    return app.lambda_handler(records("EventTable", items, ("subject", "at")), Context())["counted"]


def count_people(*account_ids):
    return app.lambda_handler(records("AccountTable", [{"id": each} for each in account_ids], ("id",)), Context())[
        "counted"
    ]


def numbers(world):
    return world.services.counters.people()


@pytest.fixture
def auditor(world):
    return Agent(world, role="auditor").proved()


def a_reset(world, person):
    started = world.start(person.user_id).body
    world.send(started["flow"])
    world.verify(started["flow"], "00000x")
    world.verify(started["flow"], world.code(started["reference"]))
    world.finish(started["flow"], "violet-Anchor-27-plum")
    return started["reference"]


def test_a_reference_gives_the_whole_story_in_sentences_and_no_secret_b9(world, auditor):
    person = world.person()
    count_people(person.id)
    reference = a_reset(world, person)
    typed = reference.removeprefix("R-").replace("-", " ").lower().replace("0", "o")
    story = auditor.get(f"/references/r%20{typed}".replace(" ", "%20")).body
    assert (story["reference"], story["user_id"]) == (reference, person.user_id)
    assert [line["text"] for line in story["lines"]] == [
        "Password reset started.",
        "A code was requested. (Send a code to my alternate e-mail address)",
        "A proof was rejected. (Send a code to my alternate e-mail address; That code is not right)",
        "A proof was accepted. (Send a code to my alternate e-mail address)",
        "The owner reset the password.",
    ]
    assert story["lines"][2]["page"] == "errors/wrong-code/"
    assert not holds(json.dumps(story), world.code(reference))
    assert auditor.get("/references/R-ZZZZ-ZZZZ").code == "no-such-reference"
    assert auditor.get("/references/zzz").code == "no-such-reference"


def test_events_are_filtered_and_paged_newest_first_b18(world, auditor):
    person = world.person()
    for number in range(60):
        world.services.store.commit([
            world.services.events.write("password-changed", world.services.recoveries.subject(person.id), f"R-{number:04}-0000",
                                        world.services.clock() - 86_400 * (number // 30), number.to_bytes(4), what="x")
        ])  # fmt: skip
    first = auditor.get("/events", account=person.user_id).body
    assert len(first["events"]) == 50
    second = auditor.get("/events", account=person.user_id, cursor=first["cursor"]).body
    assert (len(second["events"]), second["cursor"]) == (10, "")
    times = [event["at"] for event in first["events"] + second["events"]]
    assert times == sorted(times, reverse=True)
    everyone = auditor.get("/events", kind="password-changed").body
    assert {event["kind"] for event in everyone["events"]} == {"password-changed"}
    more = auditor.get("/events", kind="password-changed", cursor=everyone["cursor"]).body
    seen = [(event["at"], event["reference"]) for event in everyone["events"] + more["events"]]
    assert len(set(seen)) == len(seen) > 59
    today = times[0][:10]
    only = auditor.get("/events", account=person.user_id, start=today, end=f"{today}T23:59:59").body["events"]
    assert {event["at"][:10] for event in only} == {today}
    one = {"reference": "R-0001-0000"}
    asked = ({}, {"kind": "password-changed"}, {"kind": "password-reset"}, {"end": "2026-01-01"})
    assert [len(auditor.get("/events", **one, **more).body["events"]) for more in asked] == [1, 1, 0, 0]
    assert auditor.get("/events", start="yesterday").code == "request-not-read"
    assert auditor.get("/events", sort="x").code == "request-not-read"
    assert auditor.get("/events", cursor="%%%").status == 200
    for nothing in (
        {"start": "2026-12-02", "end": "2026-12-01"},
        {"start": "9999-01-01"},
        {"end": "0001-01-01"},
        {"cursor": "MDAwMQ"},
    ):
        told = auditor.get("/events", account=person.user_id, **nothing)
        assert (told.status, told.body) == (200, {"events": [], "cursor": ""}), nothing


def test_where_two_people_have_one_reference_each_part_is_for_whoever_may_read_about_them_x28(use):
    """40 random bits: among a million references some pair is the same."""
    world = use(administration={"scope": "same-groups"})
    outside, inside = world.person(groups=("finance",)), world.person(groups=("staff",))
    count_people(outside.id, inside.id)
    services = world.services
    for number, person in enumerate((outside, inside)):
        subject = services.recoveries.subject(person.id)
        services.store.commit(
            [services.events.write("reset-started", subject, "R-SAME-0000", services.clock(), bytes([number] * 4))]
        )
    story = Agent(world, role="helpdesk", groups=("staff",)).proved().get("/references/R-SAME-0000").body
    assert (story["user_id"], [line["user_id"] for line in story["lines"]]) == (inside.user_id, [inside.user_id])
    assert (
        Agent(world, role="helpdesk", groups=("sales",)).proved().get("/references/R-SAME-0000").code
        == "not-over-this-account"
    )
    everything = Agent(world, role="auditor").proved().get("/references/R-SAME-0000").body
    assert {line["user_id"] for line in everything["lines"]} == {inside.user_id, outside.user_id}


@pytest.mark.parametrize("role", ["helpdesk", "user-administrator", "auditor"])
def test_events_about_anybody_end_where_the_role_ends_b12(use, role):
    """Attack 50: what is refused by account and by reference does not stand in the list of everything either."""
    world = use(administration={"scope": "same-groups"})
    outside, inside = world.person(groups=("finance",)), world.person(groups=("staff",))
    count_people(outside.id, inside.id)
    theirs, ours = (world.start(each.user_id).body["reference"] for each in (outside, inside))
    agent = Agent(world, role=role, groups=("staff",)).proved()
    everywhere = role == "auditor"
    own = {"account": inside.user_id}
    assert not agent.get("/events", reference=theirs, **own).body["events"]
    assert ours in json.dumps(agent.get("/events", reference=ours, **own).body)
    for query in ({"reference": theirs}, {}, {"kind": "reset-started"}):
        told = json.dumps(agent.get("/events", **query).body)
        assert (theirs in told, outside.user_id in told) == (everywhere, everywhere), query
    assert ours in json.dumps(agent.get("/events").body)
    for form in ("csv", "jsonl"):
        assert (outside.user_id in agent.get("/events", format=form).body["text"]) is everywhere
        assert inside.user_id in agent.get("/events", format=form).body["text"]
    for more in ({}, {"reference": theirs}, {"reference": ours}):
        assert (agent.get("/events", account=outside.user_id, **more).code == "") is everywhere, more


def test_somebody_who_is_gone_has_no_groups_and_is_for_those_who_help_everybody_b12_x28(use):
    world = use(administration={"scope": "same-groups"})
    outside = world.person(groups=("finance",))
    count_people(outside.id)
    theirs = world.start(outside.user_id).body["reference"]
    remove(outside, ImportNotifier(world.services, "test"))
    count_people(outside.id)
    agent, auditor = (Agent(world, role=role, groups=("staff",)).proved() for role in ("helpdesk", "auditor"))
    for path, query in (("/events", {"account": outside.user_id}), ("/events", {"account": outside.id}),
                        ("/events", {"reference": theirs}), ("/events", {}), (f"/references/{theirs}", {})):  # fmt: skip
        assert theirs not in repr(agent.get(path, **query).body), (path, query)
    assert theirs in repr(auditor.get("/events", account=outside.id).body)


def test_times_in_the_wrong_order_name_no_event_and_are_no_fault_b18(world, auditor):
    person = world.person()
    a_reset(world, person)
    for query in ({"account": person.user_id}, {}):
        for form in ("json", "csv"):
            listed = auditor.get("/events", start="2026-02-02", end="2026-02-01", format=form, **query)
            assert listed.status == 200
            assert listed.body.get("events", []) == []


def test_an_export_is_safe_in_a_spreadsheet(world, auditor):
    person = world.person()
    services = world.services
    subject = services.recoveries.subject(person.id)
    services.store.commit([services.events.write(
        "admin-role-granted", subject, "R-1111-1111", services.clock(), b"abcd", by='=HYPERLINK("http://evil.example")',
        what="@SUM(1+1)", reason="on leave;=1+1;\t-2",
    )])  # fmt: skip
    answer = auditor.get("/events", account=person.user_id, format="csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    (row,) = csv.DictReader(io.StringIO(answer.body["text"]))
    assert row["by"].startswith("'=")
    assert row["reason"] == "on leave;'=1+1;\t'-2"  # with another separator a cell begins there
    lines = auditor.get("/events", account=person.user_id, format="jsonl").body["text"].splitlines()
    assert [json.loads(line)["kind"] for line in lines] == ["admin-role-granted"]


def test_every_kind_of_event_has_its_sentence_and_its_page_exists(root):
    for kind in events.KINDS:
        told = english(events.describe({"kind": kind}))
        assert "{" not in told
        assert told.endswith(".")
        about = {"method": "email-2", "what": "mobile", "by": "ann", "reason": "wrong-code"}
        known = "(Send a code to my alternate e-mail address; Mobile phone; ann; That code is not right)"
        assert english(events.describe({"kind": kind, **about})) == f"{told} {known}"
    for kind in events.KINDS.values():
        page = kind.page.strip("/")
        problem = page.removeprefix("errors/") if page.startswith("errors/") else ""
        assert not page or problem or any((root / "docs" / f"{page}{end}.md").exists() for end in ("", "/index"))
    sent = {"kind": "message-sent", "channel": "text", "message": "code"}
    assert english(events.describe(sent)) == "A message was handed over for delivery. (text message; a code)"
    assert english(events.describe({"kind": "of-another-version"})) == "of-another-version"


def test_an_event_that_nobody_knows_cannot_be_written(world):
    with pytest.raises(ValueError, match="not a kind"):
        world.services.events.write("made-up", "s", "R-0000-0000", 0, b"abcd")


class TestCounts:
    """Running counts: told twice or out of order they come out the same."""

    def test_a_day_counts_each_event_once(self, world):
        person = world.person()
        a_reset(world, person)
        found = world.events(person.user_id)
        before = usage.usage_report(world.services.counters, world.services.organisation, 1, world.services.now).resets[
            0
        ]
        assert count_events(found) == len(found)
        assert count_events(found[1:]) == 0
        after = usage.usage_report(world.services.counters, world.services.organisation, 1, world.services.now)
        day = after.resets[0]
        assert (day.started - before.started, day.finished - before.finished, day.refused - before.refused) == (1, 1, 0)
        assert "email" in [method.kind for method in after.methods if method.passed and method.failed]

    def test_a_flow_that_was_neither_finished_nor_refused_was_given_up(self, world):
        person = world.person()
        before = (
            usage.usage_report(world.services.counters, world.services.organisation, 1, world.services.now)
            .resets[0]
            .given_up
        )
        world.start(person.user_id)
        count_events(world.events(person.user_id))
        assert (
            usage.usage_report(world.services.counters, world.services.organisation, 1, world.services.now)
            .resets[0]
            .given_up
            == before + 1
        )

    def test_people_are_counted_as_they_stand(self, world):
        before = numbers(world)
        person = Person(world, other_mails=(), mobile_phone="", office_phone="")
        user_id = person.account.user_id
        assert count_people(person.account.id) == 1
        assert count_people(person.account.id) == 0
        assert numbers(world) - before == {"accounts": 1, "enabled": 1}
        person.app()
        subject = world.subject(user_id)
        handed = records("SecurityInfoTable", [{"subject": subject}, {"subject": "0" * 32}], ("subject",))
        assert app.lambda_handler(handed, Context())["counted"] == 1
        counted = numbers(world) - before
        assert (counted["registered"], counted["capable"], counted["has:authenticator"]) == (1, 1, 1)
        world.change(world.account(user_id), enabled=False)
        count_people(person.account.id)
        counted = numbers(world) - before
        assert (counted["accounts"], counted["enabled"], counted["capable"]) == (1, 0, 0)

    def test_a_person_who_is_gone_counts_no_more(self, world):
        person = world.person()
        before = numbers(world)
        count_people(person.id)
        table, key = world.services.accounts.key(person.id)
        world.services.store.client.delete_item(TableName=table, Key=marshal(key))
        count_people(person.id)
        assert +(numbers(world) - before) == {}

    def test_a_large_batch_is_counted_in_parts(self, world):
        people = [world.person() for _ in range(60)]
        before = numbers(world)["accounts"]
        assert count_people(*(person.id for person in people)) == 60
        assert numbers(world)["accounts"] == before + 60

    def test_the_user_id_is_sealed(self, world):
        person = world.person()
        count_people(person.id)
        table, key = world.services.counters.person_key(world.services.recoveries.subject(person.id))
        stored = world.services.store.get(table, key)
        assert person.user_id not in repr(stored)
        assert unseal(world.services.keys, stored["sealed"]) == person.user_id

    def test_events_are_archived_as_json_lines_without_a_secret(self, world, monkeypatch):
        monkeypatch.setenv("ARCHIVE_BUCKET", "archivebucket")
        person = world.person()
        a_reset(world, person)
        found = world.events(person.user_id)
        count_events(found)
        s3 = boto3.client("s3")
        listed = s3.list_objects_v2(Bucket="archivebucket", Prefix=f"events/{found[0]['at'][:10]}/")["Contents"]
        bodies = [s3.get_object(Bucket="archivebucket", Key=each["Key"])["Body"].read().decode() for each in listed]
        (mine,) = [body for body in bodies if found[0]["reference"] in body]
        assert [json.loads(line)["kind"] for line in mine.splitlines()] == [event["kind"] for event in found]


def test_an_event_names_a_domain_of_the_organisation_and_no_other_part_of_a_user_id(world):
    for user_id in (world.person().user_id, f"nobody{world.number}@contoso.example"):
        world.start(user_id)
        (started, *_) = world.events(user_id)
        assert started["domain"] == "contoso.example"
        assert user_id.partition("@")[0] not in json.dumps(started, default=str)
