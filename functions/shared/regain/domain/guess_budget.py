"""The guess budget: how likely it may be, over the whole organisation, that guessing a short code succeeds (B28).

Limits per account do not stop a guesser who has every user ID and every network: a few guesses for each are many. So
each short proof that a stranger could be guessing at is added to a sum over the organisation *before* it is judged,
and taken back when it was right. Past a day's part of the budget that kind is guarded: proofs are long until the sum
has aged. The sum is kept in shards, each with a part of its own, so that the answer to the addition alone decides.
"""

from dataclasses import dataclass

from regain.domain.methods import uses_phone
from regain.domain.policy import Limits, Recovery

_PER = 100_000
_FEWEST = 50_000
_DAYS = 365
_BILLION = 10**9
_MOST_SHARDS = 64
_STEPS = 3
"""The number of an authenticator's time steps whose code is accepted."""

_PERCENT = {"telephone": 50, "authenticator": 40, "email": 10}
"""The share of each group in the yearly budget: the shorter its codes and the more honest mistakes, the larger."""

GROUPS = tuple(_PERCENT)


def group(kind: str) -> str:
    """The group that a kind is counted in. Texts and calls are one, `telephone`."""
    return "telephone" if uses_phone(kind) else kind


def guess_odds(group: str, recovery: Recovery) -> tuple[int, int]:
    """The codes that are right, and the codes that there are: the odds of one guess at a short proof."""
    if group == "authenticator":
        return _STEPS, 10**recovery.authenticator_digits
    return 1, 10 ** recovery.digits_of("email" if group == "email" else "sms")


def accounts(limits: Limits) -> int:
    """The number of accounts that the budget is calculated for: at least 50,000."""
    return max(limits.accounts, _FEWEST)


def shards(limits: Limits) -> int:
    """The number of shards that the sum is kept in."""
    return max(1, min(accounts(limits) // _PER, _MOST_SHARDS))


def guesses(group: str, recovery: Recovery, limits: Limits) -> int:
    """The number of guesses that one shard allows in any 24 hours."""
    right, codes = guess_odds(group, recovery)  # whole numbers only: exact, and `fractions` is slow to import
    yearly = round(limits.guess_budget * _BILLION) * _PERCENT[group] * accounts(limits) * codes
    return yearly // (_BILLION * 100 * _PER * _DAYS * right * shards(limits))


@dataclass(frozen=True, slots=True)
class Sums:
    """A shard's guesses in the last 24 hours, by group, and the `most` that each group may reach."""

    spent: dict[str, int]
    most: dict[str, int]

    def guarded(self, kind: str) -> bool:
        """Whether proofs of this kind must be long now."""
        return group(kind) in self.guarded_groups

    @property
    def guarded_groups(self) -> frozenset[str]:
        """The groups that are guarded now. While there are any, a proof of work costs more."""
        return frozenset(name for name, most in self.most.items() if self.spent.get(name, 0) >= most)
