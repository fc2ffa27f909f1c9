"""Under any parallelism: no attempt beyond the limit is judged, and one finish wins (B2)."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from regain.api.contract import FinishReset, FinishUnlock, Send, SignIn, Start, Verify
from regain.api.request_context import RequestContext
from regain.problems import Refused
from regain.recovery.steps import steps


def together(times, action):
    """The outcomes of many calls at once. Steps are called, not handlers: a resolver takes one request at a time."""

    def outcome(number):
        try:
            action(number, RequestContext("192.0.2.9", "R-0000-0000"))
        except Refused as refused:
            return refused.problem.code
        return "done"

    with ThreadPoolExecutor(32) as pool:
        return Counter(pool.map(outcome, range(times)))


@pytest.fixture
def world(use):
    most = dict.fromkeys(
        ("failures_per_network", "starts_per_network", "emails_per_hour", "emails_of_all_per_hour"), 100_000
    )
    return use(limits=most)


def test_of_200_parallel_guesses_five_are_judged(world):
    verify = steps("reset")[2]

    person = world.person()
    started = world.start(person.user_id).body
    world.send(started["flow"])
    outcomes = together(200, lambda n, context: verify(Verify(started["flow"], "email", f"x{n}"), context))
    judged = [event for event in world.events(person.user_id) if event["kind"] == "proof-failed"]
    assert len(judged) == 5
    assert outcomes["wrong-code"] + outcomes["too-many-wrong-codes"] >= 5
    assert outcomes["wrong-code"] <= 4
    assert outcomes["done"] == 0


def test_guesses_over_many_flows_of_one_account_are_limited_together(world):
    verify = steps("reset")[2]

    person = world.person()
    flows = [world.start(person.user_id).body for _ in range(20)]
    for flow in flows:
        assert world.send(flow["flow"]).status == 202
    outcomes = together(100, lambda n, context: verify(Verify(flows[n % 20]["flow"], "email", f"x{n}"), context))
    judged = [event for event in world.events(person.user_id) if event["kind"] == "proof-failed"]
    assert len(judged) == 5
    assert outcomes["done"] == 0


def test_of_parallel_guesses_none_that_is_right_is_judged_past_the_limit(world):
    """Codes stockpiled first, one of them right in each flow: past the limit a short code has expired."""
    verify = steps("reset")[2]
    person = world.person()
    flows = [world.start(person.user_id).body for _ in range(20)]
    for flow in flows:
        world.send(flow["flow"])
    right = world.code(flows[-1]["reference"])
    for number in range(5):
        assert world.verify(flows[number]["flow"], f"x{number}", address="192.0.2.9").code == "wrong-code"
    outcomes = together(20, lambda _, context: verify(Verify(flows[-1]["flow"], "email", right), context))
    assert outcomes == {"code-expired": 20}


def test_of_50_parallel_finishes_one_wins_and_the_others_say_so(world):
    from reset.flow import finish

    person = world.person()
    flow = world.proved(person.user_id).body["flow"]
    outcomes = together(50, lambda n, context: finish(FinishReset(flow, f"violet-Anchor-{n:03}-plum"), context))
    assert outcomes["done"] == 1
    assert outcomes["session-ended"] + outcomes["busy-try-again"] == 49
    assert sum(event["kind"] == "password-reset" for event in world.events(person.user_id)) == 1
    working = [
        n for n in range(50) if world.sign_in(person.user_id, f"violet-Anchor-{n:03}-plum").status == 200 or n > 8
    ]
    assert len([n for n in working if n <= 8]) <= 1


def test_of_parallel_refused_passwords_ten_are_told_and_each_of_them_was_counted_x18(world):
    from reset.flow import finish

    person = world.person()
    flow = world.proved(person.user_id).body["flow"]
    outcomes = together(60, lambda n, context: finish(FinishReset(flow, f"passwordpassword{n}"), context))
    counted = [event for event in world.events(person.user_id) if event["kind"] == "password-refused"]
    told = outcomes["password-not-accepted"] + outcomes["too-many-refused-passwords"]
    assert told == len(counted) <= 10
    while told < 10:  # those who were too slow each time have been told nothing
        assert world.finish(flow, "passwordpassword").status in (422, 410)
        told += 1
    assert world.finish(flow, "violet-Anchor-27-plum").code == "session-ended"


def test_finishes_of_many_flows_of_one_account_leave_one_change(world):
    from unlock.flow import finish

    person = world.person()
    flows = [world.proved(person.user_id, "unlock").body["flow"] for _ in range(8)]
    assert len(set(flows)) == 8
    outcomes = together(8, lambda n, context: finish(FinishUnlock(flows[n]), context))
    assert outcomes == {"done": 1, "session-ended": 7}


def test_parallel_resends_cause_one_message_b8(world):
    send = steps("reset")[1]

    started = world.start(world.person().user_id).body
    outcomes = together(30, lambda n, context: send(Send(started["flow"], "email"), context))
    assert outcomes["done"] == 1
    assert len(world.outbox(started["reference"])) == 1


def test_a_proof_of_work_spent_in_parallel_opens_one_flow(world):
    start = steps("reset")[0]

    person, proof = world.person(), world.proof()
    outcomes = together(30, lambda n, context: start(Start(person.user_id, proof), context))
    assert outcomes == {"done": 1, "robot-check-failed": 29}


def test_of_parallel_sign_ins_ten_wrong_ones_are_judged(world):
    from account.flow import sign_in

    person = world.person()
    outcomes = together(60, lambda n, context: sign_in(SignIn(person.user_id, f"wrong-{n}"), context))
    assert outcomes["wrong-user-id-or-password"] == 10
    assert outcomes["sign-in-locked"] + outcomes["busy-try-again"] == 50


def test_a_code_is_good_once_in_parallel(use):
    verify = steps("reset")[2]

    world = use(recovery={"gates": 2})
    person = world.person()
    started = world.start(person.user_id).body
    world.send(started["flow"])
    code = world.code(started["reference"])
    outcomes = together(30, lambda n, context: verify(Verify(started["flow"], "email", code), context))
    assert outcomes["done"] == 1
    assert outcomes["done"] + outcomes["method-not-offered"] + outcomes["busy-try-again"] == 30
