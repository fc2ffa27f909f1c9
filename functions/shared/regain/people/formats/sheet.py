"""A file of people, opened: what wrote it, what its columns mean, and its rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from regain.organisation.file_errors import FileError, InvalidFile
from regain.people.formats import active_directory, cognito, delimited, encoding, google, ldif, microsoft, okta, regain
from regain.people.formats.headings import Columns, columns, key

SHAPES = (
    *regain.SHAPES, *microsoft.SHAPES, *active_directory.SHAPES, *google.SHAPES, *okta.SHAPES, *cognito.SHAPES,
)  # fmt: skip
COMMON = {**regain.NAMES, **microsoft.LOCALISED}
_KNOWN = {*COMMON, *chain.from_iterable(shape.columns for shape in SHAPES)}


@dataclass(frozen=True, slots=True)
class Row:
    """One row: by field, the headings and contents of its cells that are not blank, in the order in which they count.

    `mistake` is what is wrong with the row as a whole, and what would be right.
    """

    line: int
    cells: dict[str, list[tuple[str, str]]]
    mistake: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file. `notes` are worth saying; rows are read once, from the first to the last."""

    columns: Columns
    rows: Iterator[Row]
    notes: tuple[FileError, ...] = ()


def read(path: Path) -> Sheet:
    """Opens a file of people.

    Raises:
        InvalidFile: it is not such a file, and why; also raised while its rows are read.
    """
    text = encoding.text(path)
    notes = (text.note,) if text.note else ()
    if ldif.is_ldif(text):
        return Sheet(*_ldif(text), notes)
    table = delimited.table(text, lambda heading: key(heading) in _KNOWN)
    meant = columns(str(path), table.line, table.headings, SHAPES, COMMON)
    return Sheet(meant, _rows(meant, len(table.headings), table.rows), notes)


def _rows(meant: Columns, width: int, rows: Iterator[tuple[int, list[str]]]) -> Iterator[Row]:
    for line, cells in rows:
        mistake = None
        if any(cell.strip() for cell in cells[width:]):
            mistake = (f"the row has {len(cells)} cells, and there are {width} headings",
                       "put a cell that holds a separator in quotation marks")  # fmt: skip
        found: dict[str, list[tuple[str, str]]] = {}
        for place, name, heading in meant.used:
            if place < len(cells) and (content := cells[place]) and not content.isspace():
                found.setdefault(name, []).append((heading, content))
        yield Row(line, found, mistake)


def _ldif(text: encoding.Text) -> tuple[Columns, Iterator[Row]]:
    names: dict[str, int] = {}
    for line, entry in ldif.records(text):
        for name in entry:
            names.setdefault(name, line)
    if not names:
        raise InvalidFile([FileError(str(text.path), 1, "this LDIF has no entries", "export them again")])
    meant = columns(str(text.path), 1, list(names), (active_directory.LDIF,), {})
    return meant, _entries(meant, ldif.records(text))


def _entries(meant: Columns, records: Iterator[tuple[int, dict[str, list[str]]]]) -> Iterator[Row]:
    for line, entry in records:
        found: dict[str, list[tuple[str, str]]] = {}
        for _, name, heading in meant.used:
            found.setdefault(name, []).extend((heading, value) for value in entry.get(heading, ()) if value.strip())
        yield Row(line, {name: cells for name, cells in found.items() if cells})
