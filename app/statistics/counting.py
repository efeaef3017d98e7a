"""What is counted of a selection: one line of figures for each group of reports."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from datetime import date
from typing import Any

from app.database import now
from app.statistics.facts import facts
from app.statistics.selection import Selection

MINUTE_S, DAY_S = 60, 86_400


@dataclass(frozen=True, slots=True)
class Counts:
    """A group of reports in figures. `key` is what they have in common.

    `earlier` are the messages of the same period a year before, `handled` those that were closed
    as something else than a duplicate.
    """

    key: Any
    messages: int
    earlier: int
    self_service: int
    open: int
    overdue: int
    closed: int
    duplicates: int
    handled: int
    in_time: int
    reopened: int
    said_fixed: int
    said_not_fixed: int


@dataclass(frozen=True, slots=True)
class Times:
    """How long a group of reports took, in days from when each reached us, duplicates left out.

    Half of them took no longer than the median, nine of ten no longer than the ninetieth. None
    where no report has got so far, or too few to tell.
    """

    answer_median: float | None = None
    answer_ninetieth: float | None = None
    closing_median: float | None = None
    closing_ninetieth: float | None = None


_NO_COUNTS: tuple[Any, ...] = (None, *(0,) * 12)
NOTHING = Counts(*_NO_COUNTS)


def count(wanted: Selection) -> Counts:
    """The selection as a whole: the sum of its months, which most pages ask for anyway."""
    groups = [astuple(one)[1:] for one in count_by("month", wanted)]
    sums: list[Any] = [sum(figures) for figures in zip(*groups, strict=True)]
    return Counts(None, *sums) if groups else NOTHING


def count_by(key: str, wanted: Selection) -> list[Counts]:
    """The selection by a column of `reports`, the group with most messages first.

    Args:
        key: an expression on the columns of `reports`, written in this house.
        wanted: which reports.
    """
    condition, values = wanted.condition(earlier=True)
    # A period of more than a year overlaps with itself a year earlier.
    query = f"""
        WITH chosen AS (
            SELECT *, {key} AS key,
                day BETWEEN ? AND ? AS is_now, day BETWEEN ? AND ? AS is_earlier
            FROM reports WHERE {condition}
        )
        SELECT key,
            count(*) FILTER (is_now),
            count(*) FILTER (is_earlier),
            count(*) FILTER (is_now AND is_self_service),
            count(*) FILTER (is_now AND closed IS NULL),
            count(*) FILTER (is_now AND closed IS NULL AND NOT waits AND due < ?),
            count(*) FILTER (is_now AND closed IS NOT NULL),
            count(*) FILTER (is_now AND NOT is_work),
            count(*) FILTER (is_now AND closed IS NOT NULL AND is_work),
            count(*) FILTER (is_now AND closed <= due AND is_work),
            count(*) FILTER (is_now AND reopened),
            count(*) FILTER (is_now AND was_fixed),
            count(*) FILTER (is_now AND NOT was_fixed)
        FROM chosen GROUP BY key ORDER BY 2 DESC, key
    """
    before = wanted.before
    periods = [wanted.since, wanted.until, before.since, before.until]
    # To the minute, so that those who ask within it are told the same.
    moment = int(now().timestamp()) // MINUTE_S * MINUTE_S
    return [Counts(*row) for row in facts().rows(query, [*periods, *values, moment])]


def take_times(wanted: Selection) -> Times:
    """How long the selection took as a whole."""
    return take_times_by("0", wanted).get(0, Times())


def take_times_by(key: str, wanted: Selection) -> dict[Any, Times]:
    """How long the selection took, by a column of `reports`."""
    condition, values = wanted.condition()
    query = f"""
        SELECT {key},
            quantile_disc(answered_after, [0.5, 0.9]), count(answered_after),
            quantile_disc(closed_after, [0.5, 0.9]), count(closed_after)
        FROM reports WHERE {condition} GROUP BY ALL
    """
    return {
        key: Times(*_days(answers, answered, wanted.least), *_days(closings, handled, wanted.least))
        for key, answers, answered, closings, handled in facts().rows(query, values)
    }


def _days(seconds: list[int], number: int, least: int) -> tuple[float | None, float | None]:
    if not number or number < least:
        return None, None
    median, ninetieth = seconds
    return round(median / DAY_S, 1), round(ninetieth / DAY_S, 1)


def count_by_year_and_channel(wanted: Selection) -> dict[int, dict[str, int]]:
    """How many messages came in by each channel in each year, whatever the period."""
    condition, values = wanted.of_all_years.condition()
    rows = facts().rows(
        f"SELECT year(day), channel, count(*) FROM reports WHERE {condition} GROUP BY ALL", values
    )
    years: dict[int, dict[str, int]] = {}
    for year, channel, number in sorted(rows):
        years.setdefault(year, {})[channel] = number
    return years


def count_by_sign(wanted: Selection) -> dict[int, int]:
    """How many reports came in by the symbol of each sign."""
    condition, values = wanted.condition()
    rows = facts().rows(
        f"""
        SELECT sign, count(*) FROM reports
        WHERE {condition} AND sign IS NOT NULL AND channel = 'qr' GROUP BY sign
        """,
        values,
    )
    return dict(rows)


def first_and_last_day() -> tuple[date, date] | None:
    """From when to when there are reports; None where there are none."""
    [(first, last)] = facts().rows("SELECT min(day), max(day) FROM reports")
    return (first, last) if first else None
