"""What a crew does with a report, sent by a tablet: each action once, and never over another's."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from app.crew.models import CrewAction
from app.crew.queries import find_action, list_rows_to_lock
from app.crew.schemas import ASK_DESK, NOTE, PHOTOS, STATUS
from app.database import now, session
from app.languages import gettext as _
from app.places.queries import list_owners
from app.problems import InvalidFields, NoSuchAction, NoSuchReport, ReusedId
from app.reports import filing, operations
from app.reports.keys import fingerprint
from app.reports.models import Channel, Event, EventKind, Report
from app.reports.photo_care import release_photo
from app.reports.photos import fingerprint_of, keep_photo, prepare_aside, refuse_other_content
from app.reports.queries import find_photo_sent, find_report, find_report_by_uuid, lock_reports
from app.reports.workflow import may_become
from app.staff.models import Staff
from app.staff.queries import find_staff

# Who sends an action is no part of it: it may be handed over after the first try arrived.
_SENDERS = ("by", "handed_over_by")
# After these, done by somebody else, a new state may not be what is wanted any more.
_UNSETTLING = frozenset(
    {
        EventKind.STATUS,
        EventKind.UNIT,
        EventKind.CATEGORY,
        EventKind.MOVED,
        EventKind.UNDONE,
    }
)


class NoLongerFits(Exception):
    """Somebody else was here since: what they did, and the report as it is now."""

    def __init__(self, report: Report, since: Sequence[Event]) -> None:
        super().__init__(report.number)
        self.report = report
        self.since = since


def carry_out(
    action_uuid: uuid.UUID, content: dict[str, Any], staff: Staff
) -> tuple[CrewAction, bool]:
    """Do what a tablet sent, or find that it was done before.

    Args:
        action_uuid: minted by the tablet.
        content: loaded by `ActionIn`.
        staff: who sends it.

    Returns:
        The action with its receipt, and whether it is new.

    Raises:
        NoSuchReport: no report has this number.
        ReusedId: the id stands for other content.
        NoLongerFits: somebody else has changed the report, so that the new state is in question.
        InvalidFields: something is missing or unknown.
    """
    # Locked before the question whether it was seen: of two equal ones at once the second waits.
    report = _locked(content)
    mark = fingerprint({name: value for name, value in content.items() if name not in _SENDERS})
    if known := find_action(action_uuid):
        if known.fingerprint != mark:
            raise ReusedId
        return known, False
    doer = _doer(content, staff)
    event = _DO[content["kind"]](report, content, staff)
    _complete(report, event, content, doer, staff)
    action = CrewAction(
        uuid=action_uuid,
        report_id=report.id,
        staff_id=staff.id,
        kind=content["kind"],
        fingerprint=mark,
        release_photos=content["release_photos"],
        event_id=event.id,
        version=max(one.id for one in report.events),
        status=report.status,
    )
    session().add(action)
    session().flush()
    return action, True


def _locked(content: dict[str, Any]) -> Report:
    """The report as it is now, locked, with the one that it is a duplicate of."""
    same_as = content["duplicate_of"]
    ids = list_rows_to_lock(content["report"], *([same_as] if same_as else []))
    if content["report"] not in ids:
        raise NoSuchReport
    lock_reports(set(ids.values()))
    report = find_report(content["report"])
    assert report is not None
    return report


def _doer(content: dict[str, Any], staff: Staff) -> Staff:
    """Who did it, where that is not who sends it."""
    staff_id = content["handed_over_by"]
    if staff_id is None or staff_id == staff.id:
        return staff
    found = find_staff(staff_id)
    if found is None:
        raise InvalidFields({"handed_over_by": _("Choose a person.")})
    return found


def list_since(report: Report, content: dict[str, Any], staff: Staff) -> list[Event]:
    """What others have done with a report since the version that an action was based on."""
    own = {staff.id, content["handed_over_by"]}
    return [
        one
        for one in report.events
        if one.id > content["version"] and (one.staff_id is None or one.staff_id not in own)
    ]


def _set_status(report: Report, content: dict[str, Any], staff: Staff) -> Event:
    wanted, since = content["status"], list_since(report, content, staff)
    if any(one.kind in _UNSETTLING for one in since) or not may_become(report.status, wanted):
        raise NoLongerFits(report, since)
    text = content["public_text"]
    if content["owner"]:
        owner = next((one for one in list_owners() if one.id == content["owner"]), None)
        if owner is None:
            raise InvalidFields({"owner": _("Choose whom to send it on to.")})
        operations.forward_report(report, owner, staff, with_contact=False, public_text=text)
    elif content["duplicate_of"]:
        _merge(report, content, staff)
    else:
        operations.change_status(report, wanted, staff, public_text=text)
    return next(one for one in reversed(report.events) if one.kind == EventKind.STATUS)


def _merge(report: Report, content: dict[str, Any], staff: Staff) -> None:
    named = find_report(content["duplicate_of"])
    if named is None:
        raise InvalidFields({"duplicate_of": _("No report has this number.")})
    try:
        operations.merge_report(report, named, staff, public_text=content["public_text"])
    except InvalidFields as problem:
        same_as = problem.fields.get("same_as")
        raise InvalidFields({"duplicate_of": same_as} if same_as else problem.fields) from problem


def _add_note(report: Report, content: dict[str, Any], staff: Staff) -> Event:
    texts = {name: content[name] for name in ("public_text", "internal_text")}
    operations.add_note(report, staff, **texts)
    return report.events[-1]


def _ask_desk(report: Report, content: dict[str, Any], staff: Staff) -> Event:
    if not content["internal_text"]:
        raise InvalidFields({"internal_text": _("Write what you want to ask.")})
    report.asked_at = now()
    return _add_inside(report, EventKind.ASKED, staff)


def _note_photos(report: Report, _content: dict[str, Any], staff: Staff) -> Event:
    return _add_inside(report, EventKind.WORK_PHOTOS, staff)


def _add_inside(report: Report, kind: EventKind, staff: Staff) -> Event:
    event = Event(kind=kind.value, staff_id=staff.id)
    report.events.append(event)
    session().flush()
    operations.tell_colleagues(report, event)
    return event


_DO: dict[str, Callable[[Report, dict[str, Any], Staff], Event]] = {
    STATUS: _set_status,
    NOTE: _add_note,
    ASK_DESK: _ask_desk,
    PHOTOS: _note_photos,
}


def _complete(
    report: Report, event: Event, content: dict[str, Any], doer: Staff, sender: Staff
) -> None:
    """Write into the line what only a crew tells: when it was done, how long it took, by whom."""
    event.minutes = content["minutes"]
    texts = (content["internal_text"], _handed_over(doer, sender))
    event.internal_text = "\n\n".join(filter(None, texts))
    event.at = _when(report, event, content["done_at"])
    if event.kind == EventKind.STATUS and report.closed_at:
        report.closed_at = event.at
    if event.kind == EventKind.STATUS and report.waiting_since:
        report.waiting_since = event.at
    session().flush()


def _handed_over(doer: Staff, sender: Staff) -> str:
    return _("Done by %(name)s, sent by a colleague.", name=doer.name) if doer is not sender else ""


def _when(report: Report, event: Event, done_at: datetime | None) -> datetime:
    """When it was done, as far as a tablet's clock can be believed: a timeline runs forward."""
    before = max((one.at for one in report.events if one.id < event.id), default=report.received_at)
    return max(before, min(done_at.astimezone(UTC) if done_at else event.at, event.at))


