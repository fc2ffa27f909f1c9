"""The report of `people import`: on the file, and on what changes for whom. A dry run and the import print the same."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

from cli.accounts import accounts_with_security_info, ids_by_user_id
from cli.terminal import errors, result, say, table
from regain.adapters.store import READ_SIZE, batched
from regain.domain.eligibility import eligibility
from regain.organisation import policies
from regain.organisation.file_errors import FileError
from regain.people.changes import Changes, are_too_many
from regain.people.importing import ImportResult, PeopleFile
from regain.reports.spreadsheet import escape_formula
from regain.runtime.services import Services

_SHOWN, _ALIKE = 20, 3  # on the terminal: names and errors, notes; `--details` has everything
COLUMNS = {
    "display_name": "displayName", "given_name": "givenName", "surname": "surname", "mail": "mail",
    "other_mails": "otherMails", "mobile_phone": "mobilePhone", "office_phone": "telephoneNumber",
    "enabled": "accountEnabled", "role": "role", "groups": "groups", "language": "preferredLanguage",
}  # fmt: skip


def print_file(file: Path, parsed: PeopleFile) -> None:
    """Prints the kind of file, what in it is not used, and its errors and notes."""
    first, *others = parsed.summary()
    say(f"{file}: {first}")
    for line in others:
        say(line)
    _print_errors(parsed.errors, "refused", _SHOWN)
    _print_errors(parsed.notes, "note", _ALIKE)
    result(refused=[asdict(each) for each in parsed.errors], notes=[asdict(each) for each in parsed.notes])


def _print_errors(found: list[FileError], label: str, alike: int) -> None:
    """Prints up to `alike` errors with the same hint, and how many more there are."""
    seen: Counter[str] = Counter()
    for each in found:
        seen[each.hint] += 1
        if seen[each.hint] <= alike:
            errors.print(f"{label}: {each}", markup=False)
    more = len(found) - sum(min(number, alike) for number in seen.values())
    if more:
        errors.print(f"{label}: {more} more; --details FILE lists them all")


def print_changes(done: ImportResult, parsed: PeopleFile, dry_run: bool) -> None:
    """How many people are added and changed, by field, and by name."""
    would, changes = "would be " if dry_run else "", done.changes
    refused = f"{len(parsed.errors)} rows refused"
    say(f"{done.added} {would}added, {done.changed} {would}changed, {done.same} unchanged, {refused}")
    result(dry_run=dry_run, added=done.added, changed=done.changed, same=done.same, changes=asdict(changes))
    if changes.fields:
        table(("field", "people"), ((COLUMNS[name], count) for name, count in changes.fields.most_common()))
    for label, people in _by_name(changes):
        if people:
            shown = ", ".join(user_id + (f" ({detail})" if detail else "") for user_id, detail in people[:_SHOWN])
            more = f", and {len(people) - _SHOWN} more" if len(people) > _SHOWN else ""
            say(f"{label}: {len(people)}: {shown}{more}")
    if are_too_many(len(changes.taken), done.changes.people + len(changes.taken)):
        to_do = "leave out the column of the ids, or remove who has left: people remove USER"
        errors.print(f"note: {len(changes.taken)} people have other ids than before, and nobody was replaced: {to_do}")
    elif changes.taken:
        errors.print(
            "note: if who has such a user ID has left, end the account: people remove USER; else give another one"
        )
    for label, number in _numbers(changes):
        if number:
            say(f"{label}: {number}")


def _by_name(changes: Changes) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The changes that are listed by name: a label, and the people, each with a detail."""
    yield "added", _without_detail(changes.added)
    yield "get another user ID", changes.moved
    yield "go to somebody new, and the account of who had this user ID is removed", _without_detail(changes.taken_over)
    yield "turned off, because the file does not list them", _without_detail(changes.missing)
    yield "refused, because the user ID is another person's", _without_detail(changes.taken)
    yield "get a role, or lose it", changes.roles
    yield "turned on", _without_detail(changes.enabled)
    yield "turned off", _without_detail(changes.disabled)
    yield "renamed", changes.renamed
    yield "renamed, with other addresses or numbers, but the same password", _without_detail(changes.replaced)
    yield "lose a method", changes.methods_lost
    yield "set in Regain and kept, although the file differs", [(who, COLUMNS[name]) for who, name in changes.kept]
    yield "added turned off, because the file does not say whether they are on", _without_detail(changes.unknown)


def _without_detail(people: Iterable[str]) -> list[tuple[str, str]]:
    return [(user_id, "") for user_id in people]


def _numbers(changes: Changes) -> Iterator[tuple[str, int]]:
    yield "notices to the people concerned and to administrators", changes.notices
    yield "first passwords, to be changed at the first sign-in", changes.first_passwords
    yield "first passwords that meet every rule and need not be changed", changes.accepted_passwords
    yield "passwords that are ignored, because these people have one", changes.unused_passwords


def print_eligibility(done: ImportResult, parsed: PeopleFile, services: Services) -> None:
    """How many of all people, in the file or not, could get back in alone."""
    organisation, imported = services.organisation, {person.account.user_id for person in parsed.people}
    people, capable = done.changes.people, done.changes.capable
    ids = (account_id for user_id, account_id in ids_by_user_id(services) if user_id not in imported)
    others = (account for some in batched(ids, READ_SIZE) for account in services.accounts.get_many(some).values())
    for account, info in accounts_with_security_info(services, others):
        people += 1
        capable += eligibility(
            account, info, policies.for_account(organisation, account).recovery, organisation.domains
        ).capable
    say(f"{capable} of {people} people could get back in alone")
    result(people=people, capable=capable)


def write_details(path: Path, done: ImportResult | None, parsed: PeopleFile) -> None:
    """Writes everything that is listed by name, and every error and note, as CSV."""
    with path.open("w", encoding="utf-8-sig", newline="") as opened:
        writer = csv.writer(opened, lineterminator="\r\n")
        writer.writerow(("what", "userPrincipalName", "line", "detail"))
        rows: list[tuple[str, str, int | str, str]] = [
            ("skipped", row.name, row.line, row.reason) for row in parsed.skipped
        ]
        for label, found in (("refused", parsed.errors), ("note", parsed.notes)):
            rows += [(label, "", each.line, f"{each.message}: {each.hint}") for each in found]
        for label, people in _by_name(done.changes) if done else ():
            rows += [(label, user_id, "", detail) for user_id, detail in people]
        writer.writerows([escape_formula(cell) for cell in row] for row in rows)
    say(f"details written to {path}")
