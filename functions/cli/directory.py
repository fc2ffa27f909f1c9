"""`directory check`: whether Regain could work with an Active Directory or an OpenLDAP, tried from here."""

import os
import secrets
from pathlib import Path
from typing import Annotated

import typer

from cli.doctor import show
from cli.terminal import say
from regain.directories import trial
from regain.directories.ldap.kinds import connect
from regain.organisation.file import read_ldap

app = typer.Typer(no_args_is_help=True, help="Directories: whether Regain could work with yours.")
_SECRET = "REGAIN_DIRECTORY_SECRET"  # noqa: S105 - where it is, not what it is


@app.command("check")
def check(
    file: Annotated[Path, typer.Argument(help="A YAML file: kind, url, base, service_account, user_id, ca.")],
    account: Annotated[
        str, typer.Option("--try", help="A test account: its password is reset, changed, and then shown.")
    ] = "",
) -> None:
    """Looks at each server, its certificate, the service account, its rights and the directory's policy.

    The service account's password is read from REGAIN_DIRECTORY_SECRET, or asked for. Nothing is changed but the
    password of the account that --try names. Ends with 1 where something is wrong.
    """
    settings = read_ldap(file)
    secret = os.environ.get(_SECRET) or typer.prompt(f"Password of {settings.service_account}", hide_input=True)
    directory = connect(settings, lambda _: secret)
    try:
        wrong = show(directory.check())
        if account and not wrong:
            made: list[str] = []

            def new_password() -> str:
                made.append(f"{secrets.token_urlsafe(18)}-aA1")
                return made[-1]

            wrong = show(trial.trial(directory, account, new_password))
            if made:
                say(f"The password of {account} is one of these now, the last where all went well: {' '.join(made)}")
    finally:
        directory.service.close()
    raise typer.Exit(1 if wrong else 0)
