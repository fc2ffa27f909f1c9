"""A reset through real events, from the user ID to the new password (S33-S58, B5, B7, B8)."""

import re

import pytest

from regain.adapters.password_hash import hash_password
from regain.api.contract import RESET
from tests.functions.conftest import holds

NEW = "violet-Anchor-27-plum"
CURRENT = "cobalt-Harbour-58-fern"
EASY = "passwordpassword1"


def test_a_forgotten_password_is_reset_and_the_new_one_signs_in_s54(world):
    person = world.person()
    started = world.start(person.user_id)
    assert started.status == 201
    assert started.body["gates"] == {"required": 1, "passed": 0}
    flow, reference = started.body["flow"], started.body["reference"]
    assert world.send(flow).status == 202
    verified = world.verify(flow, world.code(reference))
    assert verified.body == {"gates": {"required": 1, "passed": 1}, "methods": []}
    finished = world.finish(flow, NEW)
    assert finished.body == {"done": True, "sign_in_url": "/account/", "usable": "now"}
    assert world.sign_in(person.user_id).code == "wrong-user-id-or-password"
    assert world.sign_in(person.user_id, NEW).status == 200


def test_all_addresses_of_the_account_are_told_s57(world):
    person = world.person()
    started = world.proved(person.user_id)
    world.finish(started.body["flow"], NEW)
    notices = [message for message in world.outbox(started.body["reference"]) if message["kind"] == "password-reset"]
    assert {message["to"] for message in notices} == set(person.addresses)
    assert {message["state"] for message in notices} == {"pending"}


def test_nothing_in_the_outbox_or_the_flow_can_be_replayed(world):
    person = world.person()
    started = world.start(person.user_id)
    world.send(started.body["flow"])
    code = world.code(started.body["reference"])
    stored = repr(world.outbox(started.body["reference"])) + repr(world.events(person.user_id))
    assert not holds(stored, code)
    assert started.body["flow"] not in stored


@pytest.mark.parametrize("purpose", ["reset", "unlock"])
def test_two_gates_need_a_second_proof_of_another_kind_s49(use, purpose):
    world = use(recovery={"gates": 2})
    person = world.person()
    started = world.start(person.user_id, purpose)
    flow, reference = started.body["flow"], started.body["reference"]
    world.send(flow, "sms", purpose)
    first = world.verify(flow, world.code(reference, method="sms"), "sms", purpose)
    assert first.body["gates"] == {"required": 2, "passed": 1}
    assert [method["id"] for method in first.body["methods"]] == ["email", "call-office"]
    assert "•••" in first.body["methods"][0]["place"]
    assert world.send(flow, "sms", purpose).code == "method-not-offered"
    assert world.send(flow, "call-mobile", purpose).code == "method-not-offered"
    assert world.finish(flow, purpose=purpose).code == "proof-still-needed"
    world.send(flow, "email", purpose)
    second = world.verify(flow, world.code(reference), "email", purpose)
    assert second.body == {"gates": {"required": 2, "passed": 2}, "methods": []}
    assert world.finish(flow, purpose=purpose).status == 200


def test_an_administrator_needs_two_gates_s15_b12(world):
    person = world.person(role="administrator")
    started = world.start(person.user_id)
    assert started.body["gates"]["required"] == 1
    world.send(started.body["flow"])
    verified = world.verify(started.body["flow"], world.code(started.body["reference"]))
    assert verified.body["gates"] == {"required": 2, "passed": 1}
    assert world.finish(started.body["flow"]).code == "proof-still-needed"


def test_an_administrator_with_one_method_is_told_after_the_first_proof_s15(world):
    person = world.person(role="administrator", mobile_phone="", office_phone="")
    started = world.start(person.user_id)
    world.send(started.body["flow"])
    assert world.verify(started.body["flow"], world.code(started.body["reference"])).code == "no-second-method"


@pytest.mark.parametrize(
    ("change", "code"),
    [({"enabled": False}, "account-turned-off"), ({"groups": ()}, "not-enabled-for-password-reset")],
    ids=["turned off", "not enabled (S14)"],
)
def test_why_an_account_cannot_go_on_is_told_after_a_proof(use, change, code):
    world = use(recovery={"enabled_for": ["staff"]})
    person = world.person(**change)
    started = world.start(person.user_id)
    assert started.status == 201
    world.send(started.body["flow"])
    assert world.verify(started.body["flow"], world.code(started.body["reference"])).code == code
    assert world.finish(started.body["flow"]).code == code


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"other_mails": (), "mobile_phone": "", "office_phone": ""}, "could-not-verify-your-account"),
        ({"enabled": False}, "account-turned-off"),
        ({"groups": ()}, "not-enabled-for-password-reset"),
    ],
    ids=["S66", "turned off", "S65"],
)
def test_detailed_disclosure_tells_at_the_start(use, change, code):
    world = use(recovery={"disclosure": "detailed", "enabled_for": ["staff"]})
    assert world.start(world.person(**change).user_id).code == code
    assert world.start("nobody.at.all@contoso.example").code == "could-not-verify-your-account"
    first = world.start(world.person().user_id).body["methods"][0]
    assert first["label"] == "Send a code to my alternate e-mail address"
    assert re.fullmatch(r"p•••\d@h•••\.example", first["place"])


