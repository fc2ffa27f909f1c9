"""`events` and `report`."""

import importlib
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
import typer

from cli import times
from cli.accounts import accounts, find_id
from cli.explain import english_of
from cli.stack import Stack
from cli.terminal import errors, result, say, table, write
from regain.adapters.store import READ_SIZE, batched
from regain.api.contract import UsageReport
from regain.domain import events as happened
from regain.domain import reference
from regain.organisation.language import Language
from regain.reports import usage
from regain.reports.exports import export
from regain.runtime.services import Services

_DAY = 86_400
_ENDS = ("started", "finished", "refused", "abandoned")
_KEPT = 401  # days: events are deleted after 400


def events(
    context: typer.Context,
    account: Annotated[str, typer.Option(help="Of one account: its user ID, or its id.")] = "",
    quoted: Annotated[str, typer.Option("--reference", help="Under one reference.")] = "",
    kind: Annotated[str, typer.Option(help="Of one kind.")] = "",
    start: Annotated[str, typer.Option("--from", help=f"From this time on, in UTC: {times.UNDERSTOOD}.")] = "",
    end: Annotated[str, typer.Option("--to", help="Before this time, written in the same way.")] = "",
    form: Annotated[str, typer.Option("--format", help="table, csv or jsonl.")] = "table",
    most: Annotated[int, typer.Option(help="The most events to list.", min=1)] = 100,
) -> None:
    """Lists events, newest first."""
    if form not in ("table", "csv", "jsonl"):
        raise typer.BadParameter(f"`{form}` is not a format: table, csv or jsonl.")
    if kind and kind not in happened.KINDS:
        raise typer.BadParameter(f"`{kind}` is not a kind of event: {', '.join(happened.KINDS)}.")
    if quoted and not reference.parse(quoted):
        raise typer.BadParameter(f"`{quoted}` is not a reference: R- and eight letters and digits, as in R-7K2M-4XQD.")
    since, until = _period(start, end)
    stack: Stack = context.obj
    services = stack.services()
    found = _found(services, account, quoted, kind, since, until, most)
    names, english = _user_ids(found, services), english_of(services)
    lines = [
        (e["at"][:19].replace("T", " "), names.get(e["subject"], ""), e.get("reference", ""),
         english.translate(happened.describe(e)))
        for e in found
    ]  # fmt: skip
    result(events=[
        {"at": e["at"].partition("#")[0], "kind": e["kind"], "user_id": who, "reference": quoted, "text": text}
        for e, (_, who, quoted, text) in zip(found, lines, strict=True)
    ])  # fmt: skip
    if form == "table":
        table(("when (UTC)", "account", "reference", "what happened"), lines)
        if not found:
            errors.print("No event is like this. They are kept for 400 days.")
    else:
        write(export(form, found, names, english).text)


def _period(start: str, end: str) -> tuple[str, str]:
    """The two times in the format of events; by default, everything that is kept."""
    now = time.time()
    try:
        since = times.parse(start, now) if start else times.parse(f"{_KEPT}d", now)
        until = times.parse(end, now) if end else _iso_date(now + _DAY)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    if since >= until:
        raise typer.BadParameter(f"--from ({since[:16]}) is not before --to ({until[:16]}).")
    return since, until


def _iso_date(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).date().isoformat()


def _found(
    services: Services, account: str, quoted: str, kind: str, start: str, end: str, most: int
) -> list[dict[str, Any]]:
    subject = services.recoveries.subject(find_id(account, services)) if account else ""
    if quoted:
        told = services.events.by_reference(reference.parse(quoted) or "-")[::-1]
        return [
            event
            for event in told
            if kind in ("", event["kind"]) and subject in ("", event["subject"]) and start <= event["at"] < end
        ][:most]
    if subject:
        found: list[dict[str, Any]] = []
        after = ""
        while len(found) < most:
            some, after = services.events.by_subject(subject, start, end, after, most)
            found += [event for event in some if kind in ("", event["kind"])]
            if not after:
                break
        return found[:most]
    days = usage.days_with_events(services.counters, kind, start, end, services.now)
    return services.events.by_time(start, end, kind, "", most, days)[0]


def _user_ids(events: Iterable[dict[str, Any]], services: Services) -> dict[str, str]:
    """The user ID of each subject that belongs to an account, as last counted."""
    names: dict[str, str] = {}
    for part in batched(sorted({event["subject"] for event in events}), READ_SIZE):
        items = services.store.batch_get([services.counters.person_key(subject) for subject in part])
        for subject, item in zip(part, items, strict=True):
            if person := services.counters.person(item):
                names[subject] = person.user_id
    return names


def report(
    context: typer.Context,
    days: Annotated[int, typer.Option(help="How many days, today included (UTC).", min=1, max=366)] = 7,
    recount: Annotated[bool, typer.Option("--recount", help="Recount and index all people first.")] = False,
) -> None:
    """Shows usage: resets and unlocks by day and method; who is registered, enabled and capable."""
    stack: Stack = context.obj
    services = stack.services()
    if recount:
        counting, indexing = importlib.import_module("report.flow"), importlib.import_module("report.index")
        changed = 0
        for part in batched((account.id for account in accounts(services)), 1_000):
            changed += counting.count_people("id", part)
            indexing.index_people("id", part)
        errors.print(f"counted anew: {changed} people stood differently")
    found = usage.usage_report(services.counters, services.organisation, days, services.now)
    english = english_of(services)
    result(**msgspec.to_builtins(found, enc_hook=english.translate))
    _show(found, english)


def _show(found: UsageReport, english: Language) -> None:
    people, saved = found.people, found.saved
    table(("people", "accounts", "registered", "enabled", "capable"),
          [("", people.accounts, people.registered, people.enabled, people.capable)])  # fmt: skip
    for what, counted in (("resets", found.resets), ("unlocks", found.unlocks)):
        say("")
        table((what, *_ENDS), ((d.day, d.started, d.finished, d.refused, d.given_up) for d in counted))
    say("")
    domains = ((d.domain, d.directory, d.policy, d.started, d.finished, d.refused, d.given_up) for d in found.domains)
    table(("domain", "directory", "policy", *_ENDS), domains)
    worth = f", which would have cost {saved.amount:,} {saved.currency}" if saved.call_cost else ""
    say(f"\n{saved.calls} calls to the helpdesk were not needed{worth}.\n")
    table(("method", "right", "wrong"), ((english.translate(m.label), m.passed, m.failed) for m in found.methods))
    if any(each.directory not in ("dynamodb", "elsewhere") for each in found.domains):
        say("\nPeople of a directory count from their first reset or sign-in on.")
