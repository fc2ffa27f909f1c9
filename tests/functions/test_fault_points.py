"""Injects faults into every AWS call of every route: the response is a problem, and the step is done whole or not at all.

Each scenario runs once to learn its calls. Then its step runs again from the same state for each call and fault.
`_fail_once` holds the assertions.
"""

import json
from collections import Counter

import pytest

from regain.api import contract
from tests.functions import scenarios_account, scenarios_admin, test_openid_faults  # noqa: F401 - they add theirs
from tests.functions.fault_injection import FaultInjector, points
from tests.functions.faults import FAULTS
from tests.functions.scenarios import SCENARIOS
from tests.functions.tables import change

NOW = 1_800_000_000
NO_SECRETS = ("method", "kind", "language")  # short words, which may stand in any text
WITHOUT_CALLS = (
    contract.HEALTH,
    contract.OPENAPI,
    contract.CHANGE_PASSWORD,
    contract.CHANGE_PASSWORD_HEAD,
    contract.FORGET_BROWSER,
)


class ScenarioRun:
    """A scenario and its world, as it is before the step."""

    def __init__(self, scenario, world, clock, cloud, tables):
        self.scenario, self.world, self.clock, self.cloud, self.tables = scenario, world, clock, cloud, tables
        self.request_body = {}
        real = world.request
        world.request = lambda verb, path, body=None, **more: self._record_request(real, verb, path, body, **more)
        tables.empty()
        clock.move_to(NOW, tick=False)
        steps = scenario.play(world, clock)
        self.step, self.follow_up = next(steps), next(steps)
        self.started_at, self.before = world.services.now, tables.items()

    def _record_request(self, real, verb, path, body, **more):
        """What is sent to a route, to be looked for in its answer."""
        self.request_body = json.loads(body or "null") or {}
        return real(verb, path, body, **more)

    def play(self, at=-1, fault=None):
        """The step, in a process that has asked KMS for nothing yet; what was stored by it, and the answer."""
        self.clock.move_to(self.started_at, tick=False)
        self.world.forget_keys()
        with self.cloud.injecting(at, fault):
            answer = self.step()
        written = self.cloud.written
        self.after = {place: item for place, item in self.before.items() if place[0] not in written}
        self.after |= self.tables.items(*written) if written else {}
        return answer, change(self.before, self.after)

    def continue_after(self, where):
        """The person does what they do next, whether or not they have heard of the step."""
        answer, self.after = self.follow_up(), None
        assert answer.status < 400, f"{where}: {answer.body}"

    def rewind(self):
        """Everything as it was before the step."""
        self.tables.restore(self.before, self.after)


@pytest.fixture
def stage(request, use, time_machine, monkeypatch, tables):
    scenario = request.param
    return ScenarioRun(scenario, use(**scenario.organisation), time_machine, FaultInjector(monkeypatch), tables)


def left_behind(changed, table):
    """The kinds of new items in a table."""
    return sorted(
        Counter({name.split()[1]: n for name, n in changed.items() if name.startswith(f"+{table} ")}).elements()
    )


@pytest.mark.parametrize("stage", SCENARIOS, ids=[scenario.name for scenario in SCENARIOS], indirect=True)
def test_each_call_fails_in_turn_and_the_step_is_done_once_or_not_at_all(stage, request):
    scenario = stage.scenario
    answer, expected = stage.play()
    assert (answer.status, answer.code) == (scenario.status, scenario.code)
    calls = stage.cloud.calls
    assert [call.operation for call in calls].count("TransactWriteItems") <= 1  # so nothing can be half done
    assert left_behind(expected, "EventTable") == sorted(scenario.events)
    assert left_behind(expected, "OutboxTable") == sorted(scenario.messages)
    stage.continue_after("without a fault")
    stage.rewind()
    tried = 0
    for at, fault in points(calls, FAULTS, SCENARIOS.index(scenario)):
        where = f"{calls[at].operation} {at}, {fault.name}"
        _fail_once(stage, at, fault, expected, where)
        tried += 1
    assert stage.play()[0].status == scenario.status  # the same step again
    request.node.user_properties.append(("fault points survived", tried))


def _fail_once(stage, at, fault, expected, where):
    answer, changed = stage.play(at, fault)
    if (answer.status, answer.code) == (stage.scenario.status, stage.scenario.code):
        overtaken = stage.scenario.may_be_overtaken and fault.name.startswith("overtaken")
        assert changed == (Counter() if overtaken else expected), where
    else:
        assert not fault.heals, f"{where}: {answer.status} {answer.body}"
        _is_a_problem(answer, where)
        said = json.dumps(answer.body)
        assert not [name for name, value in stage.request_body.items() if name not in NO_SECRETS and str(value) in said]
        assert changed in (Counter(), expected), f"{where}: {changed}"
    if changed and not fault.heals:
        stage.continue_after(where)
    stage.rewind()


def _is_a_problem(answer, where):
    """RFC 9457, and when to come again."""
    assert answer.status in (503, 422), f"{where}: {answer.status} {answer.body}"
    if answer.status == 422:
        assert answer.code == "robot-check-failed", f"{where}: {answer.body}"
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.body["status"], answer.body["type"]) == (answer.status, f"/errors/{answer.code}/")
    if answer.status == 503:
        assert int(answer.headers["retry-after"]) == answer.body["retry_after"] > 0


def test_every_route_has_its_scenario():
    covered = {scenario.operation.method + scenario.operation.path for scenario in SCENARIOS}
    known = {operation.method + operation.path for operation in contract.OPERATIONS}
    elsewhere = {operation.method + operation.path for operation in (*WITHOUT_CALLS, *test_openid_faults.OPERATIONS)}
    assert covered | elsewhere == known


@pytest.mark.parametrize("operation", WITHOUT_CALLS, ids=lambda operation: operation.path)
def test_routes_that_call_nothing_cannot_fail(world, monkeypatch, operation):
    cloud = FaultInjector(monkeypatch)
    with cloud.injecting():
        answer = world.request(operation.method, operation.path)
    assert (answer.status, cloud.calls) == (operation.status, [])
