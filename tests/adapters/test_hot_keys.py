"""No key is hot when ten thousand people begin in the same second."""

from regain.adapters import events
from tests.bench.scale import LIMIT, simulate


def test_no_partition_key_is_hot_at_ten_thousand_starts_a_second():
    busiest = simulate(10_000, finishing=0.5)
    assert set(busiest) == {"Recovery", "Event", "Event/reference", "Event/day", "Outbox", "Limit"}
    assert max(busiest.values()) < LIMIT


def test_the_simulation_sees_a_hot_key(monkeypatch):
    """A day in four stripes would be too few, and it would be seen."""
    monkeypatch.setattr(events, "_STRIPES", 4)
    assert simulate(2_000, finishing=0.5)["Event/day"] > LIMIT
