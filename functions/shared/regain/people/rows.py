"""Parses one row of a people file into the account that it describes."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from regain.domain import human_input, user_id
from regain.domain.account import ROLES, Account
from regain.organisation.file_errors import FileError
from regain.organisation.settings import Organisation
from regain.people import contacts
from regain.people.formats import cells
from regain.people.formats.headings import IDS, Columns
from regain.people.formats.sheet import Row
from regain.people.merging import FIELDS
from regain.problems import PHONE_NUMBER_NOT_ACCEPTED, Refused
from regain.reports.spreadsheet import unescape_formula

_LONGEST_NAME = 256  # Active Directory's bound
_STATUS = ("enabled", "blocked", "status", "account_control", "locked_since")
_EMPTY = "none"  # clears a field; a blank cell leaves it as it is
_NO_ROLE = (_EMPTY, "user", "member", "person")
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+)+")
_MAILBOX = re.compile(r".*<([^<>\s]+@[^<>\s]+)>")  # Maria Silva <maria@mail.example>
_SMTP = re.compile(r"(?<!\S)smtp:", re.IGNORECASE)  # Exchange's proxy addresses
_REMARK = re.compile(r"^[^\W\d_][^\d+:]*:\s*(?=[\d+(])|(?<!\s)\s*\([^\d()]*\)$")  # Mobile: 0151 … (private)
_NEXT_NUMBER = re.compile(r" ?[;|] ?| / | ?, ?(?=[+0(])|(?<=\d) (?=\+)")
# Placeholders for missing telephone numbers.
_NO_NUMBER = re.compile(r"0+|9{4,}|x+|\?+|none|unknown|unbekannt|tb[ad]|temp|test|extern\w*|contractor", re.IGNORECASE)
_MASKED = re.compile(r"\*+|\u2022+")


@dataclass(frozen=True, slots=True)
class Person:
    """One row. `password` is the unchanged cell, and is hashed when it is stored.

    `unspecified` are the fields that the row leaves blank, whose stored values are kept. `ids` are identifiers that
    outlive the user ID, by the tool's name for them.
    """

    account: Account
    password: str = ""
    notes: tuple[FileError, ...] = ()
    unspecified: tuple[str, ...] = ()
    ids: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that is not an account of this organisation, and why. `name` is its user ID or another name for it."""

    line: int
    name: str
    reason: str


