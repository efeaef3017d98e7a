"""The register: a page of all reports that fit a filter, the newest or the most urgent first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, defaultload

from app.database import now, session
from app.geo import Position, in_bbox, lies_between, points_in_bbox, position_of
from app.places.models import Place
from app.places.register import Box
from app.reports.deadlines import begin_of, end_of_next_working_day
from app.reports.models import Category, Photo, Report
from app.reports.queries import LIST_COLUMNS, NOT_LISTED, SHOWN
from app.reports.search import holds, is_number, list_newest_holding

PAGE = 50
# So many of the newest that hold some words are looked at first: to sort all that do, once each is
# found to be shown, takes four times as long.
CANDIDATES = 200
# Where the newest so many fill a map, nobody need look for all that lie in its box. On SQLite each
# point is asked of Python.
NEWEST, ON_SQLITE_NEWEST = 40_000, 5_000
FEW = 10_000


_NOT_SHOWN = (
    *NOT_LISTED,
    *(defaultload(Report.place).defer(column) for column in (Place.search_text, Place.source)),
)


class Deadline(StrEnum):
    """Which deadlines are asked for; a report that waits for its reporter has none."""

    LATE = "late"
    SOON = "soon"


@dataclass(frozen=True, slots=True)
class RegisterFilter:
    """What the register shows. None leaves a thing out of account.

    `since` and `until` are days in Norway, both included. `unassigned` asks for what nobody in
    particular takes care of, `asked` for what the crew waits for an answer about.
    """

    status: str | None = None
    only_open: bool = False
    held: bool = False
    asked: bool = False
    unit_id: int | None = None
    category_id: int | None = None
    place_id: int | None = None
    channel: str | None = None
    assignee_id: int | None = None
    unassigned: bool = False
    deadline: Deadline | None = None
    since: date | None = None
    until: date | None = None
    has_photo: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class Dot:
    """One report on the map beside the list: enough to draw it and to say what it is.

    `category_names` is by language. `runs_late` says that it is open, waits for nobody and is past
    its deadline.
    """

    id: int
    number: str
    position: Position
    status: str
    is_open: bool
    category_names: dict[str, str]
    priority: str
    due_at: datetime
    runs_late: bool


def list_register(
    wanted: RegisterFilter, before_id: int | None = None, most: int = PAGE + 1
) -> Sequence[Report]:
    """A page of the register, newest first, and one row more if there is another page."""
    if _is_search(wanted):
        newest = list_newest_holding(wanted.text, before_id, CANDIDATES)
        page = _list_page(Report.id.in_(newest) & SHOWN, RegisterFilter(), None, most)
        # Held reports are few; where they are many, all that hold the words are looked at.
        if len(page) == most or len(newest) < CANDIDATES:
            return page
    return _list_page(fits(wanted), wanted, before_id, most)


def _is_search(wanted: RegisterFilter) -> bool:
    """Whether words are all that is asked for, and no number."""
    words_alone = bool(wanted.text) and replace(wanted, text="") == RegisterFilter()
    return words_alone and not is_number(wanted.text)


def _list_page(
    condition: ColumnElement[bool], wanted: RegisterFilter, before_id: int | None, most: int
) -> Sequence[Report]:
    ids = _newest_first(select(Report.id).where(condition), wanted)
    if before_id is not None:
        ids = ids.where(_is_before(before_id, wanted))
    return session().scalars(_newest_first(_lines_of(ids.limit(most)), wanted)).all()


def list_by_deadline(wanted: RegisterFilter, most: int) -> Sequence[Report]:
    """The reports of a filter whose deadline comes, or came, first."""
    in_order = Report.due_at, Report.id
    ids = select(Report.id).where(fits(wanted)).order_by(*in_order).limit(most)
    return session().scalars(_lines_of(ids).order_by(*in_order)).all()


def _lines_of(ids: Select[Any]) -> Select[Any]:
    """What the lines of a page show, in no order.

    Which they are comes first: PostgreSQL would else look that up for all that fit.
    """
    page = ids.subquery()
    return select(Report).join(page, page.c.id == Report.id).options(*LIST_COLUMNS, *_NOT_SHOWN)


def _newest_first(query: Select[Any], wanted: RegisterFilter) -> Select[Any]:
    """Reports are numbered as they arrive, so both orders are one; by the time of arrival a period
    is found without a walk through all that came after it.
    """
    if _is_of_period(wanted):
        return query.order_by(Report.received_at.desc(), Report.id.desc())
    return query.order_by(Report.id.desc())


def _is_before(report_id: int, wanted: RegisterFilter) -> ColumnElement[bool]:
    last = select(Report.received_at, Report.id).where(Report.id == report_id)
    if _is_of_period(wanted) and (found := session().execute(last).one_or_none()):
        return tuple_(Report.received_at, Report.id) < tuple_(*found)
    return Report.id < report_id


def _is_of_period(wanted: RegisterFilter) -> bool:
    return wanted.since is not None or wanted.until is not None


def list_in_box(wanted: RegisterFilter, box: Box, most: int) -> tuple[list[Dot], bool]:
    """The newest reports of a filter whose point lies in a box of degrees (west, south, east,
    north), at most so many, and whether there are more.
    """
    on_sqlite = session().get_bind().dialect.name == "sqlite"
    lately = fits(wanted, above=_newest_id() - (ON_SQLITE_NEWEST if on_sqlite else NEWEST))
    dots = _dots(and_(lately, lies_between(Report.point, *box)), Report.id, most)
    if len(dots) <= most:
        # By an order that no index has, so that PostgreSQL does not walk through all reports.
        # SQLite would list all points of a box first, however many.
        by_filter = on_sqlite and not _holds_few(box)
        inside = (lies_between if by_filter else in_bbox)(Report.point, *box)
        dots = _dots(and_(fits(wanted), inside), Report.id if by_filter else Report.id + 0, most)
    return [_dot(row) for row in dots[:most]], len(dots) > most


def _newest_id() -> int:
    return session().scalar(select(func.max(Report.id))) or 0


def _holds_few(box: Box) -> bool:
    points = points_in_bbox(Report.point, *box).table_valued("id", "lon", "lat", name="points")
    some = select(points.c.id).limit(FEW + 1).subquery()
    return (session().scalar(select(func.count()).select_from(some)) or 0) <= FEW


def _dots(
    condition: ColumnElement[bool],
    order: ColumnElement[int] | InstrumentedAttribute[int],
    most: int,
) -> Sequence[Any]:
    # The limit comes first, since PostgreSQL expects few in a box and joins row by row.
    chosen = select(Report.id).where(condition).order_by(order.desc()).limit(most + 1).subquery()
    query = (
        select(
            Report.id,
            Report.number,
            Report.point,
            Report.status,
            Report.closed_at,
            Category.names,
            Report.priority,
            Report.due_at,
            _is_due(Deadline.LATE).label("runs_late"),
        )
        .join(chosen, chosen.c.id == Report.id)
        .join(Report.category)
        .order_by(Report.id.desc())
    )
    return session().execute(query).all()


def _dot(row: Any) -> Dot:
    position = position_of(row.point)
    assert position is not None, "what lies in a box has a point"
    return Dot(
        id=row.id,
        number=row.number,
        position=position,
        status=row.status,
        is_open=row.closed_at is None,
        category_names=row.names,
        priority=row.priority,
        due_at=row.due_at,
        runs_late=bool(row.runs_late),
    )


def fits(wanted: RegisterFilter, above: int = 0) -> ColumnElement[bool]:
    """Whether a report is what is asked for, and is numbered above another one."""
    equal = (
        (Report.status, wanted.status),
        (Report.unit_id, wanted.unit_id),
        (Report.category_id, wanted.category_id),
        (Report.place_id, wanted.place_id),
        (Report.channel, wanted.channel),
        (Report.assignee_id, wanted.assignee_id),
    )
    conditions = [column == value for column, value in equal if value is not None]
    if wanted.only_open:
        conditions.append(Report.closed_at.is_(None))
    if wanted.asked:
        conditions.append(Report.asked_at.is_not(None))
    if wanted.unassigned:
        conditions.append(Report.assignee_id.is_(None))
    if wanted.deadline:
        conditions.append(_is_due(wanted.deadline))
    if wanted.since:
        conditions.append(Report.received_at >= begin_of(wanted.since))
    if wanted.until:
        conditions.append(Report.received_at < begin_of(wanted.until + timedelta(days=1)))
    if wanted.has_photo:
        conditions.append(exists(select(Photo.id).where(Photo.report_id == Report.id)))
    if wanted.text:
        conditions.append(holds(wanted.text, above))
    if above > 0:
        conditions.append(Report.id > above)
    return and_(_is_in_view(wanted), *conditions)


def count_register(wanted: RegisterFilter, most: int) -> int:
    """How many reports fit a filter; `most` + 1 where there are more than `most`."""
    some = select(Report.id).where(fits(wanted)).limit(most + 1).subquery()
    return session().scalar(select(func.count()).select_from(some)) or 0


def count_held() -> int:
    """How many reports wait for a person to look at them."""
    held = and_(Report.held_at.is_not(None), Report.closed_at.is_(None))
    return session().scalar(select(func.count(Report.id)).where(held)) or 0


def _is_in_view(wanted: RegisterFilter) -> ColumnElement[bool]:
    """The register leaves held reports out, except where they are asked for or named by number."""
    if wanted.held:
        return and_(Report.held_at.is_not(None), Report.closed_at.is_(None))
    if is_number(wanted.text):
        return literal(True)
    return SHOWN


def _is_due(deadline: Deadline) -> ColumnElement[bool]:
    moment = now()
    runs = and_(Report.closed_at.is_(None), Report.waiting_since.is_(None))
    if deadline is Deadline.LATE:
        return and_(runs, Report.due_at < moment)
    return and_(runs, Report.due_at.between(moment, end_of_next_working_day(moment)))
