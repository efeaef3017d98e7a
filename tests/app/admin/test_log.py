"""The log of deeds: sign-ins, looks at contact details, changed settings."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app import audit
from app.admin.log import VALUES
from app.audit import AuditEntry
from app.database import db, now
from app.personal.retention import RULES
from app.staff.models import Staff
from tests.conftest import FROM_HERE

DESK = {"email": "front_desk@demo.vof", "password": "demo-front_desk"}


def logged(*actions):
    query = select(AuditEntry).where(AuditEntry.action.in_(actions)).order_by(AuditEntry.id)
    return db.session.scalars(query).all()


@pytest.fixture
def reported(filed):
    return filed(contact={"name": "Kari Nordmann", "email": "kari@example.org"})


def test_signing_in_failing_to_and_signing_out_are_logged(client, app):
    me = db.session.scalars(select(Staff).where(Staff.email == DESK["email"])).unique().one()
    client.post("/sign-in", data=DESK | {"password": "wrong password"}, headers=FROM_HERE)
    client.post("/sign-in", data=DESK | {"email": "nobody@example.org"}, headers=FROM_HERE)
    client.post("/sign-in", data=DESK, headers=FROM_HERE)
    client.post("/sign-out", headers=FROM_HERE)
    told = logged("sign_in", "sign_in_failed", "sign_out")
    assert [(one.action, one.staff_id, one.subject_id) for one in told] == [
        ("sign_in_failed", None, me.id),
        ("sign_in", me.id, me.id),
        ("sign_out", me.id, me.id),
    ]
    assert all(one.details == {} for one in told)


def test_who_reported_is_shown_when_asked_for_and_each_look_is_logged_once_a_day(
    front_desk, manager, reported
):
    page = f"/desk/reports/{reported.number}"
    assert "Kari Nordmann" not in front_desk.get(page).text
    for _twice in range(2):
        answer = front_desk.post(f"{page}/contact", headers=FROM_HERE)
        assert answer.status_code == 303
    assert "Kari Nordmann" in front_desk.get(page).text
    assert "Kari Nordmann" not in manager.get(page).text
    [look] = logged("contact_seen")
    assert look.subject_id == reported.id
    look.at = now() - timedelta(days=1)
    db.session.commit()
    assert "Kari Nordmann" not in front_desk.get(page).text


def test_where_nobody_left_a_name_there_is_nothing_to_look_at(front_desk, filed):
    report = filed()
    page = f"/desk/reports/{report.number}"
    assert "/contact" not in front_desk.get(page).text
    front_desk.post(f"{page}/contact", headers=FROM_HERE)
    assert logged("contact_seen") == []


def test_the_log_tells_in_words_and_is_for_admins(admin, manager, front_desk, reported):
    front_desk.post(f"/desk/reports/{reported.number}/contact", headers=FROM_HERE)
    page = admin.get("/admin/log?action=contact_seen").text
    assert "Så hvem som meldte" in page
    assert reported.number in page
    assert "Demo Innbyggerservice" in page
    assert "Kari" not in page
    assert manager.get("/admin/log").status_code == 403


def next_page(page):
    links = re.findall(r'href="(/admin/log[?][^"]*before=[^"]*)"', page)
    return next((html.unescape(link) for link in links if "lang=" not in link), None)


def test_the_log_pages_without_loss_in_few_statements(admin, app, count_statements):
    for number in range(250):
        db.session.add(AuditEntry(action="rule_added", subject="x", details={"n": number}))
    db.session.commit()
    address, found = "/admin/log?action=rule_added", []
    admin.get(address)
    while address:
        count_statements.texts.clear()
        page = admin.get(address).text
        assert len(count_statements) <= 5, count_statements.texts
        found += map(int, re.findall(r"n: (\d+)<", page))
        address = next_page(page)
    assert found == list(range(249, -1, -1))


def test_entries_are_forgotten_after_two_years(app):
    for days in (10, 729, 731):
        entry = AuditEntry(action="old", subject="staff", at=now() - timedelta(days=days))
        db.session.add(entry)
    db.session.commit()
    assert audit.forget_old_entries() == 1
    assert len(logged("old")) == 2


def test_a_change_is_told_as_before_and_after_in_words(admin, app):
    details = {"name_nb": ["Benk", "Bord"], "note": ["", "x"], "unknown": [True, None]}
    db.session.add(AuditEntry(action="rule_changed", subject="x", details=details))
    db.session.commit()
    page = admin.get("/admin/log?action=rule_changed&lang=en").text
    for line in ("Name (Bokmål): Benk → Bord", "Note: – → x", "unknown: yes → –"):
        assert line in page


def test_several_reports_are_no_change_of_one_into_the_other(admin, app):
    numbers = ["2026-00000001", "2026-00000002"]
    audit.record_for(None, "person_seen", "person", None, reports=numbers)
    audit.record_for(None, "retention", "deployment", None, what="received mails", count=3)
    db.session.commit()
    told = html.unescape(admin.get("/admin/log").text)
    for line in ("Meldinger: 2026-00000001, 2026-00000002", "Hva: Mottatte e-poster"):
        assert line in told
    assert "Antall: 3" in told


def test_what_is_forgotten_by_itself_has_a_name(app):
    assert {rule.name for rule in RULES} <= VALUES.keys()


def test_codes_are_told_in_words(admin, app):
    audit.record_for(None, "link_made", "staff", None, kind="recovery")
    audit.record_for(None, "sign_in", "staff", None, **{"with": "webauthn"})
    audit.record_for(None, "second_factor_demanded", "staff", None, roles=[[], ["crew", "admin"]])
    audit.record_for(None, "unit_added", "unit", None, name="admin")
    db.session.commit()
    told = html.unescape(admin.get("/admin/log").text)
    assert "Type: Ny start" in told
    assert "Med: Passnøkkel" in told
    assert "Roller: – → Utelag, Administrator" in told
    assert "Navn: admin" in told
