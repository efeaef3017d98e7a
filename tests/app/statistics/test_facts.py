"""The columns: read before they are asked for, and following the timeline."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, update

from app.database import session
from app.reports.models import Event, Report
from app.statistics import facts


@pytest.fixture
def nothing_read(monkeypatch):
    def refuse(*_batches):
        raise AssertionError("read again")

    return lambda: monkeypatch.setattr(facts, "_keep", refuse)


def test_a_server_has_read_the_columns_before_anybody_asks(app, many, nothing_read):
    facts.read_ahead(app).join()
    nothing_read()
    [(counted,)] = facts.facts().rows("SELECT count(*) FROM reports")
    assert counted == session().scalar(
        select(func.count(Report.id)).where(Report.held_at.is_(None))
    )
    assert counted


def count_reports():
    return facts.facts().rows("SELECT count(*) FROM reports")[0][0]


def renumber(report, event_id):
    session().execute(update(Event).where(Event.report_id == report.id).values(id=event_id))
    session().commit()


def test_a_line_that_is_kept_after_a_later_one_is_seen_when_the_last_are_looked_at_again(
    entered, monkeypatch
):
    renumber(entered(), 900_000)
    before = count_reports()
    renumber(entered(), 899_999)
    assert count_reports() == before
    monkeypatch.setattr(facts, "LOOK_AGAIN_S", -1)
    assert count_reports() == before + 1
