"""The guess budget: a bound, for the whole organisation, on the odds that guessing a short code succeeds (B28).

Limits per account do not stop an attacker with every user ID and many networks: a few guesses at each account add up.
So each short proof that could be a stranger's guess is added to a sum for the organisation *before* it is judged, and
subtracted again if it was right. Once the sum exceeds the day's share of the budget, that kind is guarded: proofs are
long until old guesses leave the window. The sum is sharded, and each shard has its own share of the budget, so that the
response to the increment alone decides.
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
"""The number of time steps whose authenticator codes are accepted at any moment."""

_PERCENT = {"telephone": 50, "authenticator": 40, "email": 10}
"""The share of each group in the yearly budget: the shorter its codes and the more honest mistakes, the larger."""

GROUPS = tuple(_PERCENT)


def group(kind: str) -> str:
    """The group in which a kind of method is counted. Texts and calls share one, `telephone`."""
    return "telephone" if uses_phone(kind) else kind


def guess_odds(group: str, recovery: Recovery) -> tuple[int, int]:
    """The odds of one guess at a short proof: the number of codes that are accepted, and of possible codes."""
    if group == "authenticator":
        return _STEPS, 10**recovery.authenticator_digits
    return 1, 10 ** recovery.digits_of("email" if group == "email" else "sms")


def accounts(limits: Limits) -> int:
    """The number of accounts that the budget is calculated for: at least 50,000."""
    return max(limits.accounts, _FEWEST)


def shards(limits: Limits) -> int:
    """The number of shards of the sum."""
    return max(1, min(accounts(limits) // _PER, _MOST_SHARDS))


def guesses(group: str, recovery: Recovery, limits: Limits) -> int:
    """The number of guesses that one shard allows in any 24 hours."""
    right, codes = guess_odds(group, recovery)  # integers only: exact, and `fractions` is slow to import
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
        """The groups that are guarded now. While there is any, proofs of work cost more."""
        return frozenset(name for name, most in self.most.items() if self.spent.get(name, 0) >= most)
