"""How an account stands with the limits: what a stranger does never counts against what the owner does (B26)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regain.domain.limits import BROWSER, CALLER, NETWORK, SESSION
from regain.domain.policy import Limits
from regain.domain.throttle import LONG, LONGEST, SHORT, Counts, Standing, Throttle
from regain.problems import PROVE_FIRST, SIGN_IN_LOCKED, TOO_MANY_CODES, Refused

NOW = 1_800_000_000
LIMITS = Limits()
DAY, HOUR = 86_400, 3_600


def standing(who=NETWORK, shared=Throttle(), own=Counts(), draw=0.5, **more):
    return Standing(who, own, shared, lambda _: draw, **more)


def failing(stands, times, kind="sms", now=NOW):
    for _ in range(times):
        stands = stands.with_wrong_proof(kind, now)
    return stands


def length(stands, kind="sms", now=NOW):
    return stands.length(kind, now, LIMITS)


@pytest.mark.parametrize("who", [NETWORK, BROWSER, SESSION, CALLER])
def test_five_wrong_proofs_of_a_day_make_the_next_one_long_and_no_more(who):
    assert length(failing(standing(who), 4)) == SHORT
    failed = failing(standing(who), 5)
    assert length(failed) == LONG
    assert length(failed, "call-office") == LONG  # a telephone is one
    assert length(failed, "email") == SHORT
    assert length(failed, now=NOW + DAY + HOUR) == SHORT


def test_what_nobody_can_guess_is_always_judged():
    for kind in ("recovery-code", "passkey"):
        assert length(failing(standing(), 1_000, kind), kind) == SHORT


def test_a_network_fills_its_own_count_and_the_one_of_all_unknown_browsers():
    """X2: twenty networks together make every unknown browser's proofs long, and no known one's."""
    shared = Throttle()
    for _ in range(20):
        shared = failing(standing(shared=shared), 1).shared
    assert isinstance(shared, Throttle)
    assert length(standing(shared=shared)) == LONG
    for who in (BROWSER, SESSION, CALLER):
        assert length(standing(who)) == SHORT


def test_an_authenticator_is_long_for_all_unknown_after_ten():
    shared = failing(standing(), 10, "authenticator").shared
    assert length(standing(shared=shared), "authenticator") == LONG
    assert length(standing(shared=failing(standing(), 9, "authenticator").shared), "authenticator") == SHORT


def test_a_hundred_in_thirty_days_make_the_longest():
    shared, now = Throttle(), NOW
    for _ in range(100):
        now += DAY // 4
        shared = standing(shared=shared).with_wrong_proof("email", now).shared
    assert length(standing(shared=shared), "email", now) == LONGEST
    assert length(standing(shared=shared), "email", now + 30 * DAY) == SHORT


def test_a_guarded_kind_is_long_for_strangers():
    assert length(standing(guarded=frozenset(["telephone"])), "call-mobile") == LONG
    assert length(standing(guarded=frozenset(["telephone"])), "email") == SHORT


def test_lifted_limits_count_for_no_network_and_no_browser_and_keep_what_ends_flows():
    throttle = Throttle(generation=3, epoch=2, version=7)
    shared = failing(standing(shared=throttle), 50).shared
    lifted = shared.lifted()
    assert (lifted.proofs, lifted.generation, lifted.epoch, lifted.version) == ({}, 3, 2, 7)
    own = failing(standing(), 9).own
    assert own.of_era(lifted.era) == Counts(era=1)
    assert own.of_era(0) is own


@pytest.mark.parametrize(("who", "kind", "most"), [(NETWORK, "email", 5), (BROWSER, "sms", 3), (CALLER, "email", 5)])
def test_messages_are_limited_by_the_hour_for_each_standing_s43(who, kind, most):
    stands = standing(who)
    for _ in range(most):
        stands = stands.with_message(kind, NOW, LIMITS)
    with pytest.raises(Refused) as refused:
        stands.with_message(kind, NOW, LIMITS)
    assert refused.value.problem is TOO_MANY_CODES
    wait = refused.value.facts["retry_after"]
    assert (wait % HOUR == 0) is (who == NETWORK)
    stands.with_message(kind, NOW + wait, LIMITS)


def test_all_unknown_browsers_share_a_limit_of_messages_that_a_known_one_is_outside_of():
    """X5: attack 70."""
    shared = Throttle()
    for _ in range(20):
        shared = standing(shared=shared).with_message("email", NOW, LIMITS).shared
    with pytest.raises(Refused):
        standing(shared=shared).with_message("email", NOW, LIMITS)
    standing(BROWSER).with_message("email", NOW, LIMITS)


def test_a_place_that_is_registered_gets_three_codes_a_day_and_all_places_ten():
    stands, now = standing(SESSION, Counts()), NOW
    for number in range(10):
        now += HOUR // 2
        stands = stands.with_place("email", f"place{number // 3}", now, LIMITS)
    with pytest.raises(Refused):
        stands.with_place("email", "another", now + HOUR, LIMITS)
    with pytest.raises(Refused):
        standing(SESSION, replace(stands.shared, messages={"place-x": ((NOW // HOUR, 3),)})).with_place(
            "email", "x", NOW, LIMITS
        )


def wrong(stands, times, now=NOW):
    for number in range(times):
        stands = stands.with_wrong_password(f"{now}-{number}", now)
    return stands


def refused(stands, now=NOW):
    with pytest.raises(Refused) as raised:
        stands.check_sign_in(now, LIMITS)
    return raised.value


def test_ten_wrong_passwords_lock_that_network_for_a_minute_then_for_twice_as_long():
    wrong(standing(), 9).check_sign_in(NOW, LIMITS)
    stands, now = wrong(standing(), 10), NOW
    assert (refused(stands).problem, refused(stands).facts) == (SIGN_IN_LOCKED, {"retry_after": 60})
    for seconds in (60, 120, 240, 480, 900, 900):
        stands.check_sign_in(now + seconds, LIMITS)
        assert refused(stands, now + seconds - 1).facts == {"retry_after": 1}
        now += seconds
        stands = stands.with_wrong_password(f"later-{now}", now)


def test_fifty_from_everywhere_ask_unknown_browsers_for_a_proof_and_leave_known_ones_alone():
    shared = wrong(standing(), 50).shared
    assert refused(standing(shared=shared)).problem is PROVE_FIRST
    standing(BROWSER, Counts()).check_sign_in(NOW, LIMITS)


def test_one_wrong_password_a_day_locks_nothing_x2():
    stands = standing()
    for day in range(60):
        stands = stands.with_wrong_password(f"day-{day}", NOW + day * DAY)
        stands.check_sign_in(NOW + day * DAY, LIMITS)


def test_the_same_wrong_password_counts_once_and_the_last_three_are_remembered():
    """Attack 72: a device with an old password."""
    stands = standing()
    for _ in range(50):
        stands = stands.with_wrong_password("old", NOW)
    assert stands.own.sign_ins == stands.shared.sign_ins == ((NOW // HOUR, 1),)
    for fingerprint in ("a", "b", "c", "old"):
        stands = stands.with_wrong_password(fingerprint, NOW)
    assert stands.own.sign_ins == ((NOW // HOUR, 5),)
    assert stands.own.fingerprints == ("old", "c", "b")


def test_a_success_clears_its_own_count_and_none_that_is_shared():
    stands = wrong(failing(standing(), 9), 9).cleared()
    assert stands.own == Counts()
    assert stands.shared.proofs
    assert stands.shared.sign_ins


@given(st.lists(st.sampled_from(["proof", "message", "password"]), max_size=80))
def test_whatever_strangers_do_the_owners_browser_is_as_it_was(acts):
    stranger, owner = standing(), standing(BROWSER, Counts())
    for number, act in enumerate(acts):
        try:
            if act == "proof":
                stranger = stranger.with_wrong_proof("sms", NOW)
            elif act == "message":
                stranger = stranger.with_message("sms", NOW, LIMITS)
            else:
                stranger = stranger.with_wrong_password(str(number), NOW)
        except Refused:
            continue
    assert length(owner) == SHORT
    owner.check_sign_in(NOW, LIMITS)
    owner.with_message("sms", NOW, LIMITS)
