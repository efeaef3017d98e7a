"""What can be done with a report. Operations add and flush; the request commits."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from app import audit, outbox, targets, webhooks
from app.database import now, session
from app.geo import Position, ewkt
from app.languages import DEFAULT_LANGUAGE, language
from app.languages import gettext as _
from app.places.models import Owner, Place, Unit
from app.places.municipality import municipality
from app.places.queries import find_place
from app.problems import (
    InvalidFields,
    NoSuchSign,
    NotPossibleNow,
    OutsideMunicipality,
    ReusedId,
    UnknownCategory,
    UnknownPlace,
    UnknownSign,
)
from app.reports.deadlines import WORKING_DAYS, after_pause, due_at, local_day, moved
from app.reports.keys import fingerprint, new_number
from app.reports.merging import find_kept, join, split
from app.reports.models import (
    UNSORTED_CATEGORY,
    Category,
    Channel,
    Contact,
    Event,
    EventKind,
    Photo,
    Report,
)
from app.reports.photos import (
    PreparedPhoto,
    fingerprint_of,
    keep_photo,
    prepare_aside,
    refuse_a_fourth,
    refuse_other_content,
)
from app.reports.queries import find_category, find_photo_sent, find_report_by_uuid
from app.reports.question_list import DANGER, read_questions
from app.reports.questions import accept_answers
from app.reports.routing import Destination, find_destination
from app.reports.spam import reason_to_hold, without_traces
from app.reports.wording import status_name
from app.reports.workflow import CLOSED, Status, may_become
from app.signs.models import Sign
from app.signs.queries import sign_as_typed
from app.staff.models import Staff

URGENT = "P0"


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a report belongs: the sign wins, then the place, then the position."""

    sign: Sign | None
    place: Place | None
    position: Position | None


def submit_report(report_uuid: uuid.UUID, content: dict[str, Any]) -> tuple[Report, bool]:
    """File a report a device sent, or find the one it sent before.

    Args:
        report_uuid: minted by the device.
        content: loaded by `ReportIn`.

    Returns:
        The report, and whether it is new.

    Raises:
        ReusedId: the id stands for other content.
        UnknownSign, UnknownPlace, UnknownCategory, OutsideMunicipality: the content does not fit.
    """
    mark = fingerprint(without_traces(content))
    if known := find_replay(report_uuid, mark):
        return known, False
    return file_report(report_uuid, mark, content, find_spot(content)), True


def find_replay(report_uuid: uuid.UUID, mark: str) -> Report | None:
    """The report that this very content made before.

    Raises:
        ReusedId: the id stands for other content.
    """
    known = find_report_by_uuid(report_uuid)
    if known is not None and known.fingerprint != mark:
        raise ReusedId
    return known


def find_spot(content: dict[str, Any]) -> Spot:
    """Look up where a report belongs.

    Raises:
        UnknownSign, UnknownPlace, OutsideMunicipality: there is no such spot here.
    """
    if content["sign"]:
        sign = _sign(content["sign"])
        return Spot(sign, sign.place, None)
    if content["place"]:
        place = find_place(content["place"])
        if place is None:
            raise UnknownPlace({"place": UnknownPlace.sentence})
        return Spot(None, place.kept, None)
    if content["position"]:
        return Spot(None, None, demand_inside(Position(**content["position"])))
    return Spot(None, None, None)


def _sign(typed: str) -> Sign:
    try:
        return sign_as_typed(typed)
    except NoSuchSign as problem:
        raise UnknownSign(
            {"sign": UnknownSign.sentence}, suggestions=problem.suggestions
        ) from problem


def demand_inside(position: Position) -> Position:
    """The position, if it lies in the municipality.

    Raises:
        OutsideMunicipality
    """
    here = municipality()
    if not here.holds(position):
        sentence = OutsideMunicipality.sentence % {"municipality": here.name}
        raise OutsideMunicipality({"position": sentence}, municipality=here.name)
    return position


def find_known_category(code: str) -> Category:
    """The category with this code; without one a report waits to be sorted.

    Raises:
        UnknownCategory: there is no such code.
    """
    category = find_category(code or UNSORTED_CATEGORY)
    if category is None:
        raise UnknownCategory({"category": UnknownCategory.sentence})
    return category


