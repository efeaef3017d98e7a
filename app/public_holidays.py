"""Norway's public holidays, for deadlines, and for who answers the phone or gets a report."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache, lru_cache

import holidays

SUNDAY = 7


@cache
def _holidays() -> holidays.HolidayBase:
    return holidays.country_holidays("NO")


def is_public_holiday(day: date) -> bool:
    """Whether this day is one."""
    return day in _holidays()


def day_of_week(day: date) -> int:
    """Monday is 1; a public holiday counts as a Sunday."""
    return SUNDAY if is_public_holiday(day) else day.isoweekday()


@lru_cache(maxsize=8)
def list_public_holidays(start: date, days: int) -> tuple[date, ...]:
    """The public holidays among `days` days from `start` on; every page with a danger asks."""
    ahead = (start + timedelta(days=offset) for offset in range(days))
    return tuple(day for day in ahead if is_public_holiday(day))
