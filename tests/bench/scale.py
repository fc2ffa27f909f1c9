"""Where the writes of many people at once land: the busiest partition key of each table and index, in a second.

The keys are made by the product's own code. DynamoDB gives each partition key 1,000 write units a second, and more only
to those whose items it can part; whoever needs more is turned away.
"""

import hashlib
import hmac
import random
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

from regain.adapters.events import Events
from regain.adapters.keys import Keys
from regain.adapters.outbox import Message, Outbox
from regain.adapters.rate_limits import RateLimits
from regain.adapters.recoveries import Recoveries
from regain.adapters.store import Write, unmarshal
from regain.domain.account import make_id
from regain.domain.flow import Flow
from regain.domain.throttle import Counts, Throttle

LIMIT = 1_000
_KEYS = {"Recovery": ("subject",), "Event": ("subject",), "Outbox": ("id",), "Limit": ("id",)}
_INDEXES = {"Event": ("reference", "day")}
_LARGEST_NETWORK = 0.02  # of all people sit behind one address; the others are spread over 20,000 networks


class _Kms:
    """A key that never leaves this process."""

    def generate_mac(self, Message: bytes, **_: Any) -> dict[str, bytes]:  # noqa: N803 - KMS's own name
        return {"Mac": hmac.digest(b"simulated", Message, hashlib.sha256)}


def simulate(starts: int, finishing: float, seconds: int = 1, seed: int = 1) -> dict[str, int]:
    """Write units a second of the busiest key, by table and index, when so many begin a second and so many of them end.

    Those who end are spread like those who begin: in a steady state as many verify and finish as began a little earlier.
    """
    dice = random.Random(seed)
    busiest: Counter[str] = Counter()
    for second in range(seconds):
        units: Counter[tuple[str, str]] = Counter()
        for _ in range(starts):
            for place in _places(dice, second, dice.random() < finishing):
                units[place] += 2 if "/" not in place[0] and place[0] != "Limit" else 1
        for (table, _), count in units.items():
            busiest[table] = max(busiest[table], count)
    return dict(busiest)


def _places(dice: random.Random, now: int, ends: bool) -> Iterator[tuple[str, str]]:
    """Each partition key, of a table or an index, that one person's writes go to."""
    keys = Keys(_Kms(), "service")
    keys._roots = _ROOTS
    recoveries, events = Recoveries(None, "Recovery", keys), Events(None, "Event")
    rate_limits, outbox = RateLimits(None, "Limit", keys), Outbox(None, "Outbox", keys)
    subject = recoveries.subject(make_id(dice.randbytes(16)))
    reference = f"R-{dice.getrandbits(40):010X}"
    network = "192.0.2.1" if dice.random() < _LARGEST_NETWORK else f"10.{dice.randrange(256)}.{dice.randrange(78)}.1"

    def event(kind: str) -> Write:
        return events.write(kind, subject, reference, now + dice.random(), dice.randbytes(4))

    def message() -> Write:
        return outbox.write(Message(dice.randbytes(16).hex(), "code", "email", "a@b.example", subject, reference), now)

    flow = Flow(dice.randbytes(16).hex(), "reset", "x", reference, now, now, 0, 1, 1, (), ())
    counts = recoveries.counts_write(subject, f"network#{network}", Counts(), now)
    kept = [recoveries.flow_write(subject, flow, now), recoveries.throttle_write(subject, Throttle(), now), counts]
    yield "Limit", rate_limits.key("start", network, now, 600)[1]["id"]
    writes = [*kept, event("reset-started"), rate_limits.spend_write(dice.randbytes(16).hex(), now)]
    writes += [*kept, event("code-requested"), message(), event("message-sent")]
    if ends:
        writes += [*kept, event("proof-passed"), *kept, event("password-reset"), message(), event("message-sent")]
    for write in writes:
        table, item = write.request["TableName"], unmarshal(write.request["Item"])
        yield from ((table, item[name]) for name in _KEYS[table])
        yield from ((f"{table}/{name}", item[name]) for name in _INDEXES.get(table, ()))


_ROOTS: dict[Any, bytes] = {}


if __name__ == "__main__":
    starts = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    for table, units in sorted(simulate(starts, 0.5, 3).items(), key=lambda found: -found[1]):
        sys.stdout.write(f"{table:20} {units:6} of {LIMIT} write units a second on its busiest key\n")
