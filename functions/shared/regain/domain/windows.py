"""Sliding-window counters, stored as a few numbers.

Sliding windows rather than exponential decay, because the arithmetic of guessing (`takeovers`) needs an exact bound:
never more than so many in any 24 hours. A window is divided into buckets. A bucket counts until all of it is outside
the window, so the bound holds, and counts last at most one bucket too long.
"""

from dataclasses import dataclass

Buckets = tuple[tuple[int, int], ...]
"""Pairs of (bucket number since 1970, count), oldest first."""


@dataclass(frozen=True, slots=True)
class Window:
    """The last `seconds`, in buckets of `bucket` seconds. Counts halve with each `half_life` of age, if it is set."""

    seconds: int
    bucket: int
    half_life: int = 0

    def total(self, counts: Buckets, now: int) -> float:
        """The total in the window."""
        return sum(count * self._weight(number, now) for number, count in counts)

    def add(self, counts: Buckets, now: int, by: int = 1) -> Buckets:
        """The counts with `by` added, without expired buckets."""
        current = now // self.bucket
        kept = {number: count for number, count in counts if self._weight(number, now)}
        kept[current] = kept.get(current, 0) + by
        return tuple(sorted(kept.items()))

    def seconds_until_below(self, counts: Buckets, now: int, most: int) -> int:
        """Seconds until the total is below `most`; 0 if it is already."""
        later = now
        while self.total(counts, later) >= most:
            later = (later // self.bucket + 1) * self.bucket
        return later - now

    def _weight(self, number: int, now: int) -> float:
        age = now - (number + 1) * self.bucket
        if age >= self.seconds:
            return 0
        return 0.5 ** (max(age, 0) // self.half_life) if self.half_life else 1


_HOUR, _DAY = 3_600, 86_400
HOUR = Window(_HOUR, 300)
DAY = Window(_DAY, _HOUR)
MONTH = Window(30 * _DAY, _DAY)
SIGN_INS = Window(_DAY, _HOUR, half_life=6 * _HOUR)
