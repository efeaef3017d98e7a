"""The tables of the statistics: what is counted, under the names that people know it by."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import func, select

from app.database import session
from app.languages import gettext as _
from app.languages import in_language
from app.places.models import Place, PlaceKind, Unit
from app.problems import NotFound
from app.reports.models import Category
from app.reports.wording import CHANNEL_NAMES
from app.signs.models import Sign, SignScans
from app.statistics import counting, summaries
from app.statistics.counting import SELF_SERVICE, Counts
from app.statistics.discretion import hide_small
from app.statistics.selection import Selection
from app.statistics.stated import stated_messages, stated_service
from app.statistics.table import Cell, Chart, Column, Figure, Kind, Shape, Table, change, share

MOST_PLACES = 50
MOST_SIGNS = 100
_MONTH = "CAST(date_trunc('month', day) AS DATE)"
_KIND = "(SELECT kind FROM places WHERE places.id = place)"


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
    found, least = counting.count(wanted), wanted.least
    vof = share(found.self_service, found.messages, least)
    in_time = share(found.in_time, found.handled, least)
    return [
        (_("Messages"), Figure(found.messages, Kind.COUNT)),
        (_("VOF share"), Figure(vof, Kind.PERCENT)),
        (_("Open"), Figure(found.open, Kind.COUNT)),
        (_("Overdue"), Figure(found.overdue, Kind.COUNT)),
        (_("Closed reports"), Figure(found.closed, Kind.COUNT)),
        (_("Closed as duplicates"), Figure(found.duplicates, Kind.COUNT)),
        (_("Closed within the deadline"), Figure(in_time, Kind.PERCENT)),
        (_("Days to the first answer, median"), Figure(found.answer_median, Kind.DAYS)),
        (
            _("Days to the first answer, nine of ten within"),
            Figure(found.answer_ninetieth, Kind.DAYS),
        ),
        (_("Days to closing, median"), Figure(found.closing_median, Kind.DAYS)),
        (_("Days to closing, nine of ten within"), Figure(found.closing_ninetieth, Kind.DAYS)),
        (_("Reopened"), Figure(found.reopened, Kind.COUNT)),
        (_("“Was it fixed?”: yes"), Figure(found.said_fixed, Kind.COUNT)),
        (_("“Was it fixed?”: no"), Figure(found.said_not_fixed, Kind.COUNT)),
        (_("Signs scanned"), Figure(sum(_scans(wanted).values()), Kind.COUNT)),
    ]


def _change(now: Figure, then: Figure) -> float | None:
    """Of shares and days a change in per cent would be misread."""
    return change(now.value, then.value) if now.kind is Kind.COUNT else None


def months(wanted: Selection) -> Table:
    """Messages by month, and the same month of the year before."""
    found = {one.key: one for one in counting.count_by(_MONTH, wanted)}
    before = {one.key: one.messages for one in counting.count_by(_MONTH, wanted.before)}
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
            *_work_columns(),
        ],
        rows=rows,
        total=_month_row(_("All"), whole, whole.earlier, wanted.least),
        chart=Chart(Shape.COLUMNS, (1, 2)),
    )


def _month_row(month: Cell, now: Counts, earlier: int, least: int) -> tuple[Cell, ...]:
    return month, now.messages, earlier, change(now.messages, earlier), *_work(now, least)


def times(wanted: Selection) -> Table:
    """How long people waited, by the month in which they reported."""
    found = {one.key: one for one in counting.count_by(_MONTH, wanted)}
    rows = [_times_row(month, found.get(month, counting.NOTHING)) for month in wanted.months]
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
        rows=rows,
        total=_times_row(_("All"), counting.count(wanted)),
        chart=Chart(Shape.LINES, (2, 4)),
        note=_(
            "By the month in which a report reached us. The last months look faster than they are:"
            " what takes long is still open."
        ),
    )


def _times_row(month: Cell, now: Counts) -> tuple[Cell, ...]:
    return (
        month,
        now.messages,
        now.answer_median,
        now.answer_ninetieth,
        now.closing_median,
        now.closing_ninetieth,
        now.reopened,
        now.said_fixed,
        now.said_not_fixed,
    )


def channels(wanted: Selection) -> Table:
    """How the messages came in."""
    names = {key: str(name) for key, name in CHANNEL_NAMES.items()}
    found = counting.count_by("channel", wanted)
    return _breakdown(_("Channels"), _("Came in by"), names, wanted, found)


def categories(wanted: Selection) -> Table:
    """What was wrong, by the category that a report has now."""
    rows = session().execute(select(Category.id, Category.names)).all()
    names = {one: in_language(found) for one, found in rows}
    found = counting.count_by("category", wanted)
    return _breakdown(_("Categories"), _("Category"), names, wanted, found)


def units(wanted: Selection) -> Table:
    """Whose work it is, or was."""
    names = dict(session().execute(select(Unit.id, Unit.name)).all())
    found = counting.count_by("unit", wanted)
    return _breakdown(_("Units"), _("Responsible unit"), names, wanted, found)


def kinds(wanted: Selection) -> Table:
    """At what kind of place."""
    rows = session().execute(select(PlaceKind.id, PlaceKind.names)).all()
    names = {one: in_language(found) for one, found in rows} | {None: _("No place given")}
    found = counting.count_by(_KIND, wanted)
    return _breakdown(_("Kinds of places"), _("Kind of place"), names, wanted, found)


def places(wanted: Selection) -> Table:
    """The places with the most messages."""
    found = [one for one in counting.count_by("place", wanted) if one.key is not None]
    query = select(Place.id, Place.name).where(
        Place.id.in_([one.key for one in found[:MOST_PLACES]])
    )
    names = dict(session().execute(query).all())
    title = _("Places with the most messages")
    table = _breakdown(title, _("Place"), names, wanted, found[:MOST_PLACES])
    note = _("The first %(most)s of %(count)s places.", most=MOST_PLACES, count=len(found))
    return replace(table, note=note) if len(found) > MOST_PLACES else table


def _breakdown(
    title: str, heading: str, names: Mapping[Any, str], wanted: Selection, found: Sequence[Counts]
) -> Table:
    """A table with a row for each group; its code is put in by whoever knows it."""
    whole = counting.count(wanted)
    rows = [_group_row(names[one.key], one, whole, wanted.least) for one in found]
    return Table(
        title=title,
        columns=[
            Column(heading, Kind.TEXT),
            Column(_("Messages")),
            Column(_("Share"), Kind.PERCENT),
            Column(_("Same period last year")),
            Column(_("Difference"), Kind.PERCENT, of=(1, 3)),
            *_work_columns(),
        ],
        rows=rows,
        total=_group_row(_("All"), whole, whole, wanted.least),
        chart=Chart(Shape.BARS, (1,)),
        keys=[one.key for one in found],
    )


def _group_row(name: str, one: Counts, whole: Counts, least: int) -> tuple[Cell, ...]:
    part = share(one.messages, whole.messages, least)
    grown = change(one.messages, one.earlier)
    return name, one.messages, part, one.earlier, grown, *_work(one, least)


def _work_columns() -> list[Column]:
    return [
        Column(_("Open")),
        Column(_("Overdue")),
        Column(_("Closed within the deadline"), Kind.PERCENT),
        Column(_("Days to closing, median"), Kind.DAYS),
        Column(_("Days to closing, nine of ten within"), Kind.DAYS),
    ]


def _work(one: Counts, least: int) -> tuple[Cell, ...]:
    in_time = share(one.in_time, one.handled, least)
    return one.open, one.overdue, in_time, one.closing_median, one.closing_ninetieth


def vof(wanted: Selection) -> Table:
    """The VOF share by year with the channels behind it, as counted from the reports here."""
    years = counting.count_by_year_and_channel(wanted)
    rows = [_vof_row(year, found, wanted.least) for year, found in years.items()]
    return Table(
        title=_("VOF share by year"),
        columns=[
            Column(_("Year"), Kind.YEAR),
            *(Column(str(CHANNEL_NAMES[channel])) for channel in SELF_SERVICE),
            Column(_("VOF messages")),
            Column(_("All messages")),
            Column(_("VOF share"), Kind.PERCENT),
        ],
        rows=rows,
        chart=Chart(Shape.COLUMNS, (len(SELF_SERVICE) + 3,)),
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


def signs(wanted: Selection) -> Table:
    """How often each sign was scanned, and how many reports came of it."""
    scans, reports = _scans(wanted), counting.count_by_sign(wanted)
    ranked = sorted(scans.keys() | reports.keys(), key=lambda one: (-scans.get(one, 0), one))
    query = (
        select(Sign.id, Sign.code, Place.name, Sign.label)
        .join(Sign.place)
        .where(Sign.id.in_(ranked[:MOST_SIGNS]))
    )
    known = {
        one: (code, f"{place}, {label}") for one, code, place, label in session().execute(query)
    }
    rows = [
        _sign_row(*known[one], scans.get(one, 0), reports.get(one, 0), wanted.least)
        for one in ranked[:MOST_SIGNS]
    ]
    note = _("The first %(most)s of %(count)s signs.", most=MOST_SIGNS, count=len(ranked))
    all_scans, all_reports = sum(scans.values()), sum(reports.values())
    return Table(
        title=_("From scan to report"),
        columns=[
            Column(_("Sign"), Kind.TEXT),
            Column(_("Where"), Kind.TEXT),
            Column(_("Scans")),
            Column(_("Reports by the symbol")),
            Column(_("Reports per 100 scans"), Kind.DAYS),
        ],
        rows=rows,
        total=_sign_row(_("All"), "", all_scans, all_reports, wanted.least),
        note=note if len(ranked) > MOST_SIGNS else "",
    )


def _sign_row(code: str, where: str, scans: int, reports: int, least: int) -> tuple[Cell, ...]:
    return code, where, scans, reports, share(reports, scans, least)


def _scans(wanted: Selection) -> dict[int, int]:
    """How often each sign was scanned in the period; only filters of the place count."""
    query = (
        select(SignScans.sign_id, func.sum(SignScans.count))
        .where(SignScans.day.between(wanted.since, wanted.until))
        .group_by(SignScans.sign_id)
    )
    if wanted.place is not None or wanted.kind is not None:
        query = query.join(Sign, Sign.id == SignScans.sign_id).join(Sign.place)
    if wanted.place is not None:
        query = query.where(Place.id == wanted.place)
    if wanted.kind is not None:
        query = query.where(Place.kind_id == wanted.kind)
    return {one: int(count) for one, count in session().execute(query)}


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
        table = hide_small(table, wanted.least)
    return replace(table, summary=summaries.SENTENCES[code](table))
