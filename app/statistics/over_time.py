"""Tables of the selection by month and by year."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import dropwhile

from app.languages import gettext as _
from app.reports.wording import CHANNEL_NAMES
from app.statistics import counting
from app.statistics.counting import Counts, Times
from app.statistics.facts import SELF_SERVICE
from app.statistics.groups import work, work_columns
from app.statistics.selection import Selection
from app.statistics.table import Cell, Chart, Column, Kind, Shape, Table, change, share


def months(wanted: Selection) -> Table:
    """Messages by month, and the same month of the year before."""
    found = {one.key: one for one in counting.count_by("month", wanted)}
    before = counting.count_messages_by("month", wanted.before)
    rows = [
        _month_row(
            month,
            found.get(month, counting.NOTHING),
            before.get(month.replace(year=month.year - 1), 0),
            wanted.least,
        )
        for month in wanted.months
    ]
    whole = counting.count(wanted)
    return Table(
        title=_("Messages by month"),
        columns=[
            Column(_("Month"), Kind.MONTH),
            Column(_("Messages")),
            Column(_("Same month last year")),
            Column(_("Difference"), Kind.PERCENT, of=(1, 2)),
            *work_columns(),
        ],
        rows=_from_the_first(rows),
        total=_month_row(_("All"), whole, whole.earlier, wanted.least),
        chart=Chart(Shape.COLUMNS, (1, 2)),
    )


def _month_row(month: Cell, now: Counts, earlier: int, least: int) -> tuple[Cell, ...]:
    return month, now.messages, earlier, change(now.messages, earlier), *work(now, least)


def _from_the_first(rows: list[tuple[Cell, ...]]) -> list[tuple[Cell, ...]]:
    """Without the months before there was anything to count."""
    return list(dropwhile(lambda row: not any(row[1:3]), rows))


def times(wanted: Selection) -> Table:
    """How long people waited, by the month in which they reported."""
    found = {one.key: one for one in counting.count_by("month", wanted)}
    took = counting.take_times_by("month", wanted)
    rows = [
        _times_row(month, found.get(month, counting.NOTHING), took.get(month, Times()))
        for month in wanted.months
    ]
    return Table(
        title=_("How long it takes"),
        columns=[
            Column(_("Month"), Kind.MONTH),
            Column(_("Messages")),
            Column(_("Days to the first answer, median"), Kind.DAYS),
            Column(_("Days to the first answer, nine of ten within"), Kind.DAYS),
            Column(_("Days to closing, median"), Kind.DAYS),
            Column(_("Days to closing, nine of ten within"), Kind.DAYS),
            Column(_("Reopened")),
            Column(_("“Was it fixed?”: yes")),
            Column(_("“Was it fixed?”: no")),
        ],
        rows=_from_the_first(rows),
        total=_times_row(_("All"), counting.count(wanted), counting.take_times(wanted)),
        chart=Chart(Shape.LINES, (2, 4)),
        note=_(
            "By the month in which a report reached us. The last months look faster than they are:"
            " what takes long is still open."
        ),
    )


def _times_row(month: Cell, now: Counts, took: Times) -> tuple[Cell, ...]:
    said = now.reopened, now.said_fixed, now.said_not_fixed
    return month, now.messages, *took.answers, *took.closings, *said


def vof(wanted: Selection) -> Table:
    """The VOF share by year with the channels behind it, as counted from the reports here."""
    years = counting.count_by_year_and_channel(wanted)
    rows = [_vof_row(year, found, wanted.least) for year, found in years.items()]
    parts = tuple(range(1, len(SELF_SERVICE) + 1))
    return Table(
        title=_("VOF share by year"),
        columns=[
            Column(_("Year"), Kind.YEAR),
            *(Column(str(CHANNEL_NAMES[channel])) for channel in SELF_SERVICE),
            Column(_("VOF messages"), sum_of=parts, part_of=len(parts) + 2),
            Column(_("All messages")),
            Column(_("VOF share"), Kind.PERCENT, of=(len(parts) + 1, len(parts) + 2)),
        ],
        rows=rows,
        chart=Chart(Shape.COLUMNS, (len(parts) + 3,)),
        note=_(
            "The VOF share is what people report themselves by sign, website and service desk"
            " screen, of all messages. Counted from the reports in this register, for whole years;"
            " the year that runs is counted until today."
        ),
    )


def _vof_row(year: int, found: Mapping[str, int], least: int) -> tuple[Cell, ...]:
    parts = [found.get(channel, 0) for channel in SELF_SERVICE]
    whole = sum(found.values())
    return year, *parts, sum(parts), whole, share(sum(parts), whole, least)
