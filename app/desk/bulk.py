"""What is done to many reports at once, and undone. Operations add and flush; others commit.

Who follows the reports hears of a bulk closing when the time for undoing it is over, so that nobody
is told of work that was undone: docs/decisions/0014.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask_login import current_user
from sqlalchemy import delete

from app import outbox
from app.database import now, session
from app.desk.models import Action, BulkChange, BulkDeed, Outcome
from app.desk.queries import find_deed, list_changes, list_chosen
from app.languages import DEFAULT_LANGUAGE
from app.places.models import Unit
from app.problems import ReusedId, TooLateToUndo
from app.reports import operations
from app.reports.models import Category, Event, EventKind, ReplyTemplate, Report
from app.reports.queries import lock_reports
from app.reports.wording import template_text
from app.reports.workflow import Status, may_become
from app.staff.models import Staff

MOST = 500
UNDO_FOR = timedelta(minutes=10)
# The longest that an undoing begun in time may take; until then nothing may have left.
GRACE = timedelta(minutes=1)
DEEDS_KEPT = timedelta(days=90)

_COLUMNS = {
    Action.ASSIGN: ("unit_id", "assignee_id", "escalated_at", "asked_at"),
    Action.CLOSE: (
        "status",
        "due_at",
        "waiting_since",
        "closed_at",
        "escalated_at",
        "was_fixed",
        "asked_at",
    ),
    Action.CATEGORY: (
        "category_id",
        "unit_id",
        "assignee_id",
        "priority",
        "due_at",
        "escalated_at",
        "asked_at",
    ),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What shall be done. For an assignment None leaves unit or person as it is, and a
    `person` is told apart from nobody in particular by `nobody`.
    """

    action: Action
    unit: Unit | None = None
    person: Staff | None = None
    nobody: bool = False
    status: Status | None = None
    public_text: str = ""
    template: ReplyTemplate | None = None
    category: Category | None = None

    def in_ids(self) -> dict[str, Any]:
        """Itself as it is kept with the deed; without the text, which stands in the timelines."""
        return {
            "unit_id": self.unit.id if self.unit else None,
            "person_id": self.person.id if self.person else None,
            "nobody": self.nobody,
            "status": self.status.value if self.status else None,
            "category_id": self.category.id if self.category else None,
        }


def judge(report: Report, seen: int, wanted: Wanted) -> Outcome:
    """What would become of a report that was seen up to this line of its timeline."""
    if any(one.id > seen and one.staff_id != current_user.id for one in report.events):
        return Outcome.CHANGED
    # Spam comes in swarms; whatever else is done to a held report takes a look at it first.
    if report.held_at and wanted.status is not Status.NO_ACTION:
        return Outcome.HELD
    if wanted.status:
        return Outcome.DONE if may_become(report.status, wanted.status) else Outcome.STATE
    return Outcome.SAME if _is_so(report, wanted) else Outcome.DONE


def _is_so(report: Report, wanted: Wanted) -> bool:
    if wanted.category:
        return report.category_id == wanted.category.id
    person_id = wanted.person.id if wanted.person else None
    leaves_person = wanted.person is None and not wanted.nobody
    return (wanted.unit is None or report.unit_id == wanted.unit.id) and (
        leaves_person or report.assignee_id == person_id
    )


def carry_out(
    deed_uuid: uuid.UUID, wanted: Wanted, seen: Mapping[int, int], view: dict[str, str]
) -> BulkDeed:
    """Do it to all reports that allow it; what the same form has done already is done once.

    Args:
        deed_uuid: minted by the form.
        wanted: what.
        seen: the reports by id, each with the last line of its timeline that was seen.
        view: the filter it is done from.

    Raises:
        ReusedId: somebody else has used this id.
    """
    if known := find_deed(deed_uuid):
        if known.staff_id != current_user.id:
            raise ReusedId
        return known
    lock_reports(seen)
    at = now()
    deed = BulkDeed(
        uuid=deed_uuid,
        staff_id=current_user.id,
        at=at,
        action=wanted.action.value,
        chosen=wanted.in_ids(),
        view=view,
        undo_until=at + UNDO_FOR,
    )
    session().add(deed)
    session().flush()
    with outbox.holding_back(deed.undo_until + GRACE):
        changes = [_change(one, seen[one.id], wanted, deed) for one in list_chosen(seen)]
    session().add_all(changes)
    session().flush()
    return deed


