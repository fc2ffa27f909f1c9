"""`admin grant`: gives and takes roles."""

import secrets
import time
from typing import Annotated

import typer

from cli.stack import Stack
from cli.terminal import errors, say
from regain.domain import reference, user_id
from regain.domain.account import ROLES
from regain.domain.roles import ACTIONS, RANK

app = typer.Typer(no_args_is_help=True, help="Roles: who may help others.")


@app.callback()
def _group() -> None:
    """Keeps `grant` a command of its own."""


@app.command("grant")
def grant(
    context: typer.Context,
    user: Annotated[str, typer.Argument(help="A user ID.")],
    role: Annotated[str, typer.Argument(help="auditor, helpdesk, user-administrator, administrator, or none.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Gives or takes a role. The person's sessions end; whoever has a role gives two proofs in a reset."""
    wanted = "" if role == "none" else role
    if wanted not in ROLES:
        raise typer.BadParameter(f"`{role}` is not a role: {', '.join(filter(None, ROLES))} or none.")
    stack: Stack = context.obj
    services = stack.services()
    who = user_id.normalise(user, services.organisation.domains, services.organisation.default_domain)
    account = services.accounts.get(who)
    if account is None:
        errors.print(f"There is no account {who}.", markup=False)
        raise typer.Exit(1)
    say(f"{who} has the role {account.role or 'none'} and would get {role}, which may: {_may(wanted)}.")
    if account.role == wanted:
        return
    if not yes:
        typer.confirm("Give it?", abort=True)
    quoted = reference.generate(secrets.token_bytes(5))
    subject = services.recoveries.subject(who)
    event = services.events.write(
        "admin-role-granted", subject, quoted, time.time(), secrets.token_bytes(4), by="The command line", what=role
    )
    services.store.commit([services.accounts.role_write(account, wanted), event])
    say(f"Done, under the reference {quoted}.")


def _may(role: str) -> str:
    if not role:
        return "use their own account"
    acts = [act for act, least in ACTIONS.items() if RANK[role] >= RANK[least]]
    return ", ".join(["see accounts, events and the report", *acts])
