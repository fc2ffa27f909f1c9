"""Opens a people file: finds its shape, and yields its rows by field."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from regain.organisation.file_errors import FileError, InvalidFile
from regain.people.formats import (
    active_directory,
    cells,
    cognito,
    delimited,
    encoding,
    google,
    ldif,
    microsoft,
    okta,
    regain,
)  # fmt: skip
from regain.people.formats.headings import Columns, may_end, normalise, resolve

SHAPES = (
    *regain.SHAPES, *microsoft.SHAPES, *active_directory.SHAPES, *google.SHAPES, *okta.SHAPES, *cognito.SHAPES,
)  # fmt: skip
COMMON = {**regain.NAMES, **microsoft.LOCALISED}
_AS_WRITTEN = ("user_id", "display_name", "given_name", "surname", "password")
"""Fields whose content is taken literally: some people are called Null."""
_NAMES = ("display_name", "given_name", "surname")  # 't Hooft begins with an apostrophe
_DELETED = re.compile(r",cn=deleted (users,cn=accounts,cn=provisioning|objects),", re.IGNORECASE)
"""Where FreeIPA preserves deleted users, and Active Directory its tombstones."""
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
    return Sheet(columns, _rows(str(path), columns, table.headings, table.rows), notes)


def _rows(file: str, columns: Columns, headings: list[str], rows: Iterator[tuple[int, list[str]]]) -> Iterator[Row]:
    width, keys = len(headings), [normalise(heading) for heading in headings]
    unknown = [(place, heading) for place, heading in enumerate(headings) if _is_unknown(heading, columns)]
    for line, row in rows:
        error = None
        if normalise(row[0]) == keys[0] and [normalise(cell) for cell in row] == keys:
            continue  # repeated headings, perhaps after a byte order mark: two exports were concatenated
        if any(cell.strip() for cell in row[width:]):
            error = (f"the row has {len(row)} cells, but there are {width} headings",
                     "put cells that contain the separator in quotation marks")  # fmt: skip
        for place, heading in unknown:
            _check_unknown(file, line, heading, row[place] if place < len(row) else "")
        found: dict[str, list[tuple[str, str]]] = {}
        for place, name, heading in columns.used:
            if place < len(row) and (content := _content(name, row[place])):
                found.setdefault(name, []).append((heading, content))
        yield Row(line, found, error)


def _content(name: str, cell: str) -> str:
    """The value of a field in a cell; "" if there is none."""
    if name == "password":
        return "" if cell.isspace() else cell
    if cell.isspace() or (name not in _AS_WRITTEN and cells.is_blank(cell)):
        return ""
    return cells.content(cell) if name in _NAMES else cells.code(cell)


def _is_unknown(heading: str, columns: Columns) -> bool:
    return normalise(heading) not in {**COMMON, **columns.shape.columns}


def _check_unknown(file: str, line: int, heading: str, cell: str) -> None:
    """Raises InvalidFile if an unknown column says that somebody is blocked: ignoring it would enable them."""
    if cells.says_off(cell):
        message = f"the column `{heading.strip()}` holds `{cell.strip()}`, and may say who is blocked"
        hint = "rename it accountEnabled (True or False), or remove it"
        raise InvalidFile([FileError(file, line, message, hint)])
    if may_end(heading) and cells.may_have_ended(cell, datetime.now(UTC).date()):
        message = f"the column `{heading.strip()}` holds `{cell.strip()}`, and may say who has left"
        hint = "rename it accountExpires, which turns these people off, or remove it"
        raise InvalidFile([FileError(file, line, message, hint)])


def _ldif(text: encoding.Text) -> tuple[Columns, Iterator[Row]]:
    names = list(dict.fromkeys(chain.from_iterable(entry for _, entry in ldif.read_entries(text))))
    if not names:
        raise InvalidFile([FileError(str(text.path), 1, "this LDIF has no entries", "export them again")])
    columns = resolve(str(text.path), 1, names, (active_directory.LDIF,), {})
    return columns, _entries(str(text.path), columns, ldif.read_entries(text))


def _entries(file: str, columns: Columns, entries: Iterator[tuple[int, dict[str, list[str]]]]) -> Iterator[Row]:
    unknown = [heading for heading in columns.unused if _is_unknown(heading, columns)]
    for line, entry in entries:
        for heading in unknown:
            for value in entry.get(heading, ()):
                _check_unknown(file, line, heading, value)
        found: dict[str, list[tuple[str, str]]] = {}
        for _, name, heading in columns.used:
            found.setdefault(name, []).extend((heading, value) for value in entry.get(heading, ()) if value.strip())
        if _DELETED.search(entry["dn"][0]):
            found.setdefault("deleted", []).append(("dn", "true"))
        yield Row(line, {name: cells for name, cells in found.items() if cells})
