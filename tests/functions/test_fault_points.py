"""Every call of every route fails in turn: the answer is a problem, the state is before or after, the person can go on.

A story is played once to learn its calls. Then, for each call and each fault, its step is played again from the same
state with that one call failing. What must hold is in `_play`.
"""

import json
from collections import Counter

import pytest

from regain.api import contract
from tests.functions import stories_of_accounts, stories_of_helpers  # noqa: F401 - they add theirs
from tests.functions.failing import Cloud, points
from tests.functions.mishaps import FAULTS
from tests.functions.stories import STORIES
from tests.functions.tables import Tables, change

NOW = 1_800_000_000
NO_SECRETS = ("method", "kind", "language")  # short words, which may stand in any text
WITHOUT_CALLS = (contract.HEALTH, contract.OPENAPI, contract.CHANGE_PASSWORD)


class Stage:
    """A story and its world, as it is before the step."""

    def __init__(self, story, world, clock, cloud, tables):
        self.story, self.world, self.clock, self.cloud, self.tables = story, world, clock, cloud, tables
        self.asked = {}
        real = world.request
        world.request = lambda verb, path, body=None, **more: self._heard(real, verb, path, body, **more)
        tables.empty()
        clock.move_to(NOW, tick=False)
        told = story.told(world, clock)
        self.step, self.goes_on = next(told), next(told)
        self.begins, self.before = world.services.now, tables.items()

    def _heard(self, real, verb, path, body, **more):
        """What is sent to a route, to be looked for in its answer."""
        self.asked = json.loads(body or "null") or {}
        return real(verb, path, body, **more)

    def play(self, at=-1, fault=None):
        """The step, in a process that has asked KMS for nothing yet; what was stored by it, and the answer."""
        self.clock.move_to(self.begins, tick=False)
        self.world.services.keys._derived.clear()
        self.world.services.keys._roots.clear()
        with self.cloud.playing(at, fault):
            answer = self.step()
        self.after = self.tables.items() if self.cloud.stored else self.before
        return answer, change(self.before, self.after)

    def go_on(self, where):
        """The person does what they do next, whether or not they have heard of the step."""
        answer, self.after = self.goes_on(), None
        assert answer.status < 400, f"{where}: {answer.body}"

    def back(self):
        """Everything as it was before the step."""
        self.tables.restore(self.before, self.after)


@pytest.fixture
def tables(engine):
    opened = Tables(engine.endpoint)
    yield opened
    opened.close()


@pytest.fixture
def stage(request, use, time_machine, monkeypatch, tables, cheap_hashes):
    story = request.param
    return Stage(story, use(**story.organisation), time_machine, Cloud(monkeypatch), tables)


def left_behind(changed, table):
    """The kinds of new items in a table."""
    return sorted(
        Counter({name.split()[1]: n for name, n in changed.items() if name.startswith(f"+{table} ")}).elements()
    )


@pytest.mark.parametrize("stage", STORIES, ids=[story.name for story in STORIES], indirect=True)
def test_each_call_fails_in_turn_and_the_step_is_done_once_or_not_at_all(stage, request):
    story = stage.story
    answer, whole = stage.play()
    assert (answer.status, answer.code) == (story.status, story.code)
    calls = stage.cloud.calls
    assert [call.operation for call in calls].count("TransactWriteItems") <= 1  # so nothing can be half done
    assert left_behind(whole, "EventTable") == sorted(story.events)
    assert left_behind(whole, "OutboxTable") == sorted(story.messages)
    stage.go_on("without a fault")
    stage.back()
    tried = 0
    for at, fault in points(calls, FAULTS, STORIES.index(story)):
        where = f"{calls[at].operation} {at}, {fault.name}"
        _point(stage, at, fault, whole, where)
        tried += 1
    assert stage.play()[0].status == story.status  # the same step again
    request.node.user_properties.append(("fault points survived", tried))


def _point(stage, at, fault, whole, where):
    answer, changed = stage.play(at, fault)
    if (answer.status, answer.code) == (stage.story.status, stage.story.code):
        overtaken = stage.story.may_be_overtaken and fault.name.startswith("overtaken")
        assert changed == (Counter() if overtaken else whole), where
    else:
        assert not fault.heals, f"{where}: {answer.status} {answer.body}"
        _is_a_problem(answer, where)
        said = json.dumps(answer.body)
        assert not [name for name, value in stage.asked.items() if name not in NO_SECRETS and str(value) in said]
        assert changed in (Counter(), whole), f"{where}: {changed}"
    if changed and not fault.heals:
        stage.go_on(where)
    stage.back()


def _is_a_problem(answer, where):
    """RFC 9457, and when to come again."""
    assert answer.status in (503, 422), f"{where}: {answer.status} {answer.body}"
    if answer.status == 422:
        assert answer.code == "robot-check-failed", f"{where}: {answer.body}"
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.body["status"], answer.body["type"]) == (answer.status, f"/errors/{answer.code}/")
    if answer.status == 503:
        assert int(answer.headers["retry-after"]) == answer.body["retry_after"] > 0


def test_every_route_has_its_story():
    told = {story.operation.method + story.operation.path for story in STORIES}
    known = {operation.method + operation.path for operation in contract.OPERATIONS}
    assert told | {operation.method + operation.path for operation in WITHOUT_CALLS} == known


@pytest.mark.parametrize("operation", WITHOUT_CALLS, ids=lambda operation: operation.path)
def test_routes_that_call_nothing_cannot_fail(world, monkeypatch, operation):
    cloud = Cloud(monkeypatch)
    with cloud.playing():
        answer = world.request(operation.method, operation.path)
    assert (answer.status, cloud.calls) == (operation.status, [])
