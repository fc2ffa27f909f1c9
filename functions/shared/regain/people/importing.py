"""Imports people from a file into the account table, and reports what that changes."""

import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from regain.adapters.store import Conflict, Write, batched
from regain.directories.dynamodb import Accounts
from regain.domain.account import Account, make_id
from regain.domain.security_info import SecurityInfo
from regain.organisation.file_errors import FileError, InvalidFile
from regain.organisation.settings import Organisation
from regain.people import first_passwords, matching, shared_places
from regain.people.changes import Changes, EligibilityCheck, are_too_many
from regain.people.formats import sheet
from regain.people.formats.headings import Columns
from regain.people.matching import Match
from regain.people.merging import merge
from regain.people.notifications import ImportNotifier
from regain.people.rows import Person, RowParser, Skipped

_EXAMPLES = 3
_BATCH, _THREADS, _TRIES = 100, 4, 10
_WRITES = 100  # of a transaction


@dataclass(frozen=True, slots=True)
class PeopleFile:
    """A parsed file. `errors` are about rows that cannot be imported, `skipped` are rows that are not accounts of this
    organisation, and `notes` are warnings about rows that are imported.
    """

    columns: Columns
    people: list[Person]
    errors: list[FileError]
    skipped: list[Skipped]
    notes: list[FileError]

    def summary(self) -> list[str]:
        """The file's format, and the columns and rows that are not used: one line for each."""
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

    Changes made in Regain (`Account.local_changes`) are kept, unless `overwrite_local_changes`. A first password must
    be changed at the first sign-in, unless `accept_password` returns True for it (in normal form). With `eligibility`,
    the result counts who could use self-service reset; with a `notifier` too, changes are recorded as events, and the
    people concerned are notified. `remove` removes the account of a person whose user ID the file gives to somebody
    new. Such a row is refused without it, or if there are implausibly many of them.
    """

    now: int
    dry_run: bool = False
    overwrite_local_changes: bool = False
    accept_password: Callable[[str, Account], bool] | None = None
    eligibility: EligibilityCheck | None = None
    notifier: ImportNotifier | None = None
    remove: Callable[[Account], None] | None = None


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
    """Everything in a file: the people, and messages about other rows.

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
    _drop_shared_ids(parsed, str(path))
    _mark_shared_places(parsed, str(path))
    if parsed.skipped and not parsed.people and not parsed.errors:
        raise InvalidFile([_nobody(path, parsed.skipped, organisation)])
    _skip_people_of_directories(parsed, organisation)
    bare = parser.without_domain
    if bare and (len(organisation.domains) > 1 or len(bare) < len(parsed.people)):
        names = ", ".join(bare[:_EXAMPLES]) + (", …" if len(bare) > _EXAMPLES else "")
        message = f"{len(bare)} user IDs have no domain ({names}): @{organisation.default_domain} is used"
        parsed.notes.append(FileError(str(path), 0, message, "add the domain to those of another one"))
    return parsed


def _drop_shared_ids(parsed: PeopleFile, file: str) -> None:
    """Ignores ids that several rows share: an administrator's second account often repeats the first one's."""
    counted = Counter(each for person in parsed.people for each in matching.source_ids(person))
    shared = {each for each, number in counted.items() if number > 1}
    for place, person in enumerate(parsed.people) if shared else ():
        compared = zip(person.ids, matching.source_ids(person), strict=True)
        parsed.people[place] = replace(person, ids=tuple(own for own, each in compared if each not in shared))
    for name, number in Counter(each.partition(":")[0] for each in shared).items():
        message = f"{name}: {number} values stand in more than one row, and are ignored"
        parsed.notes.append(FileError(file, 0, message, "people without an id of their own are found by the user ID"))


