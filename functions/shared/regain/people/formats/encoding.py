"""Detects how a file is encoded, from its bytes."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from regain.organisation.file_errors import FileError, InvalidFile

_CHUNK = 1 << 20
_SAVE_AS_CSV = "save the sheet as “CSV UTF-8” and import that file"
_EXPORT = "export the people as CSV"
_SIGNATURES = (
    (b"PK\x03\x04", "this is an Excel workbook or another ZIP archive, not text", f"{_SAVE_AS_CSV}; or extract it"),
    (b"\xd0\xcf\x11\xe0", "this is an Excel workbook of an old version, not text", _SAVE_AS_CSV),
    (b"{\\rtf", "this is a document of a word processor (RTF)", "save it as plain text, or export the people as CSV"),
    (b"%PDF", "this is a PDF", "export the people as CSV"),
    (b"\x1f\x8b", "this file is compressed with gzip", "decompress it first"),
    (b"BZh", "this file is compressed with bzip2", "decompress it first"),
    (b"\xfd7zXZ\0", "this file is compressed with xz", "decompress it first"),
    (b"\x28\xb5\x2f\xfd", "this file is compressed with Zstandard", "decompress it first"),
    (b"7z\xbc\xaf\x27\x1c", "this is a 7-Zip archive", "extract it first"),
    (b"Rar!\x1a\x07", "this is a RAR archive", "extract it first"),
    (b"PK\x05\x06", "this is an empty ZIP archive", _EXPORT),
    (b"PAR1", "this is a Parquet file, not text", _EXPORT),
    (b"SQLite format 3\0", "this is a SQLite database, not text", _EXPORT),
    (b"\x89PNG", "this is a picture", _EXPORT),
    (b"-----BEGIN PGP MESSAGE-----", "this file is encrypted with OpenPGP", "decrypt it first"),
    (b"MIME-Version:", "this is a web archive (MHTML)", f"open it in a spreadsheet, and {_SAVE_AS_CSV}"),
    (b"\xff\xfe\0\0", "this text is UTF-32", "save the file as UTF-8"),
    (b"\0\0\xfe\xff", "this text is UTF-32", "save the file as UTF-8"),
)
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_UTF8_LETTER = re.compile(  # in Windows-1252 no word contains these bytes
    rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_ACCENTED_WORD = re.compile(r"(?<![^\W\d_])[^\W\d_]*[^\x00-\x7f][^\W\d_]*")
_CAPITAL, _SIGN = "ŠŒŽŸÀ-ÖØ-Þ", "£¬¼½¾³²¹¤¦†‡‰“”„˜"
_NO_WORD = re.compile(  # Cyrillic, Polish, Japanese or a Mac's letters, read as those of Western Windows
    rf"[{_CAPITAL}ß-öø-ÿšœžƒ]{{4}}|[a-zß-öø-ÿ][{_CAPITAL}]|[A-Za-z][{_CAPITAL}][a-z]"
    rf"|[^\W\d_][{_SIGN}¿](?:[^\W\d_]|[{_SIGN}¿])|(?<!\w)[£¬¼½¾³¹¤¦†‡‰][^\W\d_]"
)
_BETWEEN_CELLS = re.compile(r"[\s,;|\"]")


@dataclass(frozen=True, slots=True)
class Text:
    """A text file with its encoding. `note` says so if that is a guess."""

    path: Path
    encoding: str
    note: FileError | None = None

    def lines(self) -> Iterator[str]:
        """The lines with their ends, as `csv` expects them."""
        with self.path.open(encoding=self.encoding, newline="") as opened:
            yield from opened


def detect(path: Path) -> Text:
    """Detects the encoding. Decodes the whole file once, in chunks.

    Raises:
        InvalidFile: the file is not text, or cannot be decoded without losing letters. Says what to do.
    """
    if path.exists() and not path.is_file() and not path.is_dir():
        message = "this is a pipe, and people are read more than once"
        raise InvalidFile([FileError(str(path), 0, message, "save it as a file first")])
    try:
        with path.open("rb") as opened:
            start = opened.read(4_096)
    except FileNotFoundError:
        raise InvalidFile([FileError(str(path), 0, "there is no such file")]) from None
    except OSError as error:
        raise InvalidFile([FileError(str(path), 0, f"the file cannot be read: {error.strerror}")]) from None
    for signature, message, hint in _SIGNATURES:
        if start.startswith(signature):
            raise InvalidFile([FileError(str(path), 0, message, hint)])
    encoding = next((encoding for bom, encoding in _BOMS if start.startswith(bom)), _without_bom(start))
    line, at_end = _first_error(path, encoding)
    if not line:
        return Text(path, encoding)
    if encoding == "utf-8" and not at_end:
        return _windows_1252(path, line)
    name = "UTF-16" if encoding.startswith("utf-16") else "UTF-8"
    message = "the file ends in the middle of a character" if at_end else f"this is not valid {name}"
    hint = "it may be truncated: export it again" if at_end else "save the file as UTF-8"
    raise InvalidFile([FileError(str(path), line, message, hint)])


def _without_bom(start: bytes) -> str:
    """UTF-16 if every other byte is mostly 0, as it is for ASCII text; else UTF-8."""
    even, odd = start[0::2].count(0), start[1::2].count(0)
    few = len(start) // 5
    if odd > few >= even:
        return "utf-16-le"
    return "utf-16-be" if even > few >= odd else "utf-8"


def _first_error(path: Path, encoding: str) -> tuple[int, bool]:
    """The line of the first invalid byte (0 for none), and whether the file ends there."""
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


def _windows_1252(path: Path, line: int) -> Text:
    """The file as Windows-1252, which older Windows programs write; but not if it is UTF-8 with a damaged place."""
    with path.open("rb") as opened:
        while chunk := opened.read(_CHUNK):
            if _UTF8_LETTER.search(chunk):
                message = "this line is not valid UTF-8, although the rest of the file is"
                raise InvalidFile(
                    [FileError(str(path), line, message, "correct its letters and save the file as UTF-8")]
                )
    if _first_error(path, "cp1252")[0]:
        message = "this is neither UTF-8 nor Windows-1252"
        raise InvalidFile([FileError(str(path), line, message, "save the file as UTF-8")])
    guess = Text(path, "cp1252")
    for number, text in enumerate(guess.lines(), start=1):
        if not text.isascii() and _NO_WORD.search(text):
            word = next(each for each in _BETWEEN_CELLS.split(text) if _NO_WORD.search(each))
            message = f"this is neither UTF-8 nor Windows-1252, in which it would say `{word}`"
            raise InvalidFile([FileError(str(path), number, message, "save the file as UTF-8")])
    example = next((found[0] for each in guess.lines() if (found := _ACCENTED_WORD.search(each))), "")
    hint = f"check the spelling of “{example}”; if it is wrong, save the file as UTF-8"
    return Text(path, "cp1252", FileError(str(path), line, "not UTF-8, so read as Windows-1252", hint))
