"""What is counted of a selection: one line of figures for each group of reports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from app.database import now
from app.reports.models import Channel
from app.statistics.facts import facts
from app.statistics.selection import Selection

# Messages that people made themselves, without the front desk: the VOF share.
SELF_SERVICE = (Channel.QR.value, Channel.WEB.value, Channel.KIOSK.value)
DAY_S = 86_400
# A duplicate is closed with the report that it doubles, or in passing; it says nothing of the work.
_IS_WORK = "status <> 'duplicate'"
_HANDLED = f"closed IS NOT NULL AND {_IS_WORK}"


@dataclass(frozen=True, slots=True)
class Counts:
    """A group of reports in figures. `key` is what they have in common.

    `earlier` are the messages of the same period a year before. Times are in days from when a
    report reached us: half of them took no longer than the median, nine of ten no longer than the
    90th percentile. None where no report has got so far, or too few to tell.
    """

    key: Any
    messages: int
    earlier: int
    self_service: int
    open: int
    overdue: int
    closed: int
    duplicates: int
    in_time: int
    handled: int
    reopened: int
    said_fixed: int
    said_not_fixed: int
    answer_median: float | None
    answer_ninetieth: float | None
    closing_median: float | None
    closing_ninetieth: float | None


_NO_COUNTS: tuple[Any, ...] = (None, *(0,) * 12, *(None,) * 4)
NOTHING = Counts(*_NO_COUNTS)


def count(wanted: Selection) -> Counts:
    """The selection as a whole."""
    return next(iter(count_by("0", wanted)), NOTHING)


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
                day BETWEEN ? AND ? AS is_now, day BETWEEN ? AND ? AS is_earlier,
                (first_answer - received) / {DAY_S}.0 AS answered_after,
                (closed - received) / {DAY_S}.0 AS closed_after
            FROM reports WHERE {condition}
        )
        SELECT key,
            count(*) FILTER (is_now),
            count(*) FILTER (is_earlier),
            count(*) FILTER (is_now AND list_contains(?, channel)),
            count(*) FILTER (is_now AND closed IS NULL),
            count(*) FILTER (is_now AND closed IS NULL AND NOT waits AND due < ?),
            count(*) FILTER (is_now AND closed IS NOT NULL),
            count(*) FILTER (is_now AND NOT {_IS_WORK}),
            count(*) FILTER (is_now AND {_HANDLED} AND closed <= due),
            count(*) FILTER (is_now AND {_HANDLED}) AS handled,
            count(*) FILTER (is_now AND reopened > 0),
            count(*) FILTER (is_now AND was_fixed),
            count(*) FILTER (is_now AND NOT was_fixed),
            quantile_cont(answered_after, [0.5, 0.9]) FILTER (is_now AND {_IS_WORK}),
            count(answered_after) FILTER (is_now AND {_IS_WORK}),
            quantile_cont(closed_after, [0.5, 0.9]) FILTER (is_now AND {_HANDLED})
        FROM chosen GROUP BY key ORDER BY 2 DESC, key
    """
    before = wanted.before
    periods = [wanted.since, wanted.until, before.since, before.until]
    given = [*periods, *values, list(SELF_SERVICE), int(now().timestamp())]
    return [_counts(row, wanted.least) for row in facts().rows(query, given)]


def _counts(row: tuple[Any, ...], least: int) -> Counts:
    *counts, answers, answered, closings = row
    handled = counts[9]
    times = (
        *(_rounded(answers) if answered >= least else (None, None)),
        *(_rounded(closings) if handled >= least else (None, None)),
    )
    fields: list[Any] = [*counts, *times]
    return Counts(*fields)


def _rounded(quantiles: list[float] | None) -> tuple[float | None, float | None]:
    if not quantiles:
        return None, None
    median, ninetieth = quantiles
    return round(median, 1), round(ninetieth, 1)


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
