"""What the reporter adds afterwards, with the report's key: texts, photos, an answer, a reopening.

Each form carries an id that was made when its page was rendered. What is written into the timeline
gets an id made from that one and the content, so that the same form sent twice is written once, and
other words sent from the same page (the Back button) are other words.
"""

from __future__ import annotations

import uuid
from typing import Any

from app.database import now, session
from app.languages import gettext as _
from app.problems import InvalidFields, ReportClosed, TooLateToReopen, UnreadablePhoto
from app.reports import erasure
from app.reports.forms import ReportForm, attach_photos
from app.reports.keys import fingerprint
from app.reports.models import Event, EventKind, Report
from app.reports.operations import enter_state, tell_colleagues
from app.reports.photos import MAX_PER_REPORT
from app.reports.schemas import MAX_DESCRIPTION, clean
from app.reports.workflow import CLOSED, REOPENED_WITHIN, Status

FIELDS = ("key", "text", "confirm", "answer")


def photos_left(report: Report) -> int:
    """How many photos the reporter may still add."""
    return MAX_PER_REPORT - len(report.own_photos)


def may_reopen(report: Report) -> bool:
    """Whether its reporter may still reopen a closed report."""
    return report.closed_at is not None and now() - report.closed_at <= REOPENED_WITHIN


def add_message(report: Report, form: ReportForm) -> None:
    """Add a text, photos, or both.

    Raises:
        ReportClosed: nobody would read it.
        InvalidFields: there is nothing to add, or too much.
    """
    event = event_of(form, EventKind.MESSAGE)
    if is_written(report, event):
        return
    if not report.is_open:
        raise ReportClosed
    if not (event.internal_text or form.photos or form.kept_ids):
        if form.unreadable_photos:
            raise InvalidFields({"photo": UnreadablePhoto.sentence})
        raise InvalidFields({"text": _("Write something, or add a photo.")})
    _add_photos(report, form)
    report.events.append(event)
    session().flush()
    tell_colleagues(report, event)


def answer_question(report: Report, form: ReportForm) -> None:
    """Answer what we asked, which ends the pause of the deadline.

    Where nobody waits for an answer any more it is a message like others, so that it is not lost.

    Raises:
        ReportClosed, InvalidFields
    """
    event = _step(report, form, Status.IN_PROGRESS, after=frozenset({Status.WAITING}))
    if is_written(report, event):
        return
    if report.status != Status.WAITING:
        add_message(report, form)
        return
    if not event.internal_text:
        raise InvalidFields({"text": _("Write your answer first.")})
    _add_photos(report, form)
    enter_state(report, Status.IN_PROGRESS, event)


def reopen_report(report: Report, form: ReportForm) -> None:
    """Say that a closed report is not settled.

    Raises:
        TooLateToReopen: it was closed too long ago.
        InvalidFields: no reason is given.
    """
    event = _step(report, form, Status.RECEIVED, after=CLOSED)
    if is_written(report, event):
        return
    if report.is_open:
        add_message(report, form)
        return
    if not may_reopen(report):
        raise TooLateToReopen(days=REOPENED_WITHIN.days)
    if not event.internal_text:
        raise InvalidFields({"text": _("Tell us why it should be reopened.")})
    enter_state(report, Status.RECEIVED, event)


def erase_contact(report: Report, form: ReportForm) -> None:
    """Delete the reporter's name, e-mail and phone; the fault stays. Doing so again is fine.

    Raises:
        InvalidFields: it has not been confirmed.
    """
    if report.contact is None:
        return
    if not form.values["confirm"]:
        raise InvalidFields({"confirm": _("Tick the box if you want to delete them.")})
    erasure.erase_contact(report, event_of(form, EventKind.CONTACT_ERASED))


def _step(report: Report, form: ReportForm, wanted: Status, *, after: frozenset[Status]) -> Event:
    """A change of state; the same words after another closing or question are another step."""
    event = event_of(form, EventKind.STATUS, last_of(report, after))
    event.from_value, event.to_value = report.status, wanted.value
    return event


def last_of(report: Report, states: frozenset[Status]) -> int | None:
    """The line of the timeline that brought a report last into one of these states."""
    return max((event.id for event in report.events if event.to_value in states), default=None)


def event_of(form: ReportForm, kind: EventKind, occasion: Any = None) -> Event:
    """What the form says, as a line of the timeline that is not in it yet."""
    text = clean(form.values["text"])
    if len(text) > MAX_DESCRIPTION:
        raise InvalidFields({"text": _("Use at most %(most)s characters.", most=MAX_DESCRIPTION)})
    photos = [photo.fingerprint for photo in form.photos]
    mark = fingerprint([kind, occasion, text, photos, form.kept_ids])
    return Event(uuid=uuid.uuid5(form.id, mark), kind=kind.value, internal_text=text)


def is_written(report: Report, event: Event) -> bool:
    """Whether the same form has been sent before."""
    return any(known.uuid == event.uuid for known in report.events)


def _add_photos(report: Report, form: ReportForm) -> None:
    if len(form.photos) + len(form.kept_ids) > photos_left(report):
        sentence = _("A report can have at most %(most)s photos.", most=MAX_PER_REPORT)
        raise InvalidFields({"photo": sentence})
    if form.errors:
        raise InvalidFields
    attach_photos(form, report)
