"""What residents tell of a sign itself: that it was scanned, or that something is wrong with it."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import delete, func, select

from app.database import db
from app.signs.models import Sign, SignEvent, SignScans
from tests.conftest import FROM_HERE

PHONE = {"User-Agent": "Mozilla/5.0 (Linux; Android 15; Pixel 9) Chrome/131.0 Mobile"}


@pytest.fixture(autouse=True)
def nothing_counted(app):
    db.session.execute(delete(SignScans))
    db.session.execute(delete(SignEvent))


def scans_of(sign):
    query = select(func.sum(SignScans.count)).where(SignScans.sign_id == sign.id)
    return db.session.scalar(query) or 0


def scan(client, sign, **headers):
    return client.post(f"/s/{sign.code}/scanned", headers=FROM_HERE | PHONE | headers)


def test_scans_are_counted_by_the_day_and_nothing_else_is_kept(client, park_sign, hall_sign):
    for _ in range(3):
        answer = scan(client, park_sign)
        assert answer.status_code == 204
        assert "Set-Cookie" not in answer.headers
    scan(client, hall_sign)
    assert (scans_of(park_sign), scans_of(hall_sign)) == (3, 1)
    assert db.session.scalar(select(func.count()).select_from(SignScans)) == 2
    assert {column.name for column in SignScans.__table__.columns} == {"sign_id", "day", "count"}


@pytest.mark.parametrize(
    "name", ["", "Googlebot/2.1", "facebookexternalhit/1.1", "curl/8.5", "Slackbot-LinkExpanding"]
)
def test_machines_that_read_pages_by_themselves_do_not_count(client, park_sign, name):
    assert scan(client, park_sign, **{"User-Agent": name}).status_code == 204
    assert scans_of(park_sign) == 0


def test_whoever_is_at_work_does_not_count(sign_keeper, front_desk, park_sign):
    for staff in (sign_keeper, front_desk):
        assert scan(staff, park_sign).status_code == 204
    assert scans_of(park_sign) == 0


def test_a_page_that_is_merely_fetched_counts_nothing(client, park_sign):
    client.get(f"/s/{park_sign.code}")
    assert scans_of(park_sign) == 0


def test_a_scan_of_no_sign_is_a_404(client):
    answer = client.post("/s/000000/scanned", headers=FROM_HERE | PHONE)
    assert answer.status_code == 404


def tell(client, sign, **fields):
    sent = {"id": str(uuid4()), "what": "covered"} | fields
    return client.post(f"/s/{sign.code}/sign?lang=en", data=sent, headers=FROM_HERE)


def events_of(sign):
    return db.session.scalars(select(SignEvent).where(SignEvent.sign_id == sign.id)).all()


def test_a_resident_says_that_a_sign_was_tampered_with(client, sign_keeper, park_sign):
    answer = tell(client, park_sign, text="Et klistremerke over koden")
    assert answer.status_code == 303
    assert "Thank you" in client.get(answer.location).text
    (event,) = events_of(park_sign)
    assert (event.kind, event.to_value, event.staff_id) == ("tampered", "covered", None)
    page = sign_keeper.get(f"/signs/{park_sign.code}?lang=en").text
    assert "Something is pasted over the sign" in page
    assert "Et klistremerke over koden" in page


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [({"what": ""}, "what"), ({"what": "x"}, "what"), ({"text": "x" * 1001}, "text")],
)
def test_what_is_wrong_comes_back_with_everything_typed(client, park_sign, fields, wrong):
    answer = tell(client, park_sign, **({"text": "Et klistremerke"} | fields))
    assert answer.status_code == 422
    assert f'id="{wrong}-error"' in answer.text
    assert (fields.get("text") or "Et klistremerke")[:50] in answer.text
    assert not events_of(park_sign)


def test_the_form_of_a_sign_leads_there(client, park_sign):
    page = client.get(f"/s/{park_sign.code}?lang=en").text
    assert f"/s/{park_sign.code}/sign?lang=en" in page


def test_only_sign_keepers_see_their_bar(client, sign_keeper, front_desk, park_sign):
    address = f"/s/{park_sign.code}"
    assert f"/signs/{park_sign.code}/events" in sign_keeper.get(address).text
    assert "keeper" in sign_keeper.get("/offline").text
    for other in (client, front_desk):
        assert "keeper" not in other.get(address).text
        assert "keeper" not in other.get("/offline").text


def test_a_retired_sign_can_be_looked_at_by_its_keeper(sign_keeper, park_sign):
    park_sign.state = "retired"
    db.session.commit()
    assert db.session.get(Sign, park_sign.id).state == "retired"
    assert sign_keeper.get(f"/s/{park_sign.code}").status_code == 200
