"""The load of `make load` in small: the same people and rules, a handful of them for a few seconds, no timing."""

from tests.load.run import run


def test_people_at_once_see_no_error_and_no_message_is_lost_or_comes_twice(tmp_path):
    outcome = run(tmp_path, people=5, seconds=4, pause=(0, 0.2))
    assert outcome.wrong == []
    assert outcome.finished["reset"] >= 5
    assert {"gateway", "engine", "ResetFunction", "NotifyFunction"} <= outcome.memory.keys()
