"""ISO 8601 timestamps with a zone, as gates and other documents carry them.

``datetime.fromisoformat`` takes more than a reader expects (week dates, any separator, no zone) and not the
same in every Python version, so the form is checked here. The calendar is counted here too: every process that reads a
gate needs it, and importing datetime costs a millisecond or more. A test holds the days equal to those of datetime.
"""

from __future__ import annotations

import re

FORM = "ISO 8601 with a zone, such as 2026-03-26T10:00:00Z"

_ISO = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9])(?:[.,][0-9]{1,9})?)?"
    r"(?:Z|([+-])([01][0-9]|2[0-3]):?([0-5][0-9]))"
)
_SECONDS_OF_A_DAY = 86400
_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_DAYS_TO_1970 = 719163  # from the day before 0001-01-01


def epoch(text: str) -> int | None:
    """Whole seconds since 1970-01-01T00:00:00Z; None when ``text`` is not ISO 8601 with date, time and zone."""
    found = _ISO.fullmatch(text)
    if not found:
        return None
    year, month, day, hour, minute, second, sign, zone_hours, zone_minutes = found.groups()
    days = _days(int(year), int(month), int(day))
    if days is None:
        return None
    offset = int(zone_hours) * 3600 + int(zone_minutes) * 60 if sign else 0
    moment = days * _SECONDS_OF_A_DAY + int(hour) * 3600 + int(minute) * 60 + int(second or 0)
    return moment - (-offset if sign == "-" else offset)


def _days(year: int, month: int, day: int) -> int | None:
    """Days from 1970-01-01 to a day of the Gregorian calendar; None when it has no such day, and for the year 0."""
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if not (year and 1 <= month <= 12 and 1 <= day <= _LENGTHS[month - 1] + (month == 2 and leap)):
        return None
    past = year - 1
    years = past * 365 + past // 4 - past // 100 + past // 400
    return years + sum(_LENGTHS[: month - 1]) + (month > 2 and leap) + day - _DAYS_TO_1970
