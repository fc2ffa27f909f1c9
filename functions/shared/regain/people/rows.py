"""One row of a file of people, into the account that it describes."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from regain.domain import user_id
from regain.domain.account import ROLES, Account
from regain.organisation.file_errors import FileError
from regain.organisation.settings import Organisation
from regain.people import contacts
from regain.people.formats import cells
from regain.people.formats.headings import IDS, Columns
from regain.people.formats.sheet import Row
from regain.problems import PHONE_NUMBER_NOT_ACCEPTED, Refused
from regain.reports.spreadsheet import unescape_formula

FIELDS = (
    "display_name", "given_name", "surname", "mail", "other_mails", "mobile_phone", "office_phone", "enabled", "role",
    "groups", "language",
)  # fmt: skip
"""What a file may say of an account, beside its user ID and password."""
_SENSES = ("enabled", "blocked", "status", "account_control", "locked_since")
_NOTHING = "none"  # what a cell says to empty the field: a blank one says nothing
_NO_ROLE = (_NOTHING, "user", "member", "person")
_PEOPLE = frozenset(("person", "user", "member", "inetorgperson", "organizationalperson", "account", "posixaccount"))
_NO_PERSON = frozenset(("computer", "contact", "group", "groupofnames", "groupofuniquenames", "posixgroup",
                        "organizationalunit", "msds-groupmanagedserviceaccount", "msds-managedserviceaccount",
                        "foreignsecurityprincipal", "container", "domaindns"))  # fmt: skip
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+)+")
_HIDDEN = re.compile(r"\*+|\u2022+")


@dataclass(frozen=True, slots=True)
class Person:
    """One row. `password` is as it stands in the file, letter for letter, to be hashed when it is stored; `notes` are
    worth saying.

    `unsaid` are the fields of the account about which the row says nothing: what is stored of them stays. `ids` are
    those that outlast a user ID, by the name that the tool gives them.
    """

    account: Account
    password: str = ""
    notes: tuple[FileError, ...] = ()
    unsaid: tuple[str, ...] = ()
    ids: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that is no account of this organisation's, and why."""

    line: int
    who: str
    why: str


