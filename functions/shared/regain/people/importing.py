"""People from a file into the account table, and what that changes for them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from regain.adapters import common_passwords, password_hash
from regain.adapters.store import Conflict, Write, batched, put_version
from regain.directories.dynamodb import Accounts, to_item
from regain.directories.dynamodb import from_item as stored
from regain.domain import passwords
from regain.domain.account import Account
from regain.domain.policy import Passwords
from regain.domain.security_info import SecurityInfo
from regain.organisation.file_errors import FileError, InvalidFile
from regain.organisation.settings import Organisation
from regain.people.changes import Changes, Standing
from regain.people.formats import sheet
from regain.people.formats.headings import Columns
from regain.people.notifying import Notifying
from regain.people.rows import Person, Reader, Skipped

__all__ = ["Changes", "Loaded", "Notifying", "Person", "Rules", "Sifted", "Standing", "judge", "load", "read", "sift"]
_KEPT = (
    "password", "password_changed_at", "must_change_password", "temporary_until", "temporary_used", "generation",
)  # fmt: skip
_SECURITY_INFO = ("mail", "other_mails", "mobile_phone", "office_phone")
_AT_ONCE, _THREADS = 100, 4  # a transaction holds 100 writes


@dataclass(frozen=True, slots=True)
class Sifted:
    """A file: its people; the mistakes of other rows; rows that are none of the organisation's; notes worth saying."""

    columns: Columns
    people: list[Person]
    mistakes: list[FileError]
    skipped: list[Skipped]
    notes: list[FileError]


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many people an import has added, changed, and found as they should be; and what changes in detail."""

    added: int = 0
    changed: int = 0
    same: int = 0
    changes: Changes = field(default_factory=Changes, compare=False)

    def __add__(self, other: "Loaded") -> "Loaded":
        changes = self.changes
        changes += other.changes
        return Loaded(self.added + other.added, self.changed + other.changed, self.same + other.same, changes)


@dataclass(frozen=True, slots=True)
class Rules:
    """How an import decides. `now` is in seconds since 1970; with `dry_run` nothing is written.

    What was decided in Regain (`Account.decided_here`) stays against the file, unless the file is to `overrule` it. A
    first password is to be changed at the first sign-in, unless `keeps` says of it (in its normal form) that it may
    stay. With `standing`, the answer says who could get back in alone; with `notifying` too, changes are recorded as
    events, and those whom they concern are notified.
    """

    now: int
    dry_run: bool = False
    overrule: bool = False
    keeps: Callable[[str, Account], bool] | None = None
    standing: Standing | None = None
    notifying: Notifying | None = None


def read(path: Path, organisation: Organisation) -> list[Person]:
    """The people in a file.

    Raises:
        InvalidFile: everything that is wrong, by line. A file with a mistake is not used at all.
    """
    found = sift(path, organisation)
    if found.mistakes:
        raise InvalidFile(found.mistakes)
    return found.people


def sift(path: Path, organisation: Organisation) -> Sifted:
    """What is in a file: the people whose rows are right, and what is to be said about the other rows.

    Raises:
        InvalidFile: where it is not such a file at all, or none of its rows is one of the organisation's.
    """
    opened = sheet.read(path)
    reader = Reader(str(path), organisation, opened.columns)
    sifted = Sifted(opened.columns, [], reader.mistakes, [], list(opened.notes))
    for row in opened.rows:
        found = reader.read(row)
        if isinstance(found, Skipped):
            sifted.skipped.append(found)
        elif found:
            sifted.people.append(found)
            sifted.notes.extend(found.notes)
    if sifted.skipped and not sifted.people and not sifted.mistakes:
        raise InvalidFile([_nobody(path, sifted.skipped, organisation)])
    if reader.without_domain and len(organisation.domains) > 1:
        what = f"{reader.without_domain} user IDs have no domain, and get @{organisation.default_domain}"
        sifted.notes.append(FileError(str(path), 0, what, "write the domain where it is another one"))
    return sifted


def _nobody(path: Path, skipped: list[Skipped], organisation: Organisation) -> FileError:
    what = f"none of the {len(skipped)} rows is an account of the organisation: the first is {skipped[0].why}"
    return FileError(str(path), skipped[0].line, what, f"known domains: {', '.join(organisation.domains)}")


def judge(policy: Passwords) -> Callable[[str, Account], bool]:
    """Says of a first password, in its normal form, whether it keeps every rule."""
    words = common_passwords.words(policy.banned)
    return lambda password, account: not passwords.failures(password, policy, words, account.names)


def load(
    people: Iterable[Person], accounts: Accounts, rules: Rules, told: Callable[[int], None] = lambda _: None
) -> Loaded:  # fmt: skip
    """Stores people, a hundred in one transaction. What is there is updated; a password that is there stays.

    It can be stopped at any time and begun again: who is as they should be is read and not written. `told` hears how
    many more are done. Passwords are hashed without a pepper, so that an import needs no KMS key; the first sign-in
    adds it.
    """
    with ThreadPoolExecutor(_THREADS) as pool:
        done = Loaded()
        for part in pool.map(lambda part: _load(part, accounts, rules), batched(people, _AT_ONCE)):
            told(part.added + part.changed + part.same)
            done += part
    return done


@dataclass(frozen=True, slots=True)
class _Case:
    """One person of the file: the account that is there, the one that is to be, and what the person has registered."""

    person: Person
    old: Account | None
    new: Account
    info: SecurityInfo | None


def _load(part: Sequence[Person], accounts: Accounts, rules: Rules) -> Loaded:
    done, waiting = Loaded(), part
    while waiting:
        cases, waiting = _cases(waiting, accounts, rules), []
        for together, writes, notices in _transactions(cases, accounts, rules):
            try:
                if writes and not rules.dry_run:
                    accounts.store.commit(writes)
            except Conflict:
                waiting += [case.person for case in together]
            else:
                done += _counted(together, notices, rules)
    return done


def _cases(part: Sequence[Person], accounts: Accounts, rules: Rules) -> list[_Case]:
    names = [person.account.user_id for person in part]
    found = accounts.store.batch_get([accounts.key(name) for name in names])
    there = [stored(each) if each else None for each in found]
    infos = rules.standing.infos(names) if rules.standing else [None] * len(names)
    return [
        _Case(person, old, _merged(person, old, rules), info)
        for person, old, info in zip(part, there, infos, strict=True)
    ]


def _transactions(
    cases: list[_Case], accounts: Accounts, rules: Rules
) -> Iterator[tuple[list[_Case], list[Write], int]]:  # fmt: skip
    """The cases in as few transactions as they fit into, with the number of notices in each."""
    reference = rules.notifying.reference() if rules.notifying else ""
    together, writes, notices = [], [], 0
    for case in cases:
        own = []
        if case.new != case.old:
            own.append(put_version(accounts.table, to_item(case.new), case.old.version if case.old else 0))
            if rules.notifying and case.old and case.info:
                own += rules.notifying.writes(case.old, case.new, case.info, reference)
        if len(writes) + len(own) > _AT_ONCE:
            yield together, writes, notices
            together, writes, notices = [], [], 0
        together.append(case)
        writes += own
        notices += max(0, len(own) - 2)  # beside the account and the event
    yield together, writes, notices


def _counted(cases: list[_Case], notices: int, rules: Rules) -> Loaded:
    changes = Changes(notices=notices)
    for case in cases:
        changes.see(case.person, case.old, case.new)
        if rules.standing and case.info:
            changes.stand(case.old, case.new, case.info, rules.standing)
    added = sum(case.old is None for case in cases)
    changed = sum(case.old is not None and case.new != case.old for case in cases)
    return Loaded(added, changed, len(cases) - added - changed, changes)


def _merged(person: Person, there: Account | None, rules: Rules) -> Account:
    """The account as it should be: equal to the one that is there where nothing differs."""
    said = [name for name in _SECURITY_INFO if name not in person.unsaid]
    same = there and all(getattr(there, name) == getattr(person.account, name) for name in said)
    made = replace(person.account, security_info_at=there.security_info_at if there and same else rules.now)
    if there:
        decided = there.decided_here
        if rules.overrule:
            decided = tuple(name for name in decided if name in person.unsaid)
        kept = {name: getattr(there, name) for name in (*_KEPT, *person.unsaid, *decided)}
        made = replace(made, version=there.version, decided_here=decided, **kept)
        if made.role != there.role or there.enabled > made.enabled:
            made = replace(made, generation=there.generation + 1)  # no session outlives it
    if made.password or not person.password:
        return made
    return _with_first_password(made, passwords.normal(person.password), rules)


def _with_first_password(made: Account, password: str, rules: Rules) -> Account:
    stays = rules.keeps is not None and rules.keeps(password, made)
    hashed = "" if rules.dry_run else password_hash.hash_password(password, None)
    changed_at = made.password_changed_at if rules.dry_run else rules.now
    return replace(made, password=hashed, password_changed_at=changed_at, must_change_password=not stays)
