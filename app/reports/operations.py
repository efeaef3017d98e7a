"""What can be done with a report. Operations add and flush; the request commits."""

from __future__ import annotations

import uuid
from datetime import datetime

from app import audit, outbox, targets, webhooks
from app.database import now, session
from app.languages import DEFAULT_LANGUAGE
from app.languages import gettext as _
from app.places.models import Owner, Unit
from app.problems import InvalidFields, NotPossibleNow
from app.reports.deadlines import WORKING_DAYS, after_pause, due_at, moved
from app.reports.filing import erase_on, send_receipt
from app.reports.merging import find_kept, join, split
from app.reports.models import Category, Event, EventKind, Photo, Report
from app.reports.photos import PreparedPhoto, keep_photo
from app.reports.routing import Destination, find_destination
from app.reports.wording import status_name
from app.reports.workflow import CLOSED, Status, may_become
from app.staff.models import Staff


def offer_to_target(report: Report, event: Event) -> None:
    """A report that has come to another unit or category may belong to another system now."""
    if not report.held_at and report.is_open:
        targets.hand_over(report, event.id)


def _tell(report: Report, event: Event) -> None:
    """Have those who follow a report told of an event that was flushed."""
    if not report.held_at:
        outbox.put("event", event_id=event.id)
        kind = webhooks.Kind.STATUS if event.kind == EventKind.STATUS else webhooks.Kind.ANSWER
        webhooks.announce(kind, event.id)


def tell_colleagues(report: Report, event: Event) -> None:
    """Have colleagues who follow a report told of an event that was flushed and is not public."""
    if not report.held_at:
        outbox.put("inside_event", event_id=event.id)


def change_status(
    report: Report,
    wanted: str,
    staff: Staff | None,
    *,
    public_text: str = "",
    internal_text: str = "",
) -> Event:
    """Move a report to another state and write it into the timeline.

    Args:
        report: which.
        wanted: the new state.
        staff: who says so; None for another system.
        public_text: for everybody.
        internal_text: for colleagues.

    Raises:
        NotPossibleNow: the workflow has no such step from here.
        InvalidFields: a question was meant, but nothing is asked.

    Whoever takes up a held report has judged it, so it is released; one that is closed without
    action stays out of sight.
    """
    if not may_become(report.status, wanted):
        raise NotPossibleNow(status=status_name(report.status), wanted=status_name(wanted))
    if wanted == Status.WAITING and not public_text:
        raise InvalidFields({"public_text": _("Write what you need to know from the reporter.")})
    if wanted != Status.NO_ACTION:
        release_report(report, staff)
    event = Event(
        kind=EventKind.STATUS.value,
        staff_id=staff.id if staff else None,
        from_value=report.status,
        to_value=wanted,
        public_text=public_text,
        internal_text=internal_text,
    )
    enter_state(report, Status(wanted), event)
    return event


def merge_report(
    report: Report, named: Report, staff: Staff, *, public_text: str = "", internal_text: str = ""
) -> Report:
    """Close a report as a duplicate of another one, or of what that one is a duplicate of.

    Returns:
        The report that is kept.

    Raises:
        InvalidFields: it is the same report, or is held.
        NotPossibleNow: the workflow has no such step from here.
    """
    kept = find_kept(report, named)
    change_status(
        report,
        Status.DUPLICATE,
        staff,
        public_text=public_text,
        internal_text=internal_text,
    )
    join(report, kept, staff.id)
    return kept


def forward_report(
    report: Report, owner: Owner, staff: Staff, *, with_contact: bool, public_text: str = ""
) -> None:
    """Close a report that is not ours and send it on to whom it belongs to.

    Args:
        report: which.
        owner: who gets it, by e-mail.
        staff: who says so.
        with_contact: whether the reporter's name, e-mail and phone go along.
        public_text: for everybody.

    Raises:
        InvalidFields: the owner has no e-mail address.
        NotPossibleNow: the workflow has no such step from here.
    """
    if not owner.email:
        raise InvalidFields({"owner": _("We have no e-mail address of theirs.")})
    change_status(report, Status.NOT_OURS, staff, public_text=public_text)
    along = with_contact and report.contact is not None
    report.events.append(
        Event(
            kind=EventKind.FORWARDED.value,
            staff_id=staff.id,
            to_value=owner.name,
            internal_text=_("With the reporter's contact details.") if along else "",
        )
    )
    if along:
        audit.record("contact_forwarded", "report", report.id, owner=owner.name)
    outbox.put("forwarded", report_id=report.id, owner_id=owner.id, with_contact=along)
    session().flush()


def enter_state(report: Report, wanted: Status, event: Event) -> None:
    """Move a report to another state as an event says, deadline included, and have it told."""
    split(report, event.staff_id)
    if report.closed_at:
        _pass_on_from_who_left(report, event.staff_id)
    report.events.append(event)
    _set_state(report, wanted, now())
    session().flush()
    _tell(report, event)


def _pass_on_from_who_left(report: Report, staff_id: int | None) -> None:
    """While a report was closed its unit may have been archived, its person's account closed."""
    unit, person = report.unit, report.assignee
    if unit.archived_at:
        report.unit_id = destination_of(report, report.category).unit_id
        session().flush()
        session().expire(report, ["unit"])
        passed_on = Event(kind=EventKind.UNIT.value, staff_id=staff_id, from_value=unit.name)
        passed_on.to_value = report.unit.name
        report.events.append(passed_on)
    if person and not person.active:
        report.assignee = None
        left = Event(kind=EventKind.PERSON.value, staff_id=staff_id, from_value=person.name)
        report.events.append(left)


