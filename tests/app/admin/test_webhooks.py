"""Webhooks: signed, retried, to public addresses only, and nothing personal in them."""

from __future__ import annotations

import html
import json
import re
import socket

import pytest
from sqlalchemy import select

from app import outbox
from app.audit import AuditEntry
from app.database import db, now
from app.notices import hooks
from app.notices.handlers import HANDLERS
from app.outbox import OutboxMessage
from app.public_addresses import NotPublic, find_address
from app.reports.operations import add_note, change_status
from app.staff.models import Staff
from app.webhooks import Delivery, Webhook
from tests.app.notices.conftest import set_otherwise
from tests.certificates import localhost_certificate
from tests.conftest import FROM_HERE
from tests.push_service import running_push_service

PAGE = "/admin/webhooks"
ALL = ["report.received", "report.status", "report.answer"]


@pytest.fixture
def receiver(app, tmp_path, monkeypatch):
    """A system that is told, inside our network and named there."""
    certificate, context = localhost_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with (
        running_push_service(context) as running,
        set_otherwise(app, webhook_hosts=(running.host,)),
    ):
        running.status = 200
        yield running


def add(admin, url, kinds=ALL):
    return admin.post(PAGE, data={"url": url, "kinds": kinds}, headers=FROM_HERE)


def added(admin, receiver, kinds=ALL):
    answer = add(admin, receiver.endpoint("hook?x=1"), kinds)
    assert answer.status_code == 201
    return db.session.scalars(select(Webhook)).one(), answer.text


def work():
    outbox.drain(HANDLERS)
    db.session.expire_all()


def deliveries():
    found = db.session.scalars(select(Delivery).order_by(Delivery.id))
    return [(one.kind, one.attempt, one.answer, one.ok) for one in found]


def staff():
    return db.session.scalars(select(Staff)).unique().first()


def test_each_chosen_kind_is_sent_signed_and_without_anything_personal(
    admin, filed, receiver, park_sign
):
    hook, page = added(admin, receiver)
    assert html.escape(hook.secret) in page
    report = filed(
        sign=park_sign.code,
        description="Kari Nordmann bor her",
        contact={"name": "Kari", "email": "kari@example.org", "phone": "51000000"},
    )
    change_status(report, "fixed", staff(), public_text="Ny planke.", internal_text="Hemmelig")
    add_note(report, staff(), public_text="Takk.")
    add_note(report, staff(), internal_text="Hemmelig")
    db.session.commit()
    work()
    got = [json.loads(one.body) for one in receiver.received]
    assert [one["kind"] for one in got] == ALL
    assert got[1]["report"]["number"] == report.number
    assert (got[1]["status"], got[1]["text"], got[2]["text"]) == ("fixed", "Ny planke.", "Takk.")
    for one in receiver.received:
        assert one.path == "/send/hook?x=1"
        at = one.headers["VOF-Timestamp"]
        assert one.headers["VOF-Signature"] == f"v1={hooks.sign(hook.secret, at, one.body)}"
        assert one.headers["Idempotency-Key"] == json.loads(one.body)["id"]
        for personal in ("Kari", "kari@", "51000000", "Hemmelig", "key="):
            assert personal not in one.body.decode()
    assert [one[2:] for one in deliveries()] == [("200", True)] * 3


def test_only_what_was_chosen_and_nothing_while_it_is_paused(admin, filed, receiver):
    hook, _page = added(admin, receiver, ["report.status"])
    report = filed()
    work()
    assert receiver.received == []
    admin.post(f"{PAGE}/{hook.id}/pause", headers=FROM_HERE)
    change_status(report, "planned", staff())
    db.session.commit()
    work()
    assert receiver.received == []
    admin.post(f"{PAGE}/{hook.id}/resume", headers=FROM_HERE)
    change_status(report, "fixed", staff())
    db.session.commit()
    work()
    assert len(receiver.received) == 1


def test_what_fails_is_tried_again_with_the_same_key_and_logged(admin, receiver):
    hook, _page = added(admin, receiver)
    receiver.status = 500
    admin.post(f"{PAGE}/{hook.id}/test", headers=FROM_HERE)
    work()
    (waiting,) = db.session.scalars(select(OutboxMessage)).all()
    waiting.available_at, receiver.status = now(), 204
    db.session.commit()
    work()
    first, second = receiver.received
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]
    assert deliveries() == [("test", 1, "answered 500", False), ("test", 2, "204", True)]
    page = admin.get(f"{PAGE}/{hook.id}").text
    assert "Svarte 500" in page
    assert hook.secret not in page


def test_what_waits_for_one_that_was_removed_never_goes_to_the_next_one(admin, filed, receiver):
    gone, _page = added(admin, receiver)
    gone_id = gone.id
    filed()
    admin.post(f"{PAGE}/{gone_id}/remove", headers=FROM_HERE)
    next_one, _page = added(admin, receiver)
    assert next_one.id != gone_id
    work()
    assert receiver.received == []


def test_no_redirect_is_followed(admin, receiver):
    hook, _page = added(admin, receiver)
    receiver.status, receiver.location = 302, receiver.endpoint("elsewhere")
    admin.post(f"{PAGE}/{hook.id}/test", headers=FROM_HERE)
    work()
    assert len(receiver.received) == 1
    assert deliveries()[0][2] == "answered 302"


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "10.1.2.3",
        "192.168.1.1",
        "169.254.169.254",
        "[::1]",
        "[::ffff:10.0.0.1]",
        "[fd00::1]",
        "0.0.0.0",
        "100.64.0.1",
        "2130706433",
    ],
)
def test_addresses_inside_a_network_are_refused(app, host):
    with pytest.raises(NotPublic):
        find_address(host.strip("[]"), 443, ())


def test_a_name_that_leads_inside_is_refused_when_it_is_sent(admin, app, monkeypatch):
    assert add(admin, "https://rebound.example.org/").status_code == 201
    hook = db.session.scalars(select(Webhook)).one()
    inside = [(2, 1, 6, "", ("93.184.215.14", 443)), (2, 1, 6, "", ("10.0.0.7", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: inside)
    admin.post(f"{PAGE}/{hook.id}/test", headers=FROM_HERE)
    work()
    assert deliveries() == [("test", 1, "the address is not public", False)]
    assert "Adressen er ikke offentlig" in admin.get(f"{PAGE}/{hook.id}").text


@pytest.mark.parametrize("url", ["http://example.org", "https://", "x", "https://a@b.no/", ""])
def test_other_addresses_come_back_with_a_sentence(admin, url):
    refused = add(admin, url)
    assert refused.status_code == 422
    assert 'id="url-error"' in refused.text
    assert add(admin, "https://example.org/", []).status_code == 422


def test_all_that_is_done_is_logged_and_the_secret_is_not(admin, receiver):
    hook, _page = added(admin, receiver)
    secret, number = hook.secret, hook.id
    for deed in ("pause", "resume", "test", "remove"):
        assert admin.post(f"{PAGE}/{number}/{deed}", headers=FROM_HERE).status_code == 303
    wanted = AuditEntry.action.startswith("webhook_")
    entries = db.session.scalars(select(AuditEntry).where(wanted).order_by(AuditEntry.id)).all()
    assert [one.action.removeprefix("webhook_") for one in entries] == (
        ["added", "pause", "resume", "test", "remove"]
    )
    assert all(secret not in json.dumps(one.details) for one in entries)
    assert re.search("webhook", admin.get("/admin/log").text)
    # A test that still waits has nobody to go to.
    work()
    assert receiver.received == []
