"""Measures each size in a process of its own, for functions keep the clients that they made, and in an engine of its own."""

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.bench.deployment import deployment
from tests.load.memory import by_kind
from tests.scale.figures import Size

_ROUNDS = 9


def run(sizes: Sequence[int]) -> list[tuple[Size, float]]:
    """Each size as it was measured, with the memory of its engine in MB."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), max_tasks_per_child=1) as processes:
        return list(processes.map(_measure, sizes))


def _measure(people: int) -> tuple[Size, float]:
    with tempfile.TemporaryDirectory() as folder, deployment(Path(folder)):
        from tests.scale.size import measure  # functions, which read the environment

        sys.stderr.write(f"{people:,} people\n")
        return measure(Path(folder), people, _ROUNDS), by_kind(os.getpid())["engine"]
