"""Reads of reports, categories and photos. Lists are bounded and page by key, never by offset."""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, or_, select
from sqlalchemy.orm import (
    contains_eager,
    defaultload,
    defer,
    joinedload,
    lazyload,
    load_only,
    selectinload,
)

from app.database import session
from app.geo import Position, distance_metres, within_metres
from app.places.models import Place
from app.reports.models import Category, DeletedPhoto, Event, Follower, Photo, ReplyTemplate, Report
from app.signs.models import Sign
from app.staff.models import Staff

MOST_OPENSHOWN = 5
# What a form shows of the open reports, and what the API answers with.
MOST_TO_COMPARE = 6
MOST_ALIKE = 20
ALIKE_WITHIN_M = 150
MOST_AT_A_PLACE = 50
MOST_ON_WORKLIST = 200


# A held report is shown to nobody until a person has looked at it.
SHOWN = Report.held_at.is_(None)
_OPEN = and_(Report.closed_at.is_(None), SHOWN)

# What a line of the register or of a worklist shows, in one statement.
LIST_COLUMNS = (
    joinedload(Report.category),
    joinedload(Report.unit),
    joinedload(Report.place).defer(Place.boundary),
    joinedload(Report.sign),
)


# What a category's own forms are made of; no list and no choice shows it.
CATEGORY_FORMS = (Category.questions, Category.danger_question, Category.synonyms)
# What no line of a list shows; to read the JSON among it takes longer than to find the lines.
NOT_LISTED = (
    defer(Report.answers),
    *(defaultload(Report.category).defer(column) for column in CATEGORY_FORMS),
)


def find_report_by_uuid(report_uuid: uuid.UUID) -> Report | None:
    """The report a device filed under this id."""
    return session().scalar(select(Report).where(Report.uuid == report_uuid))


def find_report_by_id(report_id: int) -> Report | None:
    """The report of a row that names it."""
    return session().get(Report, report_id)


def find_report(number: str, *, for_change: bool = False) -> Report | None:
    """A report by its number as people write it, with what its page shows.

    Args:
        number: with or without hyphen and spaces.
        for_change: lock the row, so that two people's changes come one after the other, and read it
            anew: it may have changed while the lock was waited for.
    """
    query = (
        select(Report)
        .where(Report.number == read_number(number))
        .options(
            joinedload(Report.category),
            joinedload(Report.unit),
            joinedload(Report.place).joinedload(Place.kind),
            joinedload(Report.sign),
            selectinload(Report.events)
            .joinedload(Event.staff)
            .options(load_only(Staff.name), lazyload(Staff.roles)),
            selectinload(Report.photos),
        )
    )
    if for_change:
        query = query.with_for_update(of=Report).execution_options(populate_existing=True)
    return session().scalar(query)


def read_number(typed: str) -> str:
    """A number as it may be typed, hyphen or spaces anywhere, in the form of the register."""
    digits = re.sub(r"\D", "", typed)
    return f"{digits[:4]}-{digits[4:]}"


def list_categories(own: Category | None = None) -> Sequence[Category]:
    """All categories in use, in the order of the catalogue.

    Args:
        own: what is chosen already in a form; it is offered at the end where it is archived.
    """
    return _in_use(select(Category), own)


def list_choices(own: Category | None = None) -> Sequence[Category]:
    """The same as a form offers them, without their questions."""
    late = (defer(column) for column in CATEGORY_FORMS)
    return _in_use(select(Category).options(*late), own)


def _in_use(query: Select[Category], own: Category | None) -> Sequence[Category]:
    in_order = query.order_by(Category.sort_order, Category.id)
    found = session().scalars(in_order.where(Category.archived_at.is_(None))).all()
    return [*found, own] if own and own.archived_at else found


def find_category(code: str) -> Category | None:
    """A category by its code, archived ones too: a phone may have kept an old form."""
    return session().scalar(select(Category).where(Category.code == code))


def list_open_at(place_id: int, most: int = MOST_OPENSHOWN) -> Sequence[Report]:
    """The newest open reports at a place."""
    query = (
        select(Report)
        .where(Report.place_id == place_id, _OPEN)
        .options(joinedload(Report.category))
        .order_by(Report.id.desc())
        .limit(most)
    )
    return session().scalars(query).all()


