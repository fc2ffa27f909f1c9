"""`make scale`: 1,000, 10,000 and 100,000 people; fails if anything takes more operations for many than for few."""

import argparse
import dataclasses
import json
import statistics
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Column, Table

from tests.scale.figures import ACTS, Size
from tests.scale.run import run

RESULT = Path(__file__).parents[2] / ".state" / "scale.json"
_MILLION = 1_000_000
_SIZES = "whole hundreds, from 200 to 1000000"
_PEAK = 1.5 * 20 / 31_536_000
"""Resets a second at the peak for each account, as `docs/admin/scale.md` has it."""
_LIMITS = {
    "Amazon SES, messages a second to begin with": (14, 3.3),
    "Amazon SES, messages a second once raised": (350, 3.3),
    "Microsoft Graph, writes of an application in a tenant: 3,000 in 150 seconds": (20, 1),
    "Amazon Cognito, passwords set a second (UserAccountRecovery)": (30, 1),
    "API Gateway, requests a second in this template": (1_000, 7.6),
    "DynamoDB, write units a second of a new table": (4_000, 115),
    "DynamoDB, write units a second of a table": (40_000, 115),
}
"""What others allow a second (AWS's and Microsoft's documentation), and how much of it a reset takes.

Active Directory and OpenLDAP allow what their machine can do: `python -m tests.directories.times` measures it.
"""


def main() -> int:
    """Measures, prints, writes `.state/scale.json`, and returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.scale", description=__doc__)
    parser.add_argument("--people", type=_people, nargs="+", default=[1_000, 10_000, 100_000], help=_SIZES)
    sizes = sorted(parser.parse_args().people)
    measured = run(sizes)
    RESULT.parent.mkdir(exist_ok=True)
    told = [{**dataclasses.asdict(size), "engine_megabytes": engine} for size, engine in measured]
    RESULT.write_text(json.dumps(told, indent=2) + "\n")
    found = [size for size, _ in measured]
    different = [size for size in found if size.operations != found[0].operations]
    Console(width=150).print(_table(measured), _on_paper(), sep="\n")
    for size in different:
        sys.stdout.write(f"{size.people} people: {size.operations}, and not {found[0].operations}\n")
    return 1 if different else 0


def _people(text: str) -> int:
    """A size that can be measured: an import handles a hundred people together, and a page of 20 must be found."""
    number = int(text)
    if number % 100 or not 200 <= number <= _MILLION:
        raise argparse.ArgumentTypeError(f"{text}: {_SIZES}")
    return number


def _table(measured: list[tuple[Size, float]]) -> Table:
    least = measured[0][0]
    base = {name: statistics.median(least.acts[name].seconds) for name in ACTS}
    inner = ", ".join(f"{name} {seconds * 1e3:.1f} ms" for name, seconds in base.items())
    names = ("people", "import: CPU", "memory", "engine", "for 100 people", *(f"{name}: operations" for name in ACTS))
    columns = [Column(name, justify="right") for name in (*names, *ACTS)]
    table = Table(*columns, title=f"CPU time of {least.people:,} people: {inner}; of more people as ratios to these")
    for size, engine in measured:
        table.add_row(
            f"{size.people:,}", f"{size.imported.seconds:.1f} s", f"{size.imported.megabytes:.0f} MB", f"{engine:,.0f} MB",
            f"{sum(size.imported.operations.values()):g}",
            *("/".join(map(str, sorted(set(size.acts[name].operations)))) for name in ACTS),
            *(f"{statistics.median(size.acts[name].seconds) / base[name]:.2f} ×" for name in ACTS),
        )  # fmt: skip
    if len(measured) > 1 and _MILLION // 100 <= measured[-1][0].people < _MILLION:  # of small sizes it is all noise
        table.add_row(*_million(*measured[-2:]))
    return table


def _million(less: tuple[Size, float], more: tuple[Size, float]) -> list[str]:
    """What a million people would take, from the slope of the two largest sizes."""

    def slope(first: float, second: float) -> float:
        growth = (second - first) / (more[0].people - less[0].people)
        return second + growth * (_MILLION - more[0].people)

    (few, few_engine), (many, many_engine) = less, more
    return [
        "a million, from the slope", f"{slope(few.imported.seconds, many.imported.seconds):,.0f} s",
        f"{slope(few.imported.megabytes, many.imported.megabytes):,.0f} MB", f"{slope(few_engine, many_engine):,.0f} MB",
    ]  # fmt: skip


def _on_paper() -> Table:
    """How many accounts each limit of others suffices for, at the peak that `docs/admin/scale.md` reckons with."""
    table = Table(
        "limit", Column("a second", justify="right"), Column("suffices for", justify="right"), title="On paper"
    )
    for name, (limit, for_a_reset) in _LIMITS.items():
        table.add_row(name, f"{limit:,}", f"{limit / for_a_reset / _PEAK / 1e6:,.1f} million accounts")
    return table


if __name__ == "__main__":
    sys.exit(main())
