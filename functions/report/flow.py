"""Running counts for reports: events are archived and counted by day, people by their current eligibility."""

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterable
from functools import partial
from typing import Any

from regain.adapters import aws
from regain.adapters import security_info as security_infos
from regain.adapters.seal import unseal
from regain.adapters.store import batched, retry_on_conflict
from regain.directories import dynamodb as account_items
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

    `name` says what the keys are: `user_id` or `subject`.
    """
    needed, parts = services(), batched(sorted(keys), _PER_TRANSACTION)
    return sum(retry_on_conflict(partial(_count_people, name, part, needed)) for part in parts)


def _count_people(name: str, keys: Iterable[str], services: Services) -> int:
    subjects = {services.recoveries.subject(key): key for key in keys} if name == "user_id" else dict.fromkeys(keys, "")
    counters, store = services.counters, services.store
    last = dict(zip(subjects, store.batch_get([counters.person_key(subject) for subject in subjects]), strict=True))
    sealed = {subject: item["sealed"] for subject, item in last.items() if item}
    who = {s: user_id or (unseal(services.keys, sealed[s]) if s in sealed else "") for s, user_id in subjects.items()}
    known = {subject: user_id for subject, user_id in who.items() if user_id}
    if not known:
        return 0  # not counted yet: the stream of accounts brings them
    read = store.batch_get(
        [services.accounts.key(user_id) for user_id in known.values()]
        + [services.security_infos.key(subject) for subject in known]
    )
    found, infos = read[: len(known)], read[len(known) :]
    change: Counter[str] = Counter()
    writes = []
    for (subject, user_id), account_item, info_item in zip(known.items(), found, infos, strict=True):
        names = _counter_names(account_item, info_item, services)
        before = last[subject]
        if set(names) == set(before["counters"] if before else ()):
            continue
        change.update(names)
        change.subtract(before["counters"] if before else ())
        writes.append(counters.person_write(subject, user_id, names, before["version"] if before else 0))
    if not writes:
        return 0
    differs = any(change.values())  # gains and losses may cancel out
    store.commit([*writes, *([counters.people_write(change)] if differs else [])])
    return len(writes)


def _counter_names(account_item: Any, info_item: Any, services: Services) -> tuple[str, ...]:
    account, organisation = account_items.from_item(account_item), services.organisation
    if account is None:
        return ()
    info = security_infos.from_item(info_item)
    own = policies.for_account(organisation, account)
    return eligibility(account, info, own.recovery, own.domains).counter_names
