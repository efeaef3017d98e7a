"""Tables of the selection by one thing or another: channel, category, unit, kind of place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from app.database import session
from app.languages import gettext as _
from app.languages import in_language
from app.places.models import Place, PlaceKind, Unit
from app.reports.models import Category
from app.reports.wording import CHANNEL_NAMES
from app.statistics import counting
from app.statistics.counting import UNKNOWN, Counts, Spans
from app.statistics.facts import SELF_SERVICE, facts
from app.statistics.punctuality import in_time
from app.statistics.selection import Selection
from app.statistics.table import Cell, Chart, Column, Kind, Shape, Table, change, share

MOST_PLACES = 50


def channels(wanted: Selection) -> Table:
    """How the messages came in."""
    names = {key: str(name) for key, name in CHANNEL_NAMES.items()}
    groups = counting.count_by("channel", wanted)
    table = _breakdown(groups, _("Channels"), _("Came in by"), names, wanted)
    # The VOF share tells how many came in by themselves.
    return replace(table, groups=_rows_by(table, lambda channel: channel in SELF_SERVICE))


def categories(wanted: Selection) -> Table:
    """What was wrong, by the category that a report has now."""
    rows = session().execute(select(Category.id, Category.names)).all()
    names = {one: in_language(found) for one, found in rows}
    groups = counting.count_by("category", wanted)
    took = counting.take_closings_by("category", wanted)
    return _breakdown(groups, _("Categories"), _("Category"), names, wanted, took)


def units(wanted: Selection) -> Table:
    """Whose work it is, or was."""
    names = dict(session().execute(select(Unit.id, Unit.name)).all())
    groups = counting.count_by("unit", wanted)
    took = counting.take_closings_by("unit", wanted)
    return _breakdown(groups, _("Units"), _("Responsible unit"), names, wanted, took)


def kinds(wanted: Selection) -> Table:
    """At what kind of place."""
    rows = session().execute(select(PlaceKind.id, PlaceKind.names)).all()
    without = _("No place given") if wanted.least == 1 else _("No place named")
    names = {one: in_language(found) for one, found in rows} | {None: without}
    groups = counting.count_by_kind(wanted)
    table = _breakdown(groups, _("Kinds of places"), _("Kind of place"), names, wanted)
    return replace(table, note=_of_small_places(wanted))


def _of_small_places(wanted: Selection) -> str:
    if wanted.least == 1:
        return ""
    return _(
        "A place with fewer than %(least)s messages in the year is counted as no place.",
        least=wanted.least,
    )


def places(wanted: Selection) -> Table:
    """The places with the most messages."""
    groups = counting.count_by_place(wanted)
    found = [one for one in groups if one.key is not None]
    first = [one.key for one in found[:MOST_PLACES]]
    query = select(Place.id, Place.name).where(Place.id.in_(first))
    names = dict(session().execute(query).all())
    title = _("Places with the most messages")
    table = _breakdown(groups, title, _("Place"), names, wanted)
    note = _of_small_places(wanted)
    if len(found) > MOST_PLACES:
        most = _("The first %(most)s of %(count)s places.", most=MOST_PLACES, count=len(found))
        return replace(table, note=f"{most} {note}".rstrip())
    # Here are all places of each kind, whose sums stand in the table of kinds.
    return replace(table, note=note, groups=_rows_by(table, facts().kinds().get))


def _rows_by(table: Table, of: Callable[[Any], Any]) -> list[list[int]]:
    """The rows by what their keys have in common."""
    rows: dict[Any, list[int]] = {}
    for down, key in enumerate(table.keys):
        rows.setdefault(of(key), []).append(down)
    return list(rows.values())


def _breakdown(  # noqa: PLR0913, PLR0917 - a table has as many things of its own
    groups: Sequence[Counts],
    title: str,
    heading: str,
    names: Mapping[Any, str],
    wanted: Selection,
    took: Mapping[Any, Spans] | None = None,
) -> Table:
    """A table with a row for each of the groups that has a name, and how long each took where that
    is known. All groups together are the selection. Its code is put in by whoever knows it.
    """
    whole = counting.sum_of(groups)
    found = [one for one in groups if one.key in names]
    rows = [_group_row(names[one.key], one, whole, wanted) for one in found]
    total = _group_row(_("All"), whole, whole, wanted)
    columns = [
        Column(heading, Kind.TEXT),
        Column(_("Messages")),
        Column(_("Share"), Kind.PERCENT, of=(1,)),
        Column(_("Same period last year")),
        Column(_("Difference"), Kind.PERCENT, of=(1, 3)),
        *work_columns(),
    ]
    if took is not None:
        columns += [
            Column(_("Days to closing, median"), Kind.DAYS),
            Column(_("Days to closing, nine of ten within"), Kind.DAYS),
        ]
        pairs = zip(rows, found, strict=True)
        rows = [(*row, *took.get(one.key, UNKNOWN)) for row, one in pairs]
        total = (*total, *counting.take_closings_by("0", wanted).get(0, UNKNOWN))
    return Table(
        title=title,
        columns=columns,
        rows=rows,
        total=total,
        chart=Chart(Shape.BARS, (1,)),
        keys=[one.key for one in found],
    )


def _group_row(name: str, one: Counts, whole: Counts, wanted: Selection) -> tuple[Cell, ...]:
    part = share(one.messages, whole.messages, wanted.least)
    grown = change(one.messages, one.earlier)
    return name, one.messages, part, one.earlier, grown, *work(one, wanted.least)


def work_columns() -> list[Column]:
    """What is told of the work in every table, where the second column has all messages."""
    return [
        Column(_("Open"), part_of=1),
        Column(_("Overdue")),
        Column(_("Closed within the deadline"), Kind.PERCENT),
    ]


def work(one: Counts, least: int) -> tuple[Cell, ...]:
    """The cells of these columns."""
    return one.open, one.overdue, in_time(one, least)
