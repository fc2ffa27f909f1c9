"""What happened: the story of a reference, events, and the report (B9, B17, B18)."""

from datetime import UTC, datetime, timedelta
from typing import Any

from admin.agent import Agent, signed_in_agent
from regain.api.contract import Document, EventPage, EventQuery, Report, ReportQuery, Story, StoryLine
from regain.api.request_context import RequestContext
from regain.directories import dynamodb as account_items
from regain.domain import events, reference, roles, user_id
from regain.problems import NO_SUCH_REFERENCE, Refused
from regain.reports import usage
from regain.reports.exports import written

_PAGE, _EXPORTED = 50, 5_000
_FIRST, _LAST = "2000-01-01", "9999-12-31"


def show_trail(typed: str, context: RequestContext) -> Story:
    """Everything under a reference in plain sentences, never a secret."""
    agent = signed_in_agent(context)
    agent.count_lookup()
    known = reference.read(typed)
    found = agent.services.events.story(known) if known else []
    if not found:
        raise Refused(NO_SUCH_REFERENCE)
    who = _who(agent, {event["subject"] for event in found})
    named = next((who[event["subject"]] for event in found if who.get(event["subject"])), "")
    if named:
        account = agent.services.accounts.get(named)
        roles.check_reads(agent.account, account, agent.scope)
    return Story(known, named, [line(event, who) for event in found])


def list_events(query: EventQuery, context: RequestContext) -> EventPage | Document:
    """Events, newest first: of one account, one reference, one kind, or all; as a page or as a file."""
    agent = signed_in_agent(context)
    agent.count_lookup()
    most = _PAGE if query.format == "json" else _EXPORTED
    found, cursor = _found(agent, query, most)
    who = _who(agent, {event["subject"] for event in found})
    found = found if query.account else _readable(agent, found, who)
    if query.format == "json":
        return EventPage([line(event, who) for event in found], cursor)
    return written(query.format, found, who, agent.services.languages.of(context.language))


def _found(agent: Agent, query: EventQuery, most: int) -> tuple[list[dict[str, Any]], str]:
    services = agent.services
    tomorrow = (datetime.fromtimestamp(services.now, UTC) + timedelta(days=1)).date().isoformat()
    start, end = query.start or _FIRST, min(query.end or tomorrow, f"{tomorrow}~")
    start = max(start, (datetime.fromtimestamp(services.now, UTC) - timedelta(days=401)).date().isoformat())
    if query.reference:
        known = reference.read(query.reference)
        return (services.events.story(known)[::-1] if known else []), ""
    if query.account:
        who = user_id.normalise(query.account, services.organisation.default_domain)
        roles.check_reads(agent.account, services.accounts.get(who), agent.scope)
        subject = services.recoveries.subject(who)
        found, cursor = services.events.about(subject, start, end, query.cursor, most)
        return [event for event in found if query.kind in ("", event["kind"])], cursor
    days = usage.days_of(services.counters, query.kind, start, end, services.now)
    return services.events.between(start, end, query.kind, query.cursor, most, days)


def _readable(agent: Agent, found: list[dict[str, Any]], who: dict[str, str]) -> list[dict[str, Any]]:
    """Of events about anybody those that this helper may read: about people of their groups, where roles end there."""
    if roles.everywhere(agent.account, agent.scope):
        return found
    accounts, subjects = agent.services.accounts, list(who)
    open_to: set[str] = set()
    for start in range(0, len(subjects), 100):
        part = subjects[start : start + 100]
        items = agent.services.store.read([accounts.key(who[subject]) for subject in part])
        open_to |= {subject for subject, item in zip(part, items, strict=True) if _reads(agent, item)}
    return [event for event in found if event["subject"] in open_to]


def _reads(agent: Agent, item: dict[str, Any] | None) -> bool:
    try:
        roles.check_reads(agent.account, account_items.account(item), agent.scope)
    except Refused:
        return False
    return item is not None


def _who(agent: Agent, subjects: set[str]) -> dict[str, str]:
    """The user IDs behind subjects, as far as they are known accounts."""
    counters, store = agent.services.counters, agent.services.store
    ordered = sorted(subjects)
    found: dict[str, str] = {}
    for start in range(0, len(ordered), 100):
        part = ordered[start : start + 100]
        items = store.read([counters.person_key(subject) for subject in part])
        found |= {s: counters.unseal(item["sealed"]) for s, item in zip(part, items, strict=True) if item}
    return found


def line(event: dict[str, Any], who: dict[str, str]) -> StoryLine:
    """One event in words."""
    return StoryLine(
        at=event["at"].partition("#")[0],
        kind=event["kind"],
        text=events.sentence(event),
        page=events.page(event),
        reference=event.get("reference", ""),
        user_id=who.get(event["subject"], ""),
    )


def show_report(query: ReportQuery, context: RequestContext) -> Report:
    """Usage of the last days: two reads, however many accounts there are."""
    agent = signed_in_agent(context)
    return usage.report(agent.services.counters, int(query.days), agent.services.now)
