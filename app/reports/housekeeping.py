"""What must be cleaned up after a while, whether anybody thinks of it or not."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select

from app.database import now, session
from app.places.models import Place
from app.reports.deadlines import local_day
from app.reports.models import Contact, Photo
from app.reports.photo_store import photo_store
from app.signs.models import SignEvent

# A refused form's photos wait this long for its next try; a file without a row is older than any
# request that might still be writing its row.
UNCLAIMED_KEPT = timedelta(hours=24)

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


def erase_contacts() -> int:
    """Erase the contact details whose time is up; the fault stays in the register."""
    due = delete(Contact).where(Contact.erase_on <= local_day(now()))
    erased = session().execute(due.returning(Contact.id)).all()
    return len(erased)