@dataclass(slots=True)
class RowParser:
    """Parses the rows of one file, and collects their `errors`. `without_domain` are user IDs without a domain."""

    file: str
    organisation: Organisation
    columns: Columns
    errors: list[FileError] = field(default_factory=list)
    without_domain: list[str] = field(default_factory=list)
    _notes: list[FileError] = field(default_factory=list)
    _line: int = 0
    _seen: dict[str, int] = field(default_factory=dict)

    def parse(self, row: Row) -> Person | Skipped | None:
        """The person in a row; or why it is skipped; or None if it has errors."""
        self._line, self._notes = row.line, []
        before = len(self.errors)
        if row.error:
            self._error(*row.error)
            return None
        typed = self._text(row, "user_id") or ""
        reason = self._not_an_account(row, typed) or self._foreign(row)
        if reason:
            return Skipped(row.line, typed or self._text(row, "display_name") or "", reason)
        person = self._person(row)
        return person if len(self.errors) == before else None

    def _person(self, row: Row) -> Person:
        values: dict[str, Any] = {
            "display_name": self._name(row, "display_name"),
            "given_name": self._name(row, "given_name"),
            "surname": self._name(row, "surname"),
            "mail": self._mail(row),
            "other_mails": self._other_mails(row),
            "mobile_phone": self._phone_number(row, "mobile_phone"),
            "office_phone": self._phone_number(row, "office_phone"),
            "enabled": self._enabled(row),
            "role": self._role(row),
            "groups": self._list(row, "groups"),
            "language": self._text(row, "language", clearable=True),
        }
        unspecified = tuple(name for name in FIELDS if values[name] is None)
        if values["enabled"] is None:
            values["enabled"] = not self._has_status()  # a status column that is blank does not mean “enabled”
        given = {name: value for name, value in values.items() if value is not None}
        account = Account(self._user_id(row), **given)
        return Person(account, self._password(row), tuple(self._notes), _interned(unspecified), self._ids(row))

    def _user_id(self, row: Row) -> str:
        heading, typed = self._user_id_cell(row)
        domains, default = self.organisation.domains, self.organisation.default_domain
        if "@" not in typed:
            self.without_domain.append(typed)
        try:
            artefact = cells.conversion_artefact(heading, typed)
            found = "" if artefact else user_id.normalise(typed, domains, default)
        except Refused:
            found = ""
        if not found:
            self._malformed(heading, typed, "is not a user ID", f"for example maria.silva@{default}")
            return typed
        if damage := cells.damaged_letters(typed):
            self._note(f"{heading}: `{typed}` {damage[0]}", damage[1])
        first = self._seen.setdefault(found, self._line)
        if first != self._line:
            self._error(f"`{found}` is also on line {first}", "leave one of the two out")
        return found

    def _user_id_cell(self, row: Row) -> tuple[str, str]:
        """The heading and content of the user ID; those of the address instead if the user ID is a UUID."""
        heading, typed = next(iter(row.cells.get("user_id", ())), ("userPrincipalName", ""))
        if _UUID.fullmatch(typed.strip()) and (mails := row.cells.get("mail")):
            heading, typed = mails[0]
        return heading, typed.strip()

    def _not_an_account(self, row: Row, typed: str) -> str:
        """Why the row is not an account of this organisation; "" if it may be."""
        kinds = {part.lower() for _, cell in row.cells.get("kind", ()) for part in re.split(r"[;,\s]+", cell)}
        lists_others = self.columns.shape.lists_others
        if "guest" in kinds or "#ext#" in typed.lower():
            return "a guest of another organisation"
        if kinds & cells.NOT_PEOPLE or (lists_others and kinds and not kinds & cells.PEOPLE):
            return "not a person"
        if any(cells.parse_bool(cell.strip()) is not False for _, cell in row.cells.get("deleted", ())):
            return "deleted"
        if (self._text(row, "display_name") or "").startswith("Example: "):
            return "the template's example"
        return "without a user ID" if lists_others and not typed else ""

    def _foreign(self, row: Row) -> str:
        """A message if the domain is not one of the organisation's; "" if it is, or if there is none."""
        _, at, domain = unicodedata.normalize("NFKC", self._user_id_cell(row)[1]).lower().rpartition("@")
        if not at or not _DOMAIN.fullmatch(domain) or domain in self.organisation.domains:
            return ""
        return f"of {domain}, which is not a domain in the organisation file"

    def _text(self, row: Row, name: str, clearable: bool = False) -> str | None:
        """The first value of a field, trimmed; None if the row does not specify it."""
        found = row.cells.get(name)
        if not found:
            return None
        text = human_input.read_line(unescape_formula(found[0][1].strip()))
        return "" if clearable and text.lower() == _EMPTY else text

    def _name(self, row: Row, name: str) -> str | None:
        text = self._text(row, name)
        if text and len(text) > _LONGEST_NAME:
            self._error(f"{row.cells[name][0][0]}: the name has {len(text)} characters", f"{_LONGEST_NAME} at most")
        elif text and (damage := cells.damaged_letters(text)):
            self._note(f"{row.cells[name][0][0]}: `{text}` {damage[0]}", damage[1])
        return text

    def _list(self, row: Row, name: str) -> tuple[str, ...] | None:
        """The values of a field, separated by semicolons or commas; None if the row does not specify it."""
        found = row.cells.get(name)
        if not found:
            return None
        contents = [unescape_formula(cell.strip()) for _, cell in found]
        parts = [part.strip() for cell in contents for part in cell.strip("{}").replace(",", ";").split(";")]
        return tuple(part for part in parts if part and part.lower() != _EMPTY)

    def _enabled(self, row: Row) -> bool | None:
        """True if every status column with a value says so; None if none has a value."""
        found = True if self.columns.shape.sparse and self._has_status() else None
        for kind in _STATUS:
            for heading, cell in row.cells.get(kind, ()):
                parsed = cells.parse_enabled(kind, cell.strip())
                if parsed is None:
                    choice = "Active or Suspended" if kind == "status" else "True or False"
                    self._error(f"{heading}: `{cell.strip()}` is neither true nor false", f"write {choice}")
                else:
                    found = parsed and found is not False
        return False if self._has_ended(row) else found

    def _has_ended(self, row: Row) -> bool:
        """Whether the account's last day is past. A future day does not mean that the account is enabled."""
        today = datetime.now(UTC).date()
        told = [(heading, cell, cells.has_ended(cell, today)) for heading, cell in row.cells.get("ends", ())]
        for heading, cell, ended in told:
            if ended is None:
                self._error(f"{heading}: `{cell.strip()}` cannot be read as a date", "write it as 2026-11-26")
        return any(ended for _, _, ended in told)

    def _has_status(self) -> bool:
        return any(name in _STATUS for _, name, _ in self.columns.used)

    def _mail(self, row: Row) -> str | None:
        if not self._verified(row, "mail_verified", "mail"):
            return None
        found = self._list(row, "mail")
        return None if found is None else next(iter(self._emails(row, "mail", found[:1])), "")

    def _other_mails(self, row: Row) -> tuple[str, ...] | None:
        """The other addresses, with all but the first of a `mail` that has several values, as in LDAP."""
        found, more = self._list(row, "other_mails"), (self._list(row, "mail") or ())[1:]
        if not self._verified(row, "other_mails_verified", "other_mails"):
            found = None
        if found is None and not more:
            return None
        parsed = [*self._emails(row, "other_mails", found or ()), *self._emails(row, "mail", more)]
        return tuple(dict.fromkeys(parsed))

    def _emails(self, row: Row, name: str, typed: Iterable[str]) -> list[str]:
        parsed = []
        for each in (address for part in typed for address in _addresses(part)):
            heading = row.cells[name][0][0]
            try:
                address = contacts.parse_email(each)
            except Refused:
                address = ""
            if (name == "other_mails" or not address) and contacts.is_undeliverable(address or each):
                self._note(f"{heading}: `{each}` is ignored", "no message from outside can reach it")
            elif address:
                parsed.append(address)
            else:
                self._malformed(heading, each, "is not an e-mail address",
                                "for example maria@mail.example; separate several by semicolons")  # fmt: skip
        return parsed

    def _phone_number(self, row: Row, name: str) -> str | None:
        """The number in E.164, without its extension, which texts and automatic calls cannot reach."""
        typed = self._text(row, name, clearable=True)
        if typed is None or not self._verified(row, "mobile_verified", name):
            return None
        if not typed:
            return ""
        heading, countries = row.cells[name][0][0], self.organisation.recovery.phone_countries
        typed, *others = _NEXT_NUMBER.split(_REMARK.sub("", typed.strip("{}")).strip())
        if any(others):
            self._note(f"{heading}: only `{typed}` is used", "a person has one number of each kind")
        try:
            number = contacts.parse_phone_number(typed, countries)
        except Refused as refused:
            if name == "office_phone" and contacts.is_extension(typed):
                return self._extension(heading, typed)
            if refused.problem is PHONE_NUMBER_NOT_ACCEPTED:
                allowed = f"not a premium-rate number, and of recovery.phone_countries: {', '.join(countries) or 'any'}"
                self._error(f"{heading}: no code may be sent to `{typed}`", allowed)
            else:
                self._malformed(heading, typed, "is not a telephone number",
                                "write it with its country code, for example +44 7700 900123")  # fmt: skip
            return ""
        if number.extension_dropped:
            self._note(f"{heading}: the extension of `{typed}` is ignored", "codes go to the number itself")
        if not number.in_use and contacts.is_extension(typed):
            return self._extension(heading, typed)
        if not number.in_use:
            self._note(f"{heading}: `{typed}` is in a range that its country has not assigned", "check its digits")
        return number.e164

    def _extension(self, heading: str, typed: str) -> str | None:
        self._note(f"{heading}: `{typed}` is ignored", "no code reaches a number of your own exchange")
        return None

    def _verified(self, row: Row, proof: str, name: str) -> bool:
        """Whether a destination may be used: not if the tool says that its owner has not verified it."""
        status = row.cells.get(proof)
        if name == "office_phone" or name not in row.cells or not status:
            return True
        if cells.parse_bool(status[0][1].strip()) is not False:
            return True
        heading, cell = row.cells[name][0]
        self._note(f"{heading}: `{cell.strip()}` is ignored", f"{status[0][0]} says that it is not verified")
        return False

    def _role(self, row: Row) -> str | None:
        typed = self._text(row, "role")
        role = (typed or "").lower().replace(" ", "-")
        if typed is None or role in _NO_ROLE:
            return None if typed is None else ""
        if role not in ROLES:
            self._error(f"role: `{typed}` is not a role", f"one of: {', '.join(filter(None, ROLES))}; or {_EMPTY}")
        return role

    def _password(self, row: Row) -> str:
        """The cell as it is, blanks included; "" if it is masked or hashed."""
        found = row.cells.get("password")
        if not found or _MASKED.fullmatch(found[0][1].strip()):
            return ""
        if row.cells.get("password_hash"):
            self._note(f"{found[0][0]}: the password is ignored", "it is a hash; people choose a password by a reset")
            return ""
        return found[0][1]

    def _ids(self, row: Row) -> tuple[tuple[str, str], ...]:
        found = []
        for name, called in IDS.items():
            for heading, cell in row.cells.get(name, ())[:1]:
                value = cells.parse_guid(cell.strip()) if name == "object_guid" else cell.strip()
                if name == "employee_id" and cells.conversion_artefact(heading, value):
                    self._malformed(heading, value, "", "")
                if name == "employee_id" and _NO_NUMBER.fullmatch(value):
                    self._note(f"{heading}: `{value}` is ignored", "it is nobody's number")
                    continue
                if name == "employee_id":  # spreadsheets drop leading zeros, and directories ignore case
                    value = value.lstrip("0") if value.isdigit() else value.lower()
                found.append((called, value))
        return tuple(found)

    def _malformed(self, heading: str, typed: str, message: str, hint: str) -> None:
        """Records an error in a cell, or, if a tool has damaged the cell, that instead."""
        artefact = cells.conversion_artefact(heading, typed)
        shown = "".join(letter if letter.isprintable() else f"<U+{ord(letter):04X}>" for letter in typed)
        self._error(f"{heading}: `{shown}` {artefact[0] if artefact else message}", artefact[1] if artefact else hint)

    def _error(self, message: str, hint: str) -> None:
        self.errors.append(FileError(self.file, self._line, message, hint))

    def _note(self, message: str, hint: str) -> None:
        self._notes.append(FileError(self.file, self._line, message, hint))


def _addresses(part: str) -> list[str]:
    """The addresses in a part of a list: one with its owner's name, or several with blanks or bars between them."""
    part = _SMTP.sub("", part)
    mailbox = _MAILBOX.fullmatch(part)
    several = [mailbox[1]] if mailbox else re.split(r"[\s|]+", part)
    return several if all("@" in each for each in several) else [part]


_INTERNED: dict[tuple[str, ...], tuple[str, ...]] = {}


def _interned(names: tuple[str, ...]) -> tuple[str, ...]:
    """One tuple for all rows that leave the same fields blank, to save memory."""
    return _INTERNED.setdefault(names, names)
