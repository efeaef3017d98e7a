"""Reads of reports, categories and photos. Lists are bounded and page by key, never by offset."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import joinedload, lazyload, load_only, selectinload

from app.database import session
from app.places.models import Place
from app.reports.models import Category, Event, Photo, Report
from app.staff.models import Staff

PAGE = 50
MOST_OPEN_SHOWN = 5
MOST_AT_A_PLACE = 50
MOST_ON_WORKLIST = 200


# What a line of the register or of a worklist shows, in one statement.
_LIST_COLUMNS = (
    joinedload(Report.category),
    joinedload(Report.unit),
    joinedload(Report.place),
    joinedload(Report.sign),
)


@dataclass(frozen=True, slots=True)
class RegisterFilter:
    """What the register shows. None leaves a thing out of account."""

    status: str | None = None
    only_open: bool = False
    unit_id: int | None = None
    category_id: int | None = None
    text: str = ""


def find_report_by_uuid(report_uuid: uuid.UUID) -> Report | None:
    """The report a device filed under this id."""
    return session().scalar(select(Report).where(Report.uuid == report_uuid))


def find_report(number: str, *, for_change: bool = False) -> Report | None:
    """A report by its number as people write it, with what its page shows.

    Args:
        number: with or without hyphen and spaces.
        for_change: lock the row, so that two people's changes come one after the other.
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
        query = query.with_for_update(of=Report)
    return session().scalar(query)


def read_number(typed: str) -> str:
    """A number as it may be typed, hyphen or spaces anywhere, in the form of the register."""
    digits = re.sub(r"\D", "", typed)
    return f"{digits[:4]}-{digits[4:]}"


def list_categories() -> Sequence[Category]:
    """All categories in use, in the order of the catalogue."""
    query = select(Category).where(Category.archived_at.is_(None)).order_by(Category.sort_order)
    return session().scalars(query).all()


def find_category(code: str) -> Category | None:
    """A category by its code, archived ones too: a phone may have kept an old form."""
    return session().scalar(select(Category).where(Category.code == code))


def list_open_at(place_id: int, most: int = MOST_OPEN_SHOWN) -> Sequence[Report]:
    """The newest open reports at a place."""
    query = (
        select(Report)
        .where(Report.place_id == place_id, Report.closed_at.is_(None))
        .options(joinedload(Report.category))
        .order_by(Report.id.desc())
        .limit(most)
    )
    return session().scalars(query).all()


def list_fixed_at(place_id: int, most: int = MOST_OPEN_SHOWN) -> Sequence[Report]:
    """What was fixed last at a place."""
    query = (
        select(Report)
        .where(Report.place_id == place_id, Report.closed_at.is_not(None), Report.status == "fixed")
        .options(joinedload(Report.category))
        .order_by(Report.closed_at.desc())
        .limit(most)
    )
    return session().scalars(query).all()


def list_register(wanted: RegisterFilter, before_id: int | None = None) -> Sequence[Report]:
    """A page of the register, newest first, and one row more if there is another page."""
    query = select(Report).options(*_LIST_COLUMNS).order_by(Report.id.desc()).limit(PAGE + 1)
    if before_id is not None:
        query = query.where(Report.id < before_id)
    if wanted.status:
        query = query.where(Report.status == wanted.status)
    if wanted.only_open:
        query = query.where(Report.closed_at.is_(None))
    if wanted.unit_id:
        query = query.where(Report.unit_id == wanted.unit_id)
    if wanted.category_id:
        query = query.where(Report.category_id == wanted.category_id)
    if wanted.text:
        query = query.where(_number_or_place(wanted.text))
    return session().scalars(query).all()


def _number_or_place(text: str) -> ColumnElement[bool]:
    if any(character.isdigit() for character in text):
        return Report.number.startswith(read_number(text).rstrip("-"), autoescape=True)
    return Report.place_id.in_(select(Place.id).where(Place.name.icontains(text, autoescape=True)))


def list_worklist(unit_id: int | None) -> Sequence[Report]:
    """A unit's open reports, the most urgent deadline first; every unit's for None."""
    query = select(Report).options(*_LIST_COLUMNS).where(Report.closed_at.is_(None))
    if unit_id is not None:
        query = query.where(Report.unit_id == unit_id)
    query = query.order_by(Report.due_at, Report.id).limit(MOST_ON_WORKLIST)
    return session().scalars(query).all()


def list_ids_with_photos(reports: Sequence[Report]) -> set[int]:
    """Which of these reports carry a photo."""
    ids = [report.id for report in reports]
    query = select(Photo.report_id).where(Photo.report_id.in_(ids)).distinct()
    return {report_id for report_id in session().scalars(query) if report_id is not None}


def find_photo(photo_uuid: uuid.UUID) -> Photo | None:
    """A photo with its report."""
    return session().scalar(
        select(Photo).where(Photo.uuid == photo_uuid).options(joinedload(Photo.report))
    )


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
