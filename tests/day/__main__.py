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
    broken = [f"{each.promise}: {case}" for each in counted for case in each.broken]
    ended = f"Broken promises: {len(broken)}" if broken else "Every promise was kept."
    tables = (_times(done), _answers(done), _promises(counted))
    Console(width=140).print(*tables, ended, *broken[:40], sep="\n", markup=False)
    return 1 if broken else 0


def _promises(counted: list[Count]) -> Table:
    table = _table("What was promised", "Promise", "Checked", "Broken")
    for each in counted:
        table.add_row(f"{each.promise[0].upper()}{each.promise[1:]}", f"{each.checked:,}", str(len(each.broken)))
    return table


def _times(done: Done) -> Table:
    table = _table("The day", "What happened", "Seconds")
    for name, seconds in done.seconds.items():
        table.add_row(name, f"{seconds:.0f}")
    return table


def _answers(done: Done) -> Table:
    table = _table("What the attackers were answered", "Status and problem", "Times")
    for answer, times in sorted(done.attacks.items()):
        table.add_row(answer, f"{times:,}")
    return table


def _table(title: str, first: str, *numbers: str) -> Table:
    return Table(first, *(Column(name, justify="right") for name in numbers), title=title)


if __name__ == "__main__":
    sys.exit(main())
