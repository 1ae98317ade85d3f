"""The calendar of timestamps is that of datetime."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product

import pytest

from commitgate.documents.timestamp import epoch


@pytest.mark.parametrize("year", [0, 1, 4, 100, 400, 1582, 1900, 1970, 2000, 2023, 2024, 2026, 2100, 9999])
def test_every_day_of_a_year_is_where_datetime_has_it(year: int) -> None:
    for month, day in product(range(14), range(33)):
        try:
            expected = int(datetime(year, month, day, 23, 59, 58, tzinfo=UTC).timestamp())
        except ValueError:
            expected = None
        assert epoch(f"{year:04}-{month:02}-{day:02}T23:59:58Z") == expected
