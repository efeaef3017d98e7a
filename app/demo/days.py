"""Made-up data counts from the start of a day: the same at whatever hour it is loaded."""

from __future__ import annotations

from datetime import UTC, datetime, time

from app.languages import OSLO


def start_of_day(moment: datetime) -> datetime:
    """The midnight in Norway before an instant, in UTC."""
    return datetime.combine(moment.astimezone(OSLO).date(), time(), OSLO).astimezone(UTC)
