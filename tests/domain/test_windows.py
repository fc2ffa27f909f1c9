"""Counts that age: an exact promise for any stretch of time, and nothing kept that no longer counts."""

from hypothesis import given
from hypothesis import strategies as st

from regain.domain.windows import DAY, HOUR, SIGN_INS, Window

NOW = 1_800_000_000


@given(st.lists(st.integers(0, 3 * 86_400), max_size=60), st.integers(1, 10))
def test_never_more_than_the_limit_are_counted_in_any_24_hours(times, most):
    """B28: the arithmetic of guessing rests on this."""
    counts, allowed = (), []
    for time in sorted(times):
        if DAY.total(counts, NOW + time) < most:
            counts = DAY.add(counts, NOW + time)
            allowed.append(time)
    for start in allowed:
        assert sum(start <= time < start + 86_400 for time in allowed) <= most


@given(st.integers(0, 10**6))
def test_a_count_is_gone_after_the_window_and_one_bucket(later):
    counts = HOUR.add((), NOW)
    assert (HOUR.total(counts, NOW + later) == 0) == (later >= 3_600 + 300 - NOW % 300)


def test_sign_in_failures_count_half_after_six_hours_and_not_at_all_after_a_day():
    """X2: one wrong password a day keeps nothing locked."""
    counts = SIGN_INS.add((), NOW, 8)
    assert [SIGN_INS.total(counts, NOW + hours * 3_600) for hours in (0, 5, 7, 13, 19, 26)] == [8, 8, 4, 2, 1, 0]


def test_when_a_limit_ends_is_the_moment_at_which_fewer_count():
    counts = DAY.add(DAY.add((), NOW), NOW + 7_200)
    ends = DAY.seconds_until_below(counts, NOW + 7_200, 2)
    assert DAY.total(counts, NOW + 7_200 + ends) == 1
    assert DAY.total(counts, NOW + 7_200 + ends - 1) == 2
    assert DAY.seconds_until_below(counts, NOW, 3) == 0


def test_what_no_longer_counts_is_not_kept():
    window, counts = Window(10, 1), ()
    for second in range(1_000):
        counts = window.add(counts, NOW + second)
    assert len(counts) <= 11
