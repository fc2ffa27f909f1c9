"""What `people import` says: about the file, and what it changes for whom; the same for a dry run and for an import."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from cli.accounts import accounts, accounts_with_security_info
from cli.terminal import errors, say, table
from regain.domain.eligibility import eligibility
from regain.organisation.file_errors import FileError
from regain.people.importing import Changes, Loaded, Sifted
from regain.reports.spreadsheet import escape_formula
from regain.runtime.services import Services

_NAMED = 20  # people by name on the terminal; `--details` has them all
_CALLED = {
    "display_name": "displayName", "given_name": "givenName", "surname": "surname", "mail": "mail",
    "other_mails": "otherMails", "mobile_phone": "mobilePhone", "office_phone": "telephoneNumber",
    "enabled": "accountEnabled", "role": "role", "groups": "groups", "language": "preferredLanguage",
}  # fmt: skip


def of_file(file: Path, sifted: Sifted) -> None:
    """What the file is, which of its columns and rows are not used, and what is odd about the others."""
    columns = sifted.columns
    (user_id,) = (heading for _, name, heading in columns.used if name == "user_id")
    say(f"{file}: {columns.shape.name}; {len(sifted.people)} people; user IDs are in {user_id}")
    if columns.unused:
        say(f"columns that are not used: {', '.join(columns.unused)}")
    for why, number in Counter(each.why for each in sifted.skipped).items():
        who = ", ".join([each.who or f"line {each.line}" for each in sifted.skipped if each.why == why][:3])
        say(f"left out, {why}: {number} ({who}{', …' if number > 3 else ''})")
    _listed(sifted.mistakes, "refused")
    _listed(sifted.notes, "note")


def _listed(found: list[FileError], what: str) -> None:
    for each in found[:_NAMED]:
        errors.print(f"{what}: {each}", markup=False)
    if len(found) > _NAMED:
        errors.print(f"{what}: {len(found) - _NAMED} more, which --details FILE lists")


def of_changes(loaded: Loaded, sifted: Sifted, dry_run: bool) -> None:
    """How many people are added and changed, per field, and by name where it matters."""
    would, changes = "would be " if dry_run else "", loaded.changes
    same = f"{loaded.same} as they should be"
    say(f"{loaded.added} {would}added, {loaded.changed} {would}changed, {same}, {len(sifted.mistakes)} rows refused")
    if changes.fields:
        table(("field", "people for whom it changes"), ((_CALLED[n], c) for n, c in changes.fields.most_common()))
    for what, people in _by_name(changes):
        if people:
            shown = ", ".join(who + (f" ({detail})" if detail else "") for who, detail in people[:_NAMED])
            more = len(people) - _NAMED
            say(f"{what}: {len(people)}: {shown}" + (f", and {more} more" if more > 0 else ""))
    _numbers(changes)


def _by_name(changes: Changes) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """What an administrator wants to see by name, with the people and what there is to say of each."""
    yield "added", [(who, "") for who in changes.added]
    yield "turned on", [(who, "") for who in changes.turned_on]
    yield "turned off", [(who, "") for who in changes.turned_off]
    yield "renamed", changes.renamed
    yield "perhaps another person now, with the password and sessions of the one before", _bare(changes.another)
    yield "lose a way to get back in", changes.lost
    yield "keep what was decided here, against the file", [(who, _CALLED[name]) for who, name in changes.kept]
    yield "added turned off, since the file leaves blank whether they are on", _bare(changes.unknown)


def _bare(people: Iterable[str]) -> list[tuple[str, str]]:
    return [(who, "") for who in people]


def _numbers(changes: Changes) -> None:
    if changes.notices:
        say(f"notices to those whom these changes concern: {changes.notices}")
    if changes.first_passwords:
        say(f"first passwords, to be changed at the first sign-in: {changes.first_passwords}")
    if changes.kept_passwords:
        say(f"first passwords that keep every rule, and stay: {changes.kept_passwords}")
    if changes.unused_passwords:
        say(f"passwords that are not used, since these people have one: {changes.unused_passwords}")


def of_everybody(loaded: Loaded, sifted: Sifted, services: Services) -> None:
    """How many of all people, those of the file and the others, could get back in alone."""
    organisation, listed = services.organisation, {person.account.user_id for person in sifted.people}
    people, capable = loaded.changes.people, loaded.changes.capable
    others = (each for each in accounts(services) if each.user_id not in listed)
    for account, info in accounts_with_security_info(services, others):
        people += 1
        capable += eligibility(account, info, organisation.recovery, organisation.domains).capable
    say(f"{capable} of {people} people could get back in alone")


def write_details(path: Path, loaded: Loaded | None, sifted: Sifted) -> None:
    """Everything of the report, row by row, as CSV."""
    with path.open("w", encoding="utf-8-sig", newline="") as opened:
        writer = csv.writer(opened, lineterminator="\r\n")
        writer.writerow(("what", "userPrincipalName", "line", "detail"))
        rows = [("left out", each.who, each.line, each.why) for each in sifted.skipped]
        for what, found in (("refused", sifted.mistakes), ("note", sifted.notes)):
            rows += [(what, "", each.line, f"{each.message}: {each.hint}") for each in found]
        for what, people in _by_name(loaded.changes) if loaded else ():
            rows += [(what, who, "", detail) for who, detail in people]
        writer.writerows([escape_formula(cell) for cell in row] for row in rows)
    say(f"details written to {path}")
