"""`make abuse`: every case, the table of them, and the times of known and unknown user IDs at full size.

Its status is 1 where a case does not hold, 2 where times tell known from unknown.
"""

import argparse
import os
import statistics
import sys
import tempfile
from pathlib import Path

import pytest
import rich.table
from rich.console import Console

from tests.abuse.cases import NUMBER, Table, throttled
from tests.abuse.client import Deployment
from tests.abuse.conftest import MANY
from tests.abuse.enumeration import Step, measure
from tests.conftest import ROOT, build_site, launch

CONSOLE = Console(width=170)
AT_FULL_SIZE = ("tests/functions/test_sizes_of_attacks.py",)
"""What `make test` plays small."""
LEAST, MOST = 0.45, 0.55
"""What an attacker who orders pairs by time alone may reach (B1)."""


def main() -> int:
    """Plays, prints, measures. Answers the exit status."""
    arguments = _arguments()
    if arguments.cases:
        table = Table()
        os.environ["ABUSE"] = "full"
        status = pytest.main(["tests/abuse", *AT_FULL_SIZE, "-q", "--timeout=3600"], plugins=[table])
        CONSOLE.print(table.shown(), f"{table.held} of {NUMBER} cases hold.", throttled(), sep="\n")
        if status:
            return 1
    return _times(arguments) if arguments.pairs else 0


def _times(arguments: argparse.Namespace) -> int:
    """Measures, again for what looked different: other work on the machine does not come twice in the same place."""
    for attempt in range(1, arguments.tries + 1):
        with tempfile.TemporaryDirectory() as folder:
            steps = _measured(Path(folder), arguments)
        CONSOLE.print(_shown(steps, attempt))
        if all(LEAST <= step.auc <= MOST and step.known_answers == step.unknown_answers for step in steps.values()):
            return 0
    return 2


def _measured(folder: Path, arguments: argparse.Namespace) -> dict[str, Step]:
    build_site(folder / "site")
    organisation = folder / "organisation.yaml"
    organisation.write_text((ROOT / "organisation.yaml").read_text() + MANY)
    stack = launch(folder / "state", folder / "site", "--organisation", str(organisation), warm=True)
    try:
        return measure(Deployment("private", stack), arguments.pairs, arguments.minutes * 60)
    finally:
        stack.stop()


def _shown(steps: dict[str, Step], attempt: int) -> rich.table.Table:
    title = f"Known and unknown user IDs, try {attempt}: an AUC from {LEAST} to {MOST} is guessing"
    shown = rich.table.Table("step", "known", "unknown", "answers", "medians, ms", "AUC", "p", title=title)
    for name, step in steps.items():
        known, unknown = (statistics.median(times) * 1_000 for times in (step.known, step.unknown))
        same = "equal" if step.known_answers == step.unknown_answers else "[bold red]DIFFERENT"
        counts = (str(len(step.known)), str(len(step.unknown)))
        shown.add_row(name, *counts, same, f"{known:.1f}, {unknown:.1f}", f"{step.auc:.3f}", f"{step.p_value:.2f}")
    return shown


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.abuse", description=__doc__)
    parser.add_argument("--pairs", type=int, default=1_000, help="known and unknown user IDs, each; 0 measures nothing")
    parser.add_argument("--minutes", type=float, default=12, help="after which a measurement ends with what it has")
    parser.add_argument("--tries", type=int, default=3)
    parser.add_argument("--no-cases", dest="cases", action="store_false", help="only measure times")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
