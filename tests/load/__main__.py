"""`make load`: 200 people for 60 seconds; fails if anything was lost, wrong, or grew."""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Column, Table

from tests.load.run import Outcome, run

RESULT = Path(__file__).parents[2] / ".state" / "load.json"
_GROWTH = 1.25
"""So many times as much memory may a process take at the end as when everybody was there: Python's collector lets what
hangs together in circles lie until it is a quarter of everything."""
_KB_A_FLOW = 300
"""The engine holds all tables, streams and letters in memory: it grows with what has happened, by no more than this."""


def main() -> int:
    """Runs, prints, and answers the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        outcome = run(Path(folder), min(asked.people, 500), min(asked.seconds, 600))
    wrong = outcome.wrong + grown(outcome)
    verdict = f"{len(wrong)} wrong" if wrong else "no error, no message lost or sent twice, memory flat"
    Console(width=120).print(
        *_tables(outcome), *(f"wrong: {each}" for each in wrong[:20]), verdict, sep="\n", markup=False
    )
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps({**_figures(outcome), "wrong": wrong}, indent=2) + "\n")
    return 1 if wrong else 0


def grown(outcome: Outcome) -> list[str]:
    """The processes that took more and more memory."""
    found = []
    flows = max(1, outcome.finished.total())
    for kind, (_, busy, end) in outcome.memory.items():
        most = busy + flows * _KB_A_FLOW / 1_000 if kind == "engine" else busy * _GROWTH
        if end > most:
            found.append(f"{kind} has grown from {busy:.0f} to {end:.0f} MB")
    return found


def _figures(outcome: Outcome) -> dict:
    steps = sorted({step for step, _ in (*outcome.requests, *outcome.waits)})
    return {
        "seconds": round(outcome.seconds, 1),
        "flows": dict(outcome.finished),
        "mistyped": outcome.mistyped,
        "requests": len(outcome.requests),
        "requests_per_second": round(outcome.per_second, 1),
        "milliseconds": {step or "all": [round(ms) for ms in outcome.percentiles(step)] for step in ("", *steps)},
        "megabytes": {kind: [round(size, 1) for size in sizes] for kind, sizes in sorted(outcome.memory.items())},
    }


def _tables(outcome: Outcome) -> list[Table]:
    figures = _figures(outcome)
    flows = Table("flows", Column("number", justify="right"), title="What was done")
    for name, number in figures["flows"].items():
        flows.add_row(f"{name}, finished", str(number))
    flows.add_row("with a code mistyped at first", str(figures["mistyped"]))
    flows.add_row("flows a second", f"{outcome.finished.total() / outcome.seconds:.1f}")
    flows.add_row("requests", str(figures["requests"]))
    flows.add_row("requests a second", str(figures["requests_per_second"]))
    times = Table(
        "step", Column("p50 ms", justify="right"), Column("p95 ms", justify="right"), title="How long it took"
    )
    for step, (half, most) in figures["milliseconds"].items():
        times.add_row(step, str(half), str(most))
    named = [Column(f"{when} MB", justify="right") for when in ("before", "busy", "end")]
    sizes = Table("largest process", *named, title="Memory")
    for kind, taken in figures["megabytes"].items():
        sizes.add_row(kind, *map(str, taken))
    return [flows, times, sizes]


if __name__ == "__main__":
    sys.exit(main())
