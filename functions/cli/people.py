"""`people`: imports from a file of any tool, and exports."""

import csv
import sys
import time
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from cli import import_report, leaving
from cli.accounts import accounts, accounts_with_security_info, security_infos
from cli.stack import Stack
from cli.terminal import errors, json_wanted, result, say
from regain.adapters.store import retry_on_conflict
from regain.domain.account import Account
from regain.domain.eligibility import eligibility
from regain.organisation import policies
from regain.people import first_passwords, importing, missing, removal, shared_places
from regain.people.changes import EligibilityCheck
from regain.people.notifications import ImportNotifier
from regain.reports.spreadsheet import escape_formula
from regain.runtime.services import Services

app = typer.Typer(no_args_is_help=True, help="People: import, export, remove and erase.")
_COLUMNS = (
    "userPrincipalName", "displayName", "givenName", "surname", "mail", "otherMails", "mobilePhone",
    "telephoneNumber", "accountEnabled", "role", "groups", "preferredLanguage", "registered", "enabled", "capable",
)  # fmt: skip


class Missing(StrEnum):
    """What becomes of people whom a file does not list."""

    keep = "keep"
    disable = "disable"


@app.command("import")
def import_(  # noqa: PLR0913, PLR0917 - the options of a command
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="CSV or LDIF, as your tool exports it.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")] = False,
    details: Annotated[Path | None, typer.Option(help="Write the whole report to this CSV file.")] = None,
    skip_refused: Annotated[
        bool, typer.Option("--skip-refused", help="Import the other rows if some are refused.")
    ] = False,
    keep_passwords: Annotated[
        bool, typer.Option("--keep-passwords", help="First passwords that meet every rule need not be changed.")
    ] = False,
    overwrite_local_changes: Annotated[
        bool,
        typer.Option("--overwrite-local-changes", help="Overwrite what was set in Regain: locks, roles, languages."),
    ] = False,
    absent: Annotated[
        Missing, typer.Option("--missing", help="People whom the file does not list: keep them, or turn them off.")
    ] = Missing.keep,
    at_most: Annotated[
        int | None,
        typer.Option("--missing-at-most", min=0, help="How many may be turned off: else ten, or a tenth of who is on."),
    ] = None,
) -> None:
    """Adds and updates people. Never replaces a password. If it is stopped, run it again: it continues."""
    _check_options(file, details, absent, at_most)
    stack: Stack = context.obj
    services = stack.services()
    parsed = importing.parse(file, services.organisation)
    import_report.print_file(file, parsed)
    if details:
        details.open("a").close()  # better now than after everybody is imported
    done, too_many = None, False
    if not parsed.errors or skip_refused:
        notifier = ImportNotifier(services, f"people import {file.name}")
        options = _options(notifier, dry_run, overwrite_local_changes, keep_passwords)
        with _bar(len(parsed.people)) as progress:
            done = importing.load(parsed.people, services.accounts, options, progress)
        if absent == Missing.disable and not (parsed.errors or done.changes.taken):
            too_many = not _turn_off(parsed, done, notifier, dry_run, at_most)
        elif absent == Missing.disable:
            errors.print("--missing disable turned nobody off: who is in a refused row would seem to be missing")
        import_report.print_changes(done, parsed, dry_run)
        import_report.print_eligibility(done, parsed, services)
    else:
        number = len(parsed.errors)
        errors.print(f"{number} errors: nothing was imported. Correct them, or leave them out: --skip-refused")
    if details:
        import_report.write_details(details, done, parsed)
    raise typer.Exit(1 if parsed.errors or too_many or (done and done.changes.taken) else 0)


def _check_options(file: Path, details: Path | None, absent: Missing, at_most: int | None) -> None:
    """Refuses options that do not go together. Raises typer.BadParameter."""
    if at_most is not None and absent == Missing.keep:
        raise typer.BadParameter("--missing-at-most bounds what --missing disable turns off: give both, or neither.")
    if details and details.exists() and file.exists() and details.samefile(file):
        raise typer.BadParameter("--details would overwrite the people file: name another one.")


def _options(
    notifier: ImportNotifier, dry_run: bool, overwrite_local_changes: bool, keep_passwords: bool
) -> importing.ImportOptions:
    services = notifier.services
    return importing.ImportOptions(
        int(time.time()), dry_run, overwrite_local_changes,
        first_passwords.check(services.organisation) if keep_passwords else None,
        EligibilityCheck(services.organisation, lambda account_ids: security_infos(account_ids, services)),
        notifier, lambda account: removal.remove(account, notifier),
    )  # fmt: skip


