"""Held reports at the desk: found, understood, released or closed."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.database import db
from app.outbox import OutboxMessage
from app.reports.models import Event, Report
from app.staff.models import Staff


@pytest.fixture
def held(filed, park_sign):
    return filed(sign=park_sign.code, website="x", contact={"email": "kari@example.org"})


def again(report):
    return db.session.get(Report, report.id, populate_existing=True)


def last_event(report):
    query = select(Event).where(Event.report_id == report.id).order_by(Event.id.desc())
    return db.session.scalars(query).first()


def sent():
    return list(db.session.scalars(select(OutboxMessage.kind)))


def test_the_desk_is_told_that_reports_are_held_and_finds_them(front_desk, filed, held):
    normal = filed()
    page = front_desk.get("/desk?lang=en").text
    assert "1 report is held" in page
    assert held.number not in page
    page = front_desk.get("/desk?status=held&lang=en").text
    assert held.number in page
    assert "A field that people cannot see was filled in." in page
    assert normal.number not in page


def test_nothing_is_said_where_nothing_is_held(front_desk, filed):
    filed()
    assert "is held" not in front_desk.get("/desk?lang=en").text


def test_a_held_report_is_found_by_its_number(front_desk, held):
    page = front_desk.get("/desk", query_string={"q": held.number, "lang": "en"}).text
    assert f"/desk/reports/{held.number}" in page
    assert "Held" in page


def test_its_page_says_why_and_offers_to_release_it(front_desk, admin, held):
    page = f"/desk/reports/{held.number}?lang=en"
    assert "This report is held" in front_desk.get(page).text
    assert "/release" in front_desk.get(page).text
    assert "/release" not in admin.get(page).text


def test_a_released_report_is_one_like_any_other(client, front_desk, crew, held):
    address = f"/desk/reports/{held.number}"
    for _ in range(2):
        answer = front_desk.post(f"{address}/release")
        assert (answer.status_code, answer.location) == (303, address)
    report = again(held)
    assert (report.held_at, report.held_reason) == (None, None)
    event = last_event(report)
    assert (event.kind, event.from_value) == ("released", "trap")
    assert db.session.get(Staff, event.staff_id).email == "front_desk@demo.vof"
    assert sum(one.kind == "released" for one in report.events) == 1
    assert sent() == ["report_received"]
    assert held.number in front_desk.get("/desk").text
    assert held.number in client.get(f"/places/{report.place_id}").text
    assert "This report is held" not in front_desk.get(f"{address}?lang=en").text


def test_whoever_takes_it_up_has_judged_it(front_desk, held):
    front_desk.post(f"/desk/reports/{held.number}/status", data={"status": "in_progress"})
    report = again(held)
    assert report.held_at is None
    assert [event.kind for event in report.events] == ["received", "held", "released", "status"]
    assert sent() == ["report_received", "event"]


def test_spam_is_closed_without_action_and_stays_out_of_sight(client, front_desk, held):
    data = {"status": "no_action", "public_text": "Reklame"}
    front_desk.post(f"/desk/reports/{held.number}/status", data=data)
    assert again(held).held_at is not None
    assert sent() == []
    for page in ("/desk", "/desk?status=held", "/desk?status=no_action"):
        assert held.number not in front_desk.get(page).text, page
    assert held.number not in client.get(f"/places/{held.place_id}").text
    assert held.number in front_desk.get("/desk", query_string={"q": held.number}).text


@pytest.mark.parametrize("role", ["crew", "sign_keeper", "admin"])
def test_only_the_desk_releases(request, held, role):
    answer = request.getfixturevalue(role).post(f"/desk/reports/{held.number}/release")
    assert answer.status_code == 403
    assert again(held).held_at is not None


def test_the_register_says_how_many_have_noticed_it_too(front_desk, filed):
    report = filed()
    report.follower_count = 4
    db.session.commit()
    for page in ("/desk", f"/desk/reports/{report.number}"):
        assert "4 others have noticed this" in front_desk.get(f"{page}?lang=en").text
