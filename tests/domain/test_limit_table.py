"""The table of limits that people read is the one that is enforced, and the one that the arithmetic reckons with."""

from fractions import Fraction
from pathlib import Path

import pytest

from regain.domain import guess_budget, limit_table, limits, takeovers
from regain.domain.policy import Limits, Recovery
from tests.domain.test_takeovers import EVERYTHING

RECOVERY = Recovery(methods=EVERYTHING)
OTHER = {field: getattr(Limits(), field) + 7 for field in Limits.__dataclass_fields__ if field != "guess_budget"}


def enforced(settings):
    """Every limit that `throttle` asks for, by name."""
    found = [*limits.places(settings)]
    for who in (limits.BROWSER, limits.NETWORK, limits.SESSION, limits.CALLER):
        for kind in ("email", "authenticator"):
            found += limits.proofs(who, kind, settings)
        for group in ("email", "telephone"):
            found += limits.messages(who, group, settings)
    for who in (limits.BROWSER, limits.NETWORK):
        found += limits.sign_ins(who, settings)
    for who in (limits.BROWSER, limits.NETWORK, limits.SESSION):
        found.append(limits.right_passwords(who, settings))
    return {limit.name: limit for limit in found}


@pytest.mark.parametrize("settings", [Limits(), Limits(**OTHER)])
def test_each_limit_of_the_table_is_the_one_that_is_enforced(settings):
    known = enforced(settings)
    rows = {row.name: row for row in limit_table.rows(RECOVERY, settings)}
    for name in rows.keys() & known.keys():
        assert (rows[name].most, rows[name].varies) == (known[name].most, known[name].drawn), name
    other_kinds = {name for name in known if name.endswith("-authenticator")} - rows.keys()
    assert known.keys() - rows.keys() == other_kinds, "those of an authenticator that are as for every kind"
    assert rows.keys() - known.keys() == {"failures", "starts", "help", "help-mails-first", "help-mails", "provider", "texts", *(f"guesses-{g}" for g in guess_budget.GROUPS)}  # fmt: skip
    assert {row.setting for row in rows.values()} <= set(Limits.__dataclass_fields__)


def test_the_arithmetic_reckons_with_the_rows_of_the_table():
    """B28: no more short guesses a day than the budget's row, and long ones as the month's row allows."""
    rows = {row.name: row for row in limit_table.rows(RECOVERY, Limits())}
    found = takeovers.expected(50_000, RECOVERY, Limits())
    for group in guess_budget.GROUPS:
        most = rows[f"guesses-{group}"].most * 365 * Fraction(*guess_budget.guess_odds(group, RECOVERY))
        assert found.short[group] <= most
    a_year = Fraction(rows["proofs-month-email"].most * 5, 4) * 50_000 * Fraction(365, 30)
    assert found.long["email"] == a_year / 10**12 + Fraction(takeovers._PROOFS_OF_WORK, 10**20)


def test_a_changed_setting_changes_its_row():
    before = {row.name: row.most for row in limit_table.rows(RECOVERY, Limits())}
    after = {row.name: row.most for row in limit_table.rows(RECOVERY, Limits(failed_proofs_per_day=3))}
    assert {name for name in before if before[name] != after[name]} == {
        f"proofs-{who}-email" for who in ("browser", "network", "session", "caller")
    }


def test_threats_shows_this_table():
    text = (Path(__file__).parents[2] / "THREATS.md").read_text()
    assert "\n".join(limit_table.markdown(RECOVERY, Limits())) in text
