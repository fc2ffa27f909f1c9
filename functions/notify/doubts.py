"""Tells people that their password may have been changed, where nobody came back to find out.

A process can be killed after a directory was asked to set a password, and before that was recorded. Whoever waits for
it tries again, and is told. If nobody does, what was written before the directory was asked is told here.
"""

import contextlib
from datetime import UTC, datetime

from regain.adapters import recoveries
from regain.adapters.store import Conflict, batched
from regain.domain.directory_change import Change
from regain.runtime.services import Services

_LOOKED_BACK = 3 * 3_600  # seconds, in case this did not run for a while
_MOST, _AT_ONCE = 10_000, 50


def write_due(services: Services) -> None:
    """Writes the notices that nobody has written. Each is one message, however often this runs."""
    if not services.directories:
        return
    begin, end = services.now - _LOOKED_BACK, services.now
    days = {_iso(begin)[:10], _iso(end)[:10]}
    asked, _ = services.events.by_time(_iso(begin), _iso(end), "directory-asked", "", _MOST, days)
    for subjects in batched(dict.fromkeys(event["subject"] for event in asked), _AT_ONCE):
        found = services.store.batch_get([services.recoveries.key(subject, "change") for subject in subjects])
        for subject, item in zip(subjects, found, strict=True):
            _write(services, subject, recoveries.change(item))


def _write(services: Services, subject: str, change: Change) -> None:
    now = services.now
    if not change.untold(now):
        return
    told = services.events.write(
        "password-in-doubt", subject, change.notice[0]["reference"], services.clock(), services.randomness(4),
        reason="nobody came back",
    )  # fmt: skip
    with contextlib.suppress(Conflict):  # written before
        services.store.commit([told, *(services.outbox.kept_write(each, now) for each in change.notice)])


def _iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")