def _turn_off(
    parsed: importing.PeopleFile,
    done: importing.ImportResult,
    notifier: ImportNotifier,
    dry_run: bool,
    at_most: int | None,
) -> bool:
    """Turns off the people whom the file does not list, except people in a directory, who are never in a file.

    In a dry run, renamed people still have their old user ID. Returns False, and turns nobody off, if too many
    are missing for the file to be complete.
    """
    services, changes = notifier.services, done.changes
    listed = {person.account.user_id for person in parsed.people}
    listed |= {detail.removeprefix("was ") for _, detail in changes.moved}
    ours = (account for account in accounts(services) if not services.directory(account.user_id))
    try:
        leaving, kept = missing.find(ours, listed, at_most, _provisioned(services))
    except missing.TooManyError as error:
        to_do = "if they have all left, run it again with --missing-at-most and their number"
        errors.print(f"{error}: --missing disable turned nobody off; {to_do}")
        return False
    for reason, number in kept.items():
        errors.print(f"--missing left {number} people on: {reason}", markup=False)
    changes.missing += [account.user_id for account in leaving]
    if not dry_run:
        missing.turn_off(leaving, notifier, lambda account_ids: security_infos(account_ids, services))
    return True


def _provisioned(services: Services) -> frozenset[str]:
    """The ids of the accounts that an identity provider keeps, as long as it has a token for it."""
    at_work = any(token.expires_at > services.now for token in services.provisioning.tokens())
    return frozenset(services.provisioning.account_ids()) if at_work else frozenset()


@app.command("shared")
def shared(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List them, and change nothing.")] = False,
) -> None:
    """Finds addresses and numbers that more than five accounts have: they prove nobody, and are no method."""
    stack: Stack = context.obj
    services = stack.services()
    found = shared_places.shared(shared_places.places(*each) for each in accounts_with_security_info(services))
    for place, number in sorted(found.items()):
        say(f"{place}: {number} people")
    changed = 0
    for account, info in accounts_with_security_info(services):
        own = shared_places.of(shared_places.places(account, info), found)
        if own != account.shared_places:
            changed += 1
            if not dry_run:
                _mark(account.id, own, services)
    said = "would change" if dry_run else "changes"
    result(places=[{"place": place, "people": number} for place, number in sorted(found.items())], changed=changed)
    say(f"{len(found)} shared places. What counts as a method {said} for {changed} people.")


def _mark(account_id: str, own: tuple[str, ...], services: Services) -> None:
    """Marks an account's shared places, whatever else is changed at the same time."""

    def write() -> None:
        if found := services.accounts.get(account_id):
            services.store.commit([services.accounts.shared_places_write(found, own)])

    retry_on_conflict(write)


app.command("remove")(leaving.remove)
app.command("export-person")(leaving.export_person)
app.command("erase")(leaving.erase)


@app.command("export")
def export(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="Where to; without, standard output.")] = None,
) -> None:
    """Exports all people as CSV, without passwords, with whether they are registered, enabled and capable."""
    stack: Stack = context.obj
    services = stack.services()
    rows = _rows(services)
    if file:
        with file.open("w", encoding="utf-8-sig", newline="") as written:
            number = _write_rows(written, rows)
        say(f"{number} people written to {file}")
        result(people=number, file=str(file))
    elif json_wanted():
        result(people=[dict(zip(_COLUMNS, row, strict=True)) for row in rows])
    else:
        _write_rows(sys.stdout, rows)


def _rows(services: Services) -> Iterator[tuple[Any, ...]]:
    organisation = services.organisation
    for account, info in accounts_with_security_info(services):
        own = policies.for_account(organisation, account)
        status = eligibility(account, info, own.recovery, organisation.domains)
        yield (*_cells(account), status.registered, status.enabled, status.capable)


def _write_rows(written: TextIO, rows: Iterable[tuple[Any, ...]]) -> int:
    """Writes them as CSV, escaped against formulas. Returns how many."""
    writer, number = csv.writer(written, lineterminator="\r\n"), 0
    writer.writerow(_COLUMNS)
    for row in rows:
        writer.writerow([escape_formula(cell) for cell in row])
        number += 1
    return number


def _cells(account: Account) -> tuple[Any, ...]:
    return (
        account.user_id, account.display_name, account.given_name, account.surname, account.mail,
        ";".join(account.other_mails), account.mobile_phone, account.office_phone, account.enabled, account.role,
        ";".join(account.groups), account.language,
    )  # fmt: skip


class _bar:  # noqa: N801 - used as a function
    """A progress bar, if standard error is a terminal."""

    def __init__(self, total: int) -> None:
        columns = (TextColumn("people"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._progress = Progress(*columns, console=errors, disable=not errors.is_terminal)
        self._total = total

    def __enter__(self) -> Any:
        self._progress.start()
        task = self._progress.add_task("people", total=self._total)
        return lambda more: self._progress.advance(task, more)

    def __exit__(self, *_: object) -> None:
        self._progress.stop()
