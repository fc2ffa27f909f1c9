"""Answers in the language of the page, and messages in the language of the person (B15)."""

import json

import pytest

from notify.confirmation import confirmed
from notify.flow import render
from regain.adapters.outbox import from_stream
from regain.adapters.store import marshal
from regain.domain.methods import LABELS
from regain.problems import INVALID_USER_ID
from tests.conftest import english
from tests.functions.agent import Agent
from tests.functions.person import Person

LANGUAGES = {"languages": ["en", "de", "ar"]}


@pytest.fixture
def world(use):
    return use(organisation=LANGUAGES)


def asked_in(world, accepted, body=None, path="/api/reset/start"):
    headers = {"content-type": "application/json", **({"accept-language": accepted} if accepted else {})}
    return world.request("POST", path, json.dumps(body or {"user_id": "a b", "proof": world.proof()}), headers=headers)


@pytest.mark.parametrize(
    ("accepted", "tag"), [("", "en"), ("fr", "en"), ("de-AT,en;q=0.5", "de"), ("en;q=0.2,de;q=0.9", "de"), ("ar", "ar")]
)
def test_a_problem_is_told_in_the_language_that_is_asked_for(world, accepted, tag):
    answer = asked_in(world, accepted)
    title = world.services.languages.get(tag).translate(INVALID_USER_ID.title)
    assert (answer.code, answer.body["title"]) == ("user-id-not-read", title)
    assert (title == INVALID_USER_ID.title) == (tag == "en")
    assert "maria.silva@contoso.example" in answer.body["detail"]
    assert answer.body["type"] == "/errors/user-id-not-read/"


def test_methods_are_offered_in_the_language_that_is_asked_for(world):
    body = {"user_id": world.person().user_id, "proof": world.proof()}
    labels = [method["label"] for method in asked_in(world, "de", body).body["methods"]]
    assert labels[0] == world.services.languages.get("de").translate(LABELS["email"]) != english(LABELS["email"])


def test_known_and_unknown_are_answered_alike_in_every_language_b1(world):
    def shown(user_id, accepted):
        body = {"user_id": user_id, "proof": world.proof()}
        answer = asked_in(world, accepted, body)
        return answer.status, [(m["kind"], m["label"]) for m in answer.body["methods"]], sorted(answer.headers)

    person = world.person(language="ar")
    for accepted in ("de", "ar", "en"):
        assert shown(person.user_id, accepted) == shown(f"nobody{world.number}@contoso.example", accepted)


def test_what_is_wrong_with_a_password_is_said_in_the_language_of_the_page_b7(world):
    person = world.person()
    flow = world.proved(person.user_id).body["flow"]
    body = {"flow": flow, "new_password": "short"}
    refused = asked_in(world, "de", body, "/api/reset/finish")
    assert refused.code == "password-not-accepted"
    messages = [each["message"] for each in refused.body["feedback"]]
    assert any("15" in message for message in messages)
    assert not any("Use at least" in message for message in messages)


def letters_of(world, user_id):
    services = world.services
    return [
        (message, render(confirmed(from_stream(marshal(message)), services), services))
        for message in world.outbox_of(user_id) if message["channel"] != "roles"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("own", "page", "expected"),
    [("", "", "en"), ("", "de", "de"), ("ar", "de", "ar"), ("xx", "de", "de"), ("de-AT", "", "de")],
)
def test_a_message_is_in_the_persons_language_or_else_in_that_of_the_page(world, own, page, expected):
    person = world.person(language=own)
    body = {"user_id": person.user_id, "proof": world.proof(), "language": page}
    flow = world.post("/api/reset/start", body).body["flow"]
    world.send(flow)
    ((_, letter),) = letters_of(world, person.user_id)
    assert f'<html lang="{expected}"' in letter.html


def test_administrators_are_told_in_their_own_language_b12(world):
    from notify.flow import deliver

    acting, person = Agent(world), world.person()
    german = world.person(role="administrator", language="de")
    acting.prove()
    assert acting.over(person, "unlock").status == 200
    (spread,) = [m for m in world.outbox_of(person.user_id) if m["channel"] == "roles"]
    deliver(from_stream(marshal(spread)))
    written = {m["to"]: m["language"] for m in world.outbox(spread["reference"]) if m["kind"] == "admin-acted"}
    assert written[german.mail] == "de"


def test_a_person_chooses_the_language_of_messages(world):
    person = Person(world, other_mails=(), mobile_phone="", office_phone="")
    assert person.post("language", language="de").status == 200
    assert person.get("").body["language"] == "de"
    assert person.post("language", language="fr").code == "language-not-offered"
    assert person.get("").body["language"] == "de"
    assert person.post("language", language="").status == 200
    assert person.get("").body["language"] == ""
    kinds = [event["kind"] for event in world.events(person.account.user_id)]
    assert kinds.count("language-chosen") == 2


def test_security_questions_are_read_and_judged_in_the_language_of_the_page_s46(use):
    world = use(organisation=LANGUAGES, recovery={"gates": 2, "methods": ["email", "questions"]})
    person = Person(world, other_mails=(), mobile_phone="", office_phone="")
    given = {each["id"]: each["text"] for each in person.get("methods", accept="de").body["questions"]}
    assert given["q24"] != "What was the name of your first pet?"
    word = max(given["q24"].rstrip("?").split(), key=len)
    answers = [{"question": each, "answer": f"{each} blue"} for each in ("q01", "q02")]
    refused = person.post(
        "methods", accept="de", kind="questions", answers=[*answers, {"question": "q24", "answer": word}]
    )
    assert refused.code == "questions-not-accepted"
    assert [fault["rule"] for fault in refused.body["feedback"]] == ["question-3"]
