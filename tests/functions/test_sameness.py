"""Nobody learns from an answer, its cost or its length whether an account exists or what state it is in (B1)."""

import json
import re

import pytest

STATES = {
    "registered": {},
    "not registered": {"other_mails": (), "mobile_phone": "", "office_phone": ""},
    "turned off": {"enabled": False},
    "administrator": {"role": "administrator"},
    "one method": {"mobile_phone": "", "office_phone": ""},
}


def everybody(world):
    people = {state: world.person(**change).user_id for state, change in STATES.items()}
    locked = world.person().user_id
    for number in range(10):
        world.sign_in(locked, f"wrong-{number}")
    return {**people, "locked": locked, "unknown": f"nobody{world.number}@contoso.example"}


def _in_tens(found):
    """Seconds rounded up to ten: between two answers that are compared, a second may pass."""
    return str(-int(found[0]) // 10 * -10)


def shape(answer):
    """An answer without what is random or the time: kinds and lengths stay."""
    body = json.dumps(answer.body, ensure_ascii=False)
    body = re.sub(r'"flow": "[\w-]{43}"', '"flow"', body)  # first: it may hold what looks like the others
    body = re.sub(r'"challenge": "[\w-]{43}"', '"challenge"', body)
    body = re.sub(r"R-\w{4}-\w{4}", "R-", body)
    body = re.sub(r"\b1\d{9}\b", "time", body)
    body = re.sub(r'(?<=_in": )\d+', _in_tens, body)
    return answer.status, body, tuple(sorted(answer.headers)), answer.operations


def only(shapes):
    assert len(set(shapes.values())) == 1, shapes
    return next(iter(shapes.values()))


@pytest.mark.parametrize("purpose", ["reset", "unlock"])
def test_start_send_and_verify_answer_everybody_alike(world, time_machine, purpose):
    time_machine.move_to(1_800_000_000, tick=False)
    people = everybody(world)
    flows = {state: world.start(user_id, purpose) for state, user_id in people.items()}
    assert only({state: shape(answer) for state, answer in flows.items()})[0] == 201
    for method in ("email", "sms", "call-mobile", "call-office"):
        sent = {state: shape(world.send(flow.body["flow"], method, purpose)) for state, flow in flows.items()}
        assert only(sent)[0] == 202
        for step in ("state", "extend"):
            told = {s: shape(world.post(f"/api/{purpose}/{step}", {"flow": f.body["flow"]})) for s, f in flows.items()}
            assert only(told)[0] == 200
        again = {state: shape(world.send(flow.body["flow"], method, purpose)) for state, flow in flows.items()}
        assert only(again)[0] == 429
    for _ in range(5):
        wrong = {
            state: shape(world.verify(flow.body["flow"], "99999x", purpose=purpose)) for state, flow in flows.items()
        }
        assert only(wrong)[0] in (422, 429)
    proofs = {
        "authenticator": {"code": "000000"},
        "recovery-code": {"code": "0000-0000-0000-0000"},
        "passkey": {"credential": {"rawId": "x"}},
    }
    again = {state: world.start(user_id, purpose).body["flow"] for state, user_id in people.items()}
    for method, proof in proofs.items():
        body = {"method": method, **proof}
        wrong = {s: shape(world.post(f"/api/{purpose}/verify", {"flow": f, **body})) for s, f in again.items()}
        assert only(wrong)[0] == 422
    longer = {state: shape(world.start(user_id, purpose)) for state, user_id in people.items()}
    assert '"label": "Send a code to my alternate e-mail address", "digits": 12' in only(longer)[1]
    for state, user_id in people.items():
        flow = world.start(user_id, purpose).body
        assert world.send(flow["flow"], "email", purpose).body["digits"] == 12, state


def test_limits_strike_everybody_alike(use):
    world = use(recovery={"methods": ["email"]}, limits={"emails_per_hour": 2, "failed_proofs_per_day": 1})
    for state, user_id in everybody(world).items():
        flows = [world.start(user_id).body["flow"] for _ in range(3)]
        answers = [world.send(flow) for flow in flows]
        assert [(a.status, a.code, a.operations) for a in answers] == [
            (202, "", ("BatchGetItem", "TransactWriteItems")),
            (202, "", ("BatchGetItem", "TransactWriteItems")),
            (429, "too-many-codes", ("BatchGetItem",)),
        ], state
        assert answers[-1].body["retry_after"] % 3_600 == 0  # of what others can fill, the end is told in whole hours
        wrong = world.verify(flows[0], "x1")
        assert (wrong.status, wrong.code, wrong.body["attempts_left"]) == (422, "wrong-code", 4), state
        expired = world.verify(flows[0], "y")
        assert (expired.status, expired.code) == (422, "code-expired"), state
        assert [m["digits"] for m in world.start(user_id).body["methods"]] == [12], state


def test_sign_in_answers_everybody_alike(world, time_machine):
    time_machine.move_to(1_800_000_000, tick=False)
    people = everybody(world)
    del people["locked"]
    assert only({state: shape(world.sign_in(user_id, "wrong")) for state, user_id in people.items()})[0] == 401
    for number in range(9):
        for user_id in people.values():
            world.sign_in(user_id, f"wrong-{number}")
    assert only({state: shape(world.sign_in(user_id, "wrong again")) for state, user_id in people.items()})[0] == 429


def test_a_mistyped_user_id_is_refused_at_sign_in_like_a_wrong_one(world):
    assert shape(world.sign_in("not a user id", "wrong")) == shape(world.sign_in("nobody@contoso.example", "wrong"))


@pytest.mark.parametrize("state", ["not registered", "unknown"])
def test_a_code_that_cannot_be_received_is_asked_for_and_never_sent(world, state):
    user_id = everybody(world)[state]
    started = world.start(user_id).body
    world.send(started["flow"])
    (message,) = world.outbox(started["reference"])
    assert (message["channel"], message["to"]) == ("none", "")
    code = world.code(started["reference"])
    assert world.verify(started["flow"], code).code == "wrong-code"


def test_the_events_of_unknown_user_ids_do_not_hold_what_was_typed(world):
    world.start("hunter2-typed-into-the-wrong-field@contoso.example")
    assert "hunter2" not in repr(world.events("hunter2-typed-into-the-wrong-field@contoso.example"))
