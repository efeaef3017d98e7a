"""Systems that reports are handed over to, on screen."""

from __future__ import annotations

import json
import re

from sqlalchemy import select

from app.audit import AuditEntry
from app.database import db
from app.reports.models import Category
from app.targets import HandedOver, Target
from tests.app.notices.conftest import set_otherwise
from tests.conftest import FROM_HERE

PAGE = "/admin/targets"


def fields(**changes):
    bench = db.session.scalar(select(Category.id).where(Category.code == "PA03"))
    usual = {
        "name": "Fylket",
        "gets": f"c{bench}",
        "kind": "open311",
        "address": "https://fylket.example.org/open311/v2",
        "secret": "their-secret-key",
        "service_codes": "PA03 = 1204\n* = 1299\n",
        "sends_files": "1",
        "active": "1",
    }
    return usual | changes


def send(admin, path=PAGE, **changes):
    return admin.post(path, data=fields(**changes), headers=FROM_HERE)


def added(admin, **changes):
    answer = send(admin, **changes)
    assert answer.status_code in {201, 303}, answer.text
    return db.session.scalars(select(Target)).one()


def test_an_endpoint_is_added_and_its_key_never_shown(admin):
    target = added(admin)
    assert target.secret == "their-secret-key"
    assert target.service_codes == {"PA03": "1204", "*": "1299"}
    assert target.unit_id is None
    for page in (PAGE, f"{PAGE}/{target.id}", "/admin/log"):
        assert "their-secret-key" not in admin.get(page).text
    assert "PA03 = 1204" in admin.get(f"{PAGE}/{target.id}").text


def test_a_change_keeps_the_key_where_the_field_is_empty(admin):
    target = added(admin)
    page = admin.get(f"{PAGE}/{target.id}").text
    seen = re.search(r'name="seen" value="(\d+)"', page)[1]
    answer = send(admin, f"{PAGE}/{target.id}", seen=seen, secret="", gets="u1", name="Veien")
    assert answer.status_code == 303
    target = db.session.get(Target, target.id)
    assert (target.secret, target.unit_id, target.category_id) == ("their-secret-key", 1, None)
    db.session.add(
        AuditEntry(action="target_changed", subject="target", subject_id=target.id, details={})
    )
    db.session.commit()
    assert send(admin, f"{PAGE}/{target.id}", seen=seen).status_code == 409
    assert send(admin, f"{PAGE}/{target.id}", kind="email", address="a@b.no").status_code in {
        409,
        422,
    }


def test_a_webhook_gets_a_secret_of_ours_shown_once(admin):
    answer = send(admin, kind="webhook", address="https://gemini.example.org/hook", secret="x")
    assert answer.status_code == 201
    target = db.session.scalars(select(Target)).one()
    assert target.secret in answer.text
    assert target.secret != "x"
    assert target.secret not in admin.get(f"{PAGE}/{target.id}").text


def test_what_cannot_be_comes_back_with_a_sentence(admin):
    for name, value in (
        ("name", ""),
        ("gets", ""),
        ("gets", "c999999"),
        ("gets", "x1"),
        ("kind", "fax"),
        ("address", "http://fylket.example.org/"),
        ("address", ""),
        ("service_codes", "PA03"),
    ):
        refused = send(admin, **{name: value})
        assert refused.status_code == 422
        assert f'id="{name}-error"' in refused.text
    assert 'id="address-error"' in send(admin, kind="email", address="nobody").text
    assert not db.session.scalars(select(Target)).all()


def test_an_address_inside_the_network_must_be_named(admin, app):
    inside = {"address": "http://gemini:8080/open311/v2"}
    assert send(admin, **inside).status_code == 422
    with set_otherwise(app, webhook_hosts=("gemini:8080",)):
        assert send(admin, **inside).status_code == 303


def test_the_reports_it_has_got_are_listed(admin, filed):
    target, report = added(admin), filed()
    row = HandedOver(report_id=report.id, target_id=target.id, outbox_id=1, foreign_id="X-17")
    db.session.add(row)
    db.session.commit()
    page = admin.get(f"{PAGE}/{target.id}").text
    assert report.number in page
    assert "X-17" in page


def test_all_that_is_done_is_logged(admin):
    target = added(admin)
    page = admin.get(f"{PAGE}/{target.id}").text
    seen = re.search(r'name="seen" value="(\d+)"', page)[1]
    changed = fields(seen=seen, secret="another", with_contact="1")
    del changed["active"]
    admin.post(f"{PAGE}/{target.id}", data=changed, headers=FROM_HERE)
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.subject == "target")).all()
    assert [one.action for one in entries] == ["target_added", "target_changed"]
    assert set(entries[1].details) == {"with_contact", "active", "another_key"}
    changed |= {"seen": str(entries[1].id), "secret": "a third"}
    admin.post(f"{PAGE}/{target.id}", data=changed, headers=FROM_HERE)
    third = db.session.scalars(select(AuditEntry).where(AuditEntry.id > entries[1].id)).one()
    assert third.details == {"another_key": True}
    for secret in ("another", "a third"):
        assert f'"{secret}"' not in json.dumps([one.details for one in (*entries, third)])
