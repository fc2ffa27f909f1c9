"""Where a flow stands, for whoever has lost an answer (B39, F9), and more time for it (F18, WCAG 2.2.1)."""

import pytest


@pytest.fixture(params=["reset", "unlock"])
def purpose(request):
    return request.param


def begin(world, purpose):
    return world.start(world.person().user_id, purpose).body


def state(world, flow, purpose):
    return world.post(f"/api/{purpose}/state", {"flow": flow["flow"]})


def extend(world, flow, purpose):
    return world.post(f"/api/{purpose}/extend", {"flow": flow["flow"]})


def test_state_tells_of_each_step_what_its_lost_answer_would_have(world, purpose):
    flow = begin(world, purpose)
    begun = state(world, flow, purpose).body
    assert (begun["gates"], begun["methods"], begun["codes"]) == (flow["gates"], flow["methods"], [])
    sent = world.send(flow["flow"], purpose=purpose).body
    (code,) = state(world, flow, purpose).body["codes"]
    assert code["method"] == "email"
    assert code["digits"] == sent["digits"]
    assert 0 < code["resend_in"] <= sent["resend_in"] < code["expires_in"] <= sent["expires_in"]
    verified = world.verify(flow["flow"], world.code(flow["reference"]), purpose=purpose).body
    proved = state(world, flow, purpose).body
    assert (proved["gates"], proved["methods"], proved["done"]) == (verified["gates"], verified["methods"], False)
    world.finish(flow["flow"], purpose=purpose)
    assert state(world, flow, purpose).body["done"] is True


def test_state_tells_nothing_of_another_purpose_or_of_an_ended_flow(world, purpose, time_machine):
    time_machine.move_to(1_800_000_000, tick=False)
    flow = begin(world, purpose)
    other = "unlock" if purpose == "reset" else "reset"
    assert state(world, flow, other).code == "session-ended"
    time_machine.move_to(1_800_000_900, tick=False)
    for ask in (state, extend):
        assert (ask(world, flow, purpose).status, ask(world, flow, purpose).code) == (410, "session-ended")
    assert world.post(f"/api/{purpose}/state", {"flow": "x"}).code == "session-ended"


def test_a_flow_is_extended_by_fifteen_minutes_ten_times_and_its_code_is_not(world, purpose, time_machine):
    time_machine.move_to(1_800_000_000, tick=False)
    flow = begin(world, purpose)
    world.send(flow["flow"], purpose=purpose)
    told = [extend(world, flow, purpose).body for _ in range(11)]
    assert [each["expires_in"] for each in told] == [900 * n for n in (*range(2, 12), 11)]
    assert [each["extensions_left"] for each in told] == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0]
    time_machine.move_to(1_800_000_000 + 1_000, tick=False)
    assert world.verify(flow["flow"], "99999x", purpose=purpose).code == "code-expired"
    time_machine.move_to(1_800_000_000 + 900 * 11, tick=False)
    assert world.verify(flow["flow"], "99999x", purpose=purpose).code == "session-ended"
