"""Reports that have become late: somebody who answers for the unit is told, once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.database import db, now
from app.places.models import Unit
from app.reports import escalation
from app.reports.escalation import escalate_late_reports
from app.reports.models import Category, Report
from app.reports.operations import assign_unit, change_status, recategorise
from app.staff.models import Staff

FRIDAY = datetime(2026, 11, 27, 5, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def on_a_friday(monkeypatch):
    monkeypatch.setattr(escalation, "now", lambda: FRIDAY)


@pytest.fixture
def late(filed):
    """Files a report whose deadline passed on the day before."""

    def file(**changes):
        report = filed(**changes)
        report.due_at = FRIDAY - timedelta(days=1)
        db.session.commit()
        return report

    return file


def person(email):
    return db.session.scalars(select(Staff).where(Staff.email == email)).unique().one()


def escalate():
    count = escalate_late_reports()
    db.session.commit()
    return count


def test_the_lead_gets_one_mail_for_all_that_is_late_and_never_another(late, mails, work):
    first, second = late(), late()
    first.unit.lead = person("crew@demo.vof")
    db.session.commit()
    assert escalate() == 2
    work()
    [mail] = mails()
    assert mail["To"] == "crew@demo.vof"
    text = mail.get_body(("plain",)).get_content()
    assert first.number in text
    assert second.number in text
    assert f"/desk?unit={first.unit_id}&deadline=late" in text
    assert "List-Unsubscribe" not in mail
    assert escalate() == 0


def test_each_unit_hears_of_its_own(late, mails, work):
    one, other = late(), late(category="PA10")
    assert one.unit_id != other.unit_id
    for report, address in ((one, "park@example.org"), (other, "vei@example.org")):
        db.session.get(Unit, report.unit_id).email = address
    db.session.commit()
    escalate()
    work()
    told = {mail["To"]: mail.get_body(("plain",)).get_content() for mail in mails()}
    assert one.number in told["park@example.org"]
    assert one.number not in told["vei@example.org"]


def test_without_lead_and_mailbox_the_managers_are_told(late, mails, work):
    report = late()
    lead = person("crew@demo.vof")
    lead.active, report.unit.lead = False, lead
    db.session.commit()
    escalate()
    work()
    assert [mail["To"] for mail in mails()] == ["manager@demo.vof"]


@pytest.mark.parametrize("state", ["closed", "waiting", "held", "in time"])
def test_nobody_is_told_of_what_is_not_late(late, state):
    report = late()
    if state == "closed":
        report.closed_at = now()
    elif state == "waiting":
        report.waiting_since = now()
    elif state == "held":
        report.held_at = now()
    else:
        report.due_at = FRIDAY + timedelta(hours=1)
    db.session.commit()
    assert escalate() == 0


def test_nothing_is_said_on_a_day_off(late, monkeypatch):
    late()
    monkeypatch.setattr(escalation, "now", lambda: FRIDAY + timedelta(days=1))
    assert escalate() == 0


def test_what_was_put_right_before_the_mail_went_is_left_out(late, mails, work):
    late()
    escalate()
    db.session.scalars(select(Report)).first().closed_at = now()
    db.session.commit()
    work()
    assert mails() == []


def category(code):
    return db.session.scalars(select(Category).where(Category.code == code)).one()


def test_a_report_that_was_late_unsorted_can_become_late_where_it_is_sorted(late):
    report = late(category="")
    escalate()
    recategorise(report, category("PA03"), person("front_desk@demo.vof"))
    report.due_at = FRIDAY - timedelta(days=1)
    db.session.commit()
    assert escalate() == 1


def test_the_lead_of_another_unit_hears_of_what_is_late_already(late):
    desk, elsewhere = person("front_desk@demo.vof"), category("PA10").unit
    report, sorted_there = late(), late()
    escalate()
    assign_unit(report, elsewhere, desk)
    recategorise(sorted_there, category("PA10"), desk)
    sorted_there.due_at = report.due_at
    db.session.commit()
    assert escalate() == 2
    assign_unit(report, elsewhere, desk)
    recategorise(sorted_there, category("PA10"), desk)
    db.session.commit()
    assert escalate() == 0


def test_sorting_what_stays_late_with_its_unit_is_no_news(late):
    report = late()
    escalate()
    danger = category("PA01")
    assert danger.unit_id == report.unit_id
    recategorise(report, danger, person("front_desk@demo.vof"))
    db.session.commit()
    assert escalate() == 0


def test_a_reopened_report_can_become_late_anew(late):
    report = late()
    escalate()
    desk = person("front_desk@demo.vof")
    change_status(report, "fixed", desk)
    change_status(report, "received", desk)
    db.session.commit()
    assert report.escalated_at is None
    report.due_at = FRIDAY - timedelta(days=1)
    db.session.commit()
    assert escalate() == 1
