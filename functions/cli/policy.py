"""`policy check`: what new settings would change for people, before they are deployed."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.accounts import accounts_with_security_info
from cli.explain import english_of
from cli.stack import Stack
from cli.terminal import errors, result, say, table
from regain.domain import takeovers
from regain.domain.account import Account
from regain.domain.eligibility import eligibility
from regain.organisation import policies
from regain.organisation.file import read
from regain.organisation.settings import Organisation

app = typer.Typer(no_args_is_help=True, help="Settings: what a change would do.")
_EXAMPLES = 10
_NONE = "(for everybody)"


class PeopleOfPolicies:
    """How many people have each policy of new settings, and how many of them can get back in alone, now and then."""

    def __init__(self, then: Organisation) -> None:
        self._then = then
        self._number: Counter[str] = Counter()
        self._capable: Counter[tuple[str, str]] = Counter()
        self._groups: set[str] = set()

    def count(self, account: Account, before: bool, after: bool) -> None:
        """One more person. Somebody with several policies counts with each."""
        self._groups.update(account.groups)
        names = {each.name for each in policies.applied(self._then, account)} or {_NONE}
        self._number.update(names)
        self._capable.update((name, "now") for name in names if before)
        self._capable.update((name, "then") for name in names if after)

    def show(self) -> None:
        """Prints a row for each policy, and which of them nobody has."""
        if not self._then.policies:
            return
        rows = [(name, self._number[name], self._capable[name, "now"], self._capable[name, "then"])
                for name in (_NONE, *self._then.policies)]  # fmt: skip
        table(("policy", "people", "can get back in now", "and then"), rows)
        names = ("policy", "people", "capable_now", "capable_then")
        result(policies=[dict(zip(names, row, strict=True)) for row in rows])
        for name in self._then.policies:
            if not self._number[name]:
                errors.print(f"Nobody has the policy {name}.", markup=False)
        for name in self._then.groups:
            if name not in self._groups:
                errors.print(f"Nobody is in the group {name}. Write it as your source of people does.", markup=False)


@app.command("check")
def check(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The new organisation file.")],
    accept: Annotated[bool, typer.Option("--accept", help="Succeed even if people would lose access.")] = False,
) -> None:
    """Compares what people can do now and under the new settings. Exits with 1 if anybody would be locked out."""
    stack: Stack = context.obj
    services = stack.services()
    now, then = services.organisation, read(file)
    change: Counter[str] = Counter()
    of_policy = PeopleOfPolicies(then)
    lost: list[dict[str, Any]] = []
    english = english_of(services)
    number = 0
    for account, info in accounts_with_security_info(services):
        number += 1
        before, after = (
            eligibility(account, info, policies.for_account(each, account).recovery, each.domains)
            for each in (now, then)
        )
        of_policy.count(account, before.capable, after.capable)
        for what in ("registered", "enabled", "capable"):
            had, has = getattr(before, what), getattr(after, what)
            if had != has:
                change[f"{'gain' if has else 'lose'} {what}"] += 1
        if before.capable and not after.capable:
            why = [{"rule": each.rule, "text": english.translate(each.message)} for each in after.reasons]
            lost.append({"user_id": account.user_id, "reasons": why})
    say(f"{number} people compared")
    rows = [(what, change[f"gain {what}"], change[f"lose {what}"]) for what in ("registered", "enabled", "capable")]
    table(("", "gain it", "lose it"), rows)
    result(people=number, gain={what: gain for what, gain, _ in rows}, lose={what: lose for what, _, lose in rows})
    result(locked_out=lost)
    of_policy.show()
    _guessing(number, then)
    if not lost:
        say("Nobody who can get back in today would be locked out.")
        return
    errors.print(f"{len(lost)} people who can get back in today could not any more. For example:")
    for each in lost[:_EXAMPLES]:
        reasons = "; ".join(f"{reason['text']} [{reason['rule']}]" for reason in each["reasons"])
        errors.print(f"  {each['user_id']}: {reasons}", markup=False)
    raise typer.Exit(0 if accept else 1)


def _guessing(people: int, then: Organisation) -> None:
    """How many accounts a year are expected to be taken over by guessing codes (B28)."""
    found = takeovers.expected(people, replace(then.recovery, methods=policies.offered(then)), then.limits)
    total, share = float(found.total), float(found.per_100_000)
    say(f"Expected takeovers by guessing codes: {total:.2g} a year, {share:.2g} per 100,000 accounts")
    result(expected_takeovers={"a_year": total, "per_100_000": share})
    if found.per_100_000 > takeovers.ACCEPTABLE:
        errors.print(
            f"That is more than {float(takeovers.ACCEPTABLE)} per 100,000. Set `limits.accounts` to the number of "
            f"accounts ({people}), and lower `limits.guess_budget` or the limits of failed proofs."
        )