def list_to_compare(
    place_id: int, sign_id: int | None, most: int = MOST_TO_COMPARE
) -> tuple[Sequence[Report], int]:
    """Open reports to compare a fault with before reporting it, and how many are open in all.

    Of each category one comes before any second, so that few lines tell most of what is known.
    Those at the sign are chosen first and stand first.
    """
    elsewhere = _unlike(Report.sign_id, sign_id)
    nth = func.row_number().over(
        partition_by=Report.category_id, order_by=(elsewhere, Report.id.desc())
    )
    ranked = (
        select(
            Report.id,
            elsewhere.label("elsewhere"),
            nth.label("nth"),
            func.count().over().label("total"),
        )
        .where(Report.place_id == place_id, _OPEN)
        .subquery()
    )
    chosen = select(ranked).order_by(ranked.c.nth, ranked.c.elsewhere, ranked.c.id.desc())
    first = chosen.limit(most).subquery()
    query = (
        select(Report, first.c.total)
        .join(first, Report.id == first.c.id)
        .options(joinedload(Report.category))
        .order_by(first.c.elsewhere, Report.id.desc())
    )
    rows = session().execute(query).all()
    return [row.Report for row in rows], rows[0].total if rows else 0


def _unlike(column: Any, value: Any) -> ColumnElement[int]:
    """0 where a column has this value and 1 elsewhere, to sort by; where there is none, all 0."""
    return literal(0) if value is None else case((column == value, 0), else_=1)


def list_alike_at(
    place_id: int, sign_id: int | None, category_code: str | None
) -> Sequence[Report]:
    """Open reports at a place: the same category first, of these the same sign, then the newest."""
    query = _alike(category_code, _unlike(Report.sign_id, sign_id)).where(
        Report.place_id == place_id
    )
    return list(session().scalars(query))


def list_alike_near(
    position: Position, category_code: str | None
) -> Sequence[tuple[Report, float]]:
    """Open reports near a position, each with its metres: same category first, then the nearest."""
    metres = distance_metres(Report.point, position.lon, position.lat)
    query = _alike(category_code, metres).where(
        within_metres(Report.point, position.lon, position.lat, ALIKE_WITHIN_M)
    )
    rows = session().execute(query.add_columns(metres.label("metres")))
    return [(row.Report, row.metres) for row in rows]


def _alike(category_code: str | None, then_by: ColumnElement[Any]) -> Any:
    other_category = _unlike(Category.code, category_code)
    return (
        select(Report)
        .join(Report.category)
        .options(contains_eager(Report.category), joinedload(Report.sign), *NOT_LISTED)
        .where(_OPEN)
        .order_by(other_category, then_by, Report.id.desc())
        .limit(MOST_ALIKE)
    )


def count_latest_at(sign: Sign, *, since: datetime, most: int) -> int:
    """How many of the newest open reports at a sign's place came through it since then.

    Looks at no more than `most` rows, whatever is open there.
    """
    newest = (
        select(Report.sign_id, Report.received_at)
        .where(Report.place_id == sign.place_id, Report.closed_at.is_(None))
        .order_by(Report.id.desc())
        .limit(most)
        .subquery()
    )
    fits = and_(newest.c.sign_id == sign.id, newest.c.received_at >= since)
    return session().scalar(select(func.count()).select_from(newest).where(fits)) or 0


def find_report_to_follow(number: str) -> Report | None:
    """A report by its number, locked, without what hangs on it."""
    query = select(Report).where(Report.number == read_number(number)).with_for_update()
    return session().scalar(query.execution_options(populate_existing=True))


def find_follower(follower_uuid: uuid.UUID) -> Follower | None:
    """Who follows a report under this id."""
    return session().scalar(select(Follower).where(Follower.uuid == follower_uuid))


def lock_reports(ids: Collection[int]) -> None:
    """Lock several reports in an order that all keep, so that nobody waits for each other.

    What was read of them before may have changed while the locks were waited for.
    """
    query = select(Report.id).where(Report.id.in_(ids)).order_by(Report.id)
    session().execute(query.with_for_update())


def list_closed_lately(place_id: int, since: datetime) -> Sequence[Report]:
    """What was closed at a place since then and is no duplicate, the latest first."""
    query = (
        select(Report)
        .where(
            Report.place_id == place_id,
            Report.closed_at >= since,
            Report.merged_into_id.is_(None),
            SHOWN,
        )
        .options(joinedload(Report.category), joinedload(Report.sign), *NOT_LISTED)
        .order_by(Report.closed_at.desc())
        .limit(MOST_ALIKE)
    )
    return session().scalars(query).all()


