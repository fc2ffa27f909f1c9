"""Filters (RFC 7644, 3.4.2.2), as far as provisioning needs them: one or more `attribute eq value`, joined by `and`."""

import json
import re
from dataclasses import dataclass

from regain.people.scim.refusals import refused

_LONGEST = 2_000
_TOKEN = re.compile(r'\s*(?:("(?:[^"\\]|\\.)*")|([^\s()\[\]"]+)|([()\[\]]))')
_URN = re.compile(r"urn:ietf:params:scim:schemas:core:2\.0:(?:user|group):", re.IGNORECASE)
_LITERALS = {"true": True, "false": False, "null": None}
_SUPPORTED = 'write it as `attribute eq "value"`, several joined by `and`'


@dataclass(frozen=True, slots=True)
class Condition:
    """An attribute in lower case (`username`, `emails.value`), and the value it must equal."""

    attribute: str
    value: str | bool | None


def parse(text: str, scim_type: str = "invalidFilter") -> tuple[Condition, ...]:
    """The conditions of a filter, all of which are to hold.

    Raises:
        Refused: SCIM_REQUEST_NOT_ACCEPTED with `scim_type`, where the filter is malformed or asks for more.
    """
    words = _tokens(text, scim_type)
    conditions: list[Condition] = []
    while True:
        if len(words) < 3 or words[0][0] != "word" or words[1][0] != "word" or words[1][1].lower() != "eq":
            raise refused(scim_type, f"The filter cannot be used: {_SUPPORTED}.")
        conditions.append(Condition(bare(words[0][1]).lower(), _value(*words[2], scim_type)))
        joined, words = words[3:4], words[4:]
        if not joined:
            return tuple(conditions)
        if joined[0][0] != "word" or joined[0][1].lower() != "and":
            raise refused(scim_type, f"The filter cannot be used: {_SUPPORTED}.")


def bare(attribute: str) -> str:
    """An attribute's name without the core schema's URN."""
    return _URN.sub("", attribute, count=1)


def equal(stored: object, wanted: object) -> bool:
    """Whether two values are equal, ignoring case; `"True"` is true."""
    if isinstance(stored, bool):
        return stored is (wanted if isinstance(wanted, bool) else _LITERALS.get(str(wanted).lower()))
    return str(stored).casefold() == str(wanted).casefold() if stored is not None and wanted is not None else False


def _tokens(text: str, scim_type: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    place, text = 0, text.rstrip()
    while place < len(text) <= _LONGEST:
        match = _TOKEN.match(text, place)
        if not match:
            break
        kind = ("", "string", "word", "mark")[match.lastindex or 0]
        found.append((kind, match[match.lastindex or 0]))
        place = match.end()
    if place < len(text):
        raise refused(scim_type, f"The filter cannot be used: {_SUPPORTED}.")
    return found


def _value(kind: str, text: str, scim_type: str) -> str | bool | None:
    if kind == "word" and text.lower() in _LITERALS:
        return _LITERALS[text.lower()]
    try:
        if kind == "string":
            value = str(json.loads(text))
            value.encode()  # fails on a lone surrogate
            return value
    except ValueError:
        pass
    raise refused(scim_type, "A value in a filter stands in double quotes.")
