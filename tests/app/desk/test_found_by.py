"""A report that is found by who reported is looked at, and the log says so."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.audit import AuditEntry
from app.database import db
from app.reports.models import Event
from app.staff.models import Staff
from tests.conftest import FROM_HERE

KARI = {"name": "Kari Nordmann", "email": "kari@example.org", "phone": "+47 412 34 567"}
HERE = {"lat": 58.97, "lon": 5.73}


@pytest.fixture
def hers(filed):
    return filed(description="En rusten bolt", address="Ved Solveien 3", contact=KARI)


def ask(client, address):
    """Ask for a page and have it to the end, as a browser does."""
    response = client.get(address)
    assert response.status_code == 200
    response.close()


def logged():
    db.session.expire_all()
    query = select(AuditEntry).where(AuditEntry.action == "contact_searched")
    return db.session.scalars(query.order_by(AuditEntry.id)).all()


@pytest.mark.parametrize(
    "text", ["kari", "nordmann", "kari@", "41234567", "412 34", "bolt kari", "%2B47 412 34 567"]
)
def test_a_search_by_who_reported_is_logged_once_a_day_without_what_was_typed(
    front_desk, hers, filed, text
):
    filed(description="Kari og Nordmann 41234567 sto på en bolt")
    for _twice in range(2):
        ask(front_desk, f"/desk?q={text}")
    (look,) = logged()
    clerk = db.session.get(Staff, look.staff_id)
    assert (clerk.email, look.subject_id, look.details) == ("front_desk@demo.vof", hers.id, {})


@pytest.mark.parametrize("text", ["", "rusten", "solveien bolt", "{number}", "{year}", "nobody"])
def test_what_the_report_itself_says_is_no_look(front_desk, hers, text):
    text = text.format(number=hers.number, year=hers.number[:4])
    ask(front_desk, f"/desk?q={text}")
    assert logged() == []


def test_each_person_s_search_is_their_own(front_desk, manager, hers):
    for client in (front_desk, manager):
        ask(client, "/desk?q=kari")
    assert len({look.staff_id for look in logged()}) == 2


def test_who_has_found_a_report_has_not_seen_its_contact(front_desk, hers):
    ask(front_desk, "/desk?q=kari")
    assert "412 34 567" not in front_desk.get(f"/desk/reports/{hers.number}").text


def test_the_map_what_is_live_and_many_at_once_are_searches_too(front_desk, filed):
    on_map, changed, many = (filed(position=HERE, contact=KARI) for _ in range(3))
    ask(front_desk, "/desk/points?box=5.7,58.9,5.8,59.0&q=kari")
    assert {look.subject_id for look in logged()} == {on_map.id, changed.id, many.id}
    for look in logged():
        db.session.delete(look)
    db.session.add(Event(report_id=changed.id, kind="note", internal_text="Sett"))
    db.session.commit()
    ask(front_desk, f"/desk/live?q=kari&rows={changed.id}.1")
    assert [look.subject_id for look in logged()] == [changed.id]
    fields = {"action": "assign", "scope": "all"}
    front_desk.post("/desk/bulk?q=kari", data=fields, headers=FROM_HERE).close()
    assert {look.subject_id for look in logged()} == {on_map.id, changed.id, many.id}


def test_the_log_and_the_page_of_one_person_tell_of_it(front_desk, admin, manager, hers):
    ask(front_desk, "/desk?q=kari")
    page = admin.get("/admin/log?action=contact_searched").text
    assert "Fant en melding på hvem som meldte" in page
    assert hers.number in page
    found = manager.post(
        "/admin/person", data={"who": KARI["email"]}, headers=FROM_HERE, follow_redirects=True
    )
    assert "Fant en melding på hvem som meldte" in found.text
