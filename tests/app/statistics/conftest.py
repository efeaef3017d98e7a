"""Reports of several years, made by the demo's own rules and by hand."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from app.database import db, now
from app.demo.reports import add_reports
from app.reports.models import Category, Event, Report

OSLO_NOON = datetime(2025, 6, 2, 10, tzinfo=UTC)


@pytest.fixture
def many(app) -> None:
    """Some hundred reports of two years, as the demo has them."""
    add_reports(random.Random(1), 300, until=now())
    db.session.commit()


@pytest.fixture
def entered(app) -> Callable[..., Report]:
    """Enters a report as it would stand in the register, with a line in its timeline."""
    category = db.session.scalars(select(Category).where(Category.code == "PA03")).one()

    def enter(received_at: datetime = OSLO_NOON, **changes: Any) -> Report:
        content = {
            "category_id": category.id,
            "unit_id": category.unit_id,
            "priority": "P3",
            "channel": "qr",
            "language": "nb",
            "due_at": received_at + timedelta(days=7),
        } | changes
        report = Report(
            uuid=uuid4(),
            number=f"{received_at.year}-{uuid4().int % 10**8:08}",
            fingerprint="",
            created_at=received_at,
            received_at=received_at,
            **content,
        )
        report.events.append(Event(kind="received", at=received_at))
        db.session.add(report)
        db.session.commit()
        return report

    return enter