def add_action_photo(
    action_uuid: uuid.UUID, photo_uuid: uuid.UUID, content: bytes, moment: str | None, staff: Staff
) -> bool:
    """Add a photo of an action; the same photo again is fine.

    Returns:
        Whether it is new.

    Raises:
        NoSuchAction: the action has not arrived.
        ReusedId: the id stands for another photo.
        UnreadablePhoto: it cannot be decoded.
    """
    action = _action(action_uuid)
    if _is_known(action.report, photo_uuid, content):
        return False
    prepared = prepare_aside(content)
    action = _action(action_uuid)
    photo = keep_photo(photo_uuid, prepared, action.report, by_staff=True, moment=moment)
    if action.release_photos:
        release_photo(action.report, photo, staff)
    return True


def _action(action_uuid: uuid.UUID) -> CrewAction:
    action = find_action(action_uuid)
    if action is None:
        raise NoSuchAction
    return action


def _is_known(report: Report, photo_uuid: uuid.UUID, content: bytes) -> bool:
    known = find_photo_sent(photo_uuid)
    if known is not None:
        refuse_other_content(known, report, fingerprint_of(content))
    return known is not None


def file_found(
    report_uuid: uuid.UUID, content: dict[str, Any], staff: Staff
) -> tuple[Report, bool]:
    """File a fault that the crew has found itself, or find it filed before.

    Args:
        report_uuid: minted by the tablet.
        content: loaded by `CrewReportIn`.
        staff: who enters it.

    Returns:
        The report, and whether it is new.

    Raises:
        ReusedId: the id stands for other content.
        UnknownSign, UnknownPlace, UnknownCategory, OutsideMunicipality: the content does not fit.
        InvalidFields: nobody is known who is said to have handed it over.
    """
    found = {name: value for name, value in content.items() if name not in _SENDERS}
    found |= {"channel": Channel.STAFF.value, "contact": None}
    mark = fingerprint(found)
    if known := filing.find_replay(report_uuid, mark):
        return known, False
    doer = _doer(content, staff)
    spot = filing.find_spot(found)
    report = filing.file_report(report_uuid, mark, found, spot, staff=staff)
    report.events[0].internal_text = _handed_over(doer, staff)
    return report, True


def add_found_photo(
    report_uuid: uuid.UUID, photo_uuid: uuid.UUID, content: bytes, moment: str | None
) -> bool:
    """Add a photo of a fault that the crew has found; the same photo again is fine.

    Returns:
        Whether it is new.

    Raises:
        NoSuchReport: no crew has filed it.
        ReusedId: the id stands for another photo.
        UnreadablePhoto: it cannot be decoded.
    """
    if _is_known(_found(report_uuid), photo_uuid, content):
        return False
    prepared = prepare_aside(content)
    keep_photo(photo_uuid, prepared, _found(report_uuid), by_staff=True, moment=moment)
    return True


def _found(report_uuid: uuid.UUID) -> Report:
    report = find_report_by_uuid(report_uuid)
    if report is None or report.channel != Channel.STAFF:
        raise NoSuchReport
    return report
