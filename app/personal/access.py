"""What is kept of one person as one file to hand over: to read, for machines, and the photos.

It holds what the person gave and what was answered. Names of staff, their notes, and whatever
others wrote are not in it.
"""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Sequence
from typing import IO, Any

from flask import render_template

from app.admin.log import ACTIONS
from app.audit import AuditEntry
from app.database import now
from app.geo import position_of
from app.languages import as_date_time
from app.mailbox.models import ReceivedMail
from app.notices.models import Subscription
from app.personal.person import Person
from app.personal.queries import (
    is_from,
    list_looks,
    list_mails_of,
    list_notes_of,
    list_reports_of,
    list_subscriptions_of,
)
from app.reports import wording
from app.reports.models import Event, Photo, Report
from app.reports.photo_store import PHOTO, photo_store
from app.reports.questions import answers_in_words

# Larger ones lie on disk while they are sent, without a name, and are gone with the request.
_IN_MEMORY_BYTES = 10_000_000


def export_person(person: Person) -> tuple[IO[bytes], Sequence[Report]]:
    """All of a person as a ZIP, and the reports that are in it."""
    reports, mails = list_reports_of(person), list_mails_of(person)
    found = {
        "made_at": as_date_time(now()),
        "searched_for": person.words,
        "reports": [_report(one) for one in reports],
        "follows": [_subscription(one) for one in list_subscriptions_of(person, reports)],
        "written": [_note(one) for one in list_notes_of(person, reports) if is_from(person, one)],
        "mails": [_mail(position, one) for position, one in enumerate(mails, 1)],
        "looks": [_look(one, reports) for one in list_looks(reports)],
    }
    file = tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES)  # noqa: SIM115 - closed once it is sent
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("person.json", json.dumps(found, ensure_ascii=False, indent=2))
        archive.writestr("person.html", render_template("personal/access.html", **found))
        for report in reports:
            for name, photo in _photos(report):
                _add_photo(archive, name, photo)
        for position, mail in enumerate(mails, 1):
            archive.writestr(_mail_name(position), mail.raw or b"")
    file.seek(0)
    return file, reports


def _add_photo(archive: zipfile.ZipFile, name: str, photo: Photo) -> None:
    try:
        content = photo_store().get(photo.name, PHOTO)
    except FileNotFoundError:
        archive.writestr(f"{name}.missing.txt", "")
        return
    archive.writestr(name, content, zipfile.ZIP_STORED)


def _photos(report: Report) -> list[tuple[str, Photo]]:
    return [
        (f"photos/{report.number}-{position}.jpg", photo)
        for position, photo in enumerate(report.own_photos, 1)
    ]


def _report(report: Report) -> dict[str, Any]:
    contact = report.contact
    position = position_of(report.point)
    return {
        "number": report.number,
        "sent": as_date_time(report.created_at),
        "received": as_date_time(report.received_at),
        "channel": str(wording.CHANNEL_NAMES[report.channel]),
        "status": wording.status_name(report.status),
        "category": wording.category_name(report),
        "place": report.place.name if report.place else None,
        "address": report.address,
        "position": {"lat": position.lat, "lon": position.lon} if position else None,
        "description": report.description,
        "answers": [list(pair) for pair in answers_in_words(report)],
        "language": report.language,
        "name": contact.name if contact else "",
        "email": contact.email if contact else "",
        "phone": contact.phone if contact else "",
        "erased_on": contact.erase_on.isoformat() if contact else None,
        "timeline": [
            {"at": line["at"], "what": line["title"], "text": line["text"]}
            for line in wording.timeline(report, to_reporter=True)
        ],
        "photos": [name for name, _photo in _photos(report)],
    }


def _mail_name(position: int) -> str:
    return f"mails/{position}.eml"


def _mail(position: int, mail: ReceivedMail) -> dict[str, Any]:
    return {
        "received": as_date_time(mail.received_at),
        "subject": mail.subject,
        "file": _mail_name(position),
    }


def _note(event: Event) -> dict[str, Any]:
    return {
        "report": event.report.number,
        "category": wording.category_name(event.report),
        "at": as_date_time(event.at),
        "text": event.internal_text,
    }


def _subscription(one: Subscription) -> dict[str, Any]:
    """What it follows may be another's report: what everybody may see of that."""
    return {
        "report": one.report.number,
        "category": wording.category_name(one.report),
        "way": one.way,
        "address": one.address,
        "since": as_date_time(one.created_at),
        "confirmed": as_date_time(one.confirmed_at) if one.confirmed_at else None,
    }


def _look(entry: AuditEntry, reports: Sequence[Report]) -> dict[str, Any]:
    numbers = {report.id: report.number for report in reports}
    return {
        "at": as_date_time(entry.at),
        "what": str(ACTIONS[entry.action]),
        "report": numbers.get(entry.subject_id or 0),
    }
