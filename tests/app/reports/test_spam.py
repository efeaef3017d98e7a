"""What is held as spam, what is not, and that nothing is dropped."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy import select

from app.database import db
from app.outbox import OutboxMessage
from app.reports.keys import report_key
from app.reports.models import EventKind, Report
from app.reports.spam import CROWD, HeldReason
from tests.conftest import FROM_HERE, a_report, put_report, sign_at

LINKS = "https://a.example http://b.example www.c.example"
LONG = "Benken er brukket. " * 12


def the_report(number):
    return db.session.scalars(select(Report).where(Report.number == number)).one()


def reason(client, **changes):
    answer = put_report(client, a_report(**changes))
    assert answer.status_code == 201, answer.json
    return the_report(answer.json["number"]).held_reason


def send(client, sign, **fields):
    form = {"id": str(uuid4()), "category": "PA03", "description": "Brukket."} | fields
    answer = client.post(f"/s/{sign.code}", data=form, headers=FROM_HERE)
    assert answer.status_code == 303, answer.text
    return the_report(answer.location.split("/r/")[1].partition("?")[0])


@pytest.mark.parametrize(
    ("changes", "held"),
    [
        ({}, None),
        ({"website": None, "opened_seconds": None}, None),
        ({"website": "https://x.example"}, HeldReason.TRAP),
        ({"description": LINKS}, HeldReason.LINKS),
        ({"description": "Se https://a.example og https://b.example"}, None),
        ({"description": "Se https://a.example", "opened_seconds": 2}, HeldReason.TOO_FAST),
        ({"description": LONG, "opened_seconds": 2}, HeldReason.TOO_FAST),
        ({"description": LONG, "opened_seconds": 3}, None),
        ({"description": "", "opened_seconds": 0}, None),
        ({"description": "Brukket benk", "opened_seconds": 1}, None),
    ],
)
def test_what_looks_like_spam_is_held(client, changes, held):
    assert reason(client, **changes) == held


def test_a_held_report_is_answered_like_any_other(client):
    report_id, body = uuid4(), a_report(website="x", contact={"email": "kari@example.org"})
    first = put_report(client, body, report_id)
    assert (first.status_code, set(first.json)) == (201, {"number", "status", "url", "key"})
    again = put_report(client, body, report_id)
    assert (again.status_code, again.json) == (200, first.json)
    report = the_report(first.json["number"])
    assert report.held_at == report.received_at
    assert [event.kind for event in report.events] == [EventKind.RECEIVED, EventKind.HELD]


def test_how_the_form_was_filled_in_is_no_part_of_what_it_says(client):
    report_id = uuid4()
    first = put_report(client, a_report(opened_seconds=4), report_id)
    again = put_report(client, a_report(opened_seconds=9), report_id)
    assert (first.status_code, again.status_code) == (201, 200)


def test_nothing_is_sent_to_an_address_in_a_held_report(client):
    def kinds():
        return list(db.session.scalars(select(OutboxMessage.kind)))

    reason(client, website="x", contact={"email": "victim@example.org"})
    assert kinds() == []
    reason(client, contact={"email": "kari@example.org"})
    assert kinds() == ["report_received"]


def test_the_trap_field_of_the_form_holds(client, park_sign):
    page = client.get(f"/s/{park_sign.code}").text
    assert 'name="website"' in page
    assert 'tabindex="-1"' in page
    assert send(client, park_sign, website="https://x.example").held_reason == HeldReason.TRAP


def test_the_form_says_when_it_was_opened_and_the_server_counts(client, park_sign):
    fast, slow = str(int(time.time())), str(int(time.time()) - 5)
    assert send(client, park_sign, description=LONG, opened_at=fast).held_reason == "too_fast"
    assert send(client, park_sign, description=LONG, opened_at=slow).held_at is None


@pytest.mark.parametrize("opened_at", ["", "x", "-5", "99999999999", "9999999999", "²", "1.5"])
def test_a_form_that_does_not_say_it_sensibly_is_not_held_for_it(client, park_sign, opened_at):
    assert send(client, park_sign, description=LONG, opened_at=opened_at).held_at is None


def test_a_refused_form_was_opened_when_it_was_first_shown(client, park_sign):
    form = {"category": "PA03", "email": "no address", "opened_at": "1700000000", "website": "x"}
    page = client.post(f"/s/{park_sign.code}", data=form, headers=FROM_HERE)
    assert page.status_code == 422
    assert 'name="opened_at" value="1700000000"' in page.text
    assert 'value="x"' in page.text


def test_the_same_form_sent_twice_is_one_report_though_time_has_passed(client, park_sign):
    form = {"id": str(uuid4()), "opened_at": str(int(time.time()) - 5)}
    first = send(client, park_sign, **form)
    assert send(client, park_sign, **form).id == first.id


def test_a_crowd_at_one_sign_is_held_and_the_sign_beside_is_not(throttled):
    client = throttled.test_client()
    body = a_report(sign=sign_at("Byparken").code)
    elsewhere = sign_at("Stavanger idrettshall").code

    def from_somebody(n, **changes):
        answer = client.put(
            f"/api/v1/reports/{uuid4()}",
            json=body | changes,
            environ_base={"REMOTE_ADDR": f"10.0.{n // 60}.1"},
        )
        assert answer.status_code == 201
        return the_report(answer.json["number"])

    assert not any(from_somebody(n).held_at for n in range(CROWD))
    assert from_somebody(CROWD).held_reason == HeldReason.CROWD
    assert from_somebody(CROWD, sign=elsewhere).held_at is None


def test_its_reporter_is_told_that_somebody_looks_first(client, park_sign):
    report = send(client, park_sign, website="x")
    receipt = f"/r/{report.number}?key={report_key(report.uuid)}&sent=1&lang=en"
    assert "One of us looks at it first" in client.get(receipt).text
    assert report.number in client.get(receipt).text


def test_a_held_report_is_on_no_list(client, crew, front_desk, park_sign):
    report = send(client, park_sign, website="x")
    for visitor, page in (
        (client, f"/s/{park_sign.code}"),
        (client, f"/places/{park_sign.place_id}"),
        (client, f"/api/v1/open-reports?sign={park_sign.code}"),
        (crew, "/crew"),
        (front_desk, "/desk"),
        (front_desk, "/desk?status=open"),
        (front_desk, "/desk?q=Byparken"),
    ):
        answer = visitor.get(page)
        assert answer.status_code == 200
        assert report.number not in answer.text, page


@pytest.mark.soak
def test_a_school_class_at_one_sign_gets_in_within_a_minute(fresh_server):
    """With the limits on: thirty pupils behind one address, each with their own phone."""
    fresh_server.environment["RATE_LIMITS"] = "on"
    fresh_server.start()
    code = fresh_server.log().split("/s/")[1][:6]

    def pupil(n):
        report_id = uuid4()
        body = a_report(sign=code, channel="qr", description=f"Nr. {n}", opened_seconds=4)
        status, _ = fresh_server.request("PUT", f"/api/v1/reports/{report_id}", body)
        return status

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(pupil, range(30))) == [201] * 30
    status, body = fresh_server.request("GET", f"/api/v1/open-reports?sign={code}")
    assert status == 200
    assert body.count(b'"number"') == 20
    _, page = fresh_server.request("GET", f"/s/{code}")
    assert int(re.search(rb"data-total>(\d+)<", page)[1]) >= 30
