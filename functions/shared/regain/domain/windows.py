"""Counts that age: what happened in a sliding window, kept as a few numbers.

Sliding windows and not exponential decay, because the arithmetic of guessing (`takeovers`) rests on an exact promise:
never more than so many in any 24 hours. A window is cut into buckets; a bucket counts until the last of it is outside,
so that the promise holds at the price of at most one bucket's time.
"""

from dataclasses import dataclass

Buckets = tuple[tuple[int, int], ...]
"""Pairs of (bucket number since 1970, count), oldest first."""


@dataclass(frozen=True, slots=True)
class Window:
    """The last `seconds`, in buckets of `bucket` seconds. What is older than `half_life` counts half, and so on."""

    seconds: int
    bucket: int
    half_life: int = 0

    def total(self, counts: Buckets, now: int) -> float:
        """The total within the window."""
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
