"""Deadlines in Norwegian working days: Monday to Friday without public holidays.

A report received on day 0 with a deadline of n working days is due at the end of the n-th working
day after it, by the clock in Norway.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from app.languages import OSLO
from app.public_holidays import is_public_holiday

# Working days per priority. P0 is phone first, and handled like P1 when it is reported here.
URGENT = "P0"
WORKING_DAYS = {URGENT: 1, "P1": 1, "P2": 3, "P3": 5, "P4": 15}

END_OF_DAY = time(23, 59, 59)


def is_working_day(day: date) -> bool:
    """Whether the municipality works on this day."""
    saturday = 5
    return day.weekday() < saturday and not is_public_holiday(day)


def add_working_days(day: date, count: int) -> date:
    """The `count`-th working day after `day`; `day` itself for 0."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def working_days_between(start: date, end: date) -> int:
    """How many working days come after `start`, up to and including `end`."""
    return sum(
        is_working_day(start + timedelta(days=offset + 1)) for offset in range((end - start).days)
    )


def subtract_working_days(day: date, count: int) -> date:
    """The `count`-th working day before `day`; `day` itself for 0."""
    while count > 0:
        day -= timedelta(days=1)
        count -= is_working_day(day)
    return day


def local_day(moment: datetime) -> date:
    """The calendar day of an instant in Norway."""
    return moment.astimezone(OSLO).date()


def begin_of(day: date) -> datetime:
    """The first instant of a day in Norway."""
    return datetime.combine(day, time(), OSLO)


def due_at(received_at: datetime, priority: str, own_days: int | None = None) -> datetime:
    """The last instant of the deadline, in UTC; `own_days` are the category's where it has some."""
    days = WORKING_DAYS[priority] if own_days is None else own_days
    day = add_working_days(local_day(received_at), days)
    return datetime.combine(day, END_OF_DAY, OSLO).astimezone(UTC)


def end_of_next_working_day(moment: datetime) -> datetime:
    """The last instant of the working day after this one: what ends before it is due soon."""
    day = add_working_days(local_day(moment), 1)
    return datetime.combine(day, END_OF_DAY, OSLO).astimezone(UTC)


def after_pause(due: datetime, paused_at: datetime, resumed_at: datetime) -> datetime:
    """The deadline moved by the working days that a report waited for its reporter."""
    waited = working_days_between(local_day(paused_at), local_day(resumed_at))
    day = add_working_days(local_day(due), waited)
    return datetime.combine(day, END_OF_DAY, OSLO).astimezone(UTC)


def brought_forward(due: datetime, before: str, after: str, today: datetime) -> datetime:
    """The deadline of a report whose priority is raised.

    Counted back from the old deadline, so that pauses and a reopening stay counted in. It does not
    become later, and not so early that the report is late at once: the next working day is left.
    """
    return _fewer(due, WORKING_DAYS[before] - WORKING_DAYS[after], today)


def _fewer(due: datetime, fewer: int, today: datetime) -> datetime:
    day = subtract_working_days(local_day(due), fewer)
    earliest = add_working_days(local_day(today), 1)
    moved_to = datetime.combine(max(day, earliest), END_OF_DAY, OSLO).astimezone(UTC)
    return min(due, moved_to)


def moved(due: datetime, before_days: int, after_days: int, today: datetime) -> datetime:
    """The deadline of a report that gets more or fewer working days than it had."""
    if after_days <= before_days:
        return _fewer(due, before_days - after_days, today)
    day = add_working_days(local_day(due), after_days - before_days)
    return datetime.combine(day, END_OF_DAY, OSLO).astimezone(UTC)
