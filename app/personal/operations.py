"""Erasing what is kept of one person, and taking personal words out of a report's texts."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from itertools import groupby

from sqlalchemy import delete

from app import audit
from app.database import session
from app.mailbox.operations import erase_mails
from app.notices.models import Subscription
from app.personal.person import Person
from app.personal.queries import (
    list_mails_of,
    list_notes_of,
    list_reports_of,
    list_subscriptions_of,
)
from app.reports import wording
from app.reports.erasure import STRUCK_OUT, erase_contact
from app.reports.models import Event, EventKind, Report
from app.reports.photo_care import delete_photo
from app.staff.models import Staff

# How many numbers of reports a line of the log names.
MOST_NUMBERS = 50


def erase_reporter(report: Report, staff: Staff) -> None:
    """Erase who sent a report, on request; the fault stays. Doing so again changes nothing."""
    if report.contact is None:
        return
    erase_contact(report, Event(kind=EventKind.CONTACT_ERASED.value, staff_id=staff.id))
    audit.record("contact_erased", "report", report.id)


def erase_person(person: Person, staff: Staff, *, with_texts: bool, with_photos: bool) -> int:
    """Erase a person's contact details and subscriptions, wherever they are.

    Args:
        person: whose.
        staff: who does it.
        with_texts: what the person wrote goes too, not only their details in it.
        with_photos: the photos the person sent go too.

    Returns:
        On how many reports something was erased.
    """
    reports = list_reports_of(person)
    subscriptions = list_subscriptions_of(person, reports)
    notes = list_notes_of(person, reports)
    others = {event.report_id for event in notes} - {report.id for report in reports}
    for report in reports:
        if with_texts:
            change_texts(report, _without_words(report, notes), staff)
        if with_photos:
            for photo in report.own_photos:
                delete_photo(report, photo, "", staff, uuid.uuid4())
        erase_reporter(report, staff)
    if with_texts:
        _erase_notes(notes, staff)
    erase_mails([mail.id for mail in list_mails_of(person)])
    ids = [one.id for one in subscriptions]
    session().execute(delete(Subscription).where(Subscription.id.in_(ids)))
    note("person_erased", reports)
    return len(reports) + (len(others) if with_texts else 0)


def texts_of(report: Report) -> dict[str, str]:
    """What is written of a report, by residents and by staff, by the name of its field."""
    texts = {"description": report.description, "address": report.address}
    texts |= {
        f"answer-{code}": answer
        for code, answer in report.answers.items()
        if isinstance(answer, str)
    }
    for event in report.events:
        said = {f"event-{event.id}": event.internal_text, f"public-{event.id}": event.public_text}
        texts |= {name: text for name, text in said.items() if text}
    return texts


def change_texts(report: Report, texts: Mapping[str, str], staff: Staff) -> None:
    """Take personal words out of what is written of a report; what stood there is kept nowhere.

    The one way in which a line of a timeline is ever altered. A text that is not named stays.
    """
    before = texts_of(report)
    changed = {name for name, text in texts.items() if name in before and before[name] != text}
    if not changed:
        return
    report.description = texts.get("description", report.description)
    report.address = texts.get("address", report.address)
    report.answers = {
        code: texts.get(f"answer-{code}", answer) for code, answer in report.answers.items()
    }
    for event in report.events:
        event.internal_text = texts.get(f"event-{event.id}", event.internal_text)
        event.public_text = texts.get(f"public-{event.id}", event.public_text)
    report.events.append(Event(kind=EventKind.TEXT_REMOVED.value, staff_id=staff.id))
    session().flush()
    audit.record("text_removed", "report", report.id)


def _without_words(report: Report, notes: Collection[Event]) -> dict[str, str]:
    """Where the fault is stays, it is the fault's; and so does what staff wrote."""
    events = [one for one in report.events if one in notes or wording.is_by_reporter(one)]
    theirs = {f"event-{event.id}" for event in events}
    return {
        name: STRUCK_OUT
        for name, text in texts_of(report).items()
        if text and (name in theirs or name == "description" or name.startswith("answer-"))
    }


def _erase_notes(notes: Sequence[Event], staff: Staff) -> None:
    """Take out what a person wrote by e-mail on the reports of others, and whose it was."""
    for report, theirs in groupby(notes, lambda event: event.report):
        change_texts(report, {f"event-{event.id}": STRUCK_OUT for event in theirs}, staff)
    for event in notes:
        event.to_value = None


def note(action: str, reports: Sequence[Report]) -> None:
    """Write down that somebody looked up, or took out, all of one person; not whom."""
    numbers = [one.number for one in reports]
    audit.record(action, "person", reports=numbers[:MOST_NUMBERS])
