"""Searching for people: a page of them as they are now, within the agent's groups (B12, B13).

Whoever is bound to groups finds people of a directory in these groups only, of the first that the directory tells.
"""

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from admin.agent import Agent, signed_in_agent
from regain.adapters import recoveries
from regain.adapters import security_info as security_infos
from regain.adapters.seal import seal, unseal
from regain.adapters.search_index import Filters, Place
from regain.api.contract import FoundPerson, PeopleFound, PeopleQuery
from regain.api.request_context import RequestContext
from regain.directories import dynamodb as account_items
from regain.directories.base import Person
from regain.domain import roles, search
from regain.domain.account import Account
from regain.domain.eligibility import Eligibility, eligibility
from regain.domain.methods import mask
from regain.domain.search import Term
from regain.domain.security_info import SecurityInfo
from regain.domain.throttle import Standing
from regain.organisation import policies
from regain.problems import TOO_MANY_REQUESTS, Refused
from regain.recovery import in_directory, standings, step_up
from regain.recovery.session import holder

_PAGE_SIZE, _CURSOR = 20, "search-cursor"
Ends = dict[str, Literal["all", "more", "unanswered"]]
"""How the search in each domain's directory ended."""
_CODES = ("email", "sms", "call-office")


@dataclass(frozen=True, slots=True)
class _Person:
    """Somebody as they are now, and since when what ends by itself holds."""

    account: Account
    info: SecurityInfo
    stands: Eligibility
    locked_until: int
    closed_until: int
    known: bool = True

    def in_list(self, state: str) -> bool:
        return {
            "": True, "not-registered": not self.stands.registered, "not-capable": not self.stands.capable,
            "off": not self.account.enabled, "locked": self.locked_until > 0, "closed": self.closed_until > 0,
            "invited": not self.stands.registered,  # the index knows who was asked
        }[state]  # fmt: skip


def search_people(query: PeopleQuery, context: RequestContext) -> PeopleFound:
    """Returns a page of the people who match the search text, or who are in a list. Every search is an event.

    A page costs the same however many people there are. It may hold fewer people than match; a cursor leads on.
    """
    agent = signed_in_agent(context)
    agent.count_lookup()
    wanted = search.terms(query.q)
    found: list[_Person] = []
    cursor = ""
    if wanted or (not query.q.strip() and (query.state or query.group)):
        account_ids, cursor = _page(agent, query, wanted)
        found = [each for each in _read(agent, account_ids, {}) if _is_found(agent, each, query, wanted)]
    ends: Ends = {}
    if wanted and not query.cursor:
        there, ends = _in_directories(agent, query, wanted)
        found = list({each.account.id: each for each in (*found, *there)}.values())
    if not found and not query.cursor and not (query.state or query.group):
        found = _by_whole_user_id(agent, query.q)
    filters = {"state": query.state, "group": query.group}
    what = ", ".join(
        [
            str(len(found)), *(f"{name} {value}" for name, value in filters.items() if value),
            *(f"directory {domain}" for domain in ends),
        ]
    )  # fmt: skip
    agent.services.store.commit([agent.own_event("admin-searched", what=what)])
    return PeopleFound([_shown(agent, each) for each in found], cursor, ends)


def _in_directories(agent: Agent, query: PeopleQuery, wanted: tuple[Term, ...]) -> tuple[list[_Person], Ends]:
    """The people found in the directories that can be searched, and the outcome of each of these searches."""
    domains = agent.services.organisation.domains
    searchable = [name for name in agent.services.directories if domains[name].in_network]
    if not searchable:
        return [], {}
    found, ends = importlib.import_module("admin.directory_people").search(agent, query.q, searchable)
    people = _read(agent, list(found), found) if found else []
    return [each for each in people if _is_found(agent, each, query, wanted)], ends


def _page(agent: Agent, query: PeopleQuery, wanted: tuple[Term, ...]) -> tuple[list[str], str]:
    """Ids of accounts, and a cursor, sealed: it holds the key of an entry, which can be that of somebody whom this
    agent may not see, or a whole number (X16). One that this service did not seal begins anew.
    """
    keys = agent.services.keys
    try:
        after = unseal(keys, query.cursor, _CURSOR) if query.cursor else ""
    except ValueError:
        after = ""
    account_ids, cursor = _candidates(agent, msgspec.structs.replace(query, cursor=after), wanted)
    return account_ids, seal(keys, cursor, _CURSOR) if cursor else ""


