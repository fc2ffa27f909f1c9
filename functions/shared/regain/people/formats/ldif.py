"""LDIF (RFC 2849), as `ldapsearch`, `slapcat` and `ldifde` write it.

Our own: python-ldap, whose reader it would be, needs a compiler and OpenLDAP, and the format is one page.
"""

import base64
from collections.abc import Iterable, Iterator

from regain.organisation.file_errors import FileError, InvalidFile
from regain.people.formats.encoding import Text

_BINARY = ("objectguid",)  # sixteen bytes, which may happen to be text


def is_ldif(text: Text) -> bool:
    """Whether the first line that is neither blank nor a comment begins an LDIF."""
    for line in text.lines():
        start = line.lower().lstrip()
        if start and not start.startswith("#"):
            return start.startswith("dn:") or start.rstrip() in ("version: 1", "version:1")
    return False


def records(text: Text) -> Iterator[tuple[int, dict[str, list[str]]]]:
    """Each entry with the line on which it begins: its attributes, without options, and their values.

    Raises:
        InvalidFile: a line that is none of LDIF, or records of changes in place of entries.
    """
    file, entry, begins = str(text.path), {}, 0
    for number, line in _unfolded(file, text.lines()):
        if not line:
            if "dn" in entry:
                yield begins, entry
            entry, begins = {}, 0
            continue
        begins = begins or number
        name, value = _attribute(file, number, line)
        if name == "changetype" and value != "add":
            changes = "this LDIF holds changes, not entries"
            raise InvalidFile([FileError(file, number, changes, "export entries with ldapsearch or ldifde")])
        if ";" not in name:  # a value in a language of its own is another one's
            entry.setdefault(name, []).append(value)
    if "dn" in entry:
        yield begins, entry


def _unfolded(file: str, lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Lines with their continuations, without comments; blank lines as they are."""
    whole, begins = "", 0
    for number, raw in enumerate(lines, start=1):
        line = raw.rstrip("\r\n")
        if line == raw:
            cut = FileError(
                file, number, "the file ends in the middle of this line", "it may be cut off: export it again"
            )
            raise InvalidFile([cut])
        if line.startswith(" ") and whole:
            whole += line[1:]
            continue
        if whole and not whole.startswith("#"):
            yield begins, whole
        whole, begins = line, number
        if not line.strip():
            yield number, ""
            whole = ""
    if whole and not whole.startswith("#"):
        yield begins, whole


def _attribute(file: str, number: int, line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not name.strip():
        raise InvalidFile([FileError(file, number, "this line of LDIF is no attribute", "the file may be cut off")])
    if not value.startswith(":"):
        return name.strip().lower(), value.strip()
    try:
        raw = base64.b64decode(value[1:].strip(), validate=True)
    except ValueError:
        cut = FileError(file, number, f"the value of `{name}` is no base64", "the file may be cut off: export it again")
        raise InvalidFile([cut]) from None
    name = name.strip().lower()
    try:
        return name, raw.hex() if name in _BINARY else raw.decode()
    except UnicodeDecodeError:
        return name, ""  # bytes that are no text say nothing of a person
