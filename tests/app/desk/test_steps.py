"""The states of a report: the table of the contract, walked through the operations."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import select

from app.database import db, now
from app.problems import InvalidFields, NotPossibleNow
from app.reports.deadlines import due_at, local_day, working_days_between
from app.reports.operations import change_status
from app.reports.workflow import HANDLERS, Status, next_states
from app.staff.models import Staff

UNDERWAY = {"in_progress", "planned", "waiting"}
CLOSED = {"fixed", "no_action", "not_ours", "duplicate"}
# The table of the contract, written once more and plainly.
CONTRACT = {
    "received": UNDERWAY | CLOSED,
    "in_progress": {"planned", "waiting"} | CLOSED,
    "planned": {"in_progress", "waiting"} | CLOSED,
    "waiting": {"in_progress", "planned"} | CLOSED,
    "fixed": {"received"},
    "no_action": {"received"},
    "not_ours": {"received"},
    "duplicate": {"received"},
}


@pytest.fixture
def staff(app):
    return (
        db.session.scalars(select(Staff).where(Staff.email == "front_desk@demo.vof")).unique().one()
    )


@pytest.fixture
def report(filed):
    return filed()


def put_into(report, state):
    report.status = state
    report.closed_at = now() if state in CLOSED else None
    report.waiting_since = now() if state == "waiting" else None
    db.session.flush()


def test_the_states_are_those_of_the_contract():
    assert {status.value for status in Status} == set(CONTRACT)
    assert {role.value for role in HANDLERS} == {"front_desk", "crew", "manager"}


@pytest.mark.parametrize("current", CONTRACT)
def test_exactly_the_steps_of_the_contract_can_be_taken(report, staff, current):
    for wanted in CONTRACT:
        put_into(report, current)
        before = len(report.events)
        if wanted in CONTRACT[current]:
            event = change_status(report, wanted, staff, public_text="Hei", internal_text="Du")
            assert report.status == wanted
            assert (event.from_value, event.to_value) == (current, wanted)
            assert (event.public_text, event.internal_text) == ("Hei", "Du")
            assert event.staff_id == staff.id
            assert len(report.events) == before + 1
        else:
            with pytest.raises(NotPossibleNow):
                change_status(report, wanted, staff, public_text="Hei")
            assert report.status == current
            assert len(report.events) == before


@pytest.mark.parametrize("current", CONTRACT)
def test_exactly_these_steps_are_offered(front_desk, report, current):
    put_into(report, current)
    db.session.commit()
    assert {status.value for status in next_states(current)} == CONTRACT[current]
    page = front_desk.get(f"/desk/reports/{report.number}").text
    offered = {
        state
        for state in CONTRACT
        if 'name="status" id="status-' in page and f'value="{state}"' in page
    }
    assert offered == CONTRACT[current]


def test_a_report_is_open_or_closed_by_its_state(report, staff):
    for current, wanted in product(CONTRACT, CONTRACT):
        if wanted in CONTRACT[current]:
            put_into(report, current)
            change_status(report, wanted, staff, public_text="Hei")
            assert report.is_open == (wanted not in CLOSED), (current, wanted)
            assert (report.waiting_since is not None) == (wanted == "waiting")


def test_waiting_needs_a_question(report, staff):
    with pytest.raises(InvalidFields) as refused:
        change_status(report, "waiting", staff, internal_text="venter")
    assert set(refused.value.fields) == {"public_text"}
    assert report.status == "received"


def test_the_deadline_moves_by_the_working_days_it_waited(report, staff):
    before = report.due_at
    change_status(report, "waiting", staff, public_text="Hvor er det?")
    asked = now() - timedelta(days=9)
    report.waiting_since = asked
    change_status(report, "in_progress", staff)
    waited = working_days_between(local_day(asked), local_day(now()))
    assert waited > 0
    moved = working_days_between(local_day(before), local_day(report.due_at))
    assert moved == waited
    assert report.waiting_since is None


def test_a_reopened_report_gets_its_deadline_anew(report, staff):
    report.due_at = now() - timedelta(days=30)
    change_status(report, "fixed", staff)
    change_status(report, "received", staff)
    assert report.is_open
    assert report.due_at == due_at(now(), report.priority)


def test_closing_leaves_the_deadline_as_it_was(report, staff):
    before = report.due_at
    change_status(report, "fixed", staff)
    assert report.due_at == before
