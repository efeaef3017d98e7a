"""Reports in words: states, deadlines and lines of the timeline in the reader's language."""

from __future__ import annotations

from typing import Any

from app.database import now
from app.languages import age_of, as_date_time, day_in_words, in_language, lazy_gettext, ngettext
from app.languages import gettext as _
from app.reports.deadlines import WORKING_DAYS, local_day
from app.reports.models import Event, EventKind, Report
from app.reports.workflow import Status

STATUS_NAMES = {
    Status.RECEIVED: lazy_gettext("Received"),
    Status.IN_PROGRESS: lazy_gettext("In progress"),
    Status.PLANNED: lazy_gettext("Planned"),
    Status.WAITING: lazy_gettext("Waiting for an answer"),
    Status.FIXED: lazy_gettext("Fixed"),
    Status.NO_ACTION: lazy_gettext("Closed without action"),
    Status.NOT_OURS: lazy_gettext("Not our responsibility"),
    Status.DUPLICATE: lazy_gettext("Already reported"),
}

# What staff choose next; a closed report is not received anew but reopened.
STEP_NAMES = STATUS_NAMES | {Status.RECEIVED: lazy_gettext("Reopen")}

CHANNEL_NAMES = {
    "qr": lazy_gettext("QR sign"),
    "web": lazy_gettext("Website"),
    "kiosk": lazy_gettext("Service desk screen"),
    "phone": lazy_gettext("Phone"),
    "email": lazy_gettext("E-mail"),
    "counter": lazy_gettext("At the counter"),
    "social": lazy_gettext("Social media"),
    "open311": lazy_gettext("Other system"),
    "staff": lazy_gettext("Staff"),
}

GROUP_NAMES = {
    "park": lazy_gettext("Parks and outdoor areas"),
    "sports_hall": lazy_gettext("Sports facilities"),
    "street": lazy_gettext("Streets, water and waste"),
}


def status_name(status: str) -> str:
    """A state as people call it."""
    return str(STATUS_NAMES[Status(status)])


def step_name(status: Status) -> str:
    """A state as something that can be chosen next."""
    return str(STEP_NAMES[status])


def category_name(report: Report) -> str:
    """The name of a report's category."""
    return in_language(report.category.names)


def deadline_sentence(report: Report) -> str | None:
    """The deadline in words; None when nothing is promised any more."""
    if not report.is_open:
        return None
    if report.waiting_since:
        return _("The deadline is paused until we have your answer.")
    day = day_in_words(local_day(report.due_at))
    if report.due_at < now():
        return _("We should have looked at it by %(day)s. We are late.", day=day)
    count = WORKING_DAYS[report.priority]
    within = ngettext(
        "We will look at it within %(num)s working day",
        "We will look at it within %(num)s working days",
        count,
    )
    return _("%(within)s, by %(day)s at the latest.", within=within, day=day)


def event_title(event: Event) -> str:
    """What happened, for everybody."""
    if event.kind == EventKind.STATUS:
        if event.to_value == Status.RECEIVED:
            return _("Reopened")
        return status_name(event.to_value or "")
    if event.kind == EventKind.UNIT:
        return _("Passed on to %(unit)s", unit=event.to_value)
    if event.kind == EventKind.NOTE:
        return _("Answer from us") if event.public_text else _("Internal note")
    if event.kind == EventKind.PHOTO_RELEASED:
        return _("Photo published")
    return status_name(Status.RECEIVED)


def is_public(event: Event) -> bool:
    """Whether everybody may see that this happened; notes for colleagues stay inside."""
    return event.kind != EventKind.NOTE or bool(event.public_text)


def timeline(report: Report) -> list[dict[str, Any]]:
    """The public history, oldest first."""
    return [
        {
            "at_iso": event.at.isoformat(),
            "at": as_date_time(event.at),
            "title": event_title(event),
            "text": event.public_text,
        }
        for event in report.events
        if is_public(event)
    ]


def in_short(report: Report, url: str) -> dict[str, Any]:
    """A line of a list of reports that anybody may see."""
    return {
        "number": report.number,
        "url": url,
        "category_code": report.category.code,
        "category_name": category_name(report),
        "status": report.status,
        "status_name": status_name(report.status),
        "age": age_of(report.closed_at or report.received_at),
    }
