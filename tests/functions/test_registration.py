"""Registration without a message: questions, authenticator app, recovery code (S46, S74, B12)."""

import pyotp
import pytest

from regain.adapters import registrations
from regain.domain import security_questions
from tests.functions.person import GOOD, Person, answers


@pytest.fixture
def asked(use):
    return Person(use(recovery={"gates": 2, "methods": ["questions", "email", "sms", "passkey"]}))


def test_questions_are_registered_hashed_and_never_shown_s46_s74(asked):
    assert len(security_questions.PREDEFINED) >= 35
    view = asked.view()
    assert (view["questions_needed"], len(view["questions"])) == (3, len(security_questions.PREDEFINED))
    assert asked.register("questions", answers=GOOD).body["confirmed"] is True
    services = asked.world.services
    table, key = services.security_infos.key(services.recoveries.subject(asked.account.id))
    stored = repr(services.store.get(table, key))
    assert "argon2id" in stored
    assert not any(word in stored.lower() for word in ("talbot", "ærlig", "herons"))
    assert "herons" not in repr(asked.view())


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        (GOOD[:2], "Choose 3 questions"),
        ([*GOOD[:2], GOOD[1]], "you have already chosen"),
        ([*GOOD[:2], {"question": "q03", "answer": "port  TALBOT"}], "already given this answer"),
        ([*GOOD[:2], {"question": "q03", "answer": "ab"}], "3 to 40 characters"),
        ([*GOOD[:2], {"question": "q03", "answer": "x" * 41}], "3 to 40 characters"),
        ([*GOOD[:2], {"question": "My dog?", "answer": "the dog"}], "words from the question"),
        ([*GOOD[:2], {"question": "a", "answer": "harbour"}], "3 to 200 characters"),
        ([*GOOD[:2], {"question": "q03", "answer": "zzzz"}], "easy to guess"),
    ],
)
def test_questions_and_answers_follow_rules_and_all_faults_are_said_at_once(asked, pairs, said):
    answer = asked.register("questions", answers=pairs)
    assert answer.code == "questions-not-accepted"
    assert said in " ".join(fault["message"] for fault in answer.body["feedback"])
    assert asked.register("questions", answers=answers(("q01", "x"), ("q01", "y"), ("q02", ""))).body["feedback"][3:]


def test_names_and_questions_of_ones_own_are_one_line_that_turns_nothing_around_a16_a60(asked):
    """They are shown to the desk, too."""
    own = "Whose {organisation} <b>mug</b>\u202e was\r\n\x00it?"
    assert (
        asked.register(
            "questions", answers=answers(("q01", "Port Talbot"), ("q02", "Ærlig"), (own, "two herons"))
        ).status
        == 201
    )
    assert asked.info().answers[2].question == "Whose {organisation} <b>mug</b> was it?"
    begun = asked.register("passkey", name="my\u2066 phone\u202e\nBcc: x").body
    services = asked.world.services
    item = services.store.get(
        *registrations.key(services.recoveries, asked.world.subject(asked.account.user_id), begun["id"])
    )
    assert registrations.from_item(item).name == "my phone Bcc: x"


def test_administrators_have_no_questions_s15_b12(asked):
    admin = Person(asked.world, role="helpdesk")
    assert "questions" not in admin.view()["offered"]
    assert admin.register("questions", answers=GOOD).code == "not-registered-here"


def test_an_authenticator_counts_once_it_has_shown_a_code_rfc6238(clock, person):
    begun = person.register("authenticator").body
    assert begun["uri"].startswith("otpauth://totp/Contoso:person")
    assert begun["secret"] in begun["uri"]
    assert len(begun["qr"]) == len(begun["qr"][0]) > 21
    app = pyotp.TOTP(begun["secret"])
    assert person.confirm(begun["id"], code=app.at(1_800_000_000 + 120)).code == "authenticator-clock-is-wrong"
    assert person.confirm(begun["id"], code="000 00x").code == "wrong-authenticator-code"
    assert person.places() == []
    assert person.confirm(begun["id"], code=app.at(1_800_000_000 - 30)).status == 200
    assert person.places() == [("authenticator", ""), ("recovery-code", "")]


def test_the_secret_of_an_authenticator_is_nowhere_at_rest(person):
    secret = person.register("authenticator").body["secret"]
    client = person.world.services.store.client
    for table in client.list_tables()["TableNames"]:
        pages = client.get_paginator("scan").paginate(TableName=table)
        assert secret not in repr([page["Items"] for page in pages])


def test_a_new_recovery_code_takes_the_place_of_the_old_one(person):
    first, second = (person.register("recovery-code").body["recovery_code"] for _ in range(2))
    assert first != second
    started = person.world.start(person.account.user_id).body["flow"]
    assert person.world.verify(started, first, "recovery-code").code == "wrong-recovery-code"
    assert person.world.verify(started, second, "recovery-code").status == 200
