"""People from the CSV that Microsoft's admin centre exports, and into the account table."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from regain.adapters import password_hash
from regain.adapters.store import Conflict, batched, put_version
from regain.directories.dynamodb import Accounts, to_item
from regain.directories.dynamodb import from_item as stored
from regain.domain import passwords, user_id
from regain.domain.account import ROLES, Account
from regain.organisation.file_errors import FileError, InvalidFile
from regain.organisation.settings import Organisation
from regain.people import contacts
from regain.problems import PHONE_NUMBER_NOT_ACCEPTED, Refused
from regain.reports.spreadsheet import unescape_formula

_NEEDED = ("userPrincipalName",)
_KEPT = (
    "password", "password_changed_at", "must_change_password", "temporary_until", "temporary_used", "generation",
)  # fmt: skip
_SECURITY_INFO = ("mail", "other_mails", "mobile_phone", "office_phone")
_FIELDS = {
    "displayName": "display_name", "givenName": "given_name", "surname": "surname", "mail": "mail",
    "otherMails": "other_mails", "mobilePhone": "mobile_phone", "telephoneNumber": "office_phone",
    "accountEnabled": "enabled", "role": "role", "groups": "groups", "preferredLanguage": "language",
}  # fmt: skip
_NO_ROLE = ("", "user", "member", "person", "none")
_AT_ONCE, _THREADS = 100, 4  # a transaction holds 100 writes
_TRUE, _FALSE = ("true", "yes", "1", ""), ("false", "no", "0")


@dataclass(frozen=True, slots=True)
class Person:
    """One row. `password` is as it stands in the file, to be hashed when it is stored; `notes` are worth saying.

    `unsaid` are the fields of the account for which the file has no column: what is stored of them stays.
    """

    account: Account
    password: str = ""
    notes: tuple[FileError, ...] = ()
    unsaid: tuple[str, ...] = ()


class _Row:
    """One row's cells, and what is wrong with them."""

    def __init__(self, file: str, line: int, cells: dict[str, str]) -> None:
        self.file, self.line, self.cells = file, line, cells
        self.mistakes: list[FileError] = []
        self.notes: list[FileError] = []

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column.lower(), "")

    def wrong(self, what: str, instead: str = "") -> None:
        self.mistakes.append(FileError(self.file, self.line, what, instead))

    def note(self, what: str, instead: str) -> None:
        self.notes.append(FileError(self.file, self.line, what, instead))


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many people an import has added, changed, and found as they should be."""

    added: int = 0
    changed: int = 0
    same: int = 0

    def __add__(self, other: "Loaded") -> "Loaded":
        return Loaded(self.added + other.added, self.changed + other.changed, self.same + other.same)


def read(path: Path, organisation: Organisation) -> list[Person]:
    """The people in a file.

    Raises:
        InvalidFile: everything that is wrong, by line. A file with a mistake is not used at all.
    """
    people, mistakes = sift(path, organisation)
    if mistakes:
        raise InvalidFile(mistakes)
    return people


def sift(path: Path, organisation: Organisation) -> tuple[list[Person], list[FileError]]:
    """The people in a file whose rows are right, and what is wrong with the other rows.

    Raises:
        InvalidFile: where it is not such a file at all.
    """
    if not path.exists():
        raise InvalidFile([FileError(str(path), 0, "there is no such file")])
    people: list[Person] = []
    mistakes: list[FileError] = []
    seen: dict[str, int] = {}
    for row in _rows(path):
        person = _person(row, organisation)
        first = seen.setdefault(person.account.user_id, row.line)
        if first != row.line and not row.mistakes:
            row.wrong(f"`{person.account.user_id}` stands in line {first} already", "leave one of the two out")
        mistakes += row.mistakes
        if not row.mistakes:
            people.append(person)
    return people, mistakes


def load(
    people: Iterable[Person], accounts: Accounts, now: int,
    told: Callable[[int], None] = lambda _: None, dry_run: bool = False,
) -> Loaded:  # fmt: skip
    """Stores people, a hundred in one transaction. What is there is updated; a password that is there stays.

    It can be stopped at any time and begun again: who is as they should be is read and not written. `told` hears how
    many more are done. With `dry_run` nothing is written. Passwords are hashed without a pepper, so that an import
    needs no KMS key; the first sign-in adds it.
    """
    with ThreadPoolExecutor(_THREADS) as pool:
        done = Loaded()
        for part in pool.map(lambda part: _load(part, accounts, now, dry_run), batched(people, _AT_ONCE)):
            told(part.added + part.changed + part.same)
            done += part
    return done


def _load(part: tuple[Person, ...], accounts: Accounts, now: int, dry_run: bool) -> Loaded:
    while True:
        found = accounts.store.batch_get([accounts.key(person.account.user_id) for person in part])
        there = [stored(each) if each else None for each in found]
        merged = [_merged(person, known, now, dry_run) for person, known in zip(part, there, strict=True)]
        differing = [(new, old) for new, old in zip(merged, there, strict=True) if new != old]
        added = sum(old is None for _, old in differing)
        loaded = Loaded(added, len(differing) - added, len(part) - len(differing))
        if dry_run or not differing:
            return loaded
        try:
            accounts.store.commit(
                [put_version(accounts.table, to_item(new), old.version if old else 0) for new, old in differing]
            )
            return loaded
        except Conflict:
            continue


def _merged(person: Person, there: Account | None, now: int, dry_run: bool) -> Account:
    """The account as it should be: equal to the one that is there where nothing differs."""
    said = [name for name in _SECURITY_INFO if name not in person.unsaid]
    same = there and all(getattr(there, name) == getattr(person.account, name) for name in said)
    made = replace(person.account, security_info_at=there.security_info_at if there and same else now)
    if there:
        kept = {name: getattr(there, name) for name in (*_KEPT, *person.unsaid)}
        made = replace(made, version=there.version, **kept)
    if made.password or not person.password or dry_run:
        return made
    hashed = password_hash.hash_password(passwords.normal(person.password))
    return replace(made, password=hashed, password_changed_at=now)


def _rows(path: Path) -> Iterator[_Row]:
    reader = csv.reader(io.StringIO(_text(path), newline=""))
    try:
        header = [name.strip().lower() for name in next(reader, [])]
    except csv.Error as error:
        raise InvalidFile([FileError(str(path), 1, f"this is not CSV: {error}")]) from None
    missing = [name for name in _NEEDED if name.lower() not in header]
    if missing:
        raise InvalidFile(
            [
                FileError(
                    str(path),
                    1,
                    f"there is no column {', '.join(missing)}",
                    f"the columns found: {', '.join(header) or 'none'}",
                )
            ]
        )
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield _Row(
                    str(path),
                    reader.line_num,
                    dict(zip(header, (unescape_formula(cell.strip()) for cell in cells), strict=False)),
                )
    except csv.Error as error:
        raise InvalidFile([FileError(str(path), reader.line_num, f"this is not CSV: {error}")]) from None


def _text(path: Path) -> str:
    """The file's text. Excel writes UTF-16 and byte order marks; other encodings are a mistake."""
    raw = path.read_bytes()
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise InvalidFile(
            [FileError(str(path), line, "this is not UTF-8 text", "save the file as CSV UTF-8")]
        ) from None


