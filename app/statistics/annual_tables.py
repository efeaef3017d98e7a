"""The tables of the annual report: those of the statistics, as narrow as a sheet of paper.

The report is written to be published, so small counts are hidden in it as they are at `/open`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from app.languages import gettext as _
from app.statistics import counting
from app.statistics.annual_enquiries import enquiries, stated_messages
from app.statistics.counting import Counts, Times
from app.statistics.discretion import LEAST
from app.statistics.figures import table_of
from app.statistics.selection import Selection, of_year, today
from app.statistics.table import Chart, Column, Shape, Table

MOST_ROWS = 15
_LONG = {"categories", "places", "signs"}
# A register that began later in the year before has too little of it to compare with.
_LATEST_START = timedelta(days=31)
_LAST_YEAR = (3, 4)
_ALL_OF_GROUPS, _WITHOUT_TIMES = (0, 1, 2, 3, 4, 7, 8, 9), (0, 1, 2, 3, 4)


@dataclass(frozen=True, slots=True)
class AnnualYear:
    """A year, or as much of it as has passed, and the same days of the year before."""

    wanted: Selection
    counts: Counts
    before: Counts
    took: Times
    begins: date | None

    @property
    def year(self) -> int:
        """The year's number."""
        return self.wanted.since.year

    @property
    def is_running(self) -> bool:
        """Whether more of it is to come."""
        return self.wanted.until == today() and (today().month, today().day) != (12, 31)

    @property
    def began_late(self) -> bool:
        """Whether the register holds too little of the year before, or of this one."""
        since = self.wanted.before.since if self.before.messages else self.wanted.since
        return not self.is_whole_since(since)

    @property
    def compares(self) -> bool:
        """Whether there is a year before that can stand beside this one."""
        return bool(self.before.messages) and not self.began_late

    def is_whole_since(self, day: date) -> bool:
        """Whether the register goes as far back, or nearly so."""
        return self.begins is None or self.begins <= day + _LATEST_START


def year_of(year: int) -> AnnualYear:
    """What a chapter is written about."""
    wanted = replace(of_year(year), least=LEAST)
    known = counting.first_and_last_day()
    return AnnualYear(
        wanted,
        counting.count(wanted),
        counting.count(wanted.before),
        counting.take_times(wanted),
        known[0] if known else None,
    )


def only(table: Table, columns: tuple[int, ...]) -> Table:
    """Some columns of a table. Its small counts are hidden already."""
    chart = table.chart
    return replace(
        table,
        columns=[Column(table.columns[nth].name, table.columns[nth].kind) for nth in columns],
        rows=[tuple(row[nth] for nth in columns) for row in table.rows],
        total=tuple(table.total[nth] for nth in columns) if table.total else None,
        chart=replace(chart, series=tuple(map(columns.index, chart.series))) if chart else None,
    )


def shortened(table: Table) -> Table:
    """As much of a table as a chapter has room for; its file holds the rest."""
    if len(table.rows) <= MOST_ROWS or table.code not in _LONG:
        return table
    if table.note:
        # It says of how many the table itself shows the first.
        note = _("Only the first %(most)s are shown.", most=MOST_ROWS)
    else:
        note = _("The first %(most)s of %(count)s.", most=MOST_ROWS, count=len(table.rows))
    return replace(table, rows=table.rows[:MOST_ROWS], keys=table.keys[:MOST_ROWS], note=note)


def _named(table: Table, of: AnnualYear, names: dict[int, str]) -> Table:
    """Columns called by their year instead of “this” and “last”, where years are whole."""
    if of.is_running:
        return table
    named = [
        replace(column, name=names.get(nth, column.name))
        for nth, column in enumerate(table.columns)
    ]
    return replace(table, columns=named)


def _messages(year: int) -> str:
    return _("Messages %(year)s", year=year)


def _key_figures(of: AnnualYear) -> Table:
    table = _named(table_of("overview", of.wanted), of, {1: str(of.year), 2: str(of.year - 1)})
    return only(table, (0, 1, 2, 3) if of.compares else (0, 1))


def _months(of: AnnualYear) -> Table:
    table = _named(
        table_of("months", of.wanted), of, {1: _messages(of.year), 2: _messages(of.year - 1)}
    )
    if of.compares:
        return only(table, (0, 1, 2, 3))
    return only(replace(table, chart=Chart(Shape.COLUMNS, (1,))), (0, 1))


def _groups(code: str, columns: tuple[int, ...]) -> Builder:
    def build(of: AnnualYear) -> Table:
        table = table_of(code, of.wanted)
        kept = [nth for nth in columns if of.compares or nth not in _LAST_YEAR]
        names = {1: _messages(of.year), 3: _messages(of.year - 1)}
        return only(_named(table, of, names), tuple(kept))

    return build


def _vof(of: AnnualYear) -> Table:
    table = table_of("vof", of.wanted)
    rows = [row for row in table.rows if isinstance(row[0], int) and row[0] <= of.year]
    return replace(table, rows=rows)


def _times(of: AnnualYear) -> Table:
    return only(table_of("times", of.wanted), (0, 2, 3, 4, 5))


Builder = Callable[[AnnualYear], Table]

TABLES: dict[str, Builder] = {
    "overview": _key_figures,
    "months": _months,
    "channels": _groups("channels", _WITHOUT_TIMES),
    "vof": _vof,
    "stated": lambda of: stated_messages(of.year),
    "categories": _groups("categories", _ALL_OF_GROUPS),
    "units": _groups("units", _ALL_OF_GROUPS),
    "kinds": _groups("kinds", _WITHOUT_TIMES),
    "places": _groups("places", _WITHOUT_TIMES),
    "times": _times,
    "signs": lambda of: table_of("signs", of.wanted),
    "enquiries": lambda of: enquiries(of.year),
}
