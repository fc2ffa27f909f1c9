"""Running counts for reports: events are archived and counted by day, people by their current eligibility."""

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Any

from regain.adapters import aws
from regain.adapters import security_info as security_infos
from regain.adapters.counters import CountedPerson
from regain.adapters.store import batched, retry_on_conflict
from regain.directories import dynamodb as account_items
from regain.domain.account import Account
from regain.domain.eligibility import eligibility
from regain.domain.events import counter_names
from regain.organisation import policies
from regain.runtime.services import Services, services

_PER_TRANSACTION = 25  # people; each takes one write, and the totals one more
_NOT_ARCHIVED = ("purge_at",)


def count_events(events: list[dict[str, Any]]) -> int:
    """Archives events and counts the new ones. Returns how many were new."""
    _archive(events)
    return retry_on_conflict(lambda: _count_events(events, services()))


def _count_events(events: list[dict[str, Any]], services: Services) -> int:
    named = {f"{event['subject']}#{event['at']}": event for event in events}
    fresh = set(named) - services.counters.already_counted(named)
    if not fresh:
        return 0
    days: dict[str, Counter[str]] = {}
    for name in fresh:
        days.setdefault(named[name]["at"][:10], Counter()).update(counter_names(named[name]))
    stripe, now = services.randomness(1)[0], services.now
    services.store.commit(
        [
            *(services.counters.counted_write(name, now) for name in sorted(fresh)),
            *(services.counters.day_write(day, counts, stripe, now) for day, counts in days.items()),
        ]
    )
    return len(fresh)


def _archive(events: list[dict[str, Any]]) -> None:
    """Writes a batch to one object of JSON lines, named by its content: a retry overwrites it with itself, and a batch
    that differs gets an object of its own.
    """
    bucket = os.environ.get("ARCHIVE_BUCKET")
    if not bucket:
        return
    lines = [{name: value for name, value in event.items() if name not in _NOT_ARCHIVED} for event in events]
    lines.sort(key=lambda event: (event["at"], event["subject"]))
    body = "".join(json.dumps(event, ensure_ascii=False, sort_keys=True) + "\n" for event in lines).encode()
    first, name = lines[0]["at"].partition("#")[0], hashlib.sha256(body).hexdigest()[:16]
    key = f"events/{first[:10]}/{first}-{name}.jsonl"
    aws.client("s3").put_object(Bucket=bucket, Key=key, Body=body, ContentType="application/jsonl")


def count_people(name: str, keys: Iterable[str]) -> int:
    """Counts these people by their current eligibility. Returns for how many it differs from the last count.

    `name` says what the keys are: the `id` of an account, or its `subject`.
    """
    needed, parts = services(), batched(sorted(keys), _PER_TRANSACTION)
    return sum(retry_on_conflict(partial(_count_people, name, part, needed)) for part in parts)


def _count_people(name: str, keys: Iterable[str], services: Services) -> int:
    ids = {services.recoveries.subject(key): key for key in keys} if name == "id" else dict.fromkeys(keys, "")
    counters, store = services.counters, services.store
    items = store.batch_get([counters.person_key(subject) for subject in ids])
    last = dict(zip(ids, map(counters.person, items), strict=True))
    known = {subject: person.account_id for subject, person in last.items() if person}
    known |= {subject: account_id for subject, account_id in ids.items() if account_id}
    if not known:
        return 0  # not counted yet: the stream of accounts brings them
    read = store.batch_get(
        [services.accounts.key(account_id) for account_id in known.values()]
        + [services.security_infos.key(subject) for subject in known]
    )
    change: Counter[str] = Counter()
    writes = []
    for subject, account_item, info_item in zip(known, read[: len(known)], read[len(known) :], strict=True):
        before = last[subject]
        now = _counted(account_items.from_item(account_item), info_item, before, services)
        if now is None or now == before:
            continue
        change.update(now.counters)
        change.subtract(before.counters if before else ())
        writes.append(counters.person_write(subject, now))
    if not writes:
        return 0
    differs = any(change.values())  # gains and losses may cancel out
    store.commit([*writes, *([counters.people_write(change)] if differs else [])])
    return len(writes)


def _counted(
    account: Account | None, info_item: Any, before: CountedPerson | None, services: Services
) -> CountedPerson | None:
    """How a person counts now. A removed person counts nowhere, under the last user ID; None if they never counted."""
    if account is None:
        return replace(before, counters=()) if before else None
    organisation = services.organisation
    info = security_infos.from_item(info_item)
    own = policies.for_account(organisation, account)
    names = eligibility(account, info, own.recovery, own.domains).counter_names
    return CountedPerson(account.id, account.user_id, tuple(sorted(names)), before.version if before else 0)
