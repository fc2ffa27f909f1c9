"""`people`: in from the admin centre's CSV, and out again."""

import csv
import sys
import time
from collections.abc import Iterable
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from cli.accounts import everybody
from cli.stack import Stack
from cli.terminal import errors, say
from regain.domain.account import Account
from regain.domain.eligibility import eligibility
from regain.organisation.file_errors import FileError
from regain.people import importing
from regain.reports.spreadsheet import escape_formula

app = typer.Typer(no_args_is_help=True, help="People: import and export.")
_COLUMNS = (
    "userPrincipalName", "displayName", "givenName", "surname", "mail", "otherMails", "mobilePhone",
    "telephoneNumber", "accountEnabled", "role", "groups", "preferredLanguage", "registered", "enabled", "capable",
)  # fmt: skip


@app.command("import")
def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The CSV that the admin centre exports.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
    skip_refused: Annotated[
        bool, typer.Option("--skip-refused", help="Import the other rows where some are refused.")
    ] = False,
) -> None:
    """Adds and updates people. A password that is stored stays. Stopped, it goes on where it was when run again."""
    stack: Stack = context.obj
    services = stack.services()
    persons, refused = importing.sift(file, services.organisation)
    _report(refused, "refused")
    _report([note for person in persons for note in person.notes], "changed")
    if refused and not skip_refused:
        errors.print(f"{len(refused)} mistakes: nothing was imported. Correct them, or leave them out: --skip-refused")
        raise typer.Exit(1)
    with _bar(len(persons)) as told:
        done = importing.load(persons, services.accounts, int(time.time()), told, dry_run)
    would = "would be " if dry_run else ""
    same = f"{done.same} as they should be"
    say(f"{done.added} {would}added, {done.changed} {would}changed, {same}, {len(refused)} rows refused")
    raise typer.Exit(1 if refused else 0)


@app.command("export")
def export(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="Where to; without, standard output.")] = None,
) -> None:
    """Writes everybody as CSV, without passwords, and whether they are registered, enabled and capable."""
    stack: Stack = context.obj
    services = stack.services()
    organisation = services.organisation
    number = 0
    with file.open("w", encoding="utf-8-sig", newline="") if file else nullcontext(sys.stdout) as written:
        writer = csv.writer(written, lineterminator="\r\n")
        writer.writerow(_COLUMNS)
        for account, info in everybody(services):
            stands = eligibility(account, info, organisation.recovery, organisation.domains)
            flags = (stands.registered, stands.enabled, stands.capable)
            writer.writerow([escape_formula(cell) for cell in (*_cells(account), *flags)])
            number += 1
    if file:
        say(f"{number} people written to {file}")


def _cells(account: Account) -> tuple[Any, ...]:
    return (
        account.user_id, account.display_name, account.given_name, account.surname, account.mail,
        ";".join(account.other_mails), account.mobile_phone, account.office_phone, account.enabled, account.role,
        ";".join(account.groups), account.language,
    )  # fmt: skip


def _report(found: Iterable[FileError], what: str) -> None:
    for mistake in found:
        errors.print(f"{what}: {mistake}", markup=False)


class _bar:  # noqa: N801 - used as a function
    """A progress bar on a terminal, and nothing elsewhere."""

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
