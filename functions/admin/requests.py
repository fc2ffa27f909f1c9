"""The queue of requests for help: who waits, who has whose, what was done (H3, H63)."""

from admin.agent import Agent, signed_in_agent
from regain.adapters.store import retry_on_conflict
from regain.api.contract import (
    ChangedRequests,
    ChangeRequest,
    ChangeRequests,
    HelpAsk,
    HelpRequestView,
    RequestPage,
    RequestQuery,
)
from regain.api.request_context import RequestContext
from regain.directories import dynamodb as account_items
from regain.domain import human_input, roles
from regain.domain.account import Account
from regain.domain.help_requests import HelpRequest
from regain.problems import NO_SUCH_REQUEST, NOT_FOR_YOUR_ROLE, REQUEST_TAKEN, Refused
from regain.recovery.listing import masked_place

_PAGE_SIZE = 40
_EVENTS = {"new": "request-put-back", "taken": "request-taken", "done": "request-done"}


def list_requests(query: RequestQuery, context: RequestContext) -> RequestPage:
    """The requests in a state, within the agent's groups. A page costs the same however many there are."""
    agent = signed_in_agent(context)
    agent.count_lookup()
    services = agent.services
    listed, cursor = services.help_requests.page(query.state, query.cursor, _PAGE_SIZE)
    keys = [services.help_requests.key(each["subject"]) for each in listed]
    keys += [services.accounts.key(each["account_id"]) for each in listed]
    items = services.store.batch_get(keys) if keys else []
    shown = []
    for item, account_item in zip(items[: len(listed)], items[len(listed) :], strict=True):
        found, account = services.help_requests.read(item), account_items.from_item(account_item)
        if found and found.state == query.state and _may_see(agent, account):
            shown.append(_view(found, account, agent.proved))
    services.store.commit([agent.own_event("admin-read-requests", what=f"{len(shown)} {query.state}")])
    return RequestPage(shown, cursor)


def change_request(subject: str, body: ChangeRequest, context: RequestContext) -> HelpRequestView:
    """Takes a request, closes it, or puts it back. If two people take it at once, one is told who has it."""
    return retry_on_conflict(lambda: _change(subject, body, context))


def change_requests(body: ChangeRequests, context: RequestContext) -> ChangedRequests:
    """Changes many requests at once, for example spam. Skips and counts requests that somebody else has taken."""
    changed = left = 0
    for subject in dict.fromkeys(body.ids):
        try:
            retry_on_conflict(lambda each=subject: _change(each, ChangeRequest(body.state, body.note), context))  # type: ignore[misc]
            changed += 1
        except Refused as refused:
            if refused.problem not in (REQUEST_TAKEN, NO_SUCH_REQUEST):
                raise
            left += 1
    return ChangedRequests(changed, left)


def _change(subject: str, body: ChangeRequest, context: RequestContext) -> HelpRequestView:
    agent = signed_in_agent(context)
    agent.count_change()
    if roles.RANK[agent.account.role] < roles.RANK["helpdesk"]:
        raise Refused(NOT_FOR_YOUR_ROLE)
    services = agent.services
    (found,) = services.help_requests.get([subject])
    account = services.accounts.get(found.account_id) if found else None
    if found is None or not _may_see(agent, account):
        raise Refused(NO_SUCH_REQUEST)
    note = human_input.read_line(body.note)
    moved = found.moved(body.state, agent.account.user_id, note, services.now)
    noted = services.events.write(
        _EVENTS[body.state], subject, found.asks[0].reference, services.clock(), services.randomness(4),
        by=agent.account.user_id, note=note,
    )  # fmt: skip
    services.store.commit([*services.help_requests.write(found, moved, services.now), noted])
    return _view(moved, account, agent.proved)


def _may_see(agent: Agent, account: Account | None) -> bool:
    """Whether the agent may see a request: the account is in scope or, if there is none, they may see all groups."""
    if account is None:
        return roles.has_global_scope(agent.account, agent.scope)
    return roles.in_scope(agent.account, account, agent.scope)


def _view(found: HelpRequest, account: Account | None, whole: bool) -> HelpRequestView:
    """The request as the desk sees it. The reply address is masked until the agent gives a second factor (X16)."""
    asks = [
        HelpAsk(
            each.at,
            each.name,
            each.reply_to if whole else _masked(each.reply_to),
            each.text,
            each.reference,
            each.passed,
        )
        for each in found.asks
    ]
    return HelpRequestView(
        id=found.subject, kind=found.kind, state=found.state, user_id=found.user_id, asked_at=found.asked_at,
        times=found.times, asks=asks, by=found.by, changed_at=found.changed_at, note=found.note,
        account_id=account.id if account else "", name=account.display_name if account else "",
    )  # fmt: skip


def _masked(reply_to: str) -> str:
    return ", ".join(masked_place("email" if "@" in each else "mobile", each) for each in reply_to.split(", "))
