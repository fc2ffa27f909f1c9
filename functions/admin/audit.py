"""The audit trail of a reference, the list of events, and the usage report (B9, B17, B18)."""

from datetime import UTC, datetime, timedelta
from typing import Any

from admin.agent import Agent, find_id, signed_in_agent
from regain.adapters.counters import CountedPerson
from regain.adapters.store import READ_SIZE, Write, batched
from regain.api.contract import Attachment, AuditEvent, AuditTrail, EventPage, EventQuery, ReportQuery, UsageReport
from regain.api.request_context import RequestContext
from regain.directories import dynamodb as account_items
from regain.domain import events, reference, roles
from regain.problems import NO_SUCH_ACCOUNT, NO_SUCH_REFERENCE, NOT_OVER_THIS_ACCOUNT, Refused
from regain.reports import usage
from regain.reports.exports import export, export_usage

_PAGE_SIZE, _EXPORT_SIZE = 50, 5_000
_DAYS_A_PAGE = 14
"""Days with events that one answer looks through: a small organisation has few on each, and each is 64 queries."""


def show_trail(typed: str, context: RequestContext) -> AuditTrail:
    """Every event under a reference, in plain sentences.

    References are random and short, so two people can have the same one. Events about a person are shown only to agents
    who may read about that person (X28). Requires a second factor, and records an event (X16).
    """
    agent = signed_in_agent(context)
    agent.check_proved()
    agent.count_lookup()
    known = reference.parse(typed)
    found = agent.services.events.by_reference(known) if known else []
    if not (known and found):
        raise Refused(NO_SUCH_REFERENCE)
    who = _people(agent, found)
    hidden = _not_viewable(agent, who)
    if hidden and len(hidden) == len(who):
        raise hidden.popitem()[1]
    shown = [event for event in found if event["subject"] not in hidden]
    named = next((who[event["subject"]].user_id for event in shown if event["subject"] in who), "")
    agent.services.store.commit([agent.own_event("admin-read-story", what=known)])
    return AuditTrail(known, named, [line(event, who) for event in shown])


def list_events(query: EventQuery, context: RequestContext) -> EventPage | Attachment:
    """Events, newest first, by account, reference and kind, or all; as a page or as a file."""
    agent = signed_in_agent(context)
    agent.check_proved()
    agent.count_lookup()
    limit = _PAGE_SIZE if query.format == "json" else _EXPORT_SIZE
    subject = _viewable(agent, query.account) if query.account else ""
    found, cursor = _find(agent, query, subject, limit)
    who = _people(agent, found)
    found = found if subject else _readable(agent, found, who)
    agent.services.store.commit([_read_event(agent, query, subject, len(found))])
    if query.format == "json":
        return EventPage([line(event, who) for event in found], cursor)
    names = {subject: person.user_id for subject, person in who.items()}
    return export(query.format, found, names, agent.services.languages.get(context.language))


def _read_event(agent: Agent, query: EventQuery, subject: str, count: int) -> Write:
    """That events were read or exported: how many, and by which filter. A user ID in it is kept as a keyed hash."""
    chosen = {
        "account": subject,
        "reference": query.reference,
        "kind": query.kind,
        "from": query.start,
        "to": query.end,
    }
    what = ", ".join([str(count), *(f"{name} {value}" for name, value in chosen.items() if value)])
    return agent.own_event("admin-read-events" if query.format == "json" else "admin-exported", what=what)


