"""Reports as staff see them: a line of a list, and the whole with internal texts and contact."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from app.database import now
from app.geo import position_of
from app.languages import LANGUAGES, age_of, as_date_time, day_in_words
from app.languages import gettext as _
from app.reports import wording
from app.reports.deadlines import URGENT, end_of_next_working_day, local_day
from app.reports.models import Event, EventKind, Moment, Photo, Report
from app.reports.pages.photos import photos_view
from app.reports.questions import answers_in_words
from app.reports.workflow import next_states


def row(report: Report, url: str, has_photo: bool) -> dict[str, Any]:
    """A line of the register or of a worklist."""
    return {
        "number": report.number,
        "url": url,
        "status": report.status,
        "status_name": wording.status_name(report.status),
        "open": report.is_open,
        "category_name": wording.category_name(report),
        "place_name": report.place.name if report.place else report.address,
        "sign_label": report.sign.label if report.sign else None,
        "unit_name": report.unit.name,
        "received": as_date_time(report.received_at),
        "age": age_of(report.received_at),
        "due": due_in_words(report.due_at) if report.is_open else None,
        "overdue": report.is_open and not report.waiting_since and report.due_at < now(),
        "due_soon": _is_due_soon(report),
        "urgent": report.priority == URGENT,
        "has_photo": has_photo,
        "held": wording.held_reason(report.held_reason),
        "was_fixed": report.was_fixed,
        "asked": report.asked_at is not None,
        "followers": wording.followers_sentence(report.follower_count),
    }


def _is_due_soon(report: Report) -> bool:
    """Today or on the next working day, and nobody is waited for."""
    if not report.is_open or report.waiting_since or report.due_at < now():
        return False
    return report.due_at <= end_of_next_working_day(now())


def due_in_words(due_at: datetime) -> str:
    """The day of a deadline, with its year where that is another one."""
    day = local_day(due_at)
    return day_in_words(day, with_year=day.year != local_day(now()).year)


def whole(report: Report, url: str, *, with_contact: bool) -> dict[str, Any]:
    """A report with everything; `report` was read with its events, their staff and its photos."""
    position = position_of(report.point)
    return row(report, url, bool(report.photos)) | {
        "description": report.description,
        "address": report.address,
        "channel_name": str(wording.CHANNEL_NAMES[report.channel]),
        "language_name": LANGUAGES.get(report.language, report.language),
        "danger_answer": report.answers.get("danger"),
        "answers": answers_in_words(report),
        "deadline": wording.deadline_sentence(report),
        "unit_id": report.unit_id,
        "place_id": report.place_id,
        "person_id": report.assignee_id,
        "person_name": report.assignee.name if report.assignee else None,
        "category_code": report.category.code,
        "place_approximate": bool(report.place and report.place.approximate),
        "place_owner": report.place.owner if report.place else None,
        "position": {"lat": position.lat, "lon": position.lon} if position else None,
        "contact": _contact(report) if with_contact else None,
        "photos": photos_view(report, sorted(report.photos, key=_in_order)),
        "timeline": lines(report.events),
        "question": _question(report),
        "time_spent": _time_spent(report.events),
        "seen": max((event.id for event in report.events), default=0),
        "next_states": [
            {"status": status.value, "name": wording.step_name(status)}
            for status in next_states(report.status)
        ],
    }


def _in_order(photo: Photo) -> tuple[bool, bool, int]:
    """The reporter's first, then the crew's as it was found, then as it was left."""
    return photo.by_staff, photo.moment == Moment.AFTER, photo.id


def _question(report: Report) -> dict[str, Any] | None:
    """What the crew waits for an answer to."""
    asked = [one for one in report.events if one.kind == EventKind.ASKED]
    return _line(asked[-1]) if report.asked_at and asked else None


def _time_spent(events: Iterable[Event]) -> str | None:
    total = sum(event.minutes or 0 for event in events)
    return _duration(total) if total else None


def _duration(minutes: int) -> str:
    """How long something took."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("%(minutes)s min", minutes=rest)
    return (
        _("%(hours)s h %(minutes)s min", hours=hours, minutes=rest)
        if rest
        else _("%(hours)s h", hours=hours)
    )


def lines(events: Iterable[Event]) -> list[dict[str, Any]]:
    """Lines of a timeline as staff read them."""
    return [_line(event) for event in events]


def _contact(report: Report) -> dict[str, str] | None:
    contact = report.contact
    if contact is None:
        return None
    return {"name": contact.name, "email": contact.email, "phone": contact.phone}


def _line(event: Event) -> dict[str, Any]:
    return {
        "at_iso": event.at.isoformat(),
        "at": as_date_time(event.at),
        "title": wording.event_title(event),
        "staff_name": event.staff.name if event.staff else None,
        "by_reporter": wording.is_by_reporter(event),
        "public_text": event.public_text,
        "internal_text": event.internal_text,
        "time_spent": _duration(event.minutes) if event.minutes else None,
    }