def _mark_shared_places(parsed: PeopleFile, file: str) -> None:
    """Marks addresses and numbers of more than five people, which cannot be methods, and adds a note about each."""
    own = [shared_places.places(person.account) for person in parsed.people]
    found = shared_places.shared(own)
    for place, person in enumerate(parsed.people) if found else ():
        marked = replace(person.account, shared_places=shared_places.of(own[place], found))
        parsed.people[place] = replace(person, account=marked)
    for shared, number in found.items():
        message = f"{shared}: {number} people have it, so it proves none of them and is no method"
        parsed.notes.append(FileError(file, 0, message, "give each of them an address or a number of their own"))


def _skip_people_of_directories(parsed: PeopleFile, organisation: Organisation) -> None:
    """Skips people whose passwords are in a directory: they are looked up there, and need no account (B31)."""
    elsewhere = {name for name, domain in organisation.domains.items() if domain.has_directory}
    everybody, parsed.people[:] = list(parsed.people), []
    for person in everybody:
        user_id = person.account.user_id
        if user_id.rpartition("@")[2] in elsewhere:
            parsed.skipped.append(Skipped(0, user_id, "found in the directory of their domain"))
        else:
            parsed.people.append(person)


def _nobody(path: Path, skipped: list[Skipped], organisation: Organisation) -> FileError:
    message = f"none of the {len(skipped)} rows is an account of this organisation; the first is {skipped[0].reason}"
    return FileError(str(path), skipped[0].line, message, f"known domains: {', '.join(organisation.domains)}")


def load(
    people: Iterable[Person],
    accounts: Accounts,
    options: ImportOptions,
    progress: Callable[[int], None] = lambda _: None,
) -> ImportResult:
    """Adds and updates people, many in one transaction. Never replaces a password.

    Idempotent: it can be interrupted and run again, since unchanged accounts are not written. `progress` is called with
    the number of people processed since the last call. Passwords are hashed without a pepper, so that an import needs
    no permission for its KMS key; the first sign-in adds it.
    """
    everybody, run = list(people), _Run(accounts, options, progress)
    # Rows with ids first: they may free a user ID that a row without ids then takes.
    for some in ([each for each in everybody if each.ids], [each for each in everybody if not each.ids]):
        with ThreadPoolExecutor(_THREADS) as pool:
            run.done += sum(pool.map(run.load, batched(some, _BATCH)), ImportResult())
    waiting: list[Person] = []
    while run.waiting and len(run.waiting) != len(waiting):
        waiting, run.waiting = run.waiting, []
        run.done += sum(map(run.load, batched(waiting, _BATCH)), ImportResult())
    run.done += run.exchange()
    run.last, waiting, run.waiting = True, run.waiting, []
    if are_too_many(len(waiting), len(everybody)):
        run.options = replace(options, remove=None)  # a source with other ids, not so many successors
    return sum((run.load([person]) for person in waiting), run.done)


@dataclass(frozen=True, slots=True)
class _Case:
    """One person: the stored account, the account that replaces it, and the registered security info."""

    match: Match
    new: Account
    info: SecurityInfo | None

    @property
    def old(self) -> Account | None:
        return self.match.old


