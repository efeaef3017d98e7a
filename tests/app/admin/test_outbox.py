"""The outbox on screen: what could not be sent is seen, sent again, or given up with a reason."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app import outbox
from app.admin.outbox import KINDS
from app.audit import AuditEntry
from app.database import db, now
from app.jobs import HANDLERS
from app.notices.operations import enter_reporter
from app.outbox import MessageState, OutboxMessage, Undeliverable
from tests.conftest import FROM_HERE

PAGE = "/admin/outbox"


@pytest.fixture
def dead(filed, app):
    """A receipt of a report and a mail about a unit that could not be sent."""
    report = filed()
    subscription = enter_reporter(report, "kari@example.org")
    outbox.put("receipt", subscription_id=subscription.id)
    outbox.put("late_reports_mail", unit_id=report.unit_id, staff_id=None, report_ids=[report.id])
    db.session.commit()

    def refuse(_claim):
        raise Undeliverable("550 5.7.1 not from you")

    outbox.drain(dict.fromkeys(HANDLERS, refuse))
    return messages(), report


def messages():
    db.session.expire_all()
    return db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()


def states():
    return [one.state for one in messages()]


def logged():
    wanted = AuditEntry.action.startswith("outbox_")
    return db.session.scalars(select(AuditEntry).where(wanted)).all()


def test_every_kind_of_message_has_a_name():
    assert set(KINDS) == set(HANDLERS)


def test_what_could_not_be_sent_is_shown_with_its_reason_and_no_address(admin, dead):
    _messages, report = dead
    page = admin.get(PAGE).text
    assert "550 5.7.1 not from you" in page
    assert f"/desk/reports/{report.number}" in page
    assert "k•••@example.org" in page
    assert "kari@" not in page
    assert report.unit.name in page


def test_one_those_chosen_or_all_are_sent_again_and_that_is_logged(admin, dead):
    (first, second), _report = dead
    answer = admin.post(f"{PAGE}/retry", data={"one": first.id}, headers=FROM_HERE)
    assert answer.status_code == 303
    assert states() == [MessageState.WAITING, MessageState.DEAD]
    admin.post(f"{PAGE}/retry", data={"message": [second.id, "x"]}, headers=FROM_HERE)
    assert states() == [MessageState.WAITING] * 2
    for one in messages():
        one.state = MessageState.DEAD
    db.session.commit()
    admin.post(f"{PAGE}/retry", data={"all": 1, "kind": "receipt"}, headers=FROM_HERE)
    assert states() == [MessageState.WAITING, MessageState.DEAD]
    admin.post(f"{PAGE}/retry", data={"all": 1, "kind": ""}, headers=FROM_HERE)
    assert states() == [MessageState.WAITING] * 2
    assert [one.details["count"] for one in logged()] == [1, 1, 1, 1]
    assert all(one.staff_id for one in logged())


def test_nothing_chosen_sends_nothing(admin, dead):
    admin.post(f"{PAGE}/retry", data={}, headers=FROM_HERE)
    assert states() == [MessageState.DEAD] * 2
    assert logged() == []


def test_the_worker_is_woken(app, admin, dead):
    (first, _second), _report = dead
    woken = []
    before, app.extensions["wake_worker"] = app.extensions["wake_worker"], lambda: woken.append(1)
    try:
        admin.post(f"{PAGE}/retry", data={"one": first.id}, headers=FROM_HERE).close()
    finally:
        app.extensions["wake_worker"] = before
    assert woken == [1]


def test_a_message_is_given_up_only_with_a_reason(admin, dead):
    (first, second), report = dead
    address = f"{PAGE}/{first.id}/drop"
    refused = admin.post(address, data={"reason": " "}, headers=FROM_HERE)
    assert refused.status_code == 422
    assert f'id="reason-{first.id}-error"' in refused.text
    answer = admin.post(address, data={"reason": "Ringte i stedet"}, headers=FROM_HERE)
    assert answer.status_code == 303
    assert [one.id for one in messages()] == [second.id]
    (entry,) = logged()
    assert entry.details == {
        "kind": "receipt",
        "reason": "Ringte i stedet",
        "report": report.number,
    }
    assert "Ringte i stedet" in admin.get("/admin/log").text


def test_what_a_colleague_has_sent_again_is_not_given_up(admin, dead):
    (first, _second), _report = dead
    first.state = MessageState.WAITING
    db.session.commit()
    answer = admin.post(f"{PAGE}/{first.id}/drop", data={"reason": "x"}, headers=FROM_HERE)
    assert answer.status_code == 422
    assert len(messages()) == 2
    assert logged() == []


def test_managers_look_and_change_nothing(manager, dead):
    (first, _second), _report = dead
    page = manager.get(PAGE).text
    assert "550 5.7.1" in page
    assert "/retry" not in page
    assert "/drop" not in page
    answer = manager.post(f"{PAGE}/retry", data={"one": first.id}, headers=FROM_HERE)
    assert answer.status_code == 403


def test_what_waits_is_shown_and_a_worker_that_stands_still_is_noticed(admin, app):
    outbox.put("event", event_id=1)
    db.session.commit()
    page = admin.get(f"{PAGE}?state=waiting&kind=event").text
    assert "0 av 8" in page
    assert 'data-color="danger"' not in page
    messages()[0].available_at = now() - timedelta(minutes=11)
    db.session.commit()
    assert 'data-color="danger"' in admin.get(PAGE).text


def test_many_messages_come_in_pages_in_few_statements(admin, dead, count_statements):
    (first, _second), _report = dead
    for _ in range(60):
        payload = dict(first.payload)
        db.session.add(OutboxMessage(kind="receipt", payload=payload, state="dead"))
    db.session.commit()
    admin.get(PAGE)
    count_statements.texts.clear()
    page = admin.get(PAGE).text
    assert len(count_statements) <= 11, count_statements.texts
    assert page.count("550 5.7.1") == 2
    last = messages()[49].id
    assert f"after={last}" in page
    assert admin.get(f"{PAGE}?after={last}").text.count('<li class="panel') == 12
