"""The organisation's time zone."""

from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from regain.organisation.settings import Organisation


def zone(organisation: Organisation) -> tzinfo:
    """The time zone that the organisation names; UTC, where this machine does not know it."""
    try:
        return ZoneInfo(organisation.organisation.time_zone)
    except ZoneInfoNotFoundError:
        return UTC
