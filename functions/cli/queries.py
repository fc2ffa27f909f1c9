"""`explain`, `events` and `report`."""

import importlib
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import msgspec
import typer

from cli.accounts import accounts, find, find_id
from cli.import_report import COLUMNS
from cli.stack import Stack
from cli.terminal import errors, say, table, write
from regain.adapters import recoveries
from regain.adapters.security_info import from_item
from regain.adapters.store import batched
from regain.domain import events as happened
from regain.domain import languages, reference, user_id
from regain.domain.account import Account, methods, required_gates
from regain.domain.eligibility import eligibility
from regain.domain.methods import LABELS, mask
from regain.organisation import policies
from regain.organisation.language import Language
from regain.organisation.settings import Organisation
from regain.problems import Refused
from regain.recovery import standings
from regain.reports import usage
from regain.reports.exports import export
from regain.runtime.services import Services


def explain(
    context: typer.Context,
    what: Annotated[str, typer.Argument(help="A user ID, or the reference that a person quotes.")],
) -> None:
    """Explains what would happen for a user ID and by which rule (B24), or shows the audit trail of a reference."""
    stack: Stack = context.obj
    services = stack.services()
    known = reference.parse(what) if what.upper().startswith("R-") else None
    if known:
        _story(known, services)
    else:
        _would(what, services)


def _story(known: str, services: Services) -> None:
    found = services.events.by_reference(known)
    if not found:
        errors.print(f"Nothing has happened under {known}, or it is older than 400 days.")
        raise typer.Exit(1)
    english = _english(services)
    shown = ((e["at"][:19].replace("T", " "), english.translate(happened.describe(e))) for e in found)
    table(("when (UTC)", "what happened"), shown)


def _would(typed: str, services: Services) -> None:
    organisation, english, now = services.organisation, _english(services), int(time.time())
    who = user_id.normalise(typed, organisation.domains, organisation.default_domain)
    say(f"{who}")
    try:
        user_id.check_domain(who, organisation.domains, organisation.recovery)
    except Refused as refused:
        say(f"  is told at once: {refused.problem.title}. It follows from the organisation's settings alone.")
    known = find(who, services)
    account_id = known[1].id if known else find_id(who, services)
    subject = services.recoveries.subject(account_id)
    found = services.store.batch_get(
        [services.security_infos.key(subject), services.recoveries.key(subject, "throttle")]
    )
    account, info = known[1] if known else None, from_item(found[0])
    if account is None:
        _policies(who, None, services)
        say("  There is no such account. Reset begins all the same and ends after a proof that nobody can give:")
        say("  whoever types it cannot tell (recovery.disclosure: private).")
        raise typer.Exit(1)
    say(f"  id: {account.id}")
    own = policies.for_account(organisation, account)
    status = eligibility(account, info, own.recovery, own.domains)
    _policies(who, account, services)
    say(f"  registered: {_yes(status.registered)}   enabled: {_yes(status.enabled)}   capable: {_yes(status.capable)}")
    role = f" (role: {account.role})" if account.role else ""
    say(f"  proofs needed: {required_gates(account, own.recovery)}{role}")
    for method in methods(account, info, own.recovery, own.domains):
        place = f": {mask(method)}" if method.destination != method.kind else ""
        say(f"  has: {english.translate(LABELS[method.kind])}{place}")
    for reason in status.reasons:
        say(f"  {english.translate(reason.message)} [{reason.rule}]")
    stranger = standings.stranger(services, subject, recoveries.throttle(found[1]))
    for kind, until in stranger.long_until(now, organisation.limits).items():
        rule = "limits.failed_proofs_of_all_per_day"
        say(f"  An unknown browser needs a longer proof by {kind} until {_time(until)} [{rule}]")
    if until := stranger.sign_ins_until(now, organisation.limits):
        rule = "limits.sign_in_failures_of_all"
        say(f"  An unknown browser signs in only after a proof of recovery, until {_time(until)} [{rule}]")
    if account.local_changes:
        columns = ", ".join(COLUMNS[name] for name in account.local_changes)
        say(f"  set in Regain, so that no import overwrites it: {columns}")
    outcome = "can reset the password and unlock the account" if status.capable else "cannot get back in alone"
    say(f"  So this person {outcome}.")


