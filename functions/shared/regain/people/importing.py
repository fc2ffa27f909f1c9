"""Imports people from a file into the account table, and reports what that changes."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from regain.adapters import common_passwords, password_hash
from regain.adapters.store import Conflict, Write, batched, put_version
from regain.directories.dynamodb import Accounts, from_item, to_item
from regain.domain import passwords
from regain.domain.account import Account
from regain.domain.own_words import Owner
from regain.domain.security_info import SecurityInfo
from regain.organisation import policies
from regain.organisation.file_errors import FileError, InvalidFile
from regain.organisation.settings import Organisation
from regain.people.changes import Changes, EligibilityCheck
from regain.people.formats import sheet
from regain.people.formats.headings import Columns
from regain.people.merging import merge
from regain.people.notifications import ImportNotifier
from regain.people.rows import Person, RowParser, Skipped

_EXAMPLES = 3
_BATCH, _THREADS = 100, 4  # a transaction holds 100 writes


@dataclass(frozen=True, slots=True)
class PeopleFile:
    """A parsed file. `errors` are about rows that cannot be imported, `skipped` are rows that are nobody's account
    here, and `notes` are about rows that are imported all the same.
    """

    columns: Columns
    people: list[Person]
    errors: list[FileError]
    skipped: list[Skipped]
    notes: list[FileError]

    def summary(self) -> list[str]:
        """What the file is, and which of its columns and rows are not used: a line for each."""
        heading = next(heading for _, name, heading in self.columns.used if name == "user_id")
        lines = [f"{self.columns.shape.name}: {len(self.people)} people; the user ID is {heading}"]
        if self.columns.unused:
            lines.append(f"unused columns: {', '.join(self.columns.unused)}")
        for reason, number in Counter(row.reason for row in self.skipped).items():
            names = [row.name or f"line {row.line}" for row in self.skipped if row.reason == reason][:_EXAMPLES]
            lines.append(f"skipped, {reason}: {number} ({', '.join(names)}{', …' if number > _EXAMPLES else ''})")
        return lines


@dataclass(frozen=True, slots=True)
class ImportResult:
    """How many people were added, changed and left unchanged, and the changes in detail."""

    added: int = 0
    changed: int = 0
    same: int = 0
    changes: Changes = field(default_factory=Changes, compare=False)

    def __add__(self, other: "ImportResult") -> "ImportResult":
        changes = self.changes
        changes += other.changes
        return ImportResult(self.added + other.added, self.changed + other.changed, self.same + other.same, changes)


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How to import. `now` is in seconds since 1970; a `dry_run` writes nothing.

    What was changed in Regain (`Account.local_changes`) is kept, unless the file is to `overwrite_local_changes`. A
    first password must be changed at the first sign-in, unless `accept_password` returns True for it (in its normal
    form). With `eligibility`, the result counts who could get back in alone; with a `notifier` too, changes become
    events, and the people concerned are notified.
    """

    now: int
    dry_run: bool = False
    overwrite_local_changes: bool = False
    accept_password: Callable[[str, Account], bool] | None = None
    eligibility: EligibilityCheck | None = None
    notifier: ImportNotifier | None = None


def read(path: Path, organisation: Organisation) -> list[Person]:
    """The people in a file.

    Raises:
        InvalidFile: everything that is wrong, by line. A file with an error is not used at all.
    """
    found = parse(path, organisation)
    if found.errors:
        raise InvalidFile(found.errors)
    return found.people


def parse(path: Path, organisation: Organisation) -> PeopleFile:
    """Everything in a file: the people, and what there is to say about the other rows.

    Raises:
        InvalidFile: it is not a file of people, or none of its rows is an account of this organisation.
    """
    opened = sheet.read(path)
    parser = RowParser(str(path), organisation, opened.columns)
    parsed = PeopleFile(opened.columns, [], parser.errors, [], list(opened.notes))
    for row in opened.rows:
        found = parser.parse(row)
        if isinstance(found, Skipped):
            parsed.skipped.append(found)
        elif found:
            parsed.people.append(found)
            parsed.notes.extend(found.notes)
    if parsed.skipped and not parsed.people and not parsed.errors:
        raise InvalidFile([_nobody(path, parsed.skipped, organisation)])
    if parser.without_domain and len(organisation.domains) > 1:
        message = f"{parser.without_domain} user IDs have no domain: @{organisation.default_domain} is used"
        parsed.notes.append(FileError(str(path), 0, message, "add the domain to those of another one"))
    return parsed


