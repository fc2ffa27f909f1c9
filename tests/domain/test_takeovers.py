"""The arithmetic of guessing (B28), computed from the settings. THREATS.md shows what is computed here."""

from dataclasses import replace
from pathlib import Path

import pytest

from regain.domain import takeovers
from regain.domain.policy import Limits, Recovery
from regain.domain.takeovers import ACCEPTABLE, expected

EVERYTHING = ("email", "sms", "call-mobile", "call-office", "authenticator", "recovery-code", "passkey")


@pytest.mark.parametrize("accounts", [1_000, 10_000, 50_000, 100_000, 1_000_000, 10_000_000])
def test_fewer_than_a_tenth_of_an_account_a_year_is_taken_over_by_guessing(accounts):
    """B28, X8: every network, every account and every method at once, for a year, in parallel and stockpiled."""
    found = expected(accounts, Recovery(methods=EVERYTHING), Limits(accounts=accounts))
    assert found.per_100_000 < ACCEPTABLE
    if accounts <= 50_000:
        assert found.total <= 0.04


def test_whoever_does_not_say_how_many_accounts_there_are_has_the_budget_of_50_000():
    found = expected(10_000_000, Recovery(), Limits())
    assert sum(found.short.values()) < 0.04


def test_settings_that_let_more_guesses_through_are_found_out():
    assert expected(100_000, Recovery(), Limits(accounts=100_000, guess_budget=0.5)).per_100_000 > ACCEPTABLE
    assert expected(50_000, Recovery(), Limits(accounts=10_000_000)).per_100_000 > ACCEPTABLE
    generous = Limits(accounts=100_000, failed_proofs_of_all_per_month=100_000_000)
    assert expected(100_000, Recovery(), generous).per_100_000 > ACCEPTABLE


def test_a_method_that_is_not_offered_adds_nothing():
    email = expected(100_000, Recovery(methods=("email",)), Limits(accounts=100_000))
    assert set(email.short) == {"email"}
    assert email.total < 0.009


def test_shorter_codes_do_not_make_more_takeovers_but_fewer_guesses():
    recovery = replace(Recovery(), email_code_digits=6)
    assert expected(100_000, recovery, Limits(accounts=100_000)).per_100_000 < ACCEPTABLE


def test_threats_shows_this_table():
    text = (Path(__file__).parents[2] / "THREATS.md").read_text()
    assert "\n".join(takeovers.markdown(Recovery(methods=EVERYTHING), Limits())) in text
