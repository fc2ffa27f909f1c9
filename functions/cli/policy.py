"""`policy check`: what new settings would change for people, before they are deployed."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from cli.accounts import accounts_with_security_info
from cli.stack import Stack
from cli.terminal import errors, say, table
from regain.domain import takeovers
from regain.domain.eligibility import eligibility
from regain.organisation.file import read
from regain.organisation.settings import Organisation

app = typer.Typer(no_args_is_help=True, help="Settings: what a change would do.")
_EXAMPLES = 10


@app.command("check")
def check(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The new organisation file.")],
    accept: Annotated[bool, typer.Option("--accept", help="It is meant, also where people lose their way in.")] = False,
) -> None:
    """Compares what people can do now and under the new settings. Exits with 1 if anybody would be locked out."""
    stack: Stack = context.obj
    services = stack.services()
    now, then = services.organisation, read(file)
    change: Counter[str] = Counter()
    lost: list[tuple[str, str]] = []
    number = 0
    for account, info in accounts_with_security_info(services):
        number += 1
        before = eligibility(account, info, now.recovery, now.domains)
        after = eligibility(account, info, then.recovery, then.domains)
        for what in ("registered", "enabled", "capable"):
            had, has = getattr(before, what), getattr(after, what)
            if had != has:
                change[f"{'gain' if has else 'lose'} {what}"] += 1
        if before.capable and not after.capable:
            lost.append((account.user_id, "; ".join(f"{each.text} [{each.rule}]" for each in after.reasons)))
    say(f"{number} people compared")
    rows = ((what, change[f"gain {what}"], change[f"lose {what}"]) for what in ("registered", "enabled", "capable"))
    table(("", "gain it", "lose it"), rows)
    _guessing(number, then)
    if not lost:
        say("Nobody who can get back in today would be locked out.")
        return
    errors.print(f"{len(lost)} people who can get back in today could not any more. For example:")
    for who, why in lost[:_EXAMPLES]:
        errors.print(f"  {who}: {why}", markup=False)
    raise typer.Exit(0 if accept else 1)


def _guessing(people: int, then: Organisation) -> None:
    """How many accounts a year are expected to be taken over by guessing codes (B28)."""
    found = takeovers.expected(people, then.recovery, then.limits)
    total, share = float(found.total), float(found.per_100_000)
    say(f"Expected takeovers by guessing codes: {total:.2g} a year, {share:.2g} per 100,000 accounts")
    if found.per_100_000 > takeovers.ACCEPTABLE:
        errors.print(
            f"That is more than {float(takeovers.ACCEPTABLE)} per 100,000. Set `limits.accounts` to the number of "
            f"accounts ({people}), and lower `limits.guess_budget` or the limits of failed proofs."
        )
