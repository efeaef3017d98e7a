"""Reads for other systems: plain rows and no objects, since a list may have a thousand."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select

from app.database import session
from app.geo import Position, box_around, fields_in, in_bbox, within_metres
from app.open311.arguments import Page, Span
from app.open311.models import KeyedReport
from app.places.models import Place, Unit
from app.reports.models import Category, Event, EventKind, Photo, Report
from app.reports.queries import SHOWN
from app.reports.workflow import Status
from app.signs.models import Sign

Box: TypeAlias = tuple[float, float, float, float]

# What changes the record of a report as others see it.
_CHANGES = (
    EventKind.RECEIVED,
    EventKind.STATUS,
    EventKind.UNIT,
    EventKind.CATEGORY,
    EventKind.MOVED,
    EventKind.RELEASED,
    EventKind.UNDONE,
)
_changes_record = or_(Event.kind.in_([kind.value for kind in _CHANGES]), Event.public_text != "")

_last_change = (
    select(func.max(Event.at))
    .where(Event.report_id == Report.id, _changes_record)
    .correlate(Report)
    .scalar_subquery()
)
# A closed report was changed last when it was closed, as GeoReport has it.
UPDATED_AT = func.coalesce(Report.closed_at, _last_change, Report.received_at)

_COLUMNS = (
    Report.id,
    Report.number,
    Report.status,
    Report.category_id,
    Report.unit_id,
    Report.description,
    Report.address,
    Report.point,
    Report.place_id,
    Report.received_at,
    Report.due_at,
    Report.closed_at,
    Report.waiting_since,
    Place.name.label("place_name"),
    Place.point.label("place_point"),
    Sign.code.label("sign_code"),
    Sign.label.label("sign_label"),
    KeyedReport.key_id,
)


@dataclass(slots=True)
class Wanted:
    """What a list is narrowed to; None and empty leave a thing out of account.

    `sees_all` and `key_id` tell whose exact positions whoever asks may see: of all reports, or of
    those that came by a key. Others lie where their place does, or somewhere in a field.
    """

    received: Span | None = None
    updated: Span | None = None
    codes: list[str] = field(default_factory=list)
    is_open: bool | None = None
    near: tuple[Position, float] | None = None
    box: Box | None = None
    sees_all: bool = False
    key_id: int | None = None


def find_request(number: str) -> Row[Any] | None:
    """One report by its number."""
    return session().execute(_rows().where(Report.number == number)).one_or_none()


def list_by_numbers(numbers: Collection[str]) -> Sequence[Row[Any]]:
    """Those of these reports that there are, the newest first."""
    return session().execute(_newest_first(_rows().where(Report.number.in_(numbers)))).all()


def list_requests(wanted: Wanted, page: Page) -> Sequence[Row[Any]]:
    """A page of reports, the newest first. The ids come first, so that nothing else is sorted, and
    are joined: asked for by IN, PostgreSQL reads all reports.
    """
    ids = _newest_first(select(Report.id).where(*_conditions(wanted)))
    chosen = ids.limit(page.size).offset(page.skipped).subquery()
    return session().execute(_newest_first(_rows().join(chosen, chosen.c.id == Report.id))).all()


def count_requests(wanted: Wanted) -> int:
    """How many reports there are on all pages."""
    query = select(func.count(Report.id)).where(*_conditions(wanted))
    return session().scalar(query) or 0


def _rows() -> Any:
    return (
        select(*_COLUMNS, UPDATED_AT.label("updated_at"))
        .outerjoin(Place, Place.id == Report.place_id)
        .outerjoin(Sign, Sign.id == Report.sign_id)
        .outerjoin(KeyedReport, KeyedReport.report_id == Report.id)
        .where(SHOWN)
    )


def _newest_first(query: Select[Any]) -> Select[Any]:
    return query.order_by(Report.received_at.desc(), Report.id.desc())


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [SHOWN]
    if wanted.received:
        conditions.append(Report.received_at.between(wanted.received.start, wanted.received.end))
    if wanted.updated:
        conditions += _updated_in(wanted.updated)
    if wanted.codes:
        codes = select(Category.id).where(Category.code.in_(wanted.codes))
        conditions.append(Report.category_id.in_(codes))
    if wanted.is_open is not None:
        is_open = Report.closed_at.is_(None)
        conditions.append(is_open if wanted.is_open else ~is_open)
    if wanted.near:
        position, metres = wanted.near
        around = box_around(position.lon, position.lat, metres)
        circle = partial(within_metres, lon=position.lon, lat=position.lat, metres=metres)
        conditions.append(_lies(wanted, circle, around))
    if wanted.box:
        box = wanted.box
        conditions.append(_lies(wanted, lambda column: in_bbox(column, *box), box))
    return conditions


def _lies(
    wanted: Wanted, within: Callable[[Any], ColumnElement[bool]], box: Box
) -> ColumnElement[bool]:
    """Whether a report lies within, as far as whoever asks may know where it lies."""
    if wanted.sees_all:
        return within(Report.point)
    ways: list[ColumnElement[bool]] = [
        Report.place_id.in_(select(Place.id).where(within(Place.point)))
    ]
    if fields := fields_in(*box):
        ways.append(and_(Report.place_id.is_(None), in_bbox(Report.point, *fields)))
    if wanted.key_id is not None:
        own = select(KeyedReport.report_id).where(KeyedReport.key_id == wanted.key_id)
        ways.append(and_(Report.id.in_(own), within(Report.point)))
    return or_(*ways)


def _updated_in(span: Span) -> list[ColumnElement[bool]]:
    """What happened in between is found by its index first; then each report is judged exactly."""
    touched = select(Event.report_id).where(Event.at.between(span.start, span.end))
    return [Report.id.in_(touched), UPDATED_AT.between(span.start, span.end)]


def answers_of(report_ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """What was answered to the questions of these reports."""
    query = select(Report.id, Report.answers).where(Report.id.in_(report_ids))
    return {row.id: row.answers for row in session().execute(query)} if report_ids else {}


def latest_notes(report_ids: Collection[int]) -> dict[int, str]:
    """The last public answer to each of these reports."""
    query = (
        select(Event.report_id, Event.public_text)
        .where(Event.report_id.in_(report_ids), Event.public_text != "")
        .order_by(Event.id)
    )
    return {row.report_id: row.public_text for row in session().execute(query)}


def photos_of(report_ids: Collection[int], *, of_staff: bool) -> dict[int, list[Photo]]:
    """The photos of these reports, in the order they came.

    Args:
        report_ids: of which.
        of_staff: also those of the work that nobody has released.
    """
    found: dict[int, list[Photo]] = {}
    if report_ids:
        query = select(Photo).where(Photo.report_id.in_(report_ids)).order_by(Photo.id)
        if not of_staff:
            query = query.where(or_(Photo.released_at.is_not(None), ~Photo.by_staff))
        for photo in session().scalars(query):
            found.setdefault(photo.report_id or 0, []).append(photo)
    return found


def public_events(report_ids: Collection[int]) -> dict[int, list[Row[Any]]]:
    """What everybody may know has happened to these reports."""
    found: dict[int, list[Row[Any]]] = {}
    for row in session().execute(_updates().where(Event.report_id.in_(report_ids))):
        found.setdefault(row.report_id, []).append(row)
    return found


def list_updates(span: Span, numbers: Collection[str], most: int) -> Sequence[Row[Any]]:
    """New states and public answers in a span of time, the oldest first."""
    query = _updates().where(Event.at.between(span.start, span.end))
    if numbers:
        query = query.where(Report.number.in_(numbers))
    return session().execute(query.limit(most)).all()


def _sets_state(line: Any) -> ColumnElement[bool]:
    """Whether a line of a timeline says where the report stands from then on."""
    status = EventKind.STATUS.value
    undone = and_(line.kind == EventKind.UNDONE.value, line.from_value == status)
    return or_(line.kind == status, undone)


def _updates() -> Any:
    """What is told of as an update; `state` is where the report stood after it."""
    earlier = Event.__table__.alias("earlier")
    state = (
        select(earlier.c.to_value)
        .where(
            earlier.c.report_id == Event.report_id, earlier.c.id <= Event.id, _sets_state(earlier.c)
        )
        .order_by(earlier.c.id.desc())
        .limit(1)
        .correlate(Event)
        .scalar_subquery()
    )
    told = func.coalesce(state, Status.RECEIVED.value).label("state")
    return (
        select(Event.id, Event.report_id, Event.at, Event.public_text, Report.number, told)
        .join(Report, Report.id == Event.report_id)
        .where(SHOWN, or_(_sets_state(Event), Event.public_text != ""))
        .order_by(Event.at, Event.id)
    )


def list_every_category() -> Sequence[Any]:
    """All categories, archived ones too: old reports are of them."""
    return session().execute(select(Category.id, Category.code, Category.names)).all()


def unit_names() -> dict[int, str]:
    """What the units are called."""
    return {row.id: row.name for row in session().execute(select(Unit.id, Unit.name))}
