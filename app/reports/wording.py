"""Reports in words: states, deadlines and lines of the timeline in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from app.database import now
from app.languages import age_of, as_date_time, day_in_words, in_language, lazy_gettext, ngettext
from app.languages import gettext as _
from app.reports.deadlines import WORKING_DAYS, due_at, local_day
from app.reports.models import Event, EventKind, ReplyTemplate, Report
from app.reports.spam import HeldReason
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

HELD_REASONS = {
    HeldReason.TRAP: lazy_gettext("A field that people cannot see was filled in."),
    HeldReason.LINKS: lazy_gettext("There are many links in the text."),
    HeldReason.TOO_FAST: lazy_gettext("It was written faster than anybody types."),
    HeldReason.CROWD: lazy_gettext("Very many reports came from this sign in a few minutes."),
    HeldReason.NEW_SYSTEM: lazy_gettext("It came from another system that is not trusted yet."),
}

# What staff and the system do among themselves.
_INSIDE = {
    EventKind.PRIORITY,
    EventKind.PERSON,
    EventKind.CATEGORY,
    EventKind.MOVED,
    EventKind.FORWARDED,
    EventKind.MERGED,
    EventKind.SPLIT,
    EventKind.MESSAGE,
    EventKind.HELD,
    EventKind.RELEASED,
    EventKind.CONTACT_ERASED,
    EventKind.FIX_ANSWER,
    EventKind.PHOTO_BLACKED_OUT,
    EventKind.PHOTO_DELETED,
    EventKind.TEXT_REMOVED,
    EventKind.ASKED,
    EventKind.WORK_PHOTOS,
}
GROUP_NAMES = {
    "park": lazy_gettext("Parks and outdoor areas"),
    "sports_hall": lazy_gettext("Sports facilities"),
    "street": lazy_gettext("Streets, water and waste"),
}

# What may stand in a reply template, to be filled in.
PLACEHOLDERS = ("{number}", "{place}")
_PLACEHOLDER = re.compile(r"\{\w+\}")


def status_name(status: str) -> str:
    """A state as people call it."""
    return str(STATUS_NAMES[Status(status)])


def step_name(status: Status) -> str:
    """A state as something that can be chosen next."""
    return str(STEP_NAMES[status])


def category_name(report: Report) -> str:
    """The name of a report's category."""
    return in_language(report.category.names)


def deadline_sentence(report: Report, *, to_reporter: bool = True) -> str | None:
    """The deadline in words; None when nothing is promised any more."""
    if not report.is_open:
        return None
    if report.waiting_since:
        if to_reporter:
            return _("The deadline is paused until we have your answer.")
        return _("The deadline is paused until the reporter has answered us.")
    day = day_in_words(local_day(report.due_at))
    if report.due_at < now():
        return _("We should have looked at it by %(day)s. We are late.", day=day)
    own_days = report.category.days_for(report.priority)
    if report.due_at != due_at(report.received_at, report.priority, own_days):
        # It was paused, or promised when the category had another deadline.
        return _("We will look at it by %(day)s at the latest.", day=day)
    count = WORKING_DAYS[report.priority] if own_days is None else own_days
    within = ngettext(
        "We will look at it within %(num)s working day",
        "We will look at it within %(num)s working days",
        count,
    )
    return _("%(within)s, by %(day)s at the latest.", within=within, day=day)


def event_title(event: Event) -> str:
    """What happened."""
    return _TITLES[EventKind(event.kind)](event)


def _status_title(event: Event) -> str:
    if event.to_value == Status.RECEIVED:
        return _("Reopened")
    return status_name(event.to_value or "")


# Who says what to “was it fixed?”.
_FIX_ANSWERS = {
    ("reporter", "yes"): lazy_gettext("The reporter says that it is put right"),
    ("reporter", "no"): lazy_gettext("The reporter says that it is not put right"),
    ("follower", "yes"): lazy_gettext("Somebody who follows it says that it is put right"),
    ("follower", "no"): lazy_gettext("Somebody who follows it says that it is not put right"),
}


def _priority_title(event: Event) -> str:
    return _(
        "Priority raised from %(before)s to %(after)s: more people have noticed it",
        before=event.from_value,
        after=event.to_value,
    )


def _moved_title(event: Event) -> str:
    if event.from_value == event.to_value:
        return _("Moved. Both spots are called %(name)s", name=event.to_value)
    return _(
        "Moved to %(after)s. Was at: %(before)s", after=event.to_value, before=event.from_value
    )


def _undone_title(event: Event) -> str:
    if event.from_value == EventKind.STATUS:
        name = status_name(event.to_value or "")
        return _("Closed by mistake: it is “%(status)s” again", status=name)
    if event.from_value == EventKind.UNIT:
        return _("Passed on by mistake: back with %(unit)s", unit=event.to_value)
    if event.from_value == EventKind.CATEGORY:
        return _("Sorted as %(category)s again", category=event.to_value)
    if event.to_value:
        return _("%(name)s takes care of it again", name=event.to_value)
    return _("Nobody in particular takes care of it again")


