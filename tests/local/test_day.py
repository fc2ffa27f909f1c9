"""`make day` in small: 22 people, and an attack of some seconds."""

from local.directories.running import bring_up_loopback
from tests.day.count import counts
from tests.day.organisation import Organisation
from tests.day.play import Day


def test_on_a_day_with_an_attack_invitations_a_restart_and_a_deaf_directory_every_promise_holds(tmp_path):
    bring_up_loopback()
    here = Organisation(tmp_path, people=22)
    try:
        done = Day(here, seconds=5).play()
        counted = counts(here, done)
    finally:
        here.stop()
    assert {each.promise: each.broken for each in counted if each.broken} == {}
    assert all(each.checked for each in counted)
    assert len(done.resets) == 12
