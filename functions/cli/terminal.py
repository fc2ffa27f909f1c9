"""Output: results go to standard output, everything else to standard error.

With `--json`, standard output is a single JSON object, and text for people goes to standard error.
"""

import errno
import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

_WIDE = 240  # columns when piped, so that lines are not wrapped for programs

for _name in ("stdout", "stderr"):
    if getattr(sys, _name) is None:  # closed by the parent process
        setattr(sys, _name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - until the command ends

out = Console(highlight=False, width=None if sys.stdout.isatty() else _WIDE)
errors = Console(stderr=True, highlight=False, soft_wrap=True)


class _Result:
    """The JSON result of a command: values by name, printed once when the command ends."""

    def __init__(self) -> None:
        self.wanted = False
        self.facts: dict[str, object] = {}


_result = _Result()


def begin() -> None:
    """Clears the result of any earlier command in this process."""
    _result.wanted, _result.facts = False, {}


def write_any_letter() -> None:
    """Makes both streams accept any character: UTF-8 when piped; on a terminal, escapes what its encoding lacks."""
    for stream in (sys.stdout, sys.stderr):
        encoding = None if stream.isatty() else "utf-8"
        stream.reconfigure(encoding=encoding, errors="backslashreplace")  # type: ignore[union-attr] # files of text


def want_json() -> None:
    """Reserves standard output for the JSON object from now on."""
    _result.wanted = True


def json_wanted() -> bool:
    """Whether the command answers with JSON."""
    return _result.wanted


def result(**facts: object) -> None:
    """Adds values to the JSON object: strings, numbers, booleans, lists and dictionaries."""
    _result.facts.update(facts)


def add(name: str, fact: object) -> None:
    """Appends a value to a list in the JSON object."""
    known = _result.facts.setdefault(name, [])
    if isinstance(known, list):
        known.append(fact)


def end() -> None:
    """Prints the JSON object, if it was asked for.

    Raises:
        OSError: standard output cannot be written to.
    """
    if _result.wanted:
        sys.stdout.write(json.dumps(_result.facts, indent=2, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def abandon(error: OSError) -> None:
    """Stops writing to standard output. Reports the error, unless the reader closed the pipe (EPIPE)."""
    sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - until the command ends
    if error.errno != errno.EPIPE:
        fail(f"The output could not be written: {error.strerror}.")


def _console() -> Console:
    return errors if _result.wanted else out


def table(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """Prints a table. Cells are plain text, never markup."""
    made = Table(*columns, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        made.add_row(*(Text(str(cell)) for cell in row))
    _console().print(made)


def say(text: str) -> None:
    """Prints a line of plain text."""
    _console().print(text, markup=False, soft_wrap=True)


def fail(text: str) -> None:
    """Prints an error message to standard error."""
    errors.print(text, markup=False)
    result(error=text)


def write(text: str) -> None:
    """Writes text for another program, unchanged. With `--json`, writes nothing: the caller adds it to the result."""
    if not _result.wanted:
        sys.stdout.write(text)
