"""Addresses that are needed no more are forgotten."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from app.database import now, session
from app.notices import housekeeping, operations
from app.outbox import MessageState, OutboxMessage
from app.reports.deadlines import local_day
from app.reports.housekeeping import erase_contacts
from app.reports.models import Report
from tests.app.notices.conftest import KARI, subscriptions
from tests.push_service import Browser

OLA = "ola@example.org"


@pytest.fixture
def followed(reported, work):
    """A report with its reporter's and a follower's subscription, both confirmed."""
    report = reported()
    work()
    operations.follow_by_email(report, OLA, "nb", by_reporter=False)
    for one in subscriptions():
        one.confirmed_at = now()
    session().commit()
    return report


def addresses():
    session().expire_all()
    return [one.address for one in subscriptions()]


def aged(days):
    for one in subscriptions():
        one.created_at = now() - timedelta(days=days)
    session().commit()


def test_a_reporters_end_with_the_contact_details(followed):
    followed.contact.erase_on = local_day(now())
    aged(followed.category.retention_days + 1)
    assert housekeeping.end_subscriptions() == 0
    assert erase_contacts() == 1
    assert housekeeping.end_subscriptions() == 1
    assert addresses() == [OLA]


def test_a_followers_end_when_the_report_has_been_closed_for_long(followed):
    keeps = followed.category.retention_days
    followed.status, followed.closed_at = "fixed", now() - timedelta(days=keeps - 1)
    session().commit()
    assert housekeeping.end_subscriptions() == 0
    followed.closed_at = now() - timedelta(days=keeps + 1)
    session().commit()
    assert housekeeping.end_subscriptions() == 2
    assert addresses() == []


def test_a_follower_of_an_open_report_stays_however_old_it_is(followed):
    aged(4000)
    assert housekeeping.end_subscriptions() == 0
    assert addresses() == [KARI, OLA]


def test_who_used_the_key_without_leaving_contact_details_stays_for_as_long(filed):
    report = filed()
    operations.follow_by_push(report, "https://x", Browser().keys, "nb", by_reporter=True)
    session().commit()
    assert housekeeping.end_subscriptions() == 0
    aged(report.category.retention_days + 1)
    assert housekeeping.end_subscriptions() == 1


def test_a_question_nobody_answers_is_forgotten_after_two_weeks(reported, work):
    report = reported()
    work()
    operations.follow_by_email(report, OLA, "nb", by_reporter=False)
    aged(13)
    assert housekeeping.end_subscriptions() == 0
    aged(15)
    assert housekeeping.end_subscriptions() == 1
    assert addresses() == [KARI], "the reporter may say yes as long as the contact details last"


def test_the_dead_are_forgotten_after_three_months(app):
    for days, state in ((91, "dead"), (89, "dead"), (91, "waiting")):
        at = now() - timedelta(days=days)
        session().add(OutboxMessage(kind="x", payload={}, state=state, available_at=at))
    session().commit()
    assert housekeeping.forget_dead_messages() == 1
    states = session().scalars(select(OutboxMessage.state).order_by(OutboxMessage.id)).all()
    assert states == [MessageState.DEAD, MessageState.WAITING]


def test_both_are_done_by_the_worker(app):
    periodic = app.extensions["work"]().queue._registry.periodic_tasks
    names = {task.name for task in periodic}
    assert names >= {"end_subscriptions", "forget_dead_messages", "sweep_outbox"}


def test_a_report_that_goes_takes_its_subscriptions_along(followed):
    session().execute(delete(Report).where(Report.id == followed.id))
    session().commit()
    assert addresses() == []
