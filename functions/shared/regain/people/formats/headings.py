"""What the headings of a file mean: which tool's shape it has, and the field that each column fills.

A field is one of the account, one of the `IDS`, or one of those that `rows` reads with care: `blocked`,
`account_control`, `status` and `locked_since` say in other senses whether an account is on; `kind` and `deleted` say
whether a row is an account of the organisation's at all.
"""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from regain.organisation.file_errors import FileError, InvalidFile

IDS = {
    "object_id": "objectId", "object_guid": "objectGUID", "immutable_id": "immutableId", "employee_id": "employeeId",
    "external_id": "externalId",
}  # fmt: skip
"""Ids that outlast a user ID, and the names that they go by."""
OURS = (
    "userPrincipalName", "displayName", "givenName", "surname", "mail", "otherMails", "mobilePhone", "telephoneNumber",
    "accountEnabled", "password", "role", "groups", "preferredLanguage", *IDS.values(),
)  # fmt: skip
"""Our own columns, as they are spelt."""
_PROPERTY = re.compile(r"\[([a-z]\w*)\]")  # Entra's templates: `User name [userPrincipalName] Required`
_REMARK = re.compile(r"[\[(][^\])]*[\])]")  # Google's: `Email Address [Required]`
_NO_LETTER = re.compile(r"[\W_]+")
_LOCK = re.compile(
    r"block|disabl|suspend|revoke|bloqu|bloccat|desactiv|deshabilit|inhabilit|suspendid|sperr|blockier|deaktiv"
    r"|inactiv|inaktiv|inactif|terminated|archived|locked"
    r"|^(account|user|employee|employment|konto|benutzer|compte|cuenta|usuario|signin|login|logon|anmelde)?"
    r"(enabled|active|activated|aktiv|aktiviert|actif|activo|habilitado|status|statut)$"
)
"""Headings that may say who must not sign in, in the words of many tools."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a tool's files look like: any of `signs` is enough to know it. `columns` leads each heading that it writes,
    in the form of `key`, to a field; "" is one that is known and of no use here. Where several lead to one field,
    the first that is not blank counts. `others` says that its files hold more than people.
    """

    name: str
    signs: tuple[frozenset[str], ...]
    columns: Mapping[str, str]
    others: bool = False
    sparse: bool = False


@dataclass(frozen=True, slots=True)
class Columns:
    """What the columns of one file are: the index, field and heading of those that are used; and the unused."""

    shape: Shape
    used: tuple[tuple[int, str, str], ...]
    unused: tuple[str, ...] = field(default=())


def key(heading: str) -> str:
    """A heading without what makes no difference: case, accents, blanks, punctuation, and remarks in brackets."""
    template = _PROPERTY.search(heading)
    if template and template[1] != "required":
        return f"[{template[1].lower()}]"
    plain = unicodedata.normalize("NFKD", _REMARK.sub("", heading) or heading).casefold()
    return _NO_LETTER.sub("", "".join(letter for letter in plain if not unicodedata.combining(letter)))


def columns(
    file: str, line: int, headings: list[str], shapes: Iterable[Shape], common: Mapping[str, str]
) -> Columns:  # fmt: skip
    """What each column means. `common` are names that are understood in a file of any shape.

    Raises:
        InvalidFile: a heading stands twice, there is no user ID, or a column may say who is blocked and is not known.
    """
    keys = [key(heading) for heading in headings]
    shape = _shape(set(keys), shapes)
    names = {**common, **shape.columns}
    harmless = {name for each in shapes for name, meant in each.columns.items() if not meant}
    mistakes = [*_twice(file, line, headings, keys), *_locks(file, line, headings, keys, names, harmless)]
    order = {name: place for place, name in enumerate(dict.fromkeys((*shape.columns, *common)))}
    used = [(i, names[name], headings[i].strip()) for i, name in enumerate(keys) if names.get(name)]
    used.sort(key=lambda column: order[keys[column[0]]])
    names_people = [column for column in used if column[1] == "user_id"]
    used = [column for column in used if column not in names_people[1:]]  # one column says who somebody is, or none
    if not names_people:
        mistakes.append(_no_user_id(file, line, headings))
    if mistakes:
        raise InvalidFile(mistakes)
    known, places = {*names, *harmless}, {place for place, _, _ in used}
    unused = [_suggested(headings[i].strip(), name, known) for i, name in enumerate(keys) if name and i not in places]
    return Columns(shape, tuple(used), tuple(unused))


def _shape(keys: set[str], shapes: Iterable[Shape]) -> Shape:
    fitting = [shape for shape in shapes if any(signs <= keys for signs in shape.signs)]
    plain = Shape("a table", (), {})
    return max(fitting, key=lambda shape: len(keys & shape.columns.keys()), default=plain)


def _twice(file: str, line: int, headings: list[str], keys: list[str]) -> Iterable[FileError]:
    for place, name in enumerate(keys):
        if name and name in keys[:place]:
            what = f"the column `{headings[place].strip()}` stands twice"
            yield FileError(file, line, what, "leave one of the two out")


def _locks(
    file: str, line: int, headings: list[str], keys: list[str], names: Mapping[str, str], harmless: set[str]
) -> Iterable[FileError]:  # fmt: skip
    for heading, name in zip(headings, keys, strict=True):
        if name not in names and name not in harmless and _LOCK.search(name):
            what = f"the column `{heading.strip()}` may say who is blocked, and is not understood"
            yield FileError(file, line, what, "call it accountEnabled (True or False) if it does, or take it out")


def _no_user_id(file: str, line: int, headings: list[str]) -> FileError:
    found = [heading.strip() for heading in headings if heading.strip()]
    instead = f"the columns found: {', '.join(found) or 'none'}"
    if any("@" in heading for heading in found):
        instead = "the first line is a row, not the headings: put the names of the columns above it"
    elif len(found) == 1 and re.search(r"[,;\t:]", found[0]):
        instead = f"the first line is read as one cell, `{found[0][:80]}`: export the people as CSV"
    return FileError(file, line, "there is no column userPrincipalName", instead)


def _suggested(heading: str, name: str, known: Iterable[str]) -> str:
    """The heading, and one that was perhaps meant: never for a heading that a tool is known to write."""
    if name in known:
        return heading
    near = difflib.get_close_matches(name, [each.casefold() for each in OURS], 1, 0.85)
    meant = next((each for each in OURS if near and each.casefold() == near[0]), "")
    return f"{heading} (did you mean {meant}?)" if meant else heading
