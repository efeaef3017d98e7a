"""What others tell us of a report: a new state with a text, once for each id of theirs.

A key that may update handles reports: its texts are public answers. One that may only create
passes on what a reporter says, of its own reports: its texts are for us alone.
"""

from __future__ import annotations

import uuid

from sqlalchemy import select

from app.database import now, session
from app.languages import gettext as _
from app.open311 import states
from app.open311.arguments import read_moment, read_text, refuse, required
from app.open311.filing import read_description
from app.open311.media import fetch_later, read_photos
from app.open311.models import ApiKey, KeyedReport, Scope, TakenUpdate
from app.problems import InvalidFields, NoSuchReport, NotInScope, NotPossibleNow
from app.reports.models import Event, EventKind, Report
from app.reports.operations import add_note, change_status, enter_state, tell_colleagues
from app.reports.photos import MAX_PER_REPORT, keep_photo
from app.reports.queries import find_report_to_follow
from app.reports.reporter import may_reopen, photos_left
from app.reports.schemas import MAX_DESCRIPTION, clean
from app.reports.workflow import Status, may_become

MAX_UPDATE_ID = 255
_NEEDED = ("service_request_id", "update_id", "updated_datetime", "status", "description")


def take_update(key: ApiKey) -> int:
    """Carry out what this request says of a report.

    Returns:
        The id of the line of the timeline that it made, now or the first time.

    Raises:
        InvalidFields: something is missing or cannot be.
        NoSuchReport
        NotInScope: it is not this key's report.
        NotPossibleNow: the report cannot be set to that state from where it stands.
    """
    missing = {name: required(name) for name in _NEEDED if not read_text(name)}
    if missing:
        raise InvalidFields(missing)
    status, text, update_id = _status(), _text(), _update_id()
    read_moment("updated_datetime")
    photos, _dropped = read_photos()
    report = _report(key)
    if known := _find_taken(key, report, update_id):
        return known.event_id
    handles = key.may(Scope.UPDATE)
    event = (
        _as_handler(report, status, text, key) if handles else _as_reporter(report, status, text)
    )
    taken = TakenUpdate(key_id=key.id, report_id=report.id, update_id=update_id, event_id=event.id)
    session().add(taken)
    # Photos of the work take no place from those of the reporter.
    room = MAX_PER_REPORT if handles else photos_left(report)
    for prepared in photos[: max(room, 0)]:
        keep_photo(uuid.uuid4(), prepared, report, by_staff=handles)
    fetch_later(report, room - len(photos), by_staff=handles)
    session().flush()
    return event.id


def _status() -> str:
    word = read_text("status").lower().replace(" ", "_")
    if word not in states.WANTED:
        raise refuse("status", _("Choose one of %(words)s.", words=", ".join(states.WANTED)))
    return word


def _text() -> str:
    text = clean(read_description())
    if len(text) > MAX_DESCRIPTION:
        raise refuse("description", _("Use at most %(most)s characters.", most=MAX_DESCRIPTION))
    return text


def _update_id() -> str:
    text = clean(read_text("update_id"))
    if len(text) > MAX_UPDATE_ID:
        raise refuse("update_id", _("Use at most %(most)s characters.", most=MAX_UPDATE_ID))
    return text


def _report(key: ApiKey) -> Report:
    report = find_report_to_follow(read_text("service_request_id"))
    if report is None or report.held_at:
        raise NoSuchReport({"service_request_id": NoSuchReport.sentence})
    if not key.may(Scope.UPDATE):
        own = session().get(KeyedReport, report.id)
        if own is None or own.key_id != key.id:
            raise NotInScope
    return report


def _find_taken(key: ApiKey, report: Report, update_id: str) -> TakenUpdate | None:
    query = select(TakenUpdate).where(
        TakenUpdate.key_id == key.id,
        TakenUpdate.report_id == report.id,
        TakenUpdate.update_id == update_id,
    )
    return session().scalar(query)


def _as_handler(report: Report, word: str, text: str, key: ApiKey) -> Event:
    """A new state with its answer, or an answer alone where the state stays."""
    wanted = states.WANTED[word]
    if word == states.OPEN_WORD and not report.is_open:
        wanted = Status.RECEIVED
    said_by = _("Sent by %(name)s.", name=key.name)
    # “Closed” says no more than any closed state of ours.
    stays = word == states.CLOSED_WORD and not report.is_open
    if wanted is None or wanted == report.status or stays:
        return add_note(report, None, public_text=text, internal_text=said_by)
    if report.status == Status.RECEIVED and wanted is Status.RECEIVED:
        return add_note(report, None, public_text=text, internal_text=said_by)
    return change_status(report, wanted, None, public_text=text, internal_text=said_by)


def _as_reporter(report: Report, word: str, text: str) -> Event:
    """What the reporter says; it may open a report again that was closed lately."""
    event = Event(uuid=uuid.uuid4(), kind=EventKind.MESSAGE.value, at=now(), internal_text=text)
    reopens = word in {states.OPEN_WORD, "reopen"} and not report.is_open
    if not reopens:
        report.events.append(event)
        session().flush()
        tell_colleagues(report, event)
        return event
    if not (may_reopen(report) and may_become(report.status, Status.RECEIVED)):
        raise NotPossibleNow(status=report.status, wanted=Status.RECEIVED.value)
    event.kind = EventKind.STATUS.value
    event.from_value, event.to_value = report.status, Status.RECEIVED.value
    enter_state(report, Status.RECEIVED, event)
    return event
