"""What must be cleaned up after a while, whether anybody thinks of it or not."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import contains_eager, selectinload

from app.database import now, session
from app.places.models import Place
from app.reports.deadlines import local_day
from app.reports.erasure import erase_contact
from app.reports.models import Category, Contact, Event, EventKind, Photo, Report
from app.reports.photo_store import photo_store
from app.signs.models import SignEvent

# A refused form's photos wait this long for its next try; a file without a row is older than any
# request that might still be writing its row.
UNCLAIMED_KEPT = timedelta(hours=24)
# Each report is read with its timeline; whoever writes meanwhile waits no longer than for these.
MOST_AT_ONCE = 300

# Whatever names a photo in the store.
PHOTO_NAMES = (Photo.name, SignEvent.photo_name, Place.photo_name)


def sweep_photos() -> int:
    """Remove photos that belong to no report: of forms never sent, and of requests that failed."""
    before = now() - UNCLAIMED_KEPT
    store = photo_store()
    unclaimed = session().scalars(
        select(Photo).where(Photo.report_id.is_(None), Photo.created_at < before)
    )
    removed = 0
    for photo in unclaimed:
        store.delete(photo.name)
        session().delete(photo)
        removed += 1
    session().flush()
    for name in store.names_older_than(before):
        if not _is_wanted(name):
            store.delete(name)
            removed += 1
    return removed


def _is_wanted(name: str) -> bool:
    """Whether a report, a sign's log or a place shows this photo."""
    return any(session().scalar(select(column).where(column == name)) for column in PHOTO_NAMES)


def count_unclaimed() -> dict[str, int]:
    """How many photos have belonged to no report for too long; files without a row not counted."""
    before = now() - UNCLAIMED_KEPT
    unclaimed = and_(Photo.report_id.is_(None), Photo.created_at < before)
    return {"": session().scalar(select(func.count(Photo.id)).where(unclaimed)) or 0}


def erase_contacts() -> int:
    """Erase contact details whose time is up, some hundreds at most; the fault stays.

    Days are Norway's: what is kept until a day is gone when that day begins.
    """
    due = (
        select(Report)
        .join(Report.contact)
        .where(_is_due())
        .options(contains_eager(Report.contact), selectinload(Report.events))
        .order_by(Report.id)
        .limit(MOST_AT_ONCE)
    )
    reports = session().scalars(due).all()
    for report in reports:
        erase_contact(report, Event(kind=EventKind.CONTACT_ERASED.value))
    return len(reports)


def count_due_contacts() -> dict[str, int]:
    """How many contact details are due, by the code of the category."""
    query = (
        select(Category.code, func.count(Contact.id))
        .join(Report, Report.category_id == Category.id)
        .join(Report.contact)
        .where(_is_due())
        .group_by(Category.code)
        .order_by(Category.code)
    )
    return {row[0]: row[1] for row in session().execute(query)}


def _is_due() -> ColumnElement[bool]:
    return Contact.erase_on <= local_day(now())
