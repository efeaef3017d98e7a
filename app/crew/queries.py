"""What a tablet asks for: a unit's reports, what hangs on them, whether anything is new."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import aliased, joinedload, lazyload, load_only

from app.audit import AuditEntry
from app.crew.models import CrewAction
from app.database import now, session
from app.places.models import Place, PlaceEvent
from app.reports.models import Event, Photo, Report
from app.reports.queries import LIST_COLUMNS, read_number
from app.signs.models import Sign, SignEvent, SignEventKind
from app.staff.models import Staff

# More than a crew walks to in weeks; a tablet keeps all of it.
MOST_ON_TABLET = 1_000
MOST_AT_A_SIGN = 50
LATEST_EVENTS = 10

# The same table once more, inside a statement that reads it already.
_Inner = aliased(Report)

# Settings whose words stand on a tablet.
_SETTINGS = ("category", "unit", "account", "reply_template", "owner", "municipality")
_SIGN_CHANGES = (SignEventKind.EDITED, SignEventKind.REPLACED, SignEventKind.RETIRED)


def list_work(unit_id: int | None) -> Sequence[Report]:
    """A unit's open reports, the most urgent deadline first; every unit's for None.

    One more than a tablet keeps, where there are as many.
    """
    query = _with_all_of_it().where(*_open_of(unit_id))
    return (
        session().scalars(query.order_by(Report.due_at, Report.id).limit(MOST_ON_TABLET + 1)).all()
    )


def list_work_at(sign: Sign) -> Sequence[Report]:
    """What is open at a sign's place: at the sign itself first, then the most urgent."""
    elsewhere = case((Report.sign_id == sign.id, 0), else_=1)
    query = _with_all_of_it().where(*_open_of(None), Report.place_id == sign.place_id)
    ordered = query.order_by(elsewhere, Report.due_at, Report.id).limit(MOST_AT_A_SIGN)
    return session().scalars(ordered).all()


def find_work(number: str) -> Report | None:
    """One report of any unit, open or closed."""
    return session().scalar(_with_all_of_it().where(Report.number == read_number(number)))


def _with_all_of_it() -> Select[Report]:
    of_place = joinedload(Report.place).joinedload(Place.kind)
    name = joinedload(Report.assignee).options(load_only(Staff.name), lazyload(Staff.roles))
    return select(Report).options(*LIST_COLUMNS, of_place, name)


def _open_of(unit_id: int | None, of: type[Report] = Report) -> list[ColumnElement[bool]]:
    is_open: list[ColumnElement[bool]] = [of.closed_at.is_(None), of.held_at.is_(None)]
    return is_open if unit_id is None else [*is_open, of.unit_id == unit_id]


def list_latest_events(reports: Collection[Report]) -> Sequence[Event]:
    """The last lines of the timelines of these reports, the oldest first."""
    nth = func.row_number().over(partition_by=Event.report_id, order_by=Event.id.desc())
    ranked = (
        select(Event.id, nth.label("nth"))
        .where(Event.report_id.in_([one.id for one in reports]))
        .subquery()
    )
    latest = and_(ranked.c.id == Event.id, ranked.c.nth <= LATEST_EVENTS)
    return session().scalars(select(Event).join(ranked, latest).order_by(Event.id)).all()


def list_photos(reports: Collection[Report]) -> Sequence[Photo]:
    """The photos of these reports, the oldest first."""
    query = select(Photo).where(Photo.report_id.in_([one.id for one in reports]))
    return session().scalars(query.order_by(Photo.id)).all()


def list_names(staff_ids: Collection[int]) -> dict[int, str]:
    """The names of these people."""
    query = select(Staff.id, Staff.name).where(Staff.id.in_(staff_ids))
    return dict(iter(session().execute(query)))


def mark_of_work(unit_id: int | None) -> list[Any]:
    """Numbers of which one changes with whatever the worklist shows: one cheap statement.

    Without a unit the newest line of any timeline counts, which is cheaper to find than that of all
    that is open.
    """
    mine = select(_Inner.id).where(*_open_of(unit_id, _Inner))
    signs = select(_Inner.sign_id).where(*_open_of(unit_id, _Inner))
    events, photos = select(func.max(Event.id)), select(func.max(Photo.id), func.count(Photo.id))
    if unit_id is not None:
        events = events.where(Event.report_id.in_(mine))
        photos = photos.where(Photo.report_id.in_(mine))
    is_late = and_(Report.waiting_since.is_(None), Report.due_at < now())
    query = (
        select(
            func.count(Report.id),
            func.sum(Report.id),
            func.sum(Report.follower_count),
            func.sum(case((is_late, 1), else_=0)),
            func.sum(Place.version),
            events.scalar_subquery(),
            select(func.max(SignEvent.id)).where(SignEvent.sign_id.in_(signs)).scalar_subquery(),
        )
        .select_from(Report)
        .outerjoin(Report.place)
        .where(*_open_of(unit_id))
    )
    facts = session().execute(query).one()
    return [*facts, *session().execute(photos).one(), mark_of_settings()]


def mark_of_settings() -> int:
    """The newest change of what is set for all, and of people's names."""
    settings = select(func.max(AuditEntry.id)).where(AuditEntry.subject.in_(_SETTINGS))
    names = select(func.max(AuditEntry.id)).where(AuditEntry.action == "name_changed")
    row = session().execute(select(settings.scalar_subquery(), names.scalar_subquery())).one()
    return max(entry_id or 0 for entry_id in row)


def mark_of_ground() -> list[Any]:
    """Numbers of which one changes with whatever changes rarely: categories, places, signs."""
    changed = SignEvent.kind.in_([kind.value for kind in _SIGN_CHANGES])
    parts = (
        select(func.count(Place.id)),
        select(func.sum(Place.version)),
        select(func.max(PlaceEvent.id)),
        select(func.count(Sign.id)),
        select(func.max(SignEvent.id)).where(changed),
    )
    row = session().execute(select(*(part.scalar_subquery() for part in parts))).one()
    return [*row, mark_of_settings()]


def find_action(action_uuid: uuid.UUID) -> CrewAction | None:
    """What a tablet sent under this id."""
    return session().scalar(select(CrewAction).where(CrewAction.uuid == action_uuid))


def list_rows_to_lock(*numbers: str) -> dict[str, int]:
    """The ids of the reports with these numbers, and under "" that of the one which is kept.

    Of two numbers the second names a report that stands for the first, or a duplicate of that one.
    """
    wanted = [read_number(number) for number in numbers]
    rows = session().execute(
        select(Report.number, Report.id, Report.merged_into_id).where(Report.number.in_(wanted))
    )
    found = {number: (report_id, kept_id) for number, report_id, kept_id in rows}
    ids = {
        typed: found[number][0]
        for typed, number in zip(numbers, wanted, strict=True)
        if number in found
    }
    kept_id = found.get(wanted[-1], (None, None))[1] if len(wanted) > 1 else None
    while kept_id is not None:
        ids[""] = kept_id
        kept_id = session().scalar(select(Report.merged_into_id).where(Report.id == kept_id))
    return ids
