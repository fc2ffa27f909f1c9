"""`make day`: 300 people live a day in ten minutes; fails if a promise was broken."""

import argparse
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Column, Table

from local.directories.running import bring_up_loopback
from tests.day.count import Count, counts
from tests.day.organisation import Organisation
from tests.day.play import Day, Done


def main() -> int:
    """Plays, prints the counts, and returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.day", description=__doc__)
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--minutes", type=float, default=10)
    asked = parser.parse_args()
    bring_up_loopback()
    with tempfile.TemporaryDirectory() as folder:
        here = Organisation(Path(folder), min(asked.people, 500), warm=True)
        try:
            done = Day(here, min(asked.minutes, 60) * 60).play()
            counted = counts(here, done)
        finally:
            here.stop()
    Console(width=140).print(_table(counted), _times(done), f"Strangers were answered: {done.attacks}", markup=False)
    broken = [f"{each.promise}: {case}" for each in counted for case in each.broken]
    Console(width=140).print(*broken[:40], sep="\n", markup=False)
    return 1 if broken else 0


def _table(counted: list[Count]) -> Table:
    table = Table("promise", Column("looked at", justify="right"), Column("broken", justify="right"), title="The day")
    for each in counted:
        table.add_row(each.promise, f"{each.looked_at:,}", str(len(each.broken)))
    return table


def _times(done: Done) -> Table:
    table = Table("what happened", Column("seconds", justify="right"), title="How long it took")
    for name, seconds in done.seconds.items():
        table.add_row(name, f"{seconds:.0f}")
    return table


if __name__ == "__main__":
    sys.exit(main())
