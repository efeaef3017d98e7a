"""A report as a tablet keeps it: all that is needed on the spot, and never who reported it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import url_for

from app.crew.queries import list_latest_events, list_names, list_photos
from app.database import now
from app.geo import position_of
from app.languages import gettext as _
from app.reports import wording
from app.reports.deadlines import URGENT
from app.reports.models import Event, Photo, Report
from app.reports.photo_store import PHOTO, THUMBNAIL
from app.reports.questions import answers_in_words
from app.reports.workflow import next_states

_ANY = UUID(int=0)


def work_views(reports: Sequence[Report]) -> list[dict[str, Any]]:
    """Reports with their photos and the last lines of their timelines, in three statements."""
    events: dict[int, list[Event]] = defaultdict(list)
    photos: dict[int | None, list[Photo]] = defaultdict(list)
    for event in list_latest_events(reports):
        events[event.report_id].append(event)
    for photo in list_photos(reports):
        photos[photo.report_id].append(photo)
    everybody = [event for of_report in events.values() for event in of_report]
    names = _names(everybody)
    views = _photo_views(photos)
    return [_work_view(one, events[one.id], views[one.id], names) for one in reports]


def _names(events: Collection[Event]) -> dict[int, str]:
    return list_names({event.staff_id for event in events if event.staff_id is not None})


def _work_view(
    report: Report,
    events: Sequence[Event],
    photos: list[dict[str, Any]],
    names: dict[int, str],
) -> dict[str, Any]:
    status_name = wording.status_name(report.status)
    return {
        "number": report.number,
        "version": events[-1].id if events else 0,
        "status": report.status,
        "status_name": status_name,
        "priority": report.priority,
        "urgent": report.priority == URGENT,
        "danger": report.answers.get("danger") is True,
        "received_at": instant(report.received_at),
        "due_at": instant(report.due_at),
        "overdue": report.is_open and not report.waiting_since and report.due_at < now(),
        "asked_at": instant(report.asked_at) if report.asked_at else None,
        "category": report.category.code,
        "category_name": wording.category_name(report),
        "unit": {"id": report.unit_id, "name": report.unit.name},
        "assignee": named(report.assignee),
        "followers": report.follower_count,
        "description": report.description,
        "answers": [
            {"question": question, "answer": answer}
            for question, answer in answers_in_words(report)
        ],
        "photos": photos,
        "events": [event_view(event, names) for event in events],
        "next": [status.value for status in next_states(report.status)],
    } | _where(report)


def _where(report: Report) -> dict[str, Any]:
    place, sign = report.place, report.sign
    return {
        "place": place.id if place else None,
        "place_name": place.name if place else None,
        "place_kind": place.kind.code if place else None,
        "place_owner": place.owner if place else None,
        "sign": sign.code if sign else None,
        "sign_label": sign.label if sign else None,
        "address": report.address,
    } | degrees(report.point)


def _photo_views(
    photos: dict[int | None, list[Photo]],
) -> dict[int | None, list[dict[str, Any]]]:
    """The photos by their report. Making a thousand addresses one by one took a third of it all."""
    patterns = {
        # Without the language: a tablet keeps the picture under this address.
        name: url_for("resident.photo", photo_uuid=_ANY, size=size, lang=None)
        for name, size in (("thumbnail", THUMBNAIL), ("medium", PHOTO))
    }
    views: dict[int | None, list[dict[str, Any]]] = defaultdict(list)
    for report_id, of_report in photos.items():
        views[report_id] = [_photo_view(one, patterns) for one in of_report]
    return views


def _photo_view(photo: Photo, patterns: dict[str, str]) -> dict[str, Any]:
    uuid = str(photo.uuid)
    addresses = {name: pattern.replace(str(_ANY), uuid) for name, pattern in patterns.items()}
    return addresses | {
        "id": uuid,
        "by_staff": photo.by_staff,
        "moment": photo.moment,
        "released": photo.released_at is not None,
    }


def event_view(event: Event, names: dict[int, str]) -> dict[str, Any]:
    """A line of a timeline as staff read it."""
    by = names.get(event.staff_id) if event.staff_id is not None else None
    return {
        "id": event.id,
        "at": instant(event.at),
        "kind": event.kind,
        "words": wording.event_title(event),
        "by": _("The reporter") if wording.is_by_reporter(event) else by,
        "public_text": event.public_text,
        "internal_text": event.internal_text,
        "minutes": event.minutes,
    }


def event_views(events: Sequence[Event]) -> list[dict[str, Any]]:
    """Lines of one timeline."""
    names = _names(events)
    return [event_view(event, names) for event in events]


def instant(moment: datetime) -> str:
    """A time as programs read it, in UTC."""
    return f"{moment.replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def named(one: Any) -> dict[str, Any] | None:
    """Whoever or whatever has an id and a name; None for nobody."""
    return {"id": one.id, "name": one.name} if one else None


def degrees(point: Any) -> dict[str, float | None]:
    """Where it is; nothing where nobody knows."""
    position = position_of(point)
    return {
        "lat": round(position.lat, 6) if position else None,
        "lon": round(position.lon, 6) if position else None,
    }
