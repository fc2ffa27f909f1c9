"""The audit log: append-only. An event holds no secret, and no user ID except the administrator's."""

import base64
import binascii
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from regain.adapters.store import Store, Write, put_new
from regain.domain.events import KINDS

_KEPT = 400 * 86_400
_STRIPES = 64  # a day is sharded over this many index partitions, each good for 1,000 events a second
_AT_ONCE = 16

EventPage = tuple[list[dict[str, Any]], str]
"""Events, and a cursor to the next page; "" at the end."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Events:
    """The event table and its indexes."""

    store: Store
    table: str

    def write(self, kind: str, subject: str, reference: str, now: float, nonce: bytes, **facts: object) -> Write:
        """Writes one event. `nonce` distinguishes events of the same microsecond."""
        if kind not in KINDS:
            raise ValueError(f"{kind} is not a kind of event")
        at = datetime.fromtimestamp(now, UTC).isoformat(timespec="microseconds")
        known = {name: value for name, value in facts.items() if value not in ("", None)}
        item = {
            "subject": subject,
            "at": f"{at}#{nonce.hex()}",
            "day": f"{at[:10]}#{nonce[-1] % _STRIPES}",
            "kind": kind,
            "reference": reference,
            **known,
            "purge_at": int(now) + _KEPT,
        }
        return put_new(self.table, item)

    def by_reference(self, reference: str) -> list[dict[str, Any]]:
        """The events with a reference, oldest first."""
        return self.store.query(self.table, "reference", reference, index="by_reference", limit=1_000)

    def by_subject(self, subject: str, start: str, end: str, cursor: str, limit: int) -> EventPage:
        """The events of one account between two times (ISO 8601), newest first."""
        end = _before(cursor) or end
        found = self.store.query(
            self.table, "subject", subject, between=("at", start, end), limit=limit + 1, newest_first=True
        )
        return _page([event for event in found if event["at"] < end], limit)

    def by_time(
        self, start: str, end: str, kind: str, cursor: str, limit: int, days: Collection[str], most_days: int = 400
    ) -> EventPage:
        """The events of all accounts between two times (ISO 8601), newest first; of one kind, if given.

        Only `days` (ISO 8601) are searched; each costs one query per stripe, however many accounts there are. After
        `most_days` of them the page ends, and its cursor leads on, even if it has fewer events than `limit`.
        """
        end = _before(cursor) or end
        found: list[dict[str, Any]] = []
        chosen = sorted((day for day in days if start[:10] <= day < end), reverse=True)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for day in chosen[:most_days]:
                if len(found) > limit:
                    break
                read = partial(self._stripe, day=day, start=start, end=end, kind=kind, limit=limit)
                merged = [event for stripe in pool.map(read, range(_STRIPES)) for event in stripe]
                found += sorted(merged, key=lambda event: event["at"], reverse=True)
        page, more = _page(found, limit)
        return page, more or (_cursor(chosen[most_days - 1]) if len(chosen) > most_days else "")

    def _stripe(self, stripe: int, day: str, start: str, end: str, kind: str, limit: int) -> list[dict[str, Any]]:
        return [
            event
            for event in self.store.query(
                self.table, "day", f"{day}#{stripe}", index="by_day", between=("at", start, end),
                where={"kind": kind} if kind else {}, limit=limit + 1, newest_first=True,
            )
            if event["at"] < end
        ]  # fmt: skip


def _page(found: list[dict[str, Any]], limit: int) -> EventPage:
    more = len(found) > limit
    found = found[:limit]
    return found, _cursor(found[-1]["at"]) if more else ""


def _cursor(before: str) -> str:
    """The cursor to the events before a time (ISO 8601)."""
    return base64.urlsafe_b64encode(before.encode()).rstrip(b"=").decode()


def _before(cursor: str) -> str:
    """The time in a cursor; "" if it is not a cursor."""
    try:
        return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, ValueError):
        return ""
