"""The arithmetic of guessing (B28): how many accounts a year an attacker takes over by guessing codes.

The attacker has everything but luck: every user ID, any number of networks, unlimited time, codes requested ahead of
the first guess, and parallel guesses. The bound is the number of guesses that are judged and the odds of each.
Passwords have limits of their own and are not included.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from regain.domain import guess_budget, limits
from regain.domain.codes import LONG, LONGEST
from regain.domain.policy import Limits, Recovery

ACCEPTABLE = Fraction(1, 10)
"""Takeovers per year and 100,000 accounts."""

_YEAR, _MONTH = 365, 30
_PROOFS_OF_WORK = 10**12
"""Guesses at the longest codes that an attacker can pay for in a year with proofs of work: several thousand cores."""


@dataclass(frozen=True, slots=True)
class Expected:
    """Expected takeovers per year for this number of accounts, by group of kinds, for short and for long codes."""

    accounts: int
    short: dict[str, Fraction]
    long: dict[str, Fraction]

    @property
    def total(self) -> Fraction:
        """The sum over all groups."""
        return sum((*self.short.values(), *self.long.values()), Fraction(0))

    @property
    def per_100_000(self) -> Fraction:
        """The total per 100,000 accounts. Fewer than 50,000 accounts count as 50,000."""
        return self.total * 100_000 / max(self.accounts, 50_000)


def expected(accounts: int, recovery: Recovery, settings: Limits) -> Expected:
    """The expected takeovers for this number of accounts under these settings."""
    groups = [name for name in guess_budget.GROUPS if any(guess_budget.group(k) == name for k in recovery.offered)]
    return Expected(
        accounts,
        {name: _short(name, accounts, recovery, settings) for name in groups},
        {name: _long(name, accounts, settings) for name in groups},
    )


def _short(group: str, accounts: int, recovery: Recovery, settings: Limits) -> Fraction:
    """Bounded by the organisation's budget, and by the limits of all accounts together."""
    _, all_unknown, _ = limits.proofs(limits.NETWORK, group, settings)
    budget = guess_budget.guesses(group, recovery, settings) * guess_budget.shards(settings)
    a_day = min(budget, all_unknown.greatest * accounts)
    return a_day * _YEAR * Fraction(*guess_budget.guess_odds(group, recovery))


def _long(group: str, accounts: int, settings: Limits) -> Fraction:
    """Long codes up to an account's monthly limit, then the longest ones, bounded only by the cost of guessing."""
    _, _, month = limits.proofs(limits.NETWORK, group, settings)
    a_year = month.greatest * accounts * Fraction(_YEAR, _MONTH)
    steps = 3 if group == "authenticator" else 1
    longest = 0 if group == "authenticator" else Fraction(_PROOFS_OF_WORK, 10**LONGEST)
    return a_year * Fraction(steps, 10**LONG) + longest


def table(recovery: Recovery, settings: Limits) -> Iterator[Expected]:
    """The expected takeovers for 1,000 to 10 million accounts, with `limits.accounts` set to match."""
    for power in range(3, 8):
        yield expected(10**power, recovery, replace(settings, accounts=10**power))


def markdown(recovery: Recovery, settings: Limits) -> list[str]:
    """The table as THREATS.md shows it."""
    rows = ["| accounts | telephone | authenticator | e-mail | long codes | together, a year | per 100,000 |"]
    rows.append("|---:|---:|---:|---:|---:|---:|---:|")
    for each in table(recovery, settings):
        short = [each.short.get(name, Fraction(0)) for name in guess_budget.GROUPS]
        figures = [*short, sum(each.long.values(), Fraction(0)), each.total, each.per_100_000]
        rows.append(f"| {each.accounts:,} | " + " | ".join(_figure(figure) for figure in figures) + " |")
    return rows


def _figure(value: Fraction) -> str:
    return f"{float(value):.2g}"
