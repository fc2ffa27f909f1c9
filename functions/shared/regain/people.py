"""People from the CSV that Microsoft's admin centre exports, and into the account table."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from regain import contacts
from regain.adapters import password_hash
from regain.adapters.accounts import Accounts, item
from regain.adapters.store import Conflict, put_version
from regain.domain import passwords, user_id
from regain.domain.account import ROLES, Account
from regain.mistakes import Mistake, Mistakes
from regain.organisation import Organisation
from regain.problems import NUMBER_NOT_ACCEPTED, Refused

_NEEDED = ("userPrincipalName",)
_KEPT = (
    "password", "password_changed_at", "must_change_password", "temporary_until", "temporary_used", "generation",
)  # fmt: skip
_SECURITY_INFO = ("mail", "other_mails", "mobile_phone", "office_phone")
_NO_ROLE = ("", "user", "member", "person", "none")
_TRUE, _FALSE = ("true", "yes", "1", ""), ("false", "no", "0")


@dataclass(frozen=True, slots=True)
class Person:
    """One row. `password` is as it stands in the file, to be hashed when it is stored; `notes` are worth saying."""

    account: Account
    password: str = ""
    notes: tuple[Mistake, ...] = ()


class _Row:
    """One row's cells, and what is wrong with them."""

    def __init__(self, file: str, line: int, cells: dict[str, str]) -> None:
        self.file, self.line, self.cells = file, line, cells
        self.mistakes: list[Mistake] = []
        self.notes: list[Mistake] = []

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column.lower(), "")

    def wrong(self, what: str, instead: str = "") -> None:
        self.mistakes.append(Mistake(self.file, self.line, what, instead))

    def note(self, what: str, instead: str) -> None:
        self.notes.append(Mistake(self.file, self.line, what, instead))


def read(path: Path, organisation: Organisation) -> list[Person]:
    """The people in a file.

    Raises:
        Mistakes: everything that is wrong, by line. A file with a mistake is not used at all.
    """
    if not path.exists():
        raise Mistakes([Mistake(str(path), 0, "there is no such file")])
    people: list[Person] = []
    mistakes: list[Mistake] = []
    seen: dict[str, int] = {}
    for row in _rows(path):
        person = _person(row, organisation)
        first = seen.setdefault(person.account.user_id, row.line)
        if first != row.line and not row.mistakes:
            row.wrong(f"`{person.account.user_id}` stands in line {first} already", "leave one of the two out")
        mistakes += row.mistakes
        people.append(person)
    if mistakes:
        raise Mistakes(mistakes)
    return people


def load(people: Iterable[Person], accounts: Accounts, now: int) -> int:
    """Stores people, and says how many. What is there is updated; a password that is there stays."""
    number = 0
    for person in people:
        while True:
            there = accounts.get(person.account.user_id)
            try:
                accounts.store.commit(
                    [put_version(accounts.table, item(_merged(person, there, now)), there.version if there else 0)]
                )
                break
            except Conflict:
                continue
        number += 1
    return number


def _merged(person: Person, there: Account | None, now: int) -> Account:
    same = there and all(getattr(there, name) == getattr(person.account, name) for name in _SECURITY_INFO)
    made = replace(person.account, security_info_at=there.security_info_at if there and same else now)
    if there and there.password:
        return replace(made, **{name: getattr(there, name) for name in _KEPT})
    if not person.password:
        return made
    hashed = password_hash.hash_password(passwords.normal(person.password))
    return replace(made, password=hashed, password_changed_at=now)


def _rows(path: Path) -> Iterator[_Row]:
    reader = csv.reader(io.StringIO(_text(path), newline=""))
    header = [name.strip().lower() for name in next(reader, [])]
    missing = [name for name in _NEEDED if name.lower() not in header]
    if missing:
        raise Mistakes(
            [
                Mistake(
                    str(path),
                    1,
                    f"there is no column {', '.join(missing)}",
                    f"the columns found: {', '.join(header) or 'none'}",
                )
            ]
        )
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield _Row(str(path), reader.line_num, dict(zip(header, map(str.strip, cells), strict=False)))


def _text(path: Path) -> str:
    """The file's text. Excel writes UTF-16 and byte order marks; other encodings are a mistake."""
    raw = path.read_bytes()
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise Mistakes([Mistake(str(path), line, "this is not UTF-8 text", "save the file as CSV UTF-8")]) from None


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
    return Person(made, row["password"], tuple(row.notes))


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
        return contacts.address(typed)
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
        number = contacts.number(typed, countries)
    except Refused as refused:
        if refused.problem is NUMBER_NOT_ACCEPTED:
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
