"""How a file's text is written: found from its bytes, never asked for."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from regain.organisation.file_errors import FileError, InvalidFile

_CHUNK = 1 << 20
_SAVE_AS = "save the sheet as “CSV UTF-8” and import that file"
_NO_TEXT = (
    (b"PK\x03\x04", "this is an Excel workbook (or another ZIP archive), not text", _SAVE_AS),
    (b"\xd0\xcf\x11\xe0", "this is an old Excel workbook, not text", _SAVE_AS),
    (b"%PDF", "this is a PDF, not a table", "export the people as CSV"),
    (b"\x1f\x8b", "this file is compressed (gzip)", "unpack it first"),
    (b"\xff\xfe\0\0", "this is UTF-32 text", "save the file as UTF-8"),
    (b"\0\0\xfe\xff", "this is UTF-32 text", "save the file as UTF-8"),
)
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_MULTIBYTE = re.compile(rb"[\xc3-\xf4][\x80-\xbf]")  # a letter in UTF-8: in Windows-1252 these pairs spell no word
_ABROAD = re.compile(r"[^\W\d_]*[^\x00-\x7f][^\W\d_]*")


@dataclass(frozen=True, slots=True)
class Text:
    """A file whose text can be read from start to end. `note` says what about it is a guess."""

    path: Path
    encoding: str
    note: FileError | None = None

    def lines(self) -> Iterator[str]:
        """Its lines with their ends, as `csv` wants them."""
        with self.path.open(encoding=self.encoding, newline="") as opened:
            yield from opened


def text(path: Path) -> Text:
    """How the file is written.

    Raises:
        InvalidFile: it is no text, or no text that can be read without losing letters; says what to do.
    """
    try:
        with path.open("rb") as opened:
            start = opened.read(4_096)
    except FileNotFoundError:
        raise InvalidFile([FileError(str(path), 0, "there is no such file")]) from None
    except OSError as error:
        raise InvalidFile([FileError(str(path), 0, f"the file cannot be read: {error.strerror}")]) from None
    for mark, what, instead in _NO_TEXT:
        if start.startswith(mark):
            raise InvalidFile([FileError(str(path), 0, what, instead)])
    found = next((encoding for mark, encoding in _MARKS if start.startswith(mark)), _without_mark(start))
    line, at_end = _first_mistake(path, found)
    if not line:
        return Text(path, found)
    if found == "utf-8" and not at_end:
        return _windows(path, line)
    what = "the file ends in the middle of a character" if at_end else f"this is not {found.upper()[:6]} text"
    instead = "it may be cut off: export it again" if at_end else "save the file as UTF-8"
    raise InvalidFile([FileError(str(path), line, what, instead)])


def _without_mark(start: bytes) -> str:
    """UTF-16 shows by its zeros: every other byte of what is mostly ASCII."""
    even, odd = start[0::2].count(0), start[1::2].count(0)
    most = len(start) // 5
    if odd > most >= even:
        return "utf-16-le"
    return "utf-16-be" if even > most >= odd else "utf-8"


def _first_mistake(path: Path, encoding: str) -> tuple[int, bool]:
    """The line of the first bytes that are no text of this encoding (0: none), and whether the file ends with them."""
    decoder, line = codecs.getincrementaldecoder(encoding)(), 1
    with path.open("rb") as opened:
        while chunk := opened.read(_CHUNK):
            try:
                line += decoder.decode(chunk).count("\n")
            except UnicodeDecodeError as error:
                return line + bytes(error.object[: error.start]).count(b"\n"), False
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return line, True
    return 0, False


def _windows(path: Path, line: int) -> Text:
    """Not UTF-8, so what older Windows programs write; unless it is UTF-8 with a damaged place."""
    with path.open("rb") as opened:
        while chunk := opened.read(_CHUNK):
            if _MULTIBYTE.search(chunk):
                damaged = FileError(str(path), line, "this is not UTF-8 text, though the rest of the file is",
                                    "correct the letters of this line and save the file as UTF-8")  # fmt: skip
                raise InvalidFile([damaged])
    if _first_mistake(path, "cp1252")[0]:
        neither = FileError(str(path), line, "this is neither UTF-8 nor Windows-1252 text", "save the file as UTF-8")
        raise InvalidFile([neither])
    guess = Text(path, "cp1252")
    example = next((found[0] for each in guess.lines() if (found := _ABROAD.search(each))), "")
    instead = f"look whether this is spelt as it should be: {example}; if not, save the file as UTF-8"
    note = FileError(str(path), line, "the file is read as Windows-1252, since it is not UTF-8", instead)
    return Text(path, "cp1252", note)
