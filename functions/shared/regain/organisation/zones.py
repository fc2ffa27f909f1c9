"""The organisation's time zone."""

import functools
import zoneinfo
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from regain.organisation.settings import Organisation


@functools.cache
def names() -> frozenset[str]:
    """The names of all time zones. The library would read this machine's files again each time."""
    return frozenset(zoneinfo.available_timezones())


def zone(organisation: Organisation) -> tzinfo:
    """The time zone that the organisation names; UTC, where this machine does not know it."""
    try:
        return ZoneInfo(organisation.organisation.time_zone)
    except ZoneInfoNotFoundError:
        return UTC
