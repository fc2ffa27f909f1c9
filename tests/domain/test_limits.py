"""The table of limits, the cost of a proof of work, and the guess budget."""

from dataclasses import replace

import pytest

from regain.domain import codes, guess_budget, limits, work
from regain.domain.guess_budget import Sums
from regain.domain.limits import BROWSER, CALLER, NETWORK, SESSION
from regain.domain.policy import Limits, Recovery

DEFAULT = Limits()


def test_what_others_can_fill_is_drawn_within_a_quarter_and_what_is_ones_own_is_not():
    own, all_unknown, month = limits.proofs(NETWORK, "sms", DEFAULT)
    assert [own.today(lambda _, at=at: at) for at in (0, 0.5, 0.999)] == [4, 5, 6]
    assert [all_unknown.today(lambda _, at=at: at) for at in (0, 0.5, 0.999)] == [15, 20, 25]
    assert (own.greatest, all_unknown.greatest, month.greatest) == (6, 25, 125)
    for who in (BROWSER, SESSION, CALLER):
        assert {each.today(lambda _: 0.999) for each in limits.proofs(who, "sms", DEFAULT)} <= {5, 20}


def test_an_authenticator_has_half_the_guesses_of_all_unknown_browsers():
    assert limits.proofs(NETWORK, "authenticator", DEFAULT)[1].most == 10


def test_what_strangers_do_is_counted_where_no_owner_is():
    """X2, X3, B26: no limit of a browser, a session or a caller is one that an unknown browser fills."""
    of = lambda who: {each.name for each in limits.proofs(who, "sms", DEFAULT)}  # noqa: E731
    strangers = of(NETWORK) | {each.name for each in limits.messages(NETWORK, "email", DEFAULT)}
    for who in (BROWSER, SESSION, CALLER):
        assert not strangers & (of(who) | {each.name for each in limits.messages(who, "email", DEFAULT)})


@pytest.mark.parametrize(
    ("starts", "guarded", "cost"),
    [(0, False, 1), (299, False, 1), (300, False, 2), (600, False, 4), (900, False, 8), (1_200, False, 16),
     (1_500, False, 20), (10**9, False, 20), (0, True, 4), (300, True, 8), (900, True, 20)],
)  # fmt: skip
def test_a_proof_of_work_doubles_and_stops_at_twenty(starts, guarded, cost):
    """B26: it rises where others would refuse, for a network or the organisation, and never without end."""
    assert work.start_cost(starts, guarded, DEFAULT) == cost


def test_a_network_that_has_not_failed_too_often_gives_no_proof_of_work_at_sign_in():
    """X7."""
    assert [work.failure_cost(n, True, DEFAULT) for n in (0, 299)] == [0, 0]
    assert [work.failure_cost(n, False, DEFAULT) for n in (300, 600, 10**9)] == [1, 2, 20]


def test_the_budget_of_a_day_is_a_part_of_the_year_in_guesses():
    settings, recovery = replace(DEFAULT, accounts=100_000), Recovery()
    found = {name: guess_budget.guesses(name, recovery, settings) for name in guess_budget.GROUPS}
    assert found == {"telephone": 109, "authenticator": 29, "email": 2191}
    assert guess_budget.shards(settings) == 1


def test_a_small_organisation_has_the_budget_of_50_000_accounts_and_a_large_one_shards():
    recovery = Recovery()
    few, default = (replace(DEFAULT, accounts=number) for number in (10, 50_000))
    assert (
        guess_budget.guesses("telephone", recovery, few) == guess_budget.guesses("telephone", recovery, default) == 54
    )
    many = replace(DEFAULT, accounts=10_000_000)
    assert guess_budget.shards(many) == 64
    assert guess_budget.guesses("authenticator", recovery, many) == 45


def test_a_kind_is_guarded_when_its_part_is_used_up_and_no_other_is():
    sums = Sums({"telephone": 54, "email": 3}, {"telephone": 54, "authenticator": 14, "email": 1095})
    assert sums.guarded("sms")
    assert sums.guarded("call-office")
    assert not sums.guarded("email")
    assert not sums.guarded("authenticator")
    assert not sums.guarded("recovery-code")
    assert sums.guarded_groups == {"telephone"}
    assert not Sums({}, sums.most).guarded_groups


def test_a_guess_at_an_authenticator_may_be_any_of_three_steps():
    assert guess_budget.guess_odds("authenticator", Recovery()) == (3, 10**6)
    assert guess_budget.guess_odds("email", Recovery()) == (1, 10**8)


def test_long_codes_are_read_in_fours_and_typed_with_or_without_spaces():
    assert codes.grouped("123456789012") == "1234 5678 9012"
    assert codes.normalise(codes.grouped("123456789012")) == "123456789012"
    assert codes.grouped("12345678") == "12345678"
