"""LDIF (RFC 2849), as `ldapsearch`, `slapcat` and `ldifde` write it.

Written here because python-ldap, which has a reader, needs a compiler and OpenLDAP, and the format is small.
"""

import base64
import re
from collections.abc import Iterable, Iterator

from regain.organisation.file_errors import FileError, InvalidFile
from regain.people.formats.encoding import Text

_BINARY = ("objectguid",)  # returned as hexadecimal digits, even if the bytes happen to be valid text
_SIGNING_IN = re.compile(r"^Enter LDAP Password: ?|^SASL[/ ][^\r\n]*")
_COMPLETE = ("0 ", "10 ")  # results of a search: success, and a referral to other servers


def is_ldif(text: Text) -> bool:
    """Whether the first line that is neither blank nor a comment is one of LDIF."""
    for line in _lines(text):
        start = line.lower().lstrip()
        if start and not start.startswith("#"):
            return start.startswith("dn:") or start.rstrip() in ("version: 1", "version:1")
    return False


def read_entries(text: Text) -> Iterator[tuple[int, dict[str, list[str]]]]:
    """The entries, each with its first line: the values of each attribute, by its name in lower case.

    Raises:
        InvalidFile: a line is not LDIF, or the file holds change records instead of entries.
    """
    entry: dict[str, list[str]] = {}
    file, begins = str(text.path), 0
    for number, line in _unfold(file, _lines(text)):
        if not line:
            if "dn" in entry:
                yield begins, entry
            entry, begins = {}, 0
            continue
        begins = begins or number
        name, value = _attribute(file, number, line)
        if name == "changetype" and value.lower() != "add":
            message = "this LDIF holds change records, not entries"
            raise InvalidFile([FileError(file, number, message, "export the entries with ldapsearch or ldifde")])
        if name == "result" and "dn" not in entry and not value.startswith(_COMPLETE):
            message = f"the search ended before it had found everybody: {value}"
            raise InvalidFile([FileError(file, number, message, "export them in pages: ldapsearch -E pr=500/noprompt")])
        if ";" not in name:  # options mark variants of a value, for example in another language
            entry.setdefault(name, []).append(value)
    if "dn" in entry:
        yield begins, entry


def _lines(text: Text) -> Iterator[str]:
    """The lines, without what `ldapsearch` says of its sign-in before the first entry if standard error is in the file
    too. A line that is dropped is blank, so that numbers stay right.
    """
    begun = False
    for line in text.lines():
        begun = begun or line.startswith("dn:")
        yield line if begun else _SIGNING_IN.sub("", line)


def _unfold(file: str, lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Joins continuation lines and drops comments. Blank lines end an entry."""
    whole, begins = "", 0
    for number, raw in enumerate(lines, start=1):
        line = raw.rstrip("\r\n")
        if line == raw:
            message = "the file ends in the middle of this line"
            raise InvalidFile([FileError(file, number, message, "it may be truncated: export it again")])
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
    name = name.strip()
    if not colon or not name:
        raise InvalidFile([FileError(file, number, "this line is not an LDIF attribute", "the file may be truncated")])
    if value.startswith("<"):
        return name.lower(), ""  # the address of a file that holds the value
    if not value.startswith(":"):
        return name.lower(), value.strip()
    try:
        raw = base64.b64decode(value[1:].strip(), validate=True)
    except ValueError:
        message = f"the value of `{name}` is not base64"
        raise InvalidFile([FileError(file, number, message, "the file may be truncated: export it again")]) from None
    try:
        return name.lower(), raw.hex() if name.lower() in _BINARY else raw.decode()
    except UnicodeDecodeError:
        return name.lower(), ""  # a photo or a certificate
