"""The terminal: results to standard output, everything else to standard error."""

import sys
from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

_WIDE = 240  # what is read by another program is not wrapped to a terminal's width

out = Console(highlight=False, width=None if sys.stdout.isatty() else _WIDE)
errors = Console(stderr=True, highlight=False, soft_wrap=True)


def table(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """A table. What stands in the cells is text, whatever it looks like."""
    made = Table(*columns, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        made.add_row(*(Text(str(cell)) for cell in row))
    out.print(made)


def say(text: str) -> None:
    """One line of text, as it is."""
    out.print(text, markup=False, soft_wrap=True)


def write(text: str) -> None:
    """Text for another program: not a letter is changed."""
    sys.stdout.write(text)