def _policies(who: str, account: Account | None, services: Services) -> None:
    """Which policies apply, by which setting, and what they come to."""
    organisation = services.organisation
    if not organisation.policies:
        return
    domain = policies.for_domain(organisation, who)
    own = policies.for_account(organisation, account) if account else domain
    found = policies.applied(organisation, account or Account(who))
    said = ", ".join(f"{each.name} [{each.rule}]" for each in found)
    say(f"  policy: {said or 'none names this domain or its groups: what is set for everybody'}")
    say(f"  methods offered: {', '.join(own.recovery.offered)}   password: {_length(own)} characters")
    if account and policies.group_policies(organisation, account):
        first = domain.recovery
        proofs = "1 proof" if first.gates == 1 else f"{first.gates} proofs"
        say(f"  before the first proof only the domain's policy shows: {proofs}, {', '.join(first.offered)}")
        say("  of proofs and the shortest password, the most of all of them holds")


def _length(organisation: Organisation) -> str:
    return f"{organisation.passwords.minimum_length} to {organisation.passwords.maximum}"


def events(
    context: typer.Context,
    account: Annotated[str, typer.Option(help="Of one account: its user ID, or its id.")] = "",
    quoted: Annotated[str, typer.Option("--reference", help="Under one reference.")] = "",
    kind: Annotated[str, typer.Option(help="Of one kind.")] = "",
    start: Annotated[str, typer.Option("--from", help="From this time on (ISO 8601, UTC).")] = "",
    end: Annotated[str, typer.Option("--to", help="Before this time.")] = "",
    form: Annotated[str, typer.Option("--format", help="table, csv or jsonl.")] = "table",
    most: Annotated[int, typer.Option(help="At most so many.", min=1)] = 100,
) -> None:
    """Lists events, newest first."""
    if form not in ("table", "csv", "jsonl"):
        raise typer.BadParameter(f"`{form}` is not a format: table, csv or jsonl.")
    if kind and kind not in happened.KINDS:
        raise typer.BadParameter(f"`{kind}` is not a kind of event: {', '.join(happened.KINDS)}.")
    stack: Stack = context.obj
    services = stack.services()
    found = _found(services, account, quoted, kind, start, end, most)
    if form == "table":
        english = _english(services)
        shown = (
            (e["at"][:19].replace("T", " "), e.get("reference", ""), english.translate(happened.describe(e)))
            for e in found
        )
        table(("when (UTC)", "reference", "what happened"), shown)
    else:
        write(export(form, found, {}, _english(services)).text)


def _found(
    services: Services, account: str, quoted: str, kind: str, start: str, end: str, most: int
) -> list[dict[str, Any]]:
    start = start or (datetime.now(UTC) - timedelta(days=401)).date().isoformat()
    end = end or (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    if quoted:
        return services.events.by_reference(reference.parse(quoted) or "-")[::-1][:most]
    if account:
        subject = services.recoveries.subject(find_id(account, services))
        found, _ = services.events.by_subject(subject, start, end, "", most)
        return [event for event in found if kind in ("", event["kind"])]
    days = usage.days_with_events(services.counters, kind, start, end, services.now)
    return services.events.by_time(start, end, kind, "", most, days)[0]


def report(
    context: typer.Context,
    days: Annotated[int, typer.Option(help="1, 7 or 30.", min=1, max=366)] = 7,
    as_json: Annotated[bool, typer.Option("--json", help="The same as JSON.")] = False,
    recount: Annotated[bool, typer.Option("--recount", help="Recount all people first.")] = False,
) -> None:
    """Shows usage: resets and unlocks by day and method; who is registered, enabled and capable (B17)."""
    stack: Stack = context.obj
    services = stack.services()
    if recount:
        counting = importlib.import_module("report.flow")
        ids = (account.id for account in accounts(services))
        changed = sum(counting.count_people("id", part) for part in batched(ids, 1_000))
        errors.print(f"counted anew: {changed} people stood differently")
    found, english = usage.usage_report(services.counters, days, int(time.time())), _english(services)
    if as_json:
        write(json.dumps(msgspec.to_builtins(found, enc_hook=english.translate), indent=2) + "\n")
        return
    people = found.people
    table(("people", "accounts", "registered", "enabled", "capable"),
          [("", people.accounts, people.registered, people.enabled, people.capable)])  # fmt: skip
    for what, counted in (("resets", found.resets), ("unlocks", found.unlocks)):
        say("")
        table((what, "started", "finished", "refused", "given up"),
              ((d.day, d.started, d.finished, d.refused, d.given_up) for d in counted))  # fmt: skip
    say("")
    table(("method", "right", "wrong"), ((english.translate(m.label), m.passed, m.failed) for m in found.methods))


def _english(services: Services) -> Language:
    return Language(languages.SOURCE_LANGUAGE, services.organisation)


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"


def _time(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")