def _candidates(agent: Agent, query: PeopleQuery, wanted: tuple[Term, ...]) -> tuple[list[str], str]:
    """Ids of accounts that may be what is searched for: who they are and what may be seen of them is judged later."""
    sees_places = _sees_places(agent)
    own = () if roles.has_global_scope(agent.account, agent.scope) else agent.account.groups
    index, listed = agent.services.search_index, search.listing(f"s#{query.state}")
    if query.state in ("locked", "closed"):  # these lists are short, and their entries hold no words
        return index.page([listed], Filters(), query.cursor, _PAGE_SIZE)
    groups = (query.group,) if query.group else own
    if wanted and (head := search.head_of(wanted)).kind == "word":
        return index.shortest(_places(wanted, query.state, groups), query.cursor, _PAGE_SIZE)
    if wanted:
        words, state = [term.text for term in wanted if term.kind == "word"], query.state
        where = search.ranges(head, sees_places)
    else:
        words, state = [], query.state if query.group else ""
        where = [search.listing(f"g#{query.group}")] if query.group else [listed]
    return index.page(where, Filters(words, state, groups), query.cursor, _PAGE_SIZE)


def _places(wanted: tuple[Term, ...], state: str, groups: Sequence[str]) -> list[Place]:
    """The places in the index to search for people who match all these words and are in the list `state`: the longest
    word first, as the rarest, then the list. Groups only filter: people in very many have no entry for some.
    """
    words = sorted((term.text for term in wanted), key=len, reverse=True)
    places = [
        (search.ranges(Term("word", word), False)[0], Filters([*words[:at], *words[at + 1 :]], state, groups))
        for at, word in enumerate(words)
    ]
    return [places[0], (search.listing(f"s#{state}"), Filters(words, "", groups)), *places[1:]] if state else places


def _read(agent: Agent, account_ids: list[str], there: Mapping[str, tuple[str, Person]]) -> list[_Person]:
    """The accounts with these ids as they are now, with what is known of them: one read.

    `there`: the user ID and the person of those whom a directory has found.
    """
    services = agent.services
    subjects = [services.recoveries.subject(each) for each in account_ids]
    keys = [services.accounts.key(each) for each in account_ids]
    keys += [services.security_infos.key(subject) for subject in subjects]
    keys += [services.recoveries.key(subject, "throttle") for subject in subjects]
    items = services.store.batch_get(keys) if keys else []
    size = len(account_ids)
    found = []
    for number, subject in enumerate(subjects):
        account = card = account_items.from_item(items[number])
        if own := there.get(account_ids[number]):
            account = in_directory.account(card, own[1], account_ids[number], own[0])
        if account:
            info = security_infos.from_item(items[size + number])
            throttle = recoveries.throttle(items[2 * size + number])
            stranger = standings.stranger(services, subject, throttle)
            found.append(_person(agent, account, info, stranger, known=card is not None))
    return found


def _person(agent: Agent, account: Account, info: SecurityInfo, stranger: Standing, known: bool) -> _Person:
    services, now = agent.services, agent.services.now
    limits, own = services.organisation.limits, policies.for_account(services.organisation, account)
    stands = eligibility(account, info, own.recovery, own.domains)
    longer = max(stranger.long_until(now, limits).values(), default=0)
    return _Person(account, info, stands, stranger.sign_ins_until(now, limits), longer, known)


def _is_found(agent: Agent, person: _Person, query: PeopleQuery, wanted: tuple[Term, ...]) -> bool:
    named = search.names(person.account, person.info)
    return (
        roles.in_scope(agent.account, person.account, agent.scope)
        and (not query.group or query.group in person.account.groups)
        and person.in_list(query.state)
        and search.matches(named, wanted, _sees_places(agent))
    )


def _by_whole_user_id(agent: Agent, typed: str) -> list[_Person]:
    """The person with exactly this user ID, even if they are in a directory and have no record here yet."""
    try:
        target = agent.read(typed.strip())
    except Refused as refused:
        if refused.problem is TOO_MANY_REQUESTS:
            raise
        return []
    if not roles.in_scope(agent.account, target.account, agent.scope):
        return []
    stranger = standings.stranger(agent.services, target.subject, target.throttle)
    return [_person(agent, target.account, target.info, stranger, target.known)]


def _sees_places(agent: Agent) -> bool:
    """Whether the agent may search by part of an address: only if they may see whole addresses (X16)."""
    return agent.proved and roles.can_see_destinations(agent.account)


def _shown(agent: Agent, person: _Person) -> FoundPerson:
    account, services = person.account, agent.services
    places = (mask(each) for each in step_up.of_kinds(holder(account, person.info, services), _CODES))
    return FoundPerson(
        id=account.id if person.known else account.user_id, user_id=account.user_id,
        name=account.display_name, role=account.role,
        groups=list(account.groups), enabled=account.enabled, registered=person.stands.registered,
        capable=person.stands.capable, locked_until=person.locked_until, closed_until=person.closed_until,
        suspended=person.info.suspended, directory=services.directory(account.user_id) is not None,
        places=list(dict.fromkeys(places)),
    )  # fmt: skip
