"""Rate limits by network and place, spent proofs of work, and the sums of the guess budget.

Fixed-window counters, incremented unconditionally: a conditional token bucket would need a second write under
contention, just when a flood makes it matter.
"""

import functools
import ipaddress
from dataclasses import dataclass
from typing import Any

from regain.adapters.keys import Keys
from regain.adapters.store import Store, Write, marshal, put_new
from regain.domain import guess_budget
from regain.domain.guess_budget import Sums
from regain.domain.policy import Limits, Recovery
from regain.problems import ROBOT_CHECK_FAILED, Refused

_DAY = 86_400
_BUCKET = 6 * 3_600  # seconds in which guesses are counted together
BUCKETS = _DAY // _BUCKET + 1
"""The number of items for the guesses of 24 hours."""


@functools.lru_cache(maxsize=256)  # a request needs its own network many times
def network(address: str) -> str:
    """The network of an address: /24 for IPv4, /48 for IPv6, which is what one site is assigned (RFC 6177)."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    mapped = getattr(parsed, "ipv4_mapped", None)
    parsed = mapped or parsed
    return str(ipaddress.ip_network(f"{parsed}/{24 if parsed.version == 4 else 48}", strict=False))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RateLimits:
    """The limit table."""

    store: Store
    table: str
    keys: Keys

    # --- counts ----------------------------------------------------------------------------------

    def key(self, what: str, who: str, now: int, window: int) -> tuple[str, dict[str, str]]:
        """The key of a counter in this window (seconds), for `Store.batch_get`."""
        return self.table, {"id": f"{what}#{self.keys.digest('limit', who)}#{_ends(now, window)}"}

    def count(self, what: str, who: str, now: int, window: int, by: int = 1) -> int:
        """Increments a counter in this window (seconds) and returns its value."""
        _, key = self.key(what, who, now, window)
        return self.store.increment(self.table, key, _ends(now, window) + _DAY, by)

    def count_write(self, what: str, who: str, now: int, window: int, by: int = 1) -> Write:
        """Increments the counter in the transaction of what is counted."""
        _, key = self.key(what, who, now, window)
        return self._add(key, "count", _ends(now, window) + _DAY, by)

    def spend_write(self, signature: str, now: int, again: Refused | None = None) -> Write:
        """Marks a proof of work, or another single-use token, as used. A second use is refused with `again`."""
        item = {"id": f"proof#{self.keys.digest('limit', signature)}", "purge_at": now + _DAY}
        return put_new(self.table, item).or_refused(again or Refused(ROBOT_CHECK_FAILED, reason="proof used before"))

    # --- the guess budget and the texts of a day -----------------------------------------------------

    def shard(self, address: str, limits: Limits) -> int:
        """The shard of the guess budget that a network's requests count in."""
        return int(self.keys.digest("shard", network(address)), 16) % guess_budget.shards(limits)

    def guesses_keys(self, shard: int, now: int) -> list[tuple[str, dict[str, str]]]:
        """The keys of a shard's guesses of 24 hours, oldest first, and of the right ones, which are subtracted."""
        buckets = range((now - _DAY) // _BUCKET, now // _BUCKET + 1)
        return [(self.table, {"id": f"{what}#{shard}#{each}"}) for what in ("guesses", "right") for each in buckets]

    def count_guess(self, group: str, shard: int, now: int) -> dict[str, Any]:
        """Adds a guess before it is judged. Returns the current bucket's item, the last of `BUCKETS`."""
        _, key = self.guesses_keys(shard, now)[BUCKETS - 1]
        return self.store.add(self.table, key, group, purge_at=now + 3 * _DAY)

    def right_guess_write(self, group: str, shard: int, now: int) -> Write:
        """Refunds a right guess, in a separate item to avoid contention with increments."""
        _, key = self.guesses_keys(shard, now)[-1]
        return self._add(key, group, now + 3 * _DAY)

    def texts_key(self, shard: int, now: int) -> tuple[str, dict[str, str]]:
        """The key of a shard's texts and calls of the day, for `Store.batch_get`."""
        return self.table, {"id": f"texts#{shard}#{_ends(now, _DAY)}"}

    def text_write(self, shard: int, now: int) -> Write:
        """Counts one more text or call of the organisation."""
        return self._add(self.texts_key(shard, now)[1], "count", _ends(now, _DAY) + _DAY)

    def _add(self, key: dict[str, str], name: str, purge_at: int, by: int = 1) -> Write:
        return Write(
            "Update",
            {
                "TableName": self.table,
                "Key": marshal(key),
                "UpdateExpression": "ADD #name :by SET purge_at = :purge_at",
                "ExpressionAttributeNames": {"#name": name},
                "ExpressionAttributeValues": marshal({":by": by, ":purge_at": purge_at}),
            },
        )


def number(item: dict[str, Any] | None) -> int:
    """The value of a counter."""
    return item["count"] if item else 0


def sums(items: list[dict[str, Any] | None], recovery: Recovery, limits: Limits) -> Sums:
    """The sums over the items of `guesses_keys`. A bucket counts until all of it is in the past."""
    guesses, right = items[:BUCKETS], items[BUCKETS:]
    spent = {name: _total(guesses, name) - _total(right, name) for name in guess_budget.GROUPS}
    return Sums(spent, {group: guess_budget.guesses(group, recovery, limits) for group in spent})


def _total(items: list[dict[str, Any] | None], name: str) -> int:
    return sum(item.get(name, 0) for item in items if item)


def _ends(now: int, window: int) -> int:
    return now - now % window + window
