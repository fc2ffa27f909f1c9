"""`admin grant` gives and takes roles; `admin code` lets somebody register methods."""

import secrets
import time
from dataclasses import replace
from typing import Annotated

import typer

from cli.accounts import BY, find, refuse_unknown
from cli.stack import Stack
from cli.terminal import result, say
from regain.adapters import security_info
from regain.domain import reference, user_id
from regain.domain.account import ROLES, Account
from regain.domain.roles import ACTIONS, RANK
from regain.people.notifications import ImportNotifier
from regain.recovery import registration_code, repudiation
from regain.recovery.notices import notices
from regain.runtime.services import Services

app = typer.Typer(no_args_is_help=True, help="Roles: who may help others.")


@app.command("grant")
def grant(
    context: typer.Context,
    user: Annotated[str, typer.Argument(help="A user ID.")],
    role: Annotated[str, typer.Argument(help="auditor, helpdesk, user-administrator, administrator, or none.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Gives or takes a role, and tells the person and the other administrators.

    The person's sessions end; people with a role give two proofs in a reset.
    """
    wanted = "" if role == "none" else role
    if wanted not in ROLES:
        raise typer.BadParameter(f"`{role}` is not a role: {', '.join(filter(None, ROLES))} or none.")
    stack: Stack = context.obj
    services = stack.services()
    account, _ = _account(user, services)
    who = account.user_id
    say(f"{who} has the role {account.role or 'none'} and would get {role}, which may: {_may(wanted)}.")
    result(user_id=who, before=account.role, role=wanted, changed=account.role != wanted)
    if account.role == wanted:
        return
    if not yes:
        typer.confirm("Give it?", abort=True, err=True)
    quoted = reference.generate(secrets.token_bytes(5))
    subject = services.recoveries.subject(account.id)
    event = services.events.write(
        "admin-role-granted", subject, quoted, time.time(), secrets.token_bytes(4), by=BY, what=role
    )
    info = security_info.from_item(services.store.get(*services.security_infos.key(subject)))
    told = ImportNotifier(services, BY).notices(account, replace(account, role=wanted), info, quoted)
    services.store.commit([services.accounts.role_write(account, wanted, int(time.time())), event, *told])
    say(f"Done, under the reference {quoted}.")
    result(reference=quoted)


@app.command("code")
def code(context: typer.Context, user: Annotated[str, typer.Argument(help="A user ID.")]) -> None:
    """Gives a registration code, for the first administrator and for whoever can use none of their methods.

    What is registered with it counts as a second factor at once. Every address of the account is told.
    """
    stack: Stack = context.obj
    services = stack.services()
    _, account = _account(user, services)
    who = account.user_id
    subject = services.recoveries.subject(account.id)
    info = security_info.from_item(services.store.get(*services.security_infos.key(subject)))
    shown, writes = registration_code.issue(services, subject, info, deployer=True)
    quoted, kind = reference.generate(secrets.token_bytes(5)), "registration-code-given"
    event = services.events.write(kind, subject, quoted, time.time(), secrets.token_bytes(4), by=BY)
    now = services.now
    told = notices(services, now, account, kind, subject, quoted, info)
    allowed = repudiation.issue_write(services, subject, account, quoted, now)
    services.store.commit([*writes, event, allowed, *(services.outbox.write(each, services.now) for each in told)])
    say(f"{shown}")
    result(user_id=who, code=shown, reference=quoted)
    say(f"It works once, within 24 hours: {who} signs in and types it to add a method. Reference {quoted}.")


def _account(user: str, services: Services) -> tuple[Account, Account]:
    """The account as it is stored, and with what its directory says."""
    who = user_id.normalise(user, services.organisation.domains, services.organisation.default_domain)
    return find(who, services) or refuse_unknown(who)


def _may(role: str) -> str:
    if not role:
        return "use their own account"
    acts = [act for act, least in ACTIONS.items() if RANK[role] >= RANK[least]]
    return ", ".join(["see accounts, events and the report", *acts])
