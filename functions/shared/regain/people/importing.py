"""People from a file into the account table, and what that changes for them."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from regain.adapters import common_passwords, password_hash
from regain.adapters.store import Conflict, batched, put_version
from regain.directories.dynamodb import Accounts, to_item
from regain.directories.dynamodb import from_item as stored
from regain.domain import passwords
from regain.domain.account import Account
from regain.domain.policy import Passwords
from regain.organisation.file_errors import FileError, InvalidFile
from regain.organisation.settings import Organisation
from regain.people.changes import Changes, Standing
from regain.people.formats import sheet
from regain.people.formats.headings import Columns
from regain.people.rows import Person, Reader, Skipped

__all__ = ["Changes", "Loaded", "Person", "Rules", "Sifted", "Standing", "judge", "load", "read", "sift"]
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
    stay. With `standing`, the answer says who could get back in alone.
    """

    now: int
    dry_run: bool = False
    overrule: bool = False
    keeps: Callable[[str, Account], bool] | None = None
    standing: Standing | None = None


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


def _load(part: tuple[Person, ...], accounts: Accounts, rules: Rules) -> Loaded:
    while True:
        found = accounts.store.batch_get([accounts.key(person.account.user_id) for person in part])
        there = [stored(each) if each else None for each in found]
        merged = [_merged(person, known, rules) for person, known in zip(part, there, strict=True)]
        differing = [(new, old) for new, old in zip(merged, there, strict=True) if new != old]
        try:
            if differing and not rules.dry_run:
                accounts.store.commit(
                    [put_version(accounts.table, to_item(new), old.version if old else 0) for new, old in differing]
                )
        except Conflict:
            continue
        added = sum(old is None for _, old in differing)
        changes = _changes(part, there, merged, rules)
        return Loaded(added, len(differing) - added, len(part) - len(differing), changes)


def _changes(part: Iterable[Person], there: list[Account | None], merged: list[Account], rules: Rules) -> Changes:
    changes = Changes()
    for person, old, new in zip(part, there, merged, strict=True):
        changes.see(person, old, new)
    if rules.standing:
        changes.stand(zip(there, merged, strict=True), rules.standing)
    return changes


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
    if made.password or not person.password:
        return made
    return _with_first_password(made, passwords.normal(person.password), rules)


def _with_first_password(made: Account, password: str, rules: Rules) -> Account:
    stays = rules.keeps is not None and rules.keeps(password, made)
    hashed = "" if rules.dry_run else password_hash.hash_password(password)
    changed_at = made.password_changed_at if rules.dry_run else rules.now
    return replace(made, password=hashed, password_changed_at=changed_at, must_change_password=not stays)
