"""What people do with a report's photos: published, taken back, blacked out, deleted."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from app import outbox
from app.database import now, session
from app.problems import ReusedId
from app.reports.models import DeletedPhoto, Event, EventKind, Photo, Report
from app.reports.photo_store import photo_store
from app.reports.photos import PreparedPhoto
from app.staff.models import Staff

GONE = "photo_gone"


def find_deed(report: Report, deed_uuid: uuid.UUID) -> Event | None:
    """What a form with this id has done with a report before.

    Raises:
        ReusedId: the id stands for something else.
    """
    known = session().scalar(select(Event).where(Event.uuid == deed_uuid))
    if known is not None and known.report_id != report.id:
        raise ReusedId
    return known


def release_photo(report: Report, photo: Photo, staff: Staff) -> None:
    """Let everybody see a photo; releasing it again changes nothing."""
    if photo.released_at:
        return
    photo.released_at = now()
    report.events.append(Event(kind=EventKind.PHOTO_RELEASED.value, staff_id=staff.id))
    session().flush()


def withdraw_photo(report: Report, photo: Photo, staff: Staff) -> None:
    """Let only the reporter and staff see a photo; one that is not published stays as it is."""
    if not photo.released_at:
        return
    photo.released_at = None
    report.events.append(Event(kind=EventKind.PHOTO_WITHDRAWN.value, staff_id=staff.id))
    session().flush()


def replace_by_blacked_out(
    report: Report, photo: Photo, prepared: PreparedPhoto, staff: Staff, deed_uuid: uuid.UUID
) -> None:
    """Put a photo's blacked-out version in its place, for good: another file, another address.

    A published photo stays published. The old file goes once this is kept.

    Args:
        report: which.
        photo: one of its photos.
        prepared: the blacked-out version.
        staff: who says so.
        deed_uuid: minted by the form, so that the same form again counts once.
    """
    outbox.put(GONE, name=photo.name)
    photo.name = photo_store().put(prepared.photo, prepared.thumbnail)
    photo.sent_as = photo.sent_as or photo.uuid
    photo.uuid = uuid.uuid4()
    report.events.append(
        Event(uuid=deed_uuid, kind=EventKind.PHOTO_BLACKED_OUT.value, staff_id=staff.id)
    )
    session().flush()


def delete_photo(
    report: Report, photo: Photo, reason: str, staff: Staff, deed_uuid: uuid.UUID
) -> None:
    """Take a photo away for good; its files go once this is kept.

    Args:
        report: which.
        photo: one of its photos.
        reason: for staff only.
        staff: who says so.
        deed_uuid: minted by the form, so that the same form again counts once.
    """
    withdraw_photo(report, photo, staff)
    outbox.put(GONE, name=photo.name)
    sent_as = photo.sent_as or photo.uuid
    session().add(DeletedPhoto(sent_as=sent_as, report_id=report.id, fingerprint=photo.fingerprint))
    session().delete(photo)
    report.events.append(
        Event(
            uuid=deed_uuid,
            kind=EventKind.PHOTO_DELETED.value,
            staff_id=staff.id,
            internal_text=reason,
        )
    )
    session().flush()
    session().expire(report, ["photos"])


def remove_files(claim: outbox.Claim) -> outbox.Errand:
    """Remove the files of a photo that nothing shows any more."""

    def run() -> None:
        photo_store().delete(claim.payload["name"])

    return outbox.Errand(run=run, forget_receiver=lambda: None)
