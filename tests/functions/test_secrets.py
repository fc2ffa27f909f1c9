"""No code, token, password or typed text reaches a log, an event or a table as it is (B20)."""

import logging

import pytest

from tests.functions.conftest import holds

PLANTED = "kettle-Planted-93-harp"


@pytest.fixture
def log(caplog):
    """What the functions have logged, line by line as CloudWatch would keep it."""
    caplog.set_level(logging.INFO)
    return lambda: "\n".join(
        logging.getLogger(record.name).handlers[0].format(record)
        for record in caplog.records
        if logging.getLogger(record.name).handlers
    )


def stored(world):
    """Everything in every table, as text."""
    client = world.services.store.client
    tables = [table for table in client.list_tables()["TableNames"] if table != "AccountTable"]
    return "".join(repr(page["Items"]) for t in tables for page in client.get_paginator("scan").paginate(TableName=t))


@pytest.mark.parametrize("purpose", ["reset", "unlock"])
def test_a_whole_flow_leaves_no_secret_behind(world, log, purpose):
    person = world.person()
    started = world.proved(person.user_id, purpose)
    flow, code = started.body["flow"], world.code(started.body["reference"])
    world.finish(flow, f"maria {PLANTED}", purpose)
    world.finish(flow, PLANTED, purpose)
    world.sign_in(person.user_id, PLANTED)
    world.sign_in(person.user_id, f"wrong {PLANTED}")
    said = log()
    assert started.body["reference"] in said  # the log can be read
    everything = stored(world)
    assert not holds(said, code)
    assert not holds(everything, code)
    for secret in (PLANTED, flow, person.user_id, person.other_mails[0]):
        assert secret not in said
    for secret in (PLANTED, flow, flow[22:]):
        assert secret not in everything


def test_what_people_type_into_the_wrong_field_is_kept_nowhere(world, log):
    world.start(PLANTED)
    world.sign_in(PLANTED, "x")
    flow = world.start(world.person().user_id).body["flow"]
    world.send(flow, PLANTED)
    world.verify(flow, PLANTED)
    world.post("/api/reset/verify", {"flow": flow, PLANTED: 1})
    world.request("POST", f"/api/{PLANTED}", "{}")
    assert PLANTED.lower() not in log().lower()
    tables = (world.services.events.table, world.services.outbox.table)
    client = world.services.store.client
    kept = "".join(repr(client.scan(TableName=table)["Items"]) for table in tables)
    assert PLANTED.lower() not in kept.lower()


def test_an_error_never_repeats_what_was_sent(world):
    for body in (
        {"user_id": PLANTED * 20, "password": "x"},
        {"user_id": "a@contoso.example", "password": [PLANTED]},
        {PLANTED: 1},
    ):
        assert PLANTED not in repr(world.post("/api/account/sign-in", body).body)
    assert PLANTED not in repr(world.start(f"{PLANTED}@mail.example").body)


def test_a_fault_is_a_problem_and_its_log_says_what_kind_and_where_only(world, log, monkeypatch):
    def broken(*_, **__):
        raise KeyError(PLANTED)

    monkeypatch.setattr(type(world.services.store), "batch_get", broken)
    answer = world.sign_in("maria@contoso.example", PLANTED)
    said = log()
    assert (answer.status, answer.code) == (500, "something-went-wrong")
    assert "KeyError" in said
    assert "flow.py" in said
    assert PLANTED not in said + repr(answer.body)
    assert answer.body["reference"] in said
