"""`scim token`: who may provision people."""

import secrets
import time
from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.stack import Stack
from cli.terminal import fail, result, say, table, write
from regain.adapters.store import Conflict
from regain.domain import scim_token

app = typer.Typer(no_args_is_help=True, help="Provisioning by an identity provider (SCIM 2.0).")
tokens = typer.Typer(no_args_is_help=True, help="Bearer tokens for provisioning.")
app.add_typer(tokens, name="token")


@tokens.command("create")
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What events call it: the name of the identity provider.")],
    days: Annotated[int, typer.Option(min=1, max=3_650, help="How many days it is valid.")] = 365,
) -> None:
    """Makes a token, and shows it once."""
    name = name.strip()
    if not name.isprintable() or not 0 < len(name) <= 60:
        raise typer.BadParameter("A name is a text of at most 60 characters on one line.")
    stack: Stack = context.obj
    services = stack.services()
    shown, token = scim_token.draw(secrets.token_bytes(scim_token.SIZE), name, int(time.time()), days)
    services.store.commit([services.provisioning.token_write(token)])
    say(f"Tenant URL: {stack.origin()}/api/scim/v2")
    say(f"Token {token.id}, good until {_day(token.expires_at)}; it is not shown again:")
    write(f"{shown}\n")
    result(id=token.id, url=f"{stack.origin()}/api/scim/v2", token=shown, expires_at=token.expires_at)


@tokens.command("list")
def list_(context: typer.Context) -> None:
    """Lists the tokens, without their secrets."""
    stack: Stack = context.obj
    now = int(time.time())
    found = sorted(stack.services().provisioning.tokens(), key=lambda token: token.created_at)
    rows = ((each.id, each.name, _day(each.created_at), _until(each, now)) for each in found)
    table(("id", "name", "made", "good until"), rows)
    result(tokens=[
        {"id": each.id, "name": each.name, "created_at": each.created_at, "expires_at": each.expires_at}
        for each in found
    ])  # fmt: skip


@tokens.command("revoke")
def revoke(context: typer.Context, token_id: Annotated[str, typer.Argument(help="Its id, as `list` shows.")]) -> None:
    """Revokes a token, with immediate effect."""
    stack: Stack = context.obj
    services = stack.services()
    try:
        services.store.commit([services.provisioning.revoke_write(token_id)])
    except Conflict:
        fail(f"There is no token {token_id}. See `./regain scim token list`.")
        raise typer.Exit(1) from None
    say(f"Revoked {token_id}.")
    result(revoked=token_id)


def _until(token: scim_token.Token, now: int) -> str:
    return _day(token.expires_at) if now < token.expires_at else f"{_day(token.expires_at)} (expired)"


def _day(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).date().isoformat()