def file_report(  # noqa: PLR0913 - who enters it is one thing more than what is entered
    report_uuid: uuid.UUID,
    mark: str,
    content: dict[str, Any],
    spot: Spot,
    category: Category | None = None,
    *,
    staff: Staff | None = None,
) -> Report:
    """Enter a new report with the first line of its timeline; what looks like spam is held.

    Args:
        report_uuid: minted by the sender.
        mark: the fingerprint of the content.
        content: as `ReportIn` loads it.
        spot: where it belongs.
        category: where it is known already.
        staff: who enters it for somebody else. Then nothing is held, and questions may stay open.

    Raises:
        UnknownCategory: the content names a category that does not exist.
        InvalidFields: an answer does not fit its question, or a needed one is missing.
    """
    category = category or find_known_category(content["category"])
    received_at = now()
    # A mail was asked nothing, and whoever takes a call need not ask everything.
    asked = staff is None and content["channel"] != Channel.EMAIL.value
    answers = _answers(content["answers"], category, demanded=asked)
    priority = URGENT if answers.get("danger") else category.priority
    destination = find_destination(category, spot.place, received_at)
    report = Report(
        uuid=report_uuid,
        number=new_number(received_at),
        fingerprint=mark,
        category=category,
        unit_id=destination.unit_id,
        assignee_id=destination.staff_id,
        status=Status.RECEIVED.value,
        priority=priority,
        channel=content["channel"],
        language=content["language"] or language(),
        sign=spot.sign,
        place=spot.place,
        point=point_of(spot),
        accuracy_m=spot.position.accuracy_m if spot.position else None,
        address=content["address"],
        description=content["description"],
        answers=answers,
        created_at=min(content["created_at"] or received_at, received_at).astimezone(UTC),
        received_at=received_at,
        due_at=due_at(received_at, priority, category.days_for(priority)),
    )
    entered_by = staff.id if staff else None
    report.events = [Event(kind=EventKind.RECEIVED.value, at=received_at, staff_id=entered_by)]
    report.contact = _contact(content["contact"], category, received_at)
    if staff is None and (reason := reason_to_hold(content, spot.sign)):
        report.held_at, report.held_reason = received_at, reason.value
        report.events.append(
            Event(kind=EventKind.HELD.value, at=received_at, to_value=reason.value)
        )
    session().add(report)
    session().flush()
    _send_receipt(report)
    return report


def _send_receipt(report: Report) -> None:
    """A held report sends nothing: a stranger's address may stand in it."""
    if report.contact and report.contact.email and not report.held_at:
        outbox.put("report_received", report_id=report.id)
    if not report.held_at:
        webhooks.announce(webhooks.Kind.RECEIVED, report.events[0].id)
        targets.hand_over(report, report.events[0].id, wait=targets.PHOTOS_FOLLOW)


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


def _answers(given: dict[str, Any], category: Category, *, demanded: bool = True) -> dict[str, Any]:
    """The answers to what the category asks; one about danger may belong to another tile."""
    questions = read_questions(category.questions)
    others = {code: answer for code, answer in given.items() if code != DANGER}
    answers = accept_answers(questions, others, demanded=demanded)
    danger = given.get(DANGER)
    if danger is not None and category.danger_question is not None:
        answers[DANGER] = danger in {True, "yes"}
    return answers


def point_of(spot: Spot) -> Any:
    """The sign's own point where it was taken on mounting, else its place's."""
    if spot.position:
        return ewkt(spot.position)
    own = spot.sign.point if spot.sign else None
    return own if own is not None else spot.place.point if spot.place else None


def _contact(
    given: dict[str, str] | None, category: Category, received_at: datetime
) -> Contact | None:
    if not given or not any(given.values()):
        return None
    return Contact(**given, erase_on=_erase_on(category, received_at))


def _erase_on(category: Category, received_at: datetime) -> date:
    return local_day(received_at) + timedelta(days=category.retention_days)


def add_reporter_photo(
    report: Report, photo_uuid: uuid.UUID, content: bytes
) -> tuple[uuid.UUID, bool]:
    """Add a photo its reporter sends; the same photo again is fine.

    Returns:
        What stands in its address, and whether it is new.

    Raises:
        ReusedId: the id stands for another photo.
        TooManyPhotos: the report has three.
        UnreadablePhoto: it cannot be decoded.
    """
    known = find_photo_sent(photo_uuid)
    if known is not None:
        refuse_other_content(known, report, fingerprint_of(content))
        return known.uuid if isinstance(known, Photo) else photo_uuid, False
    refuse_a_fourth(_count_own(report))
    prepared = prepare_aside(content)
    # Another one may have arrived meanwhile.
    refuse_a_fourth(_count_own(report))
    return keep_photo(photo_uuid, prepared, report).uuid, True


def _count_own(report: Report) -> int:
    return sum(not photo.by_staff for photo in report.photos)


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
    report.events.append(event)
    _set_state(report, wanted, now())
    session().flush()
    _tell(report, event)


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

    Unit, priority and deadline follow where they were the old category's. A priority that was
    raised stays, unless the new category's is higher. The contact details are kept as long as the
    new one says.
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
    if report.unit_id == _destination(report, before).unit_id:
        report.unit_id = _destination(report, category).unit_id
    _follow_priority(report, before, category)
    if (report.due_at, report.unit_id) != (due_before, unit_before):
        # With a new deadline it may become late anew, and another lead has not been told yet.
        report.escalated_at = None
    if report.contact:
        report.contact.erase_on = _erase_on(category, report.received_at)
    report.category = category
    session().flush()
    session().expire(report, ["unit"])
    offer_to_target(report, event)


def _follow_priority(report: Report, before: Category, category: Category) -> None:
    has, gets = _days(before, report.priority), _days(category, category.priority)
    if report.priority != before.priority:
        if category.priority > report.priority:
            return
        # What was raised does not become later.
        gets = min(has, gets)
    report.due_at = moved(report.due_at, has, gets, report.waiting_since or now())
    report.priority = category.priority


def _destination(report: Report, category: Category) -> Destination:
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
    _send_receipt(report)
