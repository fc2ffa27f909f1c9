"""Waiting for what another process does in its own time: the one loop of its kind."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


def until(found: Callable[[], Found], seconds: float = 60, every: float = 0.05) -> Found:
    """The first true value that `found` returns. Fails after `seconds`, which only a broken run ever waits for."""
    end = time.monotonic() + seconds
    while not (result := found()):
        assert time.monotonic() < end, f"nothing came about within {seconds} seconds"
        time.sleep(every)
    return result