def list_history(report: Report, most: int) -> Sequence[Report]:
    """Other reports at the same sign, or place where there is none, the newest first."""
    if report.sign_id is None and report.place_id is None:
        return []
    same = (
        Report.sign_id == report.sign_id
        if report.sign_id is not None
        else Report.place_id == report.place_id
    )
    query = (
        select(Report)
        .where(same, Report.id != report.id, SHOWN)
        .options(joinedload(Report.category), *NOT_LISTED)
        .order_by(Report.id.desc())
        .limit(most)
    )
    return session().scalars(query).all()


def list_templates(category_id: int) -> Sequence[ReplyTemplate]:
    """The reply templates that fit a category, its own before those for all."""
    query = select(ReplyTemplate).where(
        or_(ReplyTemplate.category_id == category_id, ReplyTemplate.category_id.is_(None)),
        ReplyTemplate.archived_at.is_(None),
    )
    own_first = case((ReplyTemplate.category_id.is_(None), 1), else_=0)
    return session().scalars(query.order_by(own_first, ReplyTemplate.sort_order)).all()


def find_newest_report(category_id: int | None) -> Report | None:
    """The newest report of a category, or of all, as an example."""
    query = select(Report).options(joinedload(Report.place)).where(SHOWN)
    if category_id is not None:
        query = query.where(Report.category_id == category_id)
    return session().scalar(query.order_by(Report.id.desc()).limit(1))


def list_fixed_at(place_id: int, most: int = MOST_OPENSHOWN) -> Sequence[Report]:
    """What was fixed last at a place."""
    query = (
        select(Report)
        .where(
            Report.place_id == place_id,
            Report.closed_at.is_not(None),
            Report.status == "fixed",
            SHOWN,
        )
        .options(joinedload(Report.category))
        .order_by(Report.closed_at.desc())
        .limit(most)
    )
    return session().scalars(query).all()


def list_worklist(unit_id: int | None) -> Sequence[Report]:
    """A unit's open reports, the most urgent deadline first; every unit's for None."""
    query = select(Report).options(*LIST_COLUMNS).where(_OPEN)
    if unit_id is not None:
        query = query.where(Report.unit_id == unit_id)
    query = query.order_by(Report.due_at, Report.id).limit(MOST_ON_WORKLIST)
    return session().scalars(query).all()


def list_ids_with_photos(reports: Sequence[Report]) -> set[int]:
    """Which of these reports carry a photo."""
    ids = [report.id for report in reports]
    query = select(Photo.report_id).where(Photo.report_id.in_(ids)).distinct()
    return {report_id for report_id in session().scalars(query) if report_id is not None}


def list_versions(reports: Sequence[Report]) -> dict[int, int]:
    """The last line of each report's timeline, by the report's id: what has been seen of it."""
    ids = [report.id for report in reports]
    query = select(Event.report_id, func.max(Event.id)).where(Event.report_id.in_(ids))
    return {row[0]: row[1] for row in session().execute(query.group_by(Event.report_id))}


def find_photo(photo_uuid: uuid.UUID) -> Photo | None:
    """A photo by its address, with its report."""
    return session().scalar(
        select(Photo).where(Photo.uuid == photo_uuid).options(joinedload(Photo.report))
    )


def find_photo_sent(sent_as: uuid.UUID) -> Photo | DeletedPhoto | None:
    """A photo by the id its sender gave it, blacked out or deleted since then or not."""
    query = select(Photo).where(or_(Photo.sent_as == sent_as, Photo.uuid == sent_as))
    return session().scalar(query) or session().get(DeletedPhoto, sent_as)


def list_unclaimed(photo_uuids: Sequence[uuid.UUID]) -> Sequence[Photo]:
    """Those of these photos that belong to no report yet, oldest first."""
    if not photo_uuids:
        return []
    query = (
        select(Photo)
        .where(Photo.uuid.in_(photo_uuids), Photo.report_id.is_(None))
        .order_by(Photo.id)
    )
    return session().scalars(query).all()


def has_reports() -> bool:
    """Whether anything has ever been reported."""
    return bool(session().scalar(select(exists(select(Report.id)))))


def list_assigned(staff_id: int, *, for_change: bool = False) -> Sequence[Report]:
    """The open reports in one person's care, the oldest first.

    Args:
        staff_id: the person.
        for_change: lock them, to be handed to somebody else.
    """
    query = select(Report).where(Report.assignee_id == staff_id, Report.closed_at.is_(None))
    if for_change:
        query = query.with_for_update(of=Report).execution_options(populate_existing=True)
    return session().scalars(query.order_by(Report.id)).unique().all()