def _set_state(report: Report, wanted: Status, at: datetime) -> None:
    before = report.due_at
    if report.waiting_since:
        report.due_at = after_pause(report.due_at, report.waiting_since, at)
    if report.closed_at:
        report.due_at = due_at(at, report.priority, report.category.days_for(report.priority))
    if report.due_at != before:
        # With a new deadline it may become late anew.
        report.escalated_at = None
    report.status = wanted.value
    report.waiting_since = at if wanted is Status.WAITING else None
    report.closed_at = at if wanted in CLOSED else None
    if report.closed_at:
        report.was_fixed = report.asked_at = None


def assign_unit(report: Report, unit: Unit, staff: Staff, *, internal_text: str = "") -> None:
    """Make another unit responsible; the same unit again changes nothing."""
    if report.unit_id == unit.id:
        return
    event = Event(
        kind=EventKind.UNIT.value,
        staff_id=staff.id,
        from_value=report.unit.name,
        to_value=unit.name,
        internal_text=internal_text,
    )
    report.events.append(event)
    report.unit = unit
    # Its lead has not been told yet that it is late.
    report.escalated_at = None
    session().flush()
    tell_colleagues(report, event)
    offer_to_target(report, event)


def assign_person(report: Report, person: Staff | None, staff: Staff) -> None:
    """Put a report into one person's care, or nobody's; the same again changes nothing."""
    if report.assignee_id == (person.id if person else None):
        return
    event = Event(
        kind=EventKind.PERSON.value,
        staff_id=staff.id,
        from_value=report.assignee.name if report.assignee else None,
        to_value=person.name if person else None,
    )
    report.events.append(event)
    report.assignee = person
    session().flush()
    tell_colleagues(report, event)


def recategorise(report: Report, category: Category, staff: Staff) -> None:
    """Sort a report elsewhere; the same category again changes nothing.

    Unit, person, priority and deadline follow where they were the old category's. A priority that
    was raised stays, unless the new category's is higher. The contact details are kept as long as
    the new one says.
    """
    before, due_before, unit_before = report.category, report.due_at, report.unit_id
    if before.id == category.id:
        return
    event = Event(
        kind=EventKind.CATEGORY.value,
        staff_id=staff.id,
        from_value=before.names[DEFAULT_LANGUAGE],
        to_value=category.names[DEFAULT_LANGUAGE],
    )
    report.events.append(event)
    follow_table(report, destination_of(report, before), destination_of(report, category))
    _follow_priority(report, before, category)
    if (report.due_at, report.unit_id) != (due_before, unit_before):
        # With a new deadline it may become late anew, and another lead has not been told yet.
        report.escalated_at = None
    if report.contact:
        report.contact.erase_on = erase_on(category, report.received_at)
    report.category = category
    session().flush()
    session().expire(report, ["unit", "assignee"])
    offer_to_target(report, event)


def follow_table(report: Report, before: Destination, after: Destination) -> None:
    """Let a report go on to the unit and the person that the table names for it now; what somebody
    has chosen by hand stays.
    """
    if report.unit_id != before.unit_id:
        return
    if report.assignee_id == before.staff_id:
        report.assignee_id = after.staff_id
    report.unit_id = after.unit_id


def _follow_priority(report: Report, before: Category, category: Category) -> None:
    has, gets = _days(before, report.priority), _days(category, category.priority)
    if report.priority != before.priority:
        if category.priority > report.priority:
            return
        # What was raised does not become later.
        gets = min(has, gets)
    report.due_at = moved(report.due_at, has, gets, report.waiting_since or now())
    report.priority = category.priority


def destination_of(report: Report, category: Category) -> Destination:
    """Where a report of this category goes that comes from there and then."""
    return find_destination(category, report.place, report.received_at)


def _days(category: Category, priority: str) -> int:
    """The working days that a category gives; where its priority was raised, no more than that."""
    usual, own = WORKING_DAYS[priority], category.working_days
    if own is None:
        return usual
    return own if priority == category.priority else min(own, usual)


def add_note(
    report: Report, staff: Staff | None, *, public_text: str = "", internal_text: str = ""
) -> Event:
    """Add an answer for everybody or a note for colleagues; `staff` is None for another system.

    Raises:
        InvalidFields: both are empty.
    """
    if not (public_text or internal_text):
        raise InvalidFields({"internal_text": _("Write something first.")})
    event = Event(
        kind=EventKind.NOTE.value,
        staff_id=staff.id if staff else None,
        public_text=public_text,
        internal_text=internal_text,
    )
    report.events.append(event)
    session().flush()
    if public_text:
        _tell(report, event)
    else:
        tell_colleagues(report, event)
    return event


def add_staff_photo(report: Report, prepared: PreparedPhoto) -> Photo:
    """Add a photo the crew took."""
    return keep_photo(uuid.uuid4(), prepared, report, by_staff=True)


def release_report(report: Report, staff: Staff | None) -> None:
    """Let a held report be a report like any other; one that is not held stays as it is."""
    if not report.held_at:
        return
    reason, report.held_at, report.held_reason = report.held_reason, None, None
    by = staff.id if staff else None
    report.events.append(Event(kind=EventKind.RELEASED.value, staff_id=by, from_value=reason))
    session().flush()
    send_receipt(report)
