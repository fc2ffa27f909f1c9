"""Delimited text: CSV with any separator, and with the extra first lines that spreadsheets and shells write."""

import csv
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from regain.organisation.file_errors import FileError, InvalidFile
from regain.people.formats.encoding import Text

_SEPARATORS = ",;\t|"
_JSON = "JSON", "export the people as CSV; in PowerShell: (Get-Content FILE | ConvertFrom-Json) | Export-Csv FILE.csv"
_MARKUP = "XML or HTML", "export the people as CSV, or open it in a spreadsheet and save it as “CSV UTF-8”"
_NOT_TABLES = {"{": _JSON, "[": _JSON, "<": _MARKUP}


@dataclass(frozen=True, slots=True)
class Table:
    """The headings as written, with their line, and the rows: the line and the cells of each."""

    headings: list[str]
    line: int
    rows: Iterator[tuple[int, list[str]]]


def read_table(text: Text, is_known: Callable[[str], bool]) -> Table:
    """Reads a table. Its separator is the one that yields the most known headings.

    Raises:
        InvalidFile: the text is not a table. Also raised while the rows are read, with the line and the cause.
    """
    file, lines = str(text.path), text.lines()
    separator, number = "", 0
    for line in lines:
        number += 1
        bare = line.strip().strip("\"'")
        if bare.lower().startswith("sep=") and len(bare) <= 5:
            separator = line.rstrip("\r\n").strip("\"'")[4:5]
        elif bare and not _is_preamble(bare):
            break
    else:
        raise InvalidFile([FileError(file, 1, "there is no column userPrincipalName", "the file is empty")])
    if bare[0] in _NOT_TABLES:
        name, hint = _NOT_TABLES[bare[0]]
        raise InvalidFile([FileError(file, number, f"this is {name}", hint)])
    separator = separator or _separator(line, is_known)
    spaced = f'"{separator} "' in line  # "userPrincipalName", "displayName": the blank is no part of a cell
    rows = _rows(file, itertools.chain([line], lines), separator, number - 1, spaced)
    at, headings = next(rows, (number, []))
    return Table(headings, at, rows)


def _is_preamble(line: str) -> bool:
    """Whether this line precedes the headings: Windows PowerShell's type, or the version of an Entra template."""
    return line.startswith("#TYPE ") or line.lower().startswith("version:v")


def _separator(line: str, is_known: Callable[[str], bool]) -> str:
    def score(separator: str) -> tuple[int, int]:
        cells = next(csv.reader([line], delimiter=separator), [])
        return sum(map(is_known, cells)), len(cells)

    return max(_SEPARATORS, key=score)


def _rows(
    file: str, lines: Iterator[str], separator: str, skipped: int, spaced: bool
) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not blank, with their first line, counted after the lines that were skipped."""
    last = ""

    def watched() -> Iterator[str]:
        nonlocal last
        for line in lines:
            last = line
            yield line

    reader = csv.reader(watched(), delimiter=separator, strict=True, skipinitialspace=spaced)
    begins, width = 1, 0
    try:
        for cells in reader:
            width = width or len(cells)
            if any(cell and not cell.isspace() for cell in cells):
                if len(cells) < width and not last.endswith(("\n", "\r")):
                    raise csv.Error("unexpected end of data")
                yield skipped + begins, cells
            begins = reader.line_num + 1
    except csv.Error as error:
        raise InvalidFile([FileError(file, skipped + begins, *_cause(str(error)))]) from None


def _cause(error: str) -> tuple[str, str]:
    if "unexpected end" in error:
        return "the file ends in the middle of this row", "it may be truncated: export it again"
    if "expected after" in error:
        return "a cell contains a quotation mark", "double it, and put the whole cell in quotation marks"
    if "field larger" in error:
        return "a cell is too long", "a closing quotation mark may be missing"
    return f"this is not CSV: {error}", "export the file again"