def test_the_domain_decides_openly_s13_s64_s65(world):
    assert world.start("somebody@mail.example").code == "domain-not-ours"
    elsewhere = world.start("somebody@partners.contoso.example")
    assert (elsewhere.code, elsewhere.body["help_url"]) == (
        "contact-your-administrator",
        "https://partners.contoso.example/help",
    )
    assert world.start("somebody@lab.contoso.example").code == "not-enabled-for-password-reset"
    assert world.start("some body").code == "user-id-not-read"
    for typed in (world.person().user_id.partition("@")[0], "nobody.at.all"):  # P10: alike for everybody
        asked = world.start(typed)
        assert asked.code == "whole-user-id-needed"
        assert asked.body["domains"] == list(world.services.organisation.domains)
        assert typed not in repr(asked.body)


def test_every_rule_that_a_password_breaks_is_said_at_once_and_the_flow_goes_on_b7_s68(world):
    person = world.person()
    flow = world.proved(person.user_id).body["flow"]
    refused = world.finish(flow, "Silva1234")
    assert refused.code == "password-not-accepted"
    assert {entry["rule"] for entry in refused.body["feedback"]} == {"too-short", "own-name", "easy-to-guess"}
    assert "Silva1234" not in repr(refused.body)
    assert world.finish(flow, "x" * 4096).body["feedback"]
    assert world.finish(flow, NEW).status == 200


def test_ten_refused_passwords_end_the_flow_and_from_the_third_on_the_answer_counts_down_x18(world):
    person = world.person()
    flow = world.proved(person.user_id).body["flow"]
    answers = [world.finish(flow, f"{EASY}{number}") for number in range(10)]
    assert [answer.code for answer in answers] == ["password-not-accepted"] * 9 + ["too-many-refused-passwords"]
    assert [answer.body.get("attempts_left") for answer in answers] == [None, None, 7, 6, 5, 4, 3, 2, 1, 0]
    assert all(answer.body["feedback"] for answer in answers)
    assert answers[-1].status == 410
    assert world.finish(flow, EASY).code == world.finish(flow, NEW).code == world.send(flow).code == "session-ended"
    refused = [event for event in world.events(person.user_id) if event["kind"] == "password-refused"]
    assert [event["reason"] for event in refused] == ["easy-to-guess"] * 10
    assert world.sign_in(person.user_id).status == 200


def test_nine_refused_passwords_leave_one_that_is_taken_x18(world):
    flow = world.proved(world.person().user_id).body["flow"]
    assert {world.finish(flow, EASY).code for _ in range(9)} == {"password-not-accepted"}
    assert world.finish(flow, NEW).status == 200


def test_a_finish_costs_one_hash_and_a_refused_one_none_x18(world, argon2_calls):
    flow = world.proved(world.person().user_id).body["flow"]
    argon2_calls.clear()
    world.finish(flow, EASY)
    assert argon2_calls == []
    world.finish(flow, NEW)
    assert argon2_calls == ["hash"]


@pytest.mark.parametrize("stored", ["peppered", "imported", "none"])
def test_the_current_password_is_taken_like_any_other_at_finish_x18(world, argon2_calls, stored):
    """What is stored is never compared with what is typed, so neither the answer nor its time says which guess is right."""
    hashes = {
        "peppered": hash_password(CURRENT, world.services.keys),
        "imported": hash_password(CURRENT, None),
        "none": "",
    }
    seen = []
    for guess in (CURRENT, NEW):
        flow = world.proved(world.person(password=hashes[stored]).user_id).body["flow"]
        argon2_calls.clear()
        answer = world.finish(flow, guess)
        seen.append((answer.status, answer.body, answer.operations, tuple(argon2_calls)))
    assert seen[0] == seen[1]
    assert (seen[0][0], seen[0][3]) == (200, ("hash",))


def test_sixty_guesses_at_finish_are_ten_and_none_is_compared_x18(world, argon2_calls):
    person = world.person(password=hash_password(f"{EASY}4", world.services.keys))
    flow = world.proved(person.user_id).body["flow"]
    argon2_calls.clear()
    answers = [world.finish(flow, f"{EASY}{number}") for number in range(60)]
    assert [answer.code for answer in answers[10:]] == ["session-ended"] * 50
    told = {(a.code, *(fault["rule"] for fault in a.body["feedback"]), a.operations) for a in answers[:9]}
    assert told == {("password-not-accepted", "easy-to-guess", ("BatchGetItem", "TransactWriteItems"))}
    assert argon2_calls == []


