"""The tables of the statistics: what is counted, under the names that people know it by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from app.languages import gettext as _
from app.problems import NotFound, TooFewToTell
from app.statistics import counting, summaries
from app.statistics.discretion import hide_small
from app.statistics.groups import categories, channels, kinds, places, units
from app.statistics.over_time import months, times, vof
from app.statistics.punctuality import in_time
from app.statistics.scans import count_scans, signs
from app.statistics.selection import Selection
from app.statistics.stated import stated_messages, stated_service
from app.statistics.table import Column, Figure, Hidden, Kind, Table, change, share


def overview(wanted: Selection) -> Table:
    """The period, and the same period of the year before beside it."""
    lines = list(zip(_key_figures(wanted), _key_figures(wanted.before), strict=True))
    # How much of last year's work is open today says nothing of how it was then.
    of_now = {_("Open"), _("Overdue")}
    return Table(
        title=_("Key figures"),
        columns=[
            Column(_("Figure"), Kind.TEXT),
            Column(_("This period")),
            Column(_("Same period last year")),
            Column(_("Difference"), Kind.PERCENT, of=(1, 2)),
        ],
        rows=[
            (name, now, None, None) if name in of_now else (name, now, then, _change(now, then))
            for (name, now), (_name, then) in lines
        ],
        note=_(
            "Times run from when a report reached us, nights and weekends included. Duplicates do"
            " not count in times and deadlines."
        ),
    )


def _key_figures(wanted: Selection) -> list[tuple[str, Figure]]:
    found, took = counting.count(wanted, compared=False), counting.take_times(wanted)
    least = wanted.least
    self_service = share(found.self_service, found.messages, least)
    return [
        (_("Messages"), Figure(found.messages, Kind.COUNT)),
        (_("VOF share"), Figure(self_service, Kind.PERCENT)),
        (_("Open"), Figure(found.open, Kind.COUNT, rest=found.closed)),
        (_("Overdue"), Figure(found.overdue, Kind.COUNT)),
        (_("Closed reports"), Figure(found.closed, Kind.COUNT, rest=found.open)),
        (_("Closed as duplicates"), Figure(found.duplicates, Kind.COUNT)),
        (_("Closed within the deadline"), Figure(in_time(found, least), Kind.PERCENT)),
        (_("Days to the first answer, median"), Figure(took.answers.median, Kind.DAYS)),
        (
            _("Days to the first answer, nine of ten within"),
            Figure(took.answers.ninetieth, Kind.DAYS),
        ),
        (_("Days to closing, median"), Figure(took.closings.median, Kind.DAYS)),
        (_("Days to closing, nine of ten within"), Figure(took.closings.ninetieth, Kind.DAYS)),
        (_("Reopened"), Figure(found.reopened, Kind.COUNT)),
        (_("“Was it fixed?”: yes"), Figure(found.said_fixed, Kind.COUNT)),
        (_("“Was it fixed?”: no"), Figure(found.said_not_fixed, Kind.COUNT)),
        (_("Signs scanned"), Figure(sum(count_scans(wanted).values()), Kind.COUNT)),
    ]


def _change(now: Figure, then: Figure) -> float | None:
    """Of shares and days a change in per cent would be misread."""
    return change(now.value, then.value) if now.kind is Kind.COUNT else None


TABLES: dict[str, Callable[[Selection], Table]] = {
    table.__name__: table
    for table in (
        overview,
        months,
        times,
        channels,
        categories,
        units,
        kinds,
        places,
        vof,
        signs,
        stated_messages,
        stated_service,
    )
}
# What others state is public as it is.
_STATED = {stated_messages.__name__, stated_service.__name__}


def table_of(code: str, wanted: Selection) -> Table:
    """A table by its code, with small counts hidden where the selection demands it.

    Raises:
        NotFound: there is no such table.
    """
    if code not in TABLES:
        raise NotFound
    table = replace(TABLES[code](wanted), code=code)
    if wanted.least > 1 and code not in _STATED:
        table = _discreet(table, wanted)
    return replace(table, summary=summaries.SENTENCES[code](table))


def _discreet(table: Table, wanted: Selection) -> Table:
    """As everybody may see it, also who subtracts it from the same table without the filter."""
    if not wanted.chosen:
        return hide_small(table, wanted.least)
    beside = TABLES[table.code](replace(wanted.of_everything, counts_only=True))
    return hide_small(table, wanted.least, beside, wanted.not_told)


def not_told_of_all(wanted: Selection) -> frozenset[str]:
    """The figures that the table of all categories, say, hides of the chosen one, by their names.

    Raises:
        TooFewToTell: even how many messages there are is hidden in it.
    """
    everything = replace(wanted.of_everything, counts_only=True)
    by = {
        "category": lambda: categories(everything),
        "unit": lambda: units(everything),
        "kind": lambda: kinds(everything),
        "place": lambda: places(everything),
        "channel": lambda: channels(everything),
    }
    hidden: set[str] = set()
    for name, value in wanted.chosen.items():
        table = hide_small(by[name](), wanted.least)
        for row in (row for key, row in zip(table.keys, table.rows, strict=True) if key == value):
            cells = zip(row, table.columns, strict=True)
            hidden |= {column.name for cell, column in cells if isinstance(cell, Hidden)}
    if _("Messages") in hidden:
        raise TooFewToTell
    return frozenset(hidden)
