"""Opens a people file: finds its shape, and yields its rows by field."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from regain.organisation.file_errors import FileError, InvalidFile
from regain.people.formats import active_directory, cognito, delimited, encoding, google, ldif, microsoft, okta, regain
from regain.people.formats.headings import Columns, normalise, resolve

SHAPES = (
    *regain.SHAPES, *microsoft.SHAPES, *active_directory.SHAPES, *google.SHAPES, *okta.SHAPES, *cognito.SHAPES,
)  # fmt: skip
COMMON = {**regain.NAMES, **microsoft.LOCALISED}
_KNOWN = {*COMMON, *chain.from_iterable(shape.columns for shape in SHAPES)}


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `cells` has the headings and contents of cells that are not blank, by field and in order of priority.

    `error` is what is wrong with the row as a whole, and a hint.
    """

    line: int
    cells: dict[str, list[tuple[str, str]]]
    error: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """An open file. The rows can be read once."""

    columns: Columns
    rows: Iterator[Row]
    notes: tuple[FileError, ...] = ()


def read(path: Path) -> Sheet:
    """Opens a people file.

    Raises:
        InvalidFile: it is not one. Also raised while its rows are read.
    """
    text = encoding.detect(path)
    notes = (text.note,) if text.note else ()
    if ldif.is_ldif(text):
        return Sheet(*_ldif(text), notes)
    table = delimited.read_table(text, lambda heading: normalise(heading) in _KNOWN)
    columns = resolve(str(path), table.line, table.headings, SHAPES, COMMON)
    return Sheet(columns, _rows(columns, len(table.headings), table.rows), notes)


def _rows(columns: Columns, width: int, rows: Iterator[tuple[int, list[str]]]) -> Iterator[Row]:
    for line, cells in rows:
        error = None
        if any(cell.strip() for cell in cells[width:]):
            error = (f"the row has {len(cells)} cells, but there are {width} headings",
                     "put cells that contain the separator in quotation marks")  # fmt: skip
        found: dict[str, list[tuple[str, str]]] = {}
        for place, name, heading in columns.used:
            if place < len(cells) and (content := cells[place]) and not content.isspace():
                found.setdefault(name, []).append((heading, content))
        yield Row(line, found, error)


def _ldif(text: encoding.Text) -> tuple[Columns, Iterator[Row]]:
    names = list(dict.fromkeys(chain.from_iterable(entry for _, entry in ldif.read_entries(text))))
    if not names:
        raise InvalidFile([FileError(str(text.path), 1, "this LDIF has no entries", "export them again")])
    columns = resolve(str(text.path), 1, names, (active_directory.LDIF,), {})
    return columns, _entries(columns, ldif.read_entries(text))


def _entries(columns: Columns, entries: Iterator[tuple[int, dict[str, list[str]]]]) -> Iterator[Row]:
    for line, entry in entries:
        found: dict[str, list[tuple[str, str]]] = {}
        for _, name, heading in columns.used:
            found.setdefault(name, []).extend((heading, value) for value in entry.get(heading, ()) if value.strip())
        yield Row(line, {name: cells for name, cells in found.items() if cells})
