"""“Me too”: more people who met the same fault. Enough of them raise the report's priority."""

from __future__ import annotations

import uuid

from app.database import now, session
from app.problems import NoSuchReport, ReportClosed, ReportHeld, ReusedId
from app.reports.deadlines import WORKING_DAYS, brought_forward, moved
from app.reports.models import Event, EventKind, Follower, Report
from app.reports.queries import find_follower, find_report_to_follow

# The third follower raises the priority by a step and the tenth by one more.
RAISED_AT = frozenset({3, 10})
# P0 is for danger, which followers do not tell of; so they raise to P1 at most.
STEPS = {"P4": "P3", "P3": "P2", "P2": "P1"}


def follow_report(number: str, follower_uuid: uuid.UUID, channel: str) -> tuple[Report, bool]:
    """Note that one more person has met this fault; the same id again is answered as once.

    Returns:
        The report, and whether the follower is new.

    Raises:
        NoSuchReport: no report has this number.
        ReusedId: the id follows another report.
        ReportClosed, ReportHeld: there is nothing to follow.
    """
    report = find_report_to_follow(number)
    if report is None:
        raise NoSuchReport
    known = find_follower(follower_uuid)
    if known is not None:
        if known.report_id != report.id:
            raise ReusedId
        return report, False
    if report.held_at:
        raise ReportHeld
    if not report.is_open:
        raise ReportClosed
    session().add(Follower(uuid=follower_uuid, report_id=report.id, channel=channel))
    count_more(report, 1)
    session().flush()
    return report, True


def count_more(report: Report, count: int) -> None:
    """Add followers to a report whose row is locked, so that however many come are counted."""
    before = report.follower_count
    report.follower_count = before + count
    for threshold in sorted(RAISED_AT):
        if before < threshold <= report.follower_count and report.is_open:
            _raise_priority(report)


def _raise_priority(report: Report) -> None:
    raised = STEPS.get(report.priority)
    if raised is None:
        return
    session().add(
        Event(
            report_id=report.id,
            kind=EventKind.PRIORITY.value,
            from_value=report.priority,
            to_value=raised,
        )
    )
    # While a report waits for its reporter its time stands still, at the day it began to wait.
    today = report.waiting_since or now()
    own_days = report.category.days_for(report.priority)
    if own_days is None:
        report.due_at = brought_forward(report.due_at, report.priority, raised, today)
    else:
        most = min(own_days, WORKING_DAYS[raised])
        report.due_at = moved(report.due_at, own_days, most, today)
    report.priority = raised
