"""Reports that are late for the first time: each unit's lead is told, once, on working days."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import select

from app import outbox
from app.database import now, session
from app.reports.deadlines import is_working_day, local_day
from app.reports.models import Report

# A register that has been neglected is told of in the portions of several mornings.
MOST_AT_ONCE = 1_000


def escalate_late_reports() -> int:
    """Put one message for each unit with reports that have become late into the outbox.

    Returns:
        How many reports it tells of.
    """
    moment = now()
    if not is_working_day(local_day(moment)):
        return 0
    query = (
        select(Report)
        .where(
            Report.closed_at.is_(None),
            Report.held_at.is_(None),
            Report.waiting_since.is_(None),
            Report.escalated_at.is_(None),
            Report.due_at < moment,
        )
        .order_by(Report.due_at, Report.id)
        .limit(MOST_AT_ONCE)
        # A second worker at the same moment finds nothing left to tell of.
        .with_for_update(skip_locked=True)
    )
    late: dict[int, list[int]] = defaultdict(list)
    for report in session().scalars(query):
        report.escalated_at = moment
        late[report.unit_id].append(report.id)
    for unit_id, report_ids in late.items():
        outbox.put("late_reports", unit_id=unit_id, report_ids=report_ids)
    session().flush()
    return sum(map(len, late.values()))
