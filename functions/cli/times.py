"""Points in time as people write them: ISO 8601, `today`, `yesterday`, or how long ago."""

import re
from datetime import UTC, datetime, timedelta

_AGO = re.compile(r"(\d{1,4})\s*(d|h|m)")
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}
UNDERSTOOD = "2026-11-26, 2026-11-26T14:30, today, yesterday, or how long ago: 7d, 12h, 30m"


def parse(text: str, now: float) -> str:
    """The point in time, as events write theirs: ISO 8601 in UTC. A day is its beginning, in UTC.

    Raises:
        ValueError: it cannot be understood; the message says what can be.
    """
    word, present = text.strip().lower(), datetime.fromtimestamp(now, UTC)
    today = present.replace(hour=0, minute=0, second=0, microsecond=0)
    days = {"today": today, "yesterday": today - timedelta(days=1), "now": present}
    if word in days:
        return _iso(days[word])
    if ago := _AGO.fullmatch(word):
        return _iso(present - timedelta(**{_UNITS[ago[2]]: int(ago[1])}))
    try:
        at = datetime.fromisoformat(text.strip())
        return _iso(at if at.tzinfo else at.replace(tzinfo=UTC))
    except (ValueError, OverflowError):  # in UTC, the first or the last day may be none
        raise ValueError(f"`{text}` is not a time. Write it as one of these: {UNDERSTOOD}.") from None


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
