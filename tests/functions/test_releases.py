"""While one release replaces another, both answer: each step may be served by either, and nobody notices (A12, A13)."""

import itertools
import os
import re
from pathlib import Path

import pytest

from regain.adapters.store import marshal
from regain.organisation import settings as organisations
from regain.organisation.language import current_languages
from regain.runtime import services as composition
from tests.functions.test_notify import deliver, post_office  # noqa: F401 - a fixture

ORGANISATIONS = {
    "before": {"organisation": {"languages": ["en"]}, "recovery": {"methods": ["email", "sms"], "flow_minutes": 15}},
    "after": {
        "organisation": {"languages": ["en", "de"]},
        "recovery": {"methods": ["email", "authenticator"], "flow_minutes": 20},
    },
}
RELEASES = {
    "before": {
        "RELEASE": "1" * 64,
        "CODE_KEY_GENERATION": "1",
        "PROOF_KEY_GENERATION": "1",
        "PASSWORD_KEY_GENERATION": "1",
    },
    "after": {
        "RELEASE": "2" * 64,
        "CODE_KEY_GENERATION": "2",
        "PROOF_KEY_GENERATION": "2",
        "PASSWORD_KEY_GENERATION": "2",
    },
}
"""Two releases between which everything that can be rotated was rotated: what differs most while both answer."""
STEPS = ("start", "send", "notify", "verify", "finish", "sign-in", "look")


@pytest.fixture
def serve(use, world, tmp_path, monkeypatch):
    """Lets a release answer from now on: its organisation, and its environment."""
    files = {}
    for name, changes in ORGANISATIONS.items():
        use(**changes)
        files[name] = tmp_path / f"{name}.json"
        files[name].write_bytes(Path(os.environ["ORGANISATION_FILE"]).read_bytes())

    def switch(name):
        for variable, value in {**RELEASES[name], "ORGANISATION_FILE": str(files[name])}.items():
            monkeypatch.setitem(os.environ, variable, value)
        organisations.current.cache_clear()
        current_languages.cache_clear()
        composition.services.cache_clear()
        assert str(world.services.keys.generation("code")) == RELEASES[name]["CODE_KEY_GENERATION"]

    yield switch
    organisations.current.cache_clear()
    current_languages.cache_clear()
    composition.services.cache_clear()


def play(world, person, serve, office, serving):
    """A reset from start to finish, then a sign-in with the new password. `serving` says which release takes each step."""

    def step(name):
        serve(serving[name])

    step("start")
    started = world.start(person.user_id).body
    step("send")
    assert world.send(started["flow"]).status == 202
    step("notify")
    already = len(office["email"].sent)
    assert deliver([each for each in world.outbox(started["reference"]) if each["kind"] == "code"]) == []
    (_, letter) = office["email"].sent[already]
    step("verify")
    code = re.search(r"^(\d[\d ]{5,})$", letter.text, re.MULTILINE)[1]
    verified = world.verify(started["flow"], code)
    assert verified.status == 200, verified.body
    step("finish")
    assert world.finish(started["flow"], "violet-Anchor-27-plum").status == 200
    step("sign-in")
    session = world.sign_in(person.user_id, "violet-Anchor-27-plum").session
    step("look")
    assert world.request("GET", "/api/account", session=session).status == 200
    assert deliver([each for each in world.outbox(started["reference"]) if each["kind"] != "code"]) == []


@pytest.mark.parametrize("first", ["before", "after"])
def test_a_reset_whose_steps_alternate_between_two_releases(world, serve, post_office, first):  # noqa: F811
    other = {"before": "after", "after": "before"}[first]
    play(
        world,
        world.person(language="de"),
        serve,
        post_office,
        dict(zip(STEPS, itertools.cycle((first, other)), strict=False)),
    )


@pytest.mark.parametrize("odd", STEPS)
@pytest.mark.parametrize("usual", ["before", "after"])
def test_a_single_step_of_the_other_release_changes_nothing(world, serve, post_office, usual, odd):  # noqa: F811
    other = {"before": "after", "after": "before"}[usual]
    play(world, world.person(language="de"), serve, post_office, {**dict.fromkeys(STEPS, usual), odd: other})


def test_what_a_later_release_has_added_to_a_record_stops_no_earlier_one(world, serve, post_office):  # noqa: F811
    """Records are read by name. What a release does not know it passes over, and may drop: a new attribute has a default."""
    person = world.person(language="de")
    serve("after")
    started = world.start(person.user_id).body
    assert world.send(started["flow"]).status == 202
    store, subject = world.services.store, world.services.recoveries.subject(person.id)
    items = store.client.query(
        TableName=world.services.recoveries.table, ConsistentRead=True, KeyConditionExpression="subject = :subject",
        ExpressionAttributeValues=marshal({":subject": subject}),
    )["Items"]  # fmt: skip
    assert items
    for item in items:
        store.client.put_item(
            TableName=world.services.recoveries.table, Item={**item, **marshal({"of_a_later_release": {"x": [1, "y"]}})}
        )
    serve("before")
    assert world.send(started["flow"]).status in (202, 429)
    (message, *_) = [each for each in world.outbox(started["reference"]) if each["kind"] == "code"]
    assert deliver([{**message, "of_a_later_release": "z"}]) == []
    assert world.verify(started["flow"], world.code(started["reference"])).status == 200
    assert world.finish(started["flow"]).status == 200