def _nobody(path: Path, skipped: list[Skipped], organisation: Organisation) -> FileError:
    message = f"none of the {len(skipped)} rows is an account of this organisation; the first is {skipped[0].reason}"
    return FileError(str(path), skipped[0].line, message, f"known domains: {', '.join(organisation.domains)}")


def password_check(organisation: Organisation) -> Callable[[str, Account], bool]:
    """A function that tells whether a first password, in its normal form, meets every rule."""
    words = common_passwords.words(organisation.passwords.banned, organisation.organisation.languages)

    def fits(password: str, account: Account) -> bool:
        rules = policies.for_account(organisation, account).passwords
        return not passwords.failures(password, rules, words, Owner.of(account, SecurityInfo()))

    return fits


def load(
    people: Iterable[Person],
    accounts: Accounts,
    options: ImportOptions,
    progress: Callable[[int], None] = lambda _: None,
) -> ImportResult:
    """Adds and updates people, a hundred in one transaction. Never replaces a password.

    Can be stopped at any time and run again: unchanged accounts are not written. `progress` is called with the number
    of people that have been handled since the last call. Passwords are hashed without a pepper, so that an import needs
    no right to its KMS key; the first sign-in adds it.
    """
    with ThreadPoolExecutor(_THREADS) as pool:
        done = ImportResult()
        for part in pool.map(lambda part: _load(part, accounts, options), batched(people, _BATCH)):
            progress(part.added + part.changed + part.same)
            done += part
    return done


@dataclass(frozen=True, slots=True)
class _Case:
    """One person: the stored account, the account that replaces it, and the registered security info."""

    person: Person
    old: Account | None
    new: Account
    info: SecurityInfo | None


def _load(part: Sequence[Person], accounts: Accounts, options: ImportOptions) -> ImportResult:
    done, pending = ImportResult(), part
    while pending:
        cases, pending = _cases(pending, accounts, options), []
        for group, writes, notices in _transactions(cases, accounts, options):
            try:
                if writes and not options.dry_run:
                    accounts.store.commit(writes)
            except Conflict:
                pending += [case.person for case in group]
            else:
                done += _result(group, notices, options)
    return done


def _cases(part: Sequence[Person], accounts: Accounts, options: ImportOptions) -> list[_Case]:
    user_ids = [person.account.user_id for person in part]
    found = accounts.store.batch_get([accounts.key(user_id) for user_id in user_ids])
    stored = [from_item(item) if item else None for item in found]
    infos = options.eligibility.security_infos(user_ids) if options.eligibility else [None] * len(user_ids)
    return [
        _Case(person, old, _merged(person, old, options), info)
        for person, old, info in zip(part, stored, infos, strict=True)
    ]


def _transactions(
    cases: list[_Case], accounts: Accounts, options: ImportOptions
) -> Iterator[tuple[list[_Case], list[Write], int]]:
    """Groups cases into transactions: the cases, the writes, and how many of these are notices."""
    reference = options.notifier.reference() if options.notifier else ""
    group: list[_Case] = []
    writes: list[Write] = []
    notices = 0
    for case in cases:
        own: list[Write] = []
        if case.new != case.old:
            own.append(put_version(accounts.table, to_item(case.new), case.old.version if case.old else 0))
            if options.notifier and case.old and case.info:
                own += options.notifier.writes(case.old, case.new, case.info, reference)
        if len(writes) + len(own) > _BATCH:
            yield group, writes, notices
            group, writes, notices = [], [], 0
        group.append(case)
        writes += own
        notices += max(0, len(own) - 2)  # the others are the account and its event
    yield group, writes, notices


def _result(cases: list[_Case], notices: int, options: ImportOptions) -> ImportResult:
    changes = Changes(notices=notices)
    for case in cases:
        changes.add(case.person, case.old, case.new)
        if options.eligibility and case.info:
            changes.add_eligibility(case.old, case.new, case.info, options.eligibility)
    added = sum(case.old is None for case in cases)
    changed = sum(case.old is not None and case.new != case.old for case in cases)
    return ImportResult(added, changed, len(cases) - added - changed, changes)


def _merged(person: Person, stored: Account | None, options: ImportOptions) -> Account:
    """The account after the import: equal to the stored one if nothing changes."""
    merged = merge(person.account, person.unspecified, stored, options.now, options.overwrite_local_changes)
    if merged.password or not person.password:
        return merged
    return _with_first_password(merged, passwords.normal(person.password), options)


def _with_first_password(account: Account, password: str, options: ImportOptions) -> Account:
    accepted = options.accept_password is not None and options.accept_password(password, account)
    hashed = "not stored" if options.dry_run else password_hash.hash_password(password, None)
    return replace(account, password=hashed, password_changed_at=options.now, must_change_password=not accepted)