@dataclass(slots=True)
class _Run:
    """One import. `waiting` are rows whose user ID another person has, who may get a new one later in this import; in
    the `last` round, nobody does. `moved` are the accounts that got a new user ID.
    """

    accounts: Accounts
    options: ImportOptions
    progress: Callable[[int], None]
    done: ImportResult = field(default_factory=ImportResult)
    waiting: list[Person] = field(default_factory=list)
    moved: set[str] = field(default_factory=set)
    last: bool = False

    def load(self, part: Sequence[Person]) -> ImportResult:
        """Imports some people, and returns what changed."""
        done, pending = ImportResult(), part
        for _ in range(_TRIES):
            cases, pending = self._cases(pending, done.changes), []
            for group, writes in self._transactions(cases):
                try:
                    if writes and not self.options.dry_run:
                        self.accounts.store.commit(writes)
                except Conflict:
                    pending += [case.match.person for case in group]
                else:
                    done += self._result(group, writes)
            if not pending:
                self.progress(done.added + done.changed + done.same)
                return done
        raise Conflict

    def _cases(self, part: Sequence[Person], changes: Changes) -> list[_Case]:
        found = [each for each in matching.match(part, self.accounts, self.moved) if self._may_go_on(each, changes)]
        cases = self._read(found)
        self.moved |= {case.new.id for case in cases if case.old and case.old.user_id != case.new.user_id}
        return cases

    def _read(self, found: Sequence[Match]) -> list[_Case]:
        known = [each.old.id for each in found if each.old]
        infos: dict[str, SecurityInfo] = {}
        if self.options.eligibility and known:
            infos = dict(zip(known, self.options.eligibility.security_infos(known), strict=True))
        nothing = SecurityInfo() if self.options.eligibility else None
        return [
            _Case(each, self.accounts.named(_merged(each, self.options)), infos.get(each.account_id, nothing))
            for each in found
        ]

    def exchange(self) -> ImportResult:
        """Imports rows whose people exchange user IDs in a cycle, each cycle in one transaction.

        Cycles too large for one, or with an account that is changed concurrently, remain in `waiting`.
        """
        done = ImportResult()
        for ring in matching.rings(matching.match(self.waiting, self.accounts, self.moved)):
            (cases, writes), *more = self._transactions(self._read(ring))
            try:
                if not more and not self.options.dry_run:
                    self.accounts.store.commit(writes)
            except Conflict:
                continue
            if not more:
                done += self._result(cases, writes)
                self.waiting = [each for each in self.waiting if each not in [match.person for match in ring]]
        return done

    def _may_go_on(self, found: Match, changes: Changes) -> bool:
        """Whether the user ID of a row is free for its person, or is taken over from its former holder."""
        if not found.holder:
            return True
        user_id = found.person.account.user_id
        if not self.last:
            self.waiting.append(found.person)
        elif not (found.takes_over and self.options.remove):
            changes.taken.append(user_id)
        else:
            changes.taken_over.append(user_id)
            if not self.options.dry_run:
                self.options.remove(found.holder)
            return True
        return False

    def _transactions(self, cases: list[_Case]) -> Iterator[tuple[list[_Case], list[Write]]]:
        """Groups cases into transactions, none with two writes to one item: several people may share an alias."""
        notifier = self.options.notifier
        quoted = notifier.reference() if notifier else ""
        group: list[_Case] = []
        writes: list[Write] = []
        touched: set[str] = set()
        for case in cases:
            own: list[Write] = []
            if not case.old:
                own += self.accounts.add_writes(case.new)
            elif case.new != case.old:
                own += self.accounts.replace_writes(case.old, case.new, case.match.holder)
                if notifier and case.info:
                    own += notifier.writes(case.old, case.new, case.info, quoted)
            names = {*case.new.aliases, *(case.old.aliases if case.old else ())}
            if len(writes) + len(own) > _WRITES or names & touched:
                yield group, writes
                group, writes, touched = [], [], set()
            group.append(case)
            touched |= names
            writes += own
        yield group, writes

    def _result(self, cases: list[_Case], writes: list[Write]) -> ImportResult:
        notifier = self.options.notifier
        changes = Changes(notices=notifier.count(writes) if notifier else 0)
        for case in cases:
            changes.add(case.match.person, case.old, case.new)
            if self.options.eligibility and case.info:
                changes.add_eligibility(case.old, case.new, case.info, self.options.eligibility)
        added = sum(case.old is None for case in cases)
        changed = sum(case.old is not None and case.new != case.old for case in cases)
        return ImportResult(added, changed, len(cases) - added - changed, changes)


def _merged(found: Match, options: ImportOptions) -> Account:
    """The account after the import: equal to the stored one if nothing changes."""
    person, stored = found.person, found.old
    merged = merge(person.account, person.unspecified, stored, options.now, options.overwrite_local_changes)
    account_id = found.account_id or make_id(secrets.token_bytes(16))
    merged = replace(matching.with_ids(merged, found.ids), id=account_id)
    if merged.password or not person.password:
        return merged
    return first_passwords.set_first(merged, person.password, options.now, options.accept_password, options.dry_run)
