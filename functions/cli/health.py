"""The checks of `doctor` for every stack: tables, messages, and what `organisation.yaml` leaves open."""

import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

from cli.explain import english_of
from cli.finding import Finding, either
from cli.stack import Stack
from regain.adapters.store import marshal
from regain.organisation.settings import Organisation
from regain.reports import message_failures, usage
from regain.runtime.services import Services

_PATIENCE = 10  # seconds
_LATE = 120  # seconds: a message leaves within two minutes, its retries included
_KEPT = 7 * 86_400  # of the outbox
_DAYS, _SHOWN, _MOST = 7, 3, 1_000


def tables(services: Services) -> Iterator[Finding]:
    """Whether the tables that this command can name are there."""
    named = {getattr(getattr(services, each.name), "table", "") for each in fields(services)}
    named.add(services.provisioning_table)
    states = {name: services.store.client.describe_table(TableName=name)["Table"]["TableStatus"]
              for name in sorted(filter(None, named))}  # fmt: skip
    yield from (
        Finding("warning", f"{name} is {state.lower()}.") for name, state in states.items() if state != "ACTIVE"
    )
    if set(states.values()) == {"ACTIVE"}:
        yield Finding("ok", f"All {len(states)} tables are active.")


def embedded(stack: Stack, services: Services) -> Iterator[Finding]:
    """Whether the stack on this machine answers, and messages leave its outbox."""
    origin = stack.origin()
    for path, what in (("/", "site"), ("/api/health", "API"), ("/local/outbox.json", "outbox")):
        yield either(
            _answers(f"{origin}{path}"), f"The {what} answers at {origin}{path}.",
            f"The {what} does not answer at {origin}{path}.",
            "Is another program at this port? Run `make serve` again.",
        )  # fmt: skip
    now = time.time()
    late = [at for at in _waiting(services) if now - at > _LATE]
    yield either(
        not late, "No message waits in the outbox.",
        f"{len(late)} messages wait in the outbox, the oldest for {int(now - min(late, default=now)) // 60} minutes.",
        f"Look at {stack.state}/log/NotifyFunction.log.",
    )  # fmt: skip


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=_PATIENCE) as answer:  # noqa: S310 - this machine
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _waiting(services: Services) -> Iterator[int]:
    """When each message that is to be sent was written (seconds since 1970)."""
    pages = services.store.client.get_paginator("scan").paginate(
        TableName=services.outbox.table, ConsistentRead=True, FilterExpression="#state = :pending AND channel <> :none",
        ExpressionAttributeNames={"#state": "state"},
        ExpressionAttributeValues=marshal({":pending": "pending", ":none": "none"}),
    )  # fmt: skip
    return (int(item["purge_at"]["N"]) - _KEPT for page in pages for item in page["Items"])


def failed_messages(services: Services) -> Iterator[Finding]:
    """Messages of the last days that their recipients did not get, and why."""
    today = datetime.fromtimestamp(services.now, UTC).date()
    start = (today - timedelta(days=_DAYS)).isoformat()
    last: list[dict[str, Any]] = []
    number = 0
    for kind in message_failures.KINDS:
        days = usage.days_with_events(services.counters, kind, start, today.isoformat(), services.now)
        found, _ = services.events.by_time(start, f"{today}~", kind, "", _MOST, days)
        number += len(found)
        last += found
    if not number:
        yield Finding("ok", f"In {_DAYS} days no message failed.")
        return
    english = english_of(services)
    shown = "".join(
        f"\n         {event['at'][:16].replace('T', ' ')} {event['reference']}: "
        f"{english.translate(message_failures.in_words(event))}"
        for event in sorted(last, key=lambda event: str(event["at"]), reverse=True)[:_SHOWN]
    )
    many = f"{number} messages or more" if number >= _MOST else f"{number} messages"
    yield Finding("warning", f"In {_DAYS} days {many} did not arrive. The last ones:{shown}")


def settings(organisation: Organisation) -> Iterator[Finding]:
    """Recommended settings that `organisation.yaml` does not set."""
    support = organisation.contacts.support
    yield either(
        support.email or support.phone or support.url, "People who cannot sign in can reach support.",
        "There is no support contact: administrators who cannot sign in are not shown whom to ask.",
        "Set contacts.support: email, phone or url.", "warning",
    )  # fmt: skip
    zone = organisation.organisation.time_zone
    yield either(
        zone != "UTC", f"Times in messages are those of {zone}.", "Times in messages are in UTC.",
        "Set organisation.time_zone, for example Europe/London.", "warning",
    )  # fmt: skip
