"""Limits per network and per destination, and proofs of work that were spent.

Counters of fixed windows: one unconditional addition each, because a conditional token bucket
costs a second write under contention, just when a flood makes it matter.
"""

import ipaddress
from dataclasses import dataclass, field
from typing import Any

from regain.adapters.keys import Keys
from regain.adapters.store import Store, Write, marshal, put_new
from regain.problems import TOO_MANY_REQUESTS, Refused

_DAY = 86_400
_REMEMBERED = 10_000


def network(address: str) -> str:
    """The network that counts as one: /24 for IPv4, /64 for IPv6."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    mapped = getattr(parsed, "ipv4_mapped", None)
    parsed = mapped or parsed
    return str(ipaddress.ip_network(f"{parsed}/{24 if parsed.version == 4 else 64}", strict=False))


@dataclass(frozen=True, slots=True)
class RateLimits:
    """The limit table."""

    store: Store
    table: str
    keys: Keys
    closed: set[str] = field(default_factory=set)
    """Counters past their limit in their window: a flood does not turn its own counter into a hot item."""

    def count_start(self, address: str, now: int, most: int, window: int) -> None:
        """Counts a start from this network. Raises Refused(TOO_MANY_REQUESTS) past the limit."""
        ends = _ends(now, window)
        key = self._network("start", address, ends)
        if key["id"] not in self.closed:
            if self.store.increment(self.table, key, ends + _DAY) <= most:
                return
            if len(self.closed) >= _REMEMBERED:
                self.closed.clear()
            self.closed.add(key["id"])
        raise Refused(TOO_MANY_REQUESTS, retry_after=ends - now)

    def failures_key(self, address: str, now: int, window: int) -> tuple[str, dict[str, str]]:
        """Where this network's failures of the current window are, for `Store.batch_get`."""
        return self.table, self._network("failure", address, _ends(now, window))

    def check_failures(self, item: dict[str, Any] | None, now: int, most: int, window: int) -> None:
        """Raises Refused(TOO_MANY_REQUESTS) where the network has failed too often."""
        if item and item["count"] >= most:
            raise Refused(TOO_MANY_REQUESTS, retry_after=_ends(now, window) - now)

    def failure_write(self, address: str, now: int, most: int, window: int) -> Write:
        """One more failure from this network, as long as that is allowed."""
        ends = _ends(now, window)
        return self._one_more(self._network("failure", address, ends), most, ends)

    def spend_write(self, signature: str, now: int) -> Write:
        """A proof of work is used up; a second time is a conflict."""
        return put_new(self.table, {"id": f"proof#{self.keys.digest('limit', signature)}", "purge_at": now + _DAY})

    def key(self, what: str, who: str, now: int, window: int) -> tuple[str, dict[str, str]]:
        """Where the count of something for somebody in this window (seconds) is, for `Store.batch_get`."""
        return self.table, self._of(what, who, _ends(now, window))

    def count_write(self, what: str, who: str, now: int, window: int, most: int) -> Write:
        """Counts one more of it together with what is counted, as long as that is allowed."""
        ends = _ends(now, window)
        return self._one_more(self._of(what, who, ends), most, ends)

    def count(self, what: str, who: str, now: int, window: int, by: int = 1) -> int:
        """Counts one more of something for somebody in this window (seconds), and says how many there were."""
        ends = _ends(now, window)
        return self.store.increment(self.table, self._of(what, who, ends), ends + _DAY, by)

    def count_message(self, destination: str, now: int) -> int:
        """Counts a message to this destination today, and says how many there were."""
        return self.count("destination", destination, now, _DAY)

    def uncount_message(self, destination: str, now: int) -> None:
        """Takes that back: the message did not leave. Else an outage would use up what a destination may have."""
        self.count("destination", destination, now, _DAY, by=-1)

    def _network(self, what: str, address: str, ends: int) -> dict[str, str]:
        return self._of(what, network(address), ends)

    def _of(self, what: str, who: str, ends: int) -> dict[str, str]:
        return {"id": f"{what}#{self.keys.digest('limit', who)}#{ends}"}

    def _one_more(self, key: dict[str, str], most: int, ends: int) -> Write:
        return Write(
            "Update",
            {
                "TableName": self.table,
                "Key": marshal(key),
                "UpdateExpression": "ADD #count :one SET purge_at = :purge_at",
                "ConditionExpression": "attribute_not_exists(#count) OR #count < :most",
                "ExpressionAttributeNames": {"#count": "count"},
                "ExpressionAttributeValues": marshal({":one": 1, ":most": most, ":purge_at": ends + _DAY}),
            },
        )


def _ends(now: int, window: int) -> int:
    return now - now % window + window