def _person(row: _Row, organisation: Organisation) -> Person:
    made = Account(
        user_id=_user_id(row, organisation),
        display_name=row["displayName"],
        given_name=row["givenName"],
        surname=row["surname"],
        mail=_address(row, "mail", row["mail"]),
        other_mails=tuple(_address(row, "otherMails", part) for part in _parts(row["otherMails"])),
        mobile_phone=_number(row, "mobilePhone", organisation.recovery.phone_countries),
        office_phone=_number(row, "telephoneNumber", organisation.recovery.phone_countries),
        enabled=_flag(row, "accountEnabled"),
        role=_role(row),
        groups=tuple(_parts(row["groups"])),
        language=row["preferredLanguage"],
    )
    unsaid = tuple(field for column, field in _FIELDS.items() if column.lower() not in row.cells)
    return Person(made, row["password"], tuple(row.notes), unsaid)


def _user_id(row: _Row, organisation: Organisation) -> str:
    typed = row["userPrincipalName"]
    try:
        found = user_id.normalise(typed, organisation.default_domain)
    except Refused:
        row.wrong(
            f"userPrincipalName: `{typed}` is not a user ID", f"for example maria.silva@{organisation.default_domain}"
        )
        return typed
    if found.rpartition("@")[2] not in organisation.domains:
        row.wrong(
            f"userPrincipalName: the domain of `{typed}` is not in the organisation file",
            f"known: {', '.join(organisation.domains)}",
        )
    return found


def _address(row: _Row, column: str, typed: str) -> str:
    if not typed:
        return ""
    try:
        return contacts.parse_email(typed)
    except Refused:
        row.wrong(
            f"{column}: `{typed}` is not an e-mail address",
            "for example maria@mail.example; separate several by semicolons",
        )
        return ""


def _number(row: _Row, column: str, countries: tuple[str, ...]) -> str:
    """The number in E.164. An extension is dropped, and that is said: a call could not reach it."""
    typed = row[column]
    if not typed:
        return ""
    try:
        number = contacts.parse_phone_number(typed, countries)
    except Refused as refused:
        if refused.problem is PHONE_NUMBER_NOT_ACCEPTED:
            row.wrong(
                f"{column}: no code may be sent to `{typed}`",
                f"not a premium-rate number, and of recovery.phone_countries: {', '.join(countries) or 'any'}",
            )
        else:
            row.wrong(
                f"{column}: `{typed}` is not a telephone number",
                "write it with its country code, for example +44 7700 900123",
            )
        return ""
    if number.extension_dropped:
        row.note(f"{column}: the extension of `{typed}` is left out", "codes go to the number itself")
    return number.e164


def _flag(row: _Row, column: str) -> bool:
    typed = row[column].lower()
    if typed not in _TRUE + _FALSE:
        row.wrong(f"{column}: `{row[column]}` is neither true nor false", "write True or False")
    return typed in _TRUE


def _role(row: _Row) -> str:
    role = row["role"].lower().replace(" ", "-")
    if role in _NO_ROLE:
        return ""
    if role not in ROLES:
        row.wrong(f"role: `{row['role']}` is not a role", f"one of: {', '.join(filter(None, ROLES))}; or nothing")
    return role


def _parts(cell: str) -> list[str]:
    return [part.strip() for part in cell.replace(",", ";").split(";") if part.strip()]
