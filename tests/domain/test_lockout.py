"""Sign-in lockout: ten failures, 60 seconds, doubling; the same wrong password does not count again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regain.domain.lockout import SignIns
from regain.domain.policy import Limits
from regain.problems import SIGN_IN_LOCKED, Refused

LIMITS = Limits()


def failing(times, now=1000, state=None):
    state = state or SignIns()
    for number in range(times):
        state = state.with_failure(f"{now}-{number}", now, LIMITS)
    return state


def test_nine_failures_leave_the_account_open_and_the_tenth_locks_it():
    failing(9).check_open(1000)
    with pytest.raises(Refused) as refused:
        failing(10).check_open(1000)
    assert refused.value.problem is SIGN_IN_LOCKED
    assert refused.value.facts == {"retry_after": 60}


def test_it_is_locked_for_exactly_sixty_seconds():
    state = failing(10)
    with pytest.raises(Refused):
        state.check_open(1059)
    state.check_open(1060)


def test_each_further_failure_locks_for_twice_as_long():
    state, now = failing(10), 1000
    for seconds in (120, 240, 480):
        now = state.locked_until
        state = state.with_failure(f"later-{now}", now, LIMITS)
        assert state.locked_until - now == seconds


@given(st.integers(min_value=10, max_value=60))
def test_no_lock_is_longer_than_a_day(failures):
    assert failing(failures).locked_until - 1000 <= 86_400


def test_the_same_wrong_password_counts_once():
    state = SignIns()
    for _ in range(50):
        state = state.with_failure("a device with an old password", 1000, LIMITS)
    assert state.failures == 1


def test_the_last_three_wrong_passwords_are_remembered():
    state = SignIns()
    for fingerprint in ("a", "b", "c", "a", "b", "c", "d", "a"):
        state = state.with_failure(fingerprint, 1000, LIMITS)
    assert state.failures == 5  # a, b, c, d, and a again, which was forgotten by then
    assert state.recent == ("a", "d", "c")


def test_a_success_forgets_everything_b5():
    assert failing(12).cleared() == SignIns()
