"""How a report comes in: where it belongs, what it answers, its first line, its photos."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from app import outbox, targets, webhooks
from app.database import now, session
from app.geo import Position, ewkt
from app.languages import language
from app.places.models import Place
from app.places.municipality import municipality
from app.places.queries import find_place
from app.problems import (
    NoSuchSign,
    OutsideMunicipality,
    ReusedId,
    UnknownCategory,
    UnknownPlace,
    UnknownSign,
)
from app.reports.deadlines import URGENT, due_at, local_day
from app.reports.keys import fingerprint, new_number
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
    fingerprint_of,
    keep_photo,
    prepare_aside,
    refuse_a_fourth,
    refuse_other_content,
)
from app.reports.queries import find_category, find_photo_sent, find_report_by_uuid
from app.reports.question_list import DANGER, read_questions
from app.reports.questions import accept_answers
from app.reports.routing import find_destination
from app.reports.spam import reason_to_hold, without_traces
from app.reports.workflow import Status
from app.signs.models import Sign
from app.signs.queries import sign_as_typed
from app.staff.models import Staff


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
    send_receipt(report)
    return report


def send_receipt(report: Report) -> None:
    """Tell the reporter and other systems of a report that is not held.

    A held one sends nothing: a stranger's address may stand in it.
    """
    if report.contact and report.contact.email and not report.held_at:
        outbox.put("report_received", report_id=report.id)
    if not report.held_at:
        webhooks.announce(webhooks.Kind.RECEIVED, report.events[0].id)
        targets.hand_over(report, report.events[0].id, wait=targets.PHOTOS_FOLLOW)


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
    return Contact(**given, erase_on=erase_on(category, received_at))


def erase_on(category: Category, received_at: datetime) -> date:
    """The day on which the contact details of a report that came in then are deleted."""
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
    refuse_a_fourth(len(report.own_photos))
    prepared = prepare_aside(content)
    # Another one may have arrived meanwhile.
    refuse_a_fourth(len(report.own_photos))
    return keep_photo(photo_uuid, prepared, report).uuid, True