@dataclass(slots=True)
class Reader:
    """Reads rows of one file. What is wrong with them is gathered in `mistakes`; `without_domain` counts user IDs that
    have got the organisation's first domain.
    """

    file: str
    organisation: Organisation
    columns: Columns
    mistakes: list[FileError] = field(default_factory=list)
    without_domain: int = 0
    _notes: list[FileError] = field(default_factory=list)
    _line: int = 0
    _seen: dict[str, int] = field(default_factory=dict)

    def read(self, row: Row) -> Person | Skipped | None:
        """The person in a row; why it is not one of the organisation's; or None where the row has mistakes."""
        self._line, self._notes = row.line, []
        before = len(self.mistakes)
        if row.mistake:
            self._wrong(*row.mistake)
            return None
        who = self._first(row, "user_id")
        why = self._no_person(row, who or "") or self._elsewhere(row)
        if why:
            return Skipped(row.line, who or self._first(row, "display_name") or "", why)
        person = self._person(row)
        return person if len(self.mistakes) == before else None

    def _person(self, row: Row) -> Person:
        enabled = self._enabled(row)
        said = {
            "display_name": self._first(row, "display_name"),
            "given_name": self._first(row, "given_name"),
            "surname": self._first(row, "surname"),
            "mail": self._mail(row),
            "other_mails": self._addresses(row),
            "mobile_phone": self._number(row, "mobile_phone"),
            "office_phone": self._number(row, "office_phone"),
            "role": self._role(row),
            "groups": self._list(row, "groups"),
            "language": self._first(row, "language", _NOTHING),
        }
        unsaid = tuple(name for name in FIELDS if (enabled if name == "enabled" else said[name]) is None)
        known = {name: value for name, value in said.items() if value is not None}
        on = not self._tells() if enabled is None else enabled  # a column that is left blank says no “yes”
        account = Account(user_id=self._user_id(row), enabled=on, **known)
        return Person(account, self._password(row), tuple(self._notes), _shared(unsaid), self._ids(row))

    def _user_id(self, row: Row) -> str:
        heading, typed = self._who(row)
        home = self.organisation.default_domain
        self.without_domain += "@" not in typed
        try:
            found = user_id.normalise(typed, home)
        except Refused:
            self._wrong(f"{heading}: `{typed}` is not a user ID", f"for example maria.silva@{home}")
            return typed
        first = self._seen.setdefault(found, self._line)
        if first != self._line:
            self._wrong(f"`{found}` stands in line {first} already", "leave one of the two out")
        return found

    def _who(self, row: Row) -> tuple[str, str]:
        """The column and content of the user ID: an address in place of an id that nobody types."""
        heading, typed = next(iter(row.cells.get("user_id", ())), ("userPrincipalName", ""))
        if _UUID.fullmatch(typed.strip()) and (mails := row.cells.get("mail")):
            heading, typed = mails[0]
        return heading, typed.strip()

    def _no_person(self, row: Row, who: str) -> str:
        """Why the row is no person with an account here; "" where it may be one."""
        kinds = {part.lower() for _, cell in row.cells.get("kind", ()) for part in re.split(r"[;,\s]+", cell)}
        if "guest" in kinds or "#ext#" in who.lower():
            return "a guest of another organisation"
        if kinds & _NO_PERSON or (self.columns.shape.others and kinds and not kinds & _PEOPLE):
            return "not a person"
        if any(cell.strip().lower() not in ("false", "0") for _, cell in row.cells.get("deleted", ())):
            return "deleted"
        if (self._first(row, "display_name") or "").startswith("Example: "):
            return "the template's example"
        return "without a user ID" if self.columns.shape.others and not who else ""

    def _elsewhere(self, row: Row) -> str:
        """The domain that is none of the organisation's; "" where it is one, or where the name has none."""
        _, at, domain = unicodedata.normalize("NFKC", self._who(row)[1]).lower().rpartition("@")
        if not at or not _DOMAIN.fullmatch(domain) or domain in self.organisation.domains:
            return ""
        return f"of {domain}, which the organisation file does not name"

    def _first(self, row: Row, name: str, nothing: str = "") -> str | None:
        """The first content of a field, trimmed; None where nothing is said."""
        found = row.cells.get(name)
        if not found:
            return None
        text = unescape_formula(found[0][1].strip())
        return "" if nothing and text.lower() == nothing else text

    def _enabled(self, row: Row) -> bool | None:
        """On, where every column that says something says so; None where nothing is said."""
        said = True if self.columns.shape.sparse and self._tells() else None
        for sense in _SENSES:
            for heading, cell in row.cells.get(sense, ()):
                means = cells.enabled(sense, cell.strip())
                if means is None:
                    choice = "Active or Suspended" if sense == "status" else "True or False"
                    self._wrong(f"{heading}: `{cell.strip()}` is neither true nor false", f"write {choice}")
                else:
                    said = means and said is not False
        return said

    def _tells(self) -> bool:
        """Whether the file tells at all who is on."""
        return any(name in _SENSES for _, name, _ in self.columns.used)

    def _mail(self, row: Row) -> str | None:
        if not self._verified(row, "mail_verified", "mail"):
            return None
        found = self._list(row, "mail")
        return None if found is None else next(iter(self._read(row, "mail", found[:1])), "")

    def _addresses(self, row: Row) -> tuple[str, ...] | None:
        """The other addresses; of a directory that has several in `mail`, all but the first."""
        found, more = self._list(row, "other_mails"), (self._list(row, "mail") or ())[1:]
        if found is None and not more:
            return None
        read = [*self._read(row, "other_mails", found or ()), *self._read(row, "mail", more)]
        return tuple(dict.fromkeys(read))

    def _read(self, row: Row, name: str, typed: Iterable[str]) -> list[str]:
        heading, read = "", []
        for each in typed:
            heading = heading or row.cells[name][0][0]
            try:
                read.append(contacts.parse_email(each))
            except Refused:
                if contacts.only_inside(each):
                    self._note(f"{heading}: `{each}` is left out", "no message from outside can reach it")
                else:
                    self._bad(heading, each, "is not an e-mail address",
                              "for example maria@mail.example; separate several by semicolons")  # fmt: skip
        return read

    def _number(self, row: Row, name: str) -> str | None:
        """The number in E.164. An extension is dropped, and that is said: a call could not reach it."""
        typed = self._first(row, name, _NOTHING)
        if typed is None or not self._verified(row, "mobile_verified", name):
            return None
        if not typed:
            return ""
        heading, countries = row.cells[name][0][0], self.organisation.recovery.phone_countries
        typed = typed.strip("{}").split(";")[0].strip()
        try:
            number = contacts.parse_phone_number(typed, countries)
        except Refused as refused:
            if refused.problem is PHONE_NUMBER_NOT_ACCEPTED:
                self._wrong(
                    f"{heading}: no code may be sent to `{typed}`",
                    f"not a premium-rate number, and of recovery.phone_countries: {', '.join(countries) or 'any'}",
                )
            else:
                self._bad(heading, typed, "is not a telephone number",
                          "write it with its country code, for example +44 7700 900123")  # fmt: skip
            return ""
        if number.extension_dropped:
            self._note(f"{heading}: the extension of `{typed}` is left out", "codes go to the number itself")
        if not number.in_use:
            self._note(
                f"{heading}: `{typed}` is not a number that its country gives out", "look whether a digit is wrong"
            )
        return number.e164

    def _verified(self, row: Row, proof: str, name: str) -> bool:
        """Whether a tool that tells says that the person has proved this place to be theirs."""
        said = row.cells.get(proof)
        if name == "office_phone" or not said or cells.flag(said[0][1].strip()) is not False or name not in row.cells:
            return True
        heading, cell = row.cells[name][0]
        self._note(f"{heading}: `{cell.strip()}` is left out", f"{said[0][0]} says that nobody has confirmed it")
        return False

    def _role(self, row: Row) -> str | None:
        typed = self._first(row, "role")
        role = (typed or "").lower().replace(" ", "-")
        if typed is None or role in _NO_ROLE:
            return None if typed is None else ""
        if role not in ROLES:
            self._wrong(f"role: `{typed}` is not a role", f"one of: {', '.join(filter(None, ROLES))}; or {_NOTHING}")
        return role

    def _list(self, row: Row, name: str) -> tuple[str, ...] | None:
        """The parts of the cells of a field; None where nothing is said."""
        found = row.cells.get(name)
        if not found:
            return None
        contents = [unescape_formula(cell.strip()) for _, cell in found]
        parts = [part.strip() for cell in contents for part in cell.strip("{}").replace(",", ";").split(";")]
        return tuple(part for part in parts if part and part.lower() != _NOTHING)

    def _password(self, row: Row) -> str:
        """As it is written, blanks and all. What stands in place of one is none: asterisks, or a hash."""
        found = row.cells.get("password")
        if not found or _HIDDEN.fullmatch(found[0][1].strip()):
            return ""
        if row.cells.get("password_hash"):
            self._note(f"{found[0][0]}: the password is left out", "it is a hash: people choose one by a reset")
            return ""
        return found[0][1]

    def _ids(self, row: Row) -> tuple[tuple[str, str], ...]:
        found = []
        for name, called in IDS.items():
            for heading, cell in row.cells.get(name, ())[:1]:
                value = cells.guid(cell.strip()) if name == "object_guid" else cell.strip()
                if name == "employee_id" and cells.no_content(value):
                    self._bad(heading, value, "", "")
                found.append((called, value))
        return tuple(found)

    def _bad(self, heading: str, typed: str, what: str, instead: str) -> None:
        """A mistake, with the tool's part in it where it is one that tools make."""
        cause = cells.no_content(typed)
        self._wrong(f"{heading}: `{typed}` {cause[0] if cause else what}", cause[1] if cause else instead)

    def _wrong(self, what: str, instead: str) -> None:
        self.mistakes.append(FileError(self.file, self._line, what, instead))

    def _note(self, what: str, instead: str) -> None:
        self._notes.append(FileError(self.file, self._line, what, instead))


_UNSAID: dict[tuple[str, ...], tuple[str, ...]] = {}


def _shared(names: tuple[str, ...]) -> tuple[str, ...]:
    """The same tuple for equal ones: rows of one file are much alike."""
    return _UNSAID.setdefault(names, names)
