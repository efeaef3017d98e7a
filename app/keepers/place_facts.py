"""What hangs on places: signs and reports."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from app.database import session
from app.reports.models import Report
from app.signs.models import Sign, SignState


def count_signs_at(place_ids: Sequence[int]) -> dict[int, int]:
    """How many signs that have not been taken down lead to each place; none at all is left out."""
    query = (
        select(Sign.place_id, func.count().label("signs"))
        .where(Sign.place_id.in_(place_ids), Sign.state != SignState.RETIRED.value)
        .group_by(Sign.place_id)
    )
    return {row.place_id: row.signs for row in session().execute(query)}


def count_reports_at(place_id: int) -> tuple[int, int]:
    """How many reports a place has had, and how many of them are open."""
    query = select(func.count(), func.count().filter(Report.closed_at.is_(None)))
    total, still_open = session().execute(query.where(Report.place_id == place_id)).one()
    return total, still_open