def _change(report: Report, seen: int, wanted: Wanted, deed: BulkDeed) -> BulkChange:
    outcome = judge(report, seen, wanted)
    before = _as_it_is(report, wanted.action) if outcome is Outcome.DONE else {}
    if outcome is Outcome.DONE:
        _do(report, wanted)
    return BulkChange(
        deed_id=deed.id,
        report_id=report.id,
        outcome=outcome.value,
        event_id=max(event.id for event in report.events),
        before=before,
    )


def _do(report: Report, wanted: Wanted) -> None:
    report.asked_at = None
    if wanted.status:
        text = text_for(report, wanted)
        operations.change_status(report, wanted.status, current_user, public_text=text)
    elif wanted.category:
        operations.recategorise(report, wanted.category, current_user)
    else:
        if wanted.unit:
            operations.assign_unit(report, wanted.unit, current_user)
        if wanted.person or wanted.nobody:
            operations.assign_person(report, wanted.person, current_user)


def text_for(report: Report, wanted: Wanted) -> str:
    """What everybody reads at this report: what was typed, and the template in its language."""
    ready = template_text(wanted.template, report) if wanted.template else ""
    return "\n\n".join(part for part in (wanted.public_text, ready) if part)


def _as_it_is(report: Report, action: Action) -> dict[str, Any]:
    before = {name: _plain(getattr(report, name)) for name in _COLUMNS[action]}
    if action is Action.CATEGORY and report.contact:
        before["erase_on"] = _plain(report.contact.erase_on)
    return before


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def undo(deed: BulkDeed) -> None:
    """Put back what a deed has changed, at each report that nobody has touched since.

    What was held back of it is not sent. Undone twice is undone once.

    Args:
        deed: its row is locked.

    Raises:
        TooLateToUndo
    """
    if deed.undone_at:
        return
    if now() >= deed.undo_until:
        raise TooLateToUndo
    done = [one for one in list_changes(deed) if one.outcome == Outcome.DONE]
    lock_reports([one.report_id for one in done])
    reports = {one.id: one for one in list_chosen([one.report_id for one in done])}
    told: set[int] = set()
    for change in done:
        report = reports[change.report_id]
        if max(event.id for event in report.events) != change.event_id:
            change.outcome = Outcome.KEPT.value
            continue
        # Of all these only what the deed itself has told of was to leave at that moment.
        told.update(event.id for event in report.events)
        _put_back(report, change.before, Action(deed.action))
        change.outcome = Outcome.UNDONE.value
    outbox.take_back(deed.undo_until + GRACE, told)
    deed.undone_at = now()
    session().flush()


def _put_back(report: Report, before: dict[str, Any], action: Action) -> None:
    unit_id, person_id = report.unit_id, report.assignee_id
    for name in _COLUMNS[action]:
        setattr(report, name, _read(name, before.get(name)))
    if report.contact and "erase_on" in before:
        report.contact.erase_on = date.fromisoformat(before["erase_on"])
    session().flush()
    session().refresh(report, ["unit", "assignee", "category"])
    if action is Action.CLOSE:
        _note(report, EventKind.STATUS, report.status)
    elif action is Action.CATEGORY:
        _note(report, EventKind.CATEGORY, report.category.names[DEFAULT_LANGUAGE])
    else:
        if report.unit_id != unit_id:
            _note(report, EventKind.UNIT, report.unit.name)
        if report.assignee_id != person_id:
            person = report.assignee
            _note(report, EventKind.PERSON, person.name if person else None)


def _read(name: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if value and name.endswith(("_at", "_since")) else value


def _note(report: Report, what: EventKind, value: str | None) -> None:
    report.events.append(
        Event(
            kind=EventKind.UNDONE.value,
            staff_id=current_user.id,
            from_value=what.value,
            to_value=value,
        )
    )


def forget_old_deeds() -> int:
    """Forget deeds that nobody can undo any more and nobody asks for; for the worker.

    Returns:
        How many there were.
    """
    old = delete(BulkDeed).where(BulkDeed.at < now() - DEEDS_KEPT).returning(BulkDeed.id)
    return len(session().execute(old).all())
