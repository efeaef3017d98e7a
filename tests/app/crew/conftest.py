"""What the tests of the crew's tablet share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from app.database import db
from app.places.models import Unit
from app.reports.models import Report
from app.staff.models import Staff
from tests.conftest import FROM_HERE

API = "/api/v1/crew"


@pytest.fixture
def filed_here(filed: Callable[..., Report], crew: FlaskClient) -> Callable[..., Report]:
    """Files a report that the crew's own unit has."""

    def file(**changes: Any) -> Report:
        report = filed(**changes)
        report.unit_id = db.session.query(Unit.id).filter_by(name="Park og natur").scalar()
        db.session.commit()
        return report

    return file


def version(report: Report) -> int:
    return max(event.id for event in report.events)


def id_of(role: str) -> int:
    return db.session.query(Staff.id).filter_by(email=f"{role}@demo.vof").scalar()


def send(client: FlaskClient, report: Report, action_id: Any = None, **content: Any) -> Any:
    """What a tablet sends of one action."""
    body = {"report": report.number, "kind": "note", "version": version(report)} | content
    return client.put(f"{API}/actions/{action_id or uuid4()}", json=body, headers=FROM_HERE)