def _find(agent: Agent, query: EventQuery, subject: str, limit: int) -> tuple[list[dict[str, Any]], str]:
    """The events that every filter lets through. With a `subject`, no others are among them."""
    services = agent.services
    tomorrow = (datetime.fromtimestamp(services.now, UTC) + timedelta(days=1)).date().isoformat()
    kept_since = (datetime.fromtimestamp(services.now, UTC) - timedelta(days=401)).date().isoformat()
    start, end = max(query.start, kept_since), min(query.end or tomorrow, f"{tomorrow}~")
    if query.reference:
        known = reference.parse(query.reference)
        told = services.events.by_reference(known)[::-1] if known else []
        told = [event for event in told if subject in ("", event["subject"])]
        return [event for event in told if query.kind in ("", event["kind"]) and start <= event["at"] < end], ""
    if subject:
        found, cursor = services.events.by_subject(subject, start, end, query.cursor, limit)
        return [event for event in found if query.kind in ("", event["kind"])], cursor
    days = usage.days_with_events(services.counters, query.kind, start, end, services.now)
    most_days = _DAYS_A_PAGE if query.format == "json" else len(days)
    return services.events.by_time(start, end, query.kind, query.cursor, limit, days, most_days)


def _viewable(agent: Agent, typed: str) -> str:
    """The subject of an account whose events this agent may read.

    Raises:
        Refused: NOT_OVER_THIS_ACCOUNT, also for an account that is gone, where scope is limited to groups.
    """
    if roles.has_global_scope(agent.account, agent.scope):
        return agent.services.recoveries.subject(find_id(typed, agent.services))
    try:
        target = agent.read(typed)
    except Refused as refused:
        if refused.problem is not NO_SUCH_ACCOUNT:
            raise
        raise _gone() from None
    roles.check_can_view(agent.account, target.account, agent.scope)
    return target.subject


def _gone() -> Refused:
    return Refused(NOT_OVER_THIS_ACCOUNT, reason="gone, and so are its groups")


def _readable(agent: Agent, found: list[dict[str, Any]], who: dict[str, CountedPerson]) -> list[dict[str, Any]]:
    """The events that this agent may read: only those about people in their groups, if scope is limited to groups."""
    if roles.has_global_scope(agent.account, agent.scope):
        return found
    hidden = _not_viewable(agent, who)
    return [event for event in found if event["subject"] in who and event["subject"] not in hidden]


def _not_viewable(agent: Agent, who: dict[str, CountedPerson]) -> dict[str, Refused]:
    """The subjects whose accounts this agent may not view, each with the refusal."""
    accounts = agent.services.accounts
    hidden: dict[str, Refused] = {}
    for part in batched(who, READ_SIZE):
        items = agent.services.store.batch_get([accounts.key(who[subject].account_id) for subject in part])
        for subject, item in zip(part, items, strict=True):
            try:
                roles.check_can_view(agent.account, account_items.from_item(item), agent.scope)
                if item is None and not roles.has_global_scope(agent.account, agent.scope):
                    raise _gone()
            except Refused as refused:
                hidden[subject] = refused
    return hidden


def _people(agent: Agent, events: list[dict[str, Any]]) -> dict[str, CountedPerson]:
    """The person of each subject that belongs to an account, as they were counted last."""
    counters, store = agent.services.counters, agent.services.store
    people: dict[str, CountedPerson] = {}
    for part in batched(sorted({event["subject"] for event in events}), READ_SIZE):
        items = store.batch_get([counters.person_key(subject) for subject in part])
        found = zip(part, map(counters.person, items), strict=True)
        people |= {subject: person for subject, person in found if person}
    return people


def line(event: dict[str, Any], who: dict[str, CountedPerson]) -> AuditEvent:
    """An event as a sentence."""
    return AuditEvent(
        at=event["at"].partition("#")[0],
        kind=event["kind"],
        text=events.describe(event),
        page=events.guidance_page(event),
        reference=event.get("reference", ""),
        user_id=who[event["subject"]].user_id if event["subject"] in who else "",
    )


def show_report(query: ReportQuery, context: RequestContext) -> UsageReport | Attachment:
    """Usage of the last days, in two reads, however many accounts there are."""
    agent = signed_in_agent(context)
    services = agent.services
    report = usage.usage_report(services.counters, services.organisation, int(query.days), services.now)
    return report if query.format == "json" else export_usage(report, services.languages.get(context.language))
