"""Tables as text: CSV with whichever separator and first lines spreadsheets and shells write."""

import csv
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from regain.organisation.file_errors import FileError, InvalidFile
from regain.people.formats.encoding import Text

_SEPARATORS = ",;\t|"
_LIKE = (
    ("{", "this is JSON, not a table", "export the people as CSV"),
    ("[", "this is JSON, not a table", "export the people as CSV"),
    ("<", "this is XML or HTML, not a table", "export the people as CSV"),
)


@dataclass(frozen=True, slots=True)
class Table:
    """The headings of a table as they are written, with their line, and its rows: the line and the cells of each."""

    headings: list[str]
    line: int
    rows: Iterator[tuple[int, list[str]]]


def table(text: Text, known: Callable[[str], bool]) -> Table:
    """The table in a text. The separator is the one that makes most `known` headings of the first line.

    Raises:
        InvalidFile: there is no table; also raised while rows are read, with the line and the cause.
    """
    file, lines = str(text.path), text.lines()
    separator, number = "", 0
    for line in lines:
        number += 1
        bare = line.strip().strip("\"'")
        if bare.lower().startswith("sep=") and len(bare) <= 5:
            separator = line.rstrip("\r\n").strip("\"'")[4:5]
        elif bare and not _preamble(bare):
            break
    else:
        raise InvalidFile([FileError(file, 1, "there is no column userPrincipalName", "the file is empty")])
    for sign, what, instead in _LIKE:
        if bare.startswith(sign):
            raise InvalidFile([FileError(file, number, what, instead)])
    separator = separator or _separator(line, known)
    rows = _rows(file, itertools.chain([line], lines), separator, number - 1)
    at, headings = next(rows, (number, []))
    return Table(headings, at, rows)


def _preamble(line: str) -> bool:
    """Lines that stand above the headings: Windows PowerShell's type and the version of Entra's templates."""
    return line.startswith("#TYPE ") or line.lower().startswith("version:v")


def _separator(line: str, known: Callable[[str], bool]) -> str:
    def hits(separator: str) -> tuple[int, int]:
        cells = next(csv.reader([line], delimiter=separator), [])
        return sum(map(known, cells)), len(cells)

    return max(_SEPARATORS, key=hits)


def _rows(file: str, lines: Iterator[str], separator: str, above: int) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line on which it begins. A blank row is none."""
    last = ""

    def watched() -> Iterator[str]:
        nonlocal last
        for line in lines:
            last = line
            yield line

    reader = csv.reader(watched(), delimiter=separator, strict=True)
    begins, width = 1, 0
    try:
        for cells in reader:
            width = width or len(cells)
            if any(cell and not cell.isspace() for cell in cells):
                if len(cells) < width and not last.endswith(("\n", "\r")):
                    raise csv.Error("unexpected end of data")
                yield above + begins, cells
            begins = reader.line_num + 1
    except csv.Error as error:
        raise InvalidFile([FileError(file, above + begins, *_cause(str(error)))]) from None


def _cause(error: str) -> tuple[str, str]:
    if "unexpected end" in error:
        return "the file ends in the middle of this row", "it may be cut off: export it again"
    if "expected after" in error:
        return "a quotation mark stands inside a cell", "write it twice, and put the whole cell in quotation marks"
    if "field limit" in error or "field larger" in error:
        return "this is not CSV: a cell is longer than any there can be", "a quotation mark may be missing: close it"
    return f"this is not CSV: {error}", "export the file again"