def test_after_a_reset_every_older_flow_and_code_is_dead_and_its_own_network_signs_in_b5(world):
    """X19: a flow in which nothing was proved goes on as for nobody, so that it does not tell that there was a reset."""
    person = world.person()
    other = world.start(person.user_id, "unlock").body
    sent = world.start(person.user_id).body
    assert world.send(sent["flow"]).status == 202
    code = world.code(sent["reference"])
    proved = world.proved(person.user_id)
    older = world.proved(person.user_id)
    for number in range(10):
        world.sign_in(person.user_id, f"wrong-{number}")
    assert world.sign_in(person.user_id).code == "sign-in-locked"
    assert world.finish(older.body["flow"], NEW).status == 200
    assert world.send(other["flow"], purpose="unlock").status == 202
    assert [message["channel"] for message in world.outbox(other["reference"])] == ["none"]
    assert world.verify(sent["flow"], code).code == "wrong-code"
    assert world.finish(sent["flow"], NEW).code == "proof-still-needed"
    for flow in (proved, older):
        assert world.finish(flow.body["flow"], NEW).code == "session-ended"
    assert world.sign_in(person.user_id, NEW).status == 200


def test_a_flow_lasts_fifteen_minutes(world, time_machine):
    time_machine.move_to(1_800_000_000, tick=False)
    flow = world.start(world.person().user_id).body["flow"]
    time_machine.move_to(1_800_000_899, tick=False)
    assert world.send(flow).status == 202
    time_machine.move_to(1_800_000_900, tick=False)
    assert world.send(flow).code == "session-ended"


def test_a_code_of_one_flow_method_or_purpose_is_good_for_no_other(world):
    person = world.person()
    one, two = world.start(person.user_id).body, world.start(person.user_id).body
    unlock = world.start(person.user_id, "unlock").body
    for flow in (one, two):
        world.send(flow["flow"])
    world.send(one["flow"], "sms")
    world.send(unlock["flow"], purpose="unlock")
    code = world.code(one["reference"])
    assert world.verify(two["flow"], code).code == "wrong-code"
    assert world.verify(one["flow"], code, "sms").code == "wrong-code"
    assert world.verify(unlock["flow"], code, purpose="unlock").code == "wrong-code"
    assert world.verify(unlock["flow"], code).code == "session-ended"
    assert world.verify(one["flow"], code).status == 200


def test_the_whole_number_is_asked_for_where_the_policy_says_so_s43(use):
    world = use(recovery={"confirm_contact": True})
    person = world.person()
    started = world.start(person.user_id).body
    assert started["methods"][0]["confirm"] is True
    flow, reference = started["flow"], started["reference"]
    assert world.send(flow, "sms").code == "type-the-whole-contact"
    wrong, right = (
        world.send(flow, "sms", contact="+44 7700 000000"),
        world.send(flow, "email", contact=person.other_mails[0]),
    )
    assert wrong.status == right.status == 202
    channels = {message["facts"]["method"]: message["channel"] for message in world.outbox(reference)}
    assert channels == {"sms": "none", "email": "email"}


def test_what_changes_in_mid_flow_decides_at_the_finish(world):
    person = world.person()
    flow = world.proved(person.user_id).body["flow"]
    world.change(world.account(person.user_id), role="administrator")
    assert world.finish(flow).code == "session-ended"


def test_a_proof_of_work_is_good_once(world):
    person, proof = world.person(), world.proof()
    first = world.post("/api/reset/start", {"user_id": person.user_id, "proof": proof})
    again = world.post("/api/reset/start", {"user_id": person.user_id, "proof": proof})
    other = world.post("/api/unlock/start", {"user_id": person.user_id, "proof": proof})
    assert (first.status, again.code, other.code) == (201, "robot-check-failed", "robot-check-failed")


def test_a_proof_of_work_is_good_for_five_minutes(world, time_machine):
    person = world.person()
    time_machine.move_to(1_800_000_000, tick=False)
    proof = world.proof()
    time_machine.move_to(1_800_000_301, tick=False)
    answer = world.post("/api/reset/start", {"user_id": person.user_id, "proof": proof})
    assert answer.code == "robot-check-expired"


@pytest.mark.parametrize("purpose", ["reset", "unlock"])
def test_the_story_of_a_flow_can_be_read_by_its_reference_b9(world, purpose):
    person = world.person()
    started = world.start(person.user_id, purpose)
    flow, reference = started.body["flow"], started.body["reference"]
    world.send(flow, purpose=purpose)
    world.verify(flow, "999999", purpose=purpose)
    world.verify(flow, world.code(reference), purpose=purpose)
    world.finish(flow, purpose=purpose)
    story = [(event["kind"], event["reference"]) for event in world.events(person.user_id)]
    end = "password-reset" if purpose == "reset" else "account-unlocked"
    kinds = [f"{purpose}-started", "code-requested", "proof-failed", "proof-passed", end]
    assert story == [(kind, reference) for kind in kinds]


def test_every_route_of_a_flow_keeps_the_reference(world):
    started = world.start(world.person().user_id).body
    assert world.send(started["flow"], "questions").body["reference"] == started["reference"]
    assert world.verify(started["flow"], "1").body["reference"] == started["reference"]
    assert len(RESET) == 6
