"""What is counted of a selection: one line of figures for each group of reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

from app.database import now
from app.statistics.facts import Fact, facts
from app.statistics.selection import Selection

MINUTE_S = 60
# A place and a year as one number.
YEARS = 10_000


class Counts(NamedTuple):
    """A group of reports in figures. `key` is what they have in common.

    `earlier` are the messages of the same period a year before, `handled` those that were closed
    as something else than a duplicate. A tuple, since a page sums thousands of them.
    """

    key: Any
    messages: int
    earlier: int
    overdue: int
    self_service: int
    open: int
    closed: int
    duplicates: int
    handled: int
    in_time: int
    reopened: int
    said_fixed: int
    said_not_fixed: int


class Spans(NamedTuple):
    """In days: half of a group took no longer than the median, nine of ten than the ninetieth.

    None where no report has got so far, or too few to tell.
    """

    median: float | None
    ninetieth: float | None


UNKNOWN = Spans(None, None)
# The columns of yes or no that are counted, in the order of `Counts`.
_YES = (
    "is_self_service",
    "is_open",
    "NOT is_open",
    "is_duplicate",
    "is_handled",
    "is_in_time",
    "is_reopened",
    "said_fixed",
    "said_not_fixed",
)


@dataclass(frozen=True, slots=True)
class Times:
    """How long a group of reports took from when each reached us, duplicates left out."""

    answers: Spans = UNKNOWN
    closings: Spans = UNKNOWN


NOTHING = Counts(None, *(0,) * 12)


def count(wanted: Selection, *, compared: bool = True) -> Counts:
    """The selection as a whole: the sum of its months, which most pages ask for anyway."""
    return sum_of(count_by("month", wanted, compared=compared))


def count_by(key: str, wanted: Selection, *, compared: bool = True) -> list[Counts]:
    """The selection by a column of `reports`, the group with most messages first.

    Args:
        key: an expression on the columns of `reports`, written in this house.
        wanted: which reports.
        compared: whether the year before is counted, too.
    """
    condition, values = _condition(wanted)
    # Of many groups a filter takes half as long as `count_if`, and of few twice as long.
    how = "count(*) FILTER ({})" if key == "place" else "count_if({})"
    query = f"""
        SELECT {key}, count(*), count(*) FILTER (late_after < ?), {", ".join(map(how.format, _YES))}
        FROM reports WHERE {condition} GROUP BY ALL
    """
    earlier = count_messages_by(key, wanted.before) if compared else {}
    found = {
        one: Counts(one, messages, earlier.get(one, 0), *others)
        for one, messages, *others in facts().rows(query, [_minute(), *values], wanted.takes)
    }
    gone = [
        NOTHING._replace(key=one, earlier=number)
        for one, number in earlier.items()
        if one not in found
    ]
    return _in_order([*found.values(), *gone])


def _minute() -> int:
    """Now, in seconds since 1970, to the minute: those who ask within it are told the same."""
    return int(now().timestamp()) // MINUTE_S * MINUTE_S


def count_messages_by(key: str, wanted: Selection) -> dict[Any, int]:
    """No more than how many messages, by a column of `reports`."""
    condition, values = _condition(wanted)
    query = f"SELECT {key}, count(*) FROM reports WHERE {condition} GROUP BY ALL"
    return dict(facts().rows(query, values, wanted.takes))


def count_by_kind(wanted: Selection) -> list[Counts]:
    """The selection by the kind of the place: sums of its places, which the same page tells."""
    kinds = facts().kinds()
    groups: dict[int | None, list[Counts]] = {}
    for one in count_by_place(wanted):
        groups.setdefault(kinds.get(one.key), []).append(one)
    return _in_order([sum_of(places, kind) for kind, places in groups.items()])


def count_by_place(wanted: Selection) -> list[Counts]:
    """The selection by place; to the public a place is none in a year with few messages of it."""
    years = replace(wanted.of_everything, since=wanted.before.years.since, until=wanted.years.until)
    asked = ("by place", wanted, _minute())
    return facts().kept(asked, lambda: _count_by_place(wanted), years.takes)


def _count_by_place(wanted: Selection) -> list[Counts]:
    groups = count_by("place", wanted)
    if wanted.least == 1:
        return groups
    named, were_named = named_places(wanted), named_places(wanted.before)
    found, unnamed = [], []
    for one in groups:
        now_named, then_named = one.key in named, one.key in were_named
        if now_named and then_named:
            found.append(one)
        elif not (now_named or then_named):
            unnamed.append(one)
        else:
            now_alone, then_alone = one._replace(earlier=0), _earlier_of(one)
            found.append(now_alone if now_named else then_alone)
            unnamed.append(then_alone if now_named else now_alone)
    found = [one for one in found if one.messages or one.earlier]
    return _in_order([*found, *([sum_of(unnamed)] if unnamed else [])])


def _earlier_of(one: Counts) -> Counts:
    return NOTHING._replace(key=one.key, earlier=one.earlier)


def named_places(wanted: Selection) -> set[int]:
    """Where enough messages of the year came from for the place to be told."""
    return set(_places_of(_named(wanted)))


def _named(wanted: Selection) -> tuple[int, ...]:
    """These places, of those chosen, in each year: as one number, which is found fastest."""
    years = replace(wanted.of_everything.years, kind=wanted.kind)
    condition, values = years.condition()
    query = f"""
        SELECT place * {YEARS} + year(day) FROM reports WHERE place IS NOT NULL AND {condition}
        GROUP BY ALL HAVING count(*) >= ?
    """
    rows = facts().rows(query, [*values, wanted.least], years.takes)
    return tuple(code for (code,) in rows)


def _condition(wanted: Selection) -> tuple[str, list[Any]]:
    """The selection; to the public a place with few messages in a year is of no kind either."""
    if wanted.least == 1 or (wanted.kind is None and wanted.place is None):
        return wanted.condition()
    # Of these places the kind is known.
    condition, values = replace(wanted, kind=None).condition()
    if wanted.since.year == wanted.until.year:
        return f"{condition} AND place IN (SELECT unnest(?))", [*values, _places_of(_named(wanted))]
    code = f"place * {YEARS} + year(day)"
    return f"{condition} AND {code} IN (SELECT unnest(?))", [*values, _named(wanted)]


def _places_of(codes: Iterable[int]) -> tuple[int, ...]:
    return tuple(code // YEARS for code in codes)


def sum_of(groups: Sequence[Counts], key: Any = None) -> Counts:
    """Groups that have no report in common as one group."""
    _keys, *figures = zip(*groups, strict=True) if groups else zip(NOTHING, strict=True)
    return Counts(key, *map(sum, figures))


def _in_order(groups: Iterable[Counts]) -> list[Counts]:
    """Those of nothing in particular after the others with as many."""
    return sorted(groups, key=lambda one: (-one.messages, one.key is None, one.key))


def take_times(wanted: Selection) -> Times:
    """How long the selection took as a whole."""
    return take_times_by("0", wanted).get(0, Times())


def take_times_by(key: str, wanted: Selection) -> dict[Any, Times]:
    """How long the selection took, by a column of `reports`."""
    answers, closings = _take("answer_tenths", key, wanted), take_closings_by(key, wanted)
    return {
        one: Times(answers.get(one, UNKNOWN), closings.get(one, UNKNOWN))
        for one in answers.keys() | closings.keys()
    }


def take_closings_by(key: str, wanted: Selection) -> dict[Any, Spans]:
    """How long it took to close the selection, by a column of `reports`."""
    return _take("closing_tenths", key, wanted)


def _take(column: str, key: str, wanted: Selection) -> dict[Any, Spans]:
    """By the number of reports that took as long: a fifth of the time that sorting takes."""
    if wanted.counts_only:
        return {}
    condition, values = _condition(wanted)

    def takes(report: Fact) -> bool:
        return report[column] is not None and wanted.takes(report)

    query = f"""
        WITH spans AS (
            SELECT {key} AS key, {column} AS span, count(*) AS number
            FROM reports WHERE {condition} AND {column} IS NOT NULL GROUP BY ALL
        ), reached AS (
            SELECT key, span,
                sum(number) OVER (PARTITION BY key ORDER BY span) AS within,
                sum(number) OVER (PARTITION BY key) AS whole
            FROM spans
        )
        SELECT key, any_value(whole),
            min(span) FILTER (within * 2 >= whole), min(span) FILTER (within * 10 >= whole * 9)
        FROM reached GROUP BY key
    """
    return {
        one: Spans(median / 10, ninetieth / 10)
        for one, whole, median, ninetieth in facts().rows(query, values, takes)
        if whole >= wanted.least
    }


def count_by_year_and_channel(wanted: Selection) -> Mapping[int, Mapping[str, int]]:
    """How many messages came in by each channel in each year, whatever the period."""
    condition, values = _condition(wanted.of_all_years)
    rows = facts().rows(
        f"SELECT month, channel, count(*) FROM reports WHERE {condition} GROUP BY ALL",
        values,
        wanted.of_all_years.takes,
    )
    years: dict[int, Counter[str]] = {}
    for month, channel, number in sorted(rows):
        years.setdefault(month.year, Counter())[channel] += number
    return years


def count_by_sign(wanted: Selection) -> dict[int, int]:
    """How many reports came in by the symbol of each sign."""
    condition, values = _condition(wanted)
    rows = facts().rows(
        f"""
        SELECT sign, count(*) FROM reports
        WHERE {condition} AND sign IS NOT NULL AND channel = 'qr' GROUP BY sign
        """,
        values,
        lambda report: report["sign"] is not None and wanted.takes(report),
    )
    return dict(rows)


def first_and_last_day() -> tuple[date, date] | None:
    """From when to when there are reports; None where there are none."""
    [(first, last)] = facts().rows("SELECT min(day), max(day) FROM reports")
    return (first, last) if first else None
