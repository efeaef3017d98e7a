"""What a colleague does between reading and locking, on connections of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from flask import Flask, g
from sqlalchemy import delete, select

from app.database import db, session
from app.desk import bulk
from app.desk.models import Action, BulkDeed, Outcome
from app.desk.queries import list_chosen
from app.outbox import OutboxMessage
from app.problems import InvalidFields
from app.reports import operations
from app.reports.followers import follow_report
from app.reports.merging import lock_kept
from app.reports.models import Event, Follower, Report
from app.reports.queries import find_report
from app.reports.workflow import Status
from app.staff.models import Staff
from tests.conftest import a_report, put_report

pytestmark = pytest.mark.postgis


@pytest.fixture
def shared(postgis_app: Flask) -> Iterator[Flask]:
    """The application on PostGIS, where what one connection commits is there for another."""
    with postgis_app.app_context():
        yield postgis_app
        db.session.rollback()
        for table in (OutboxMessage, BulkDeed, Event, Follower, Report):
            db.session.execute(delete(table))
        db.session.commit()


@pytest.fixture
def number(shared: Flask) -> Callable[[], str]:
    """Files a report and tells its number."""
    return lambda: put_report(shared.test_client(), a_report()).json["number"]


@pytest.fixture
def meanwhile(shared: Flask) -> Callable[..., None]:
    """Lets a colleague do something with reports, by their numbers, and commit it."""

    def do(change: Callable[..., object], *numbers: str) -> None:
        with shared.app_context():
            reports = [find_report(one, for_change=True) for one in numbers]
            change(*reports, person("manager"))
            db.session.commit()

    return do


def person(role: str) -> Staff:
    return session().scalars(select(Staff).where(Staff.email == f"{role}@demo.vof")).unique().one()


def plan(report: Report, staff: Staff) -> None:
    operations.change_status(report, "planned", staff)


def test_a_bulk_deed_judges_reports_as_they_are_once_they_are_locked(shared, number, meanwhile):
    own = number()
    with shared.test_request_context(method="POST"):
        g._login_user = person("front_desk")
        report = find_report(own)
        seen = {report.id: report.events[-1].id}
        list_chosen(seen)
        meanwhile(plan, own)
        wanted = bulk.Wanted(Action.CLOSE, status=Status.FIXED)
        (change,) = bulk.carry_out(uuid4(), wanted, seen, {}).changes
        assert change.outcome == Outcome.CHANGED
        assert report.status == "planned"


def test_undoing_sees_who_has_worked_on_a_report_since(shared, number, meanwhile):
    own = number()
    with shared.test_request_context(method="POST"):
        g._login_user = person("front_desk")
        report = find_report(own)
        wanted = bulk.Wanted(Action.CLOSE, status=Status.FIXED)
        deed = bulk.carry_out(uuid4(), wanted, {report.id: report.events[-1].id}, {})
        db.session.commit()
        assert len(report.events) == 2
        meanwhile(lambda one, staff: operations.change_status(one, "received", staff), own)
        bulk.undo(deed)
        assert [one.outcome for one in deed.changes] == [Outcome.KEPT]
        assert report.status == "received"


def test_a_report_that_is_locked_is_read_anew(number, meanwhile):
    own = number()
    read = find_report(own)
    assert read.status == "received"
    meanwhile(plan, own)
    locked = find_report(own, for_change=True)
    assert locked is read
    assert (locked.status, len(locked.events)) == ("planned", 2)


def test_what_was_changed_before_the_lock_is_written_and_not_lost(number):
    report = find_report(number())
    report.address = "ved porten"
    assert find_report(report.number, for_change=True).address == "ved porten"


def test_a_duplicate_leads_to_the_report_that_is_kept_by_now(number, meanwhile):
    own, other, third = number(), number(), number()
    named = find_report(other)
    assert named.merged_into is None
    meanwhile(operations.merge_report, other, third)
    meanwhile(lambda _report, _staff: follow_report(third, uuid4(), "web"), third)
    kept = lock_kept(find_report(own, for_change=True), named)
    assert (kept.number, kept.follower_count) == (third, 2)


def test_two_reports_never_become_duplicates_of_each_other(number, meanwhile):
    own, other = number(), number()
    report, named = find_report(own), find_report(other)
    assert named.merged_into is None
    meanwhile(operations.merge_report, other, own)
    with pytest.raises(InvalidFields):
        lock_kept(report, named)