_TITLES: dict[EventKind, Callable[[Event], str]] = {
    EventKind.RECEIVED: lambda _event: status_name(Status.RECEIVED),
    EventKind.STATUS: _status_title,
    EventKind.UNIT: lambda event: _("Passed on to %(unit)s", unit=event.to_value),
    EventKind.PERSON: lambda event: (
        _("%(name)s takes care of it", name=event.to_value)
        if event.to_value
        else _("Nobody in particular takes care of it")
    ),
    EventKind.NOTE: lambda event: _("Answer from us") if event.public_text else _("Internal note"),
    EventKind.PHOTO_RELEASED: lambda _event: _("Photo published"),
    EventKind.PHOTO_WITHDRAWN: lambda _event: _("Photo no longer published"),
    EventKind.PHOTO_BLACKED_OUT: lambda _event: _("Parts of a photo blacked out"),
    EventKind.PHOTO_DELETED: lambda _event: _("Photo deleted"),
    EventKind.PRIORITY: _priority_title,
    EventKind.MESSAGE: lambda event: (
        _("The reporter wrote") if event.internal_text else _("The reporter added photos")
    ),
    EventKind.HELD: lambda event: _("Held: %(reason)s", reason=held_reason(event.to_value)),
    EventKind.RELEASED: lambda _event: _("Released: it is a report like any other"),
    EventKind.CATEGORY: lambda event: _(
        "Sorted as %(after)s, was %(before)s", after=event.to_value, before=event.from_value
    ),
    EventKind.MOVED: _moved_title,
    EventKind.FORWARDED: lambda event: _("Sent on to %(owner)s", owner=event.to_value),
    EventKind.MERGED: lambda event: _(
        "Report %(number)s is of the same fault", number=event.to_value
    ),
    EventKind.SPLIT: lambda event: _(
        "Report %(number)s is of another fault after all", number=event.to_value
    ),
    EventKind.UNDONE: _undone_title,
    EventKind.FIX_ANSWER: lambda event: str(
        _FIX_ANSWERS[event.from_value or "", event.to_value or ""]
    ),
    EventKind.CONTACT_ERASED: lambda event: (
        _("The reporter deleted the contact details")
        if is_by_reporter(event)
        else _("Contact details deleted")
    ),
    EventKind.TEXT_REMOVED: lambda _event: _("Personal words taken out of the texts"),
    EventKind.ASKED: lambda _event: _("The crew asks the front desk"),
    EventKind.WORK_PHOTOS: lambda _event: _("Photos of the work"),
}


def held_reason(reason: str | None) -> str | None:
    """Why a report is held, in a sentence; None where it is not."""
    return str(HELD_REASONS[HeldReason(reason)]) if reason else None


def is_public(event: Event) -> bool:
    """Whether everybody may see that this happened; notes for colleagues stay inside."""
    kind = event.from_value if event.kind == EventKind.UNDONE else event.kind
    if kind in _INSIDE:
        return False
    return event.kind != EventKind.NOTE or bool(event.public_text)


def is_by_reporter(event: Event) -> bool:
    """Whether the reporter wrote it; only what a resident sends carries an id of its own.

    A note that does was made of a mail that others may have written.
    """
    return event.uuid is not None and event.staff_id is None and event.kind != EventKind.NOTE


def timeline(report: Report, *, to_reporter: bool = False) -> list[dict[str, Any]]:
    """The history, oldest first: as everybody sees it, or with what the reporter wrote."""
    return [line for _event, line in lines(report, to_reporter=to_reporter)]


def lines(report: Report, *, to_reporter: bool) -> list[tuple[Event, dict[str, Any]]]:
    """The events behind a history, each with its line."""
    return [
        (event, _line(event, own=to_reporter and is_by_reporter(event)))
        for event in report.events
        if is_public(event) or (to_reporter and is_by_reporter(event))
    ]


def _line(event: Event, *, own: bool) -> dict[str, Any]:
    return {
        "at_iso": event.at.isoformat(),
        "at": as_date_time(event.at),
        "title": _own_title(event) if own else event_title(event),
        "text": event.internal_text if own else event.public_text,
    }


def _own_title(event: Event) -> str:
    """What the reporter did, told to the reporter."""
    if event.kind == EventKind.STATUS:
        reopened = event.to_value == Status.RECEIVED
        return _("You reopened the report") if reopened else _("You answered us")
    if event.kind == EventKind.CONTACT_ERASED:
        return _("You deleted your contact details")
    if event.kind == EventKind.FIX_ANSWER:
        is_yes = event.to_value == "yes"
        return _("You told us that it is put right") if is_yes else _("You told us that it is not")
    return _("You wrote to us") if event.internal_text else _("You added photos")


def question(report: Report) -> str | None:
    """What a report that waits asks its reporter."""
    if not report.waiting_since:
        return None
    asked = [
        event
        for event in report.events
        if event.kind == EventKind.STATUS and event.to_value == Status.WAITING
    ]
    return asked[-1].public_text if asked else None


def followers_sentence(count: int) -> str | None:
    """How many people beside the reporter have met the fault; None for nobody."""
    if not count:
        return None
    return ngettext("%(num)s other has noticed this", "%(num)s others have noticed this", count)


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
        "follower_count": report.follower_count,
        "followers": followers_sentence(report.follower_count),
    }


def template_text(template: ReplyTemplate, report: Report) -> str:
    """A reply template for a report, in its reporter's language where the template has it."""
    text = in_language(template.texts, report.language)
    return fill_in(text, report.number, report.place.name if report.place else report.address)


def fill_in(text: str, number: str, place: str) -> str:
    """A template's text with what stands for its `PLACEHOLDERS`."""
    return text.replace("{number}", number).replace("{place}", place)


def list_unknown_placeholders(text: str) -> list[str]:
    """What looks like a placeholder in a template's text and stands for nothing."""
    found = dict.fromkeys(_PLACEHOLDER.findall(text))
    return [one for one in found if one not in PLACEHOLDERS]
