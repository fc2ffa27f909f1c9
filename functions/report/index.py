"""The index of people follows the streams of accounts and security info."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from regain.adapters import invitations as stored
from regain.adapters import security_info as security_infos
from regain.adapters.search_index import Indexed, held_words
from regain.adapters.store import Write, batched, retry_on_conflict
from regain.directories import dynamodb as account_items
from regain.domain import search
from regain.domain.account import Account
from regain.domain.eligibility import eligibility
from regain.domain.invitations import Invitee
from regain.domain.security_info import SecurityInfo
from regain.organisation import policies
from regain.runtime.services import Services, services

_AT_ONCE = 25
_LISTED = {"sign-in-locked": "locked", "proofs-longer": "closed"}
_LISTED_FOR = 2 * 86_400  # seconds: both end within a day


def index_people(name: str, keys: Iterable[str]) -> int:
    """Brings the entries of these people up to date. Returns of how many they changed.

    `name` says what the keys are: the `id` of an account, or its `subject`.
    """
    needed = services()
    parts = batched(sorted(keys), _AT_ONCE)
    found = (account_id for part in parts for account_id in (part if name == "id" else _ids(part, needed)))
    return sum(_index_all(part, needed) for part in batched(found, _AT_ONCE))


def _ids(subjects: tuple[str, ...], services: Services) -> list[str]:
    """The accounts of subjects. Who was never counted comes with the stream of accounts."""
    items = services.store.batch_get([services.counters.person_key(subject) for subject in subjects])
    return [person.account_id for person in map(services.counters.person, items) if person]


def _index_all(account_ids: tuple[str, ...], services: Services) -> int:
    return sum(retry_on_conflict(partial(_index, account_id, services)) for account_id in account_ids)


def _index(account_id: str, services: Services) -> int:
    account_item, info_item, item, invitee_item = services.store.batch_get(
        [
            services.accounts.key(account_id),
            services.security_infos.key(services.recoveries.subject(account_id)),
            services.search_index.person_key(account_id),
            services.invitations.invitee_key(account_id),
        ]
    )
    account, info = account_items.from_item(account_item), security_infos.from_item(info_item)
    invitee = stored.invitee(invitee_item)
    states = _states(account, info, services) if account else []
    registered = account is not None and invitee.waits and "not-registered" not in states
    if invitee.waits and not registered:
        states.append("invited")
    seen = services.search_index.indexed(item)
    writes = services.search_index.writes(account_id, seen, _entries(account, info, states))
    if registered:
        writes += _registered(account_id, invitee, services)
    if writes:
        services.store.commit(writes)
    return bool(writes)


def _states(account: Account, info: SecurityInfo, services: Services) -> list[str]:
    """In which lists somebody stands, as far as these do not end by themselves."""
    own = policies.for_account(services.organisation, account)
    stands = eligibility(account, info, own.recovery, own.domains)
    holds = {"not-registered": not stands.registered, "not-capable": not stands.capable, "off": not account.enabled}
    return [state for state, true in holds.items() if true]


def _entries(account: Account | None, info: SecurityInfo, states: list[str]) -> Indexed:
    """The entries that an account should have; none, once it is gone."""
    if account is None:
        return Indexed()
    names = search.names(account, info)
    lists = (*(f"s#{state}" for state in states), *(f"g#{group}" for group in sorted(account.groups)))
    keys = search.keys(names, states, account.groups, account.id)
    return Indexed(frozenset(keys), held_words((*names.words, names.user_id)), lists)


def _registered(account_id: str, invitee: Invitee, services: Services) -> list[Write]:
    """Notes and counts that somebody who was invited has registered."""
    today = datetime.fromtimestamp(services.now, UTC).date().isoformat()
    counts = ["registered", f"day:{today}:registered", *(f"group:{group}:registered" for group in invitee.groups)]
    return [
        services.invitations.invitee_write(account_id, replace(invitee, registered_at=services.now)),
        services.invitations.count_write(invitee.invitation, dict.fromkeys(counts, 1), invitee.until),
    ]


def list_locked(events: Iterable[dict[str, str]]) -> None:
    """Puts the people whom these events are about into the lists of who is locked, or needs longer proofs."""
    needed = services()
    named = {event["subject"]: _LISTED[event["kind"]] for event in events if event["kind"] in _LISTED}
    for subject, state in named.items():
        for account_id in _ids((subject,), needed):
            needed.store.commit([needed.search_index.list_write(state, account_id, needed.now + _LISTED_FOR)])
