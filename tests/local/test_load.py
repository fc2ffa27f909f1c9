"""`make load` in small: a few virtual users for a moment, without timing."""

import pytest

from tests.conftest import _TESTERS
from tests.load.run import live
from tests.load.virtual_user import Person


@pytest.fixture
def crowd():
    """A few of the testers, whom no other test uses."""
    people = [Person(number, pause=(0, 0.1)) for number in range(3)]
    for person in people:
        tester = _TESTERS.pop()
        person.user_id, person.mail, person.mobile = tester.user_id, tester.mail, tester.mobile
        person.addresses, person.password = (tester.user_id, tester.mail), tester.password
    return people


def test_people_at_once_see_no_error_and_no_message_is_lost_or_comes_twice(stack, crowd):
    outcome = live(stack, crowd, seconds=1)
    assert outcome.wrong == []
    assert outcome.finished.total() >= 3
    assert {"gateway", "engine", "ResetFunction", "NotifyFunction"} <= outcome.memory.keys()
