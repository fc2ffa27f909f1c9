"""`replay` sends the archive's events to the bus again (B36)."""

import json
from types import SimpleNamespace

import pytest

from forward import flow
from tests.functions.test_audit import a_reset, count_events


@pytest.fixture
def sent(monkeypatch):
    """What reaches the bus."""
    found = []

    def put_events(Entries):  # noqa: N803 - AWS's
        found.extend(json.loads(each["Detail"]) for each in Entries)
        return {"FailedEntryCount": 0}

    monkeypatch.setenv("EVENT_BUS", "arn:bus")
    monkeypatch.setattr(flow, "aws", SimpleNamespace(client=lambda _: SimpleNamespace(put_events=put_events)))
    return found


def test_events_of_the_archive_leave_again_as_they_left_before_b36(world, run, sent):
    person = world.person()
    a_reset(world, person)
    happened = world.events(person.user_id)
    count_events(happened)
    flow.forward(happened)
    before = {each["metadata"]["uid"]: each for each in sent}
    sent.clear()
    status, out, _ = run("replay", "--from", "today", "--json")
    assert (status, json.loads(out)["events"]) == (0, len(sent))
    again = {each["metadata"]["uid"]: each for each in sent}
    assert again.items() >= before.items()


def test_a_dry_run_counts_and_sends_nothing(world, run, sent):
    person = world.person()
    a_reset(world, person)
    count_events(world.events(person.user_id))
    status, out, _ = run("replay", "--from", "1d", "--dry-run")
    assert status == 0
    assert "events would be sent again" in out
    assert not sent
    assert "0 events" in run("replay", "--from", "2020-01-01", "--to", "2020-01-03")[1]


def test_without_a_bus_and_with_wrong_times_it_says_so(world, run, monkeypatch):
    monkeypatch.setenv("EVENT_BUS", "")
    status, _, err = run("replay", "--from", "today")
    assert status == 1
    assert "has no event bus" in err
    assert run("replay", "--from", "soon")[0] == run("replay", "--from", "now", "--to", "today")[0] == 2
    assert run("replay")[0] == 2
