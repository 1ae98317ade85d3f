"""ISO 8601 timestamps with a zone, as gates and other documents carry them.

``datetime.fromisoformat`` takes more than a reader expects (week dates, any separator, no zone) and not the
same in every Python version, so the form is checked here and only the calendar is left to datetime.
"""

from __future__ import annotations

import re

FORM = "ISO 8601 with a zone, such as 2026-03-26T10:00:00Z"

_ISO = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9])(?:[.,][0-9]{1,9})?)?"
    r"(?:Z|([+-])([01][0-9]|2[0-3]):?([0-5][0-9]))"
)


def epoch(text: str) -> int | None:
    """Whole seconds since 1970-01-01T00:00:00Z; None when ``text`` is not ISO 8601 with date, time and zone."""
    found = _ISO.fullmatch(text)
    if not found:
        return None
    from datetime import UTC, datetime

    year, month, day, hour, minute, second, sign, zone_hours, zone_minutes = found.groups()
    try:
        moment = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0), tzinfo=UTC)
    except ValueError:
        return None
    offset = int(zone_hours) * 3600 + int(zone_minutes) * 60 if sign else 0
    return int(moment.timestamp()) - (-offset if sign == "-" else offset)
