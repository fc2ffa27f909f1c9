"""Output: results go to standard output, everything else to standard error."""

import sys
from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

_WIDE = 240  # columns when piped, so that lines are not wrapped for programs

out = Console(highlight=False, width=None if sys.stdout.isatty() else _WIDE)
errors = Console(stderr=True, highlight=False, soft_wrap=True)


def table(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """Prints a table. Cells are plain text, never markup."""
    made = Table(*columns, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        made.add_row(*(Text(str(cell)) for cell in row))
    out.print(made)


def say(text: str) -> None:
    """Prints a line of plain text."""
    out.print(text, markup=False, soft_wrap=True)


def write(text: str) -> None:
    """Writes text for another program, unchanged."""
    sys.stdout.write(text)
