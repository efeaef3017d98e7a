"""Keys of other systems on screen: shown once, hashed, narrowed, revoked, logged."""

from __future__ import annotations

import html
import json
import re

from sqlalchemy import select

from app.audit import AuditEntry
from app.database import db
from app.open311.keys import digest_of, find_key
from app.open311.models import ApiKey
from tests.app.open311.conftest import Caller
from tests.conftest import FROM_HERE

PAGE = "/admin/api-keys"
FIELDS = {"name": "Byapp", "scopes": ["read", "create"], "trusted": "1", "per_minute": "100"}


def made(admin, **changes):
    answer = admin.post(PAGE, data=FIELDS | changes, headers=FROM_HERE)
    assert answer.status_code == 201
    (secret,) = re.findall(r"<code>(vof_[\w-]+)</code>", answer.text)
    assert answer.headers["Cache-Control"] == "no-store"
    return db.session.scalars(select(ApiKey)).one(), html.unescape(secret)


def test_a_key_is_shown_once_and_kept_as_a_hash(admin, client):
    key, secret = made(admin)
    assert key.digest == digest_of(secret)
    assert find_key(secret) == key
    assert (key.scopes, key.trusted, key.per_minute) == (["read", "create"], True, 100)
    for page in (PAGE, f"{PAGE}/{key.id}", "/admin/log"):
        assert secret not in admin.get(page).text
    assert Caller(client, "json", secret).file()


def test_its_last_use_is_shown(admin, client):
    key, secret = made(admin)
    assert "Aldri brukt" in admin.get(PAGE).text
    Caller(client, "json", secret).answer("requests").close()
    assert "Aldri brukt" not in admin.get(PAGE).text
    assert "Sist brukt" in admin.get(f"{PAGE}/{key.id}").text


def test_another_scope_counts_from_the_next_call(admin, client):
    key, secret = made(admin, scopes=["read"])
    system = Caller(client, "json", secret)
    sent = {"service_code": "PA03", "address_string": "x"}
    assert system.refused("requests", 403, **sent)
    page = admin.get(f"{PAGE}/{key.id}").text
    seen = re.search(r'name="seen" value="(\d+)"', page)[1]
    changed = FIELDS | {"seen": seen, "scopes": ["read", "create", "wide"], "trusted": ""}
    del changed["trusted"]
    answer = admin.post(f"{PAGE}/{key.id}", data=changed, headers=FROM_HERE)
    assert answer.status_code == 303
    assert "token" in system.post("requests", **sent)[0]
    # What has been changed meanwhile is not overwritten by a form from before.
    db.session.add(
        AuditEntry(action="api_key_changed", subject="api_key", subject_id=key.id, details={})
    )
    db.session.commit()
    late = admin.post(f"{PAGE}/{key.id}", data=FIELDS | {"seen": seen}, headers=FROM_HERE)
    assert late.status_code == 409
    assert db.session.get(ApiKey, key.id).scopes == ["read", "create", "wide"]


def test_a_revoked_key_is_shut_out_at_once(admin, client):
    key, secret = made(admin)
    assert admin.post(f"{PAGE}/{key.id}/revoke", headers=FROM_HERE).status_code == 303
    Caller(client, "json", secret).get("requests", 403)
    assert "Trukket tilbake" in admin.get(PAGE).text
    again = admin.post(f"{PAGE}/{key.id}", data=FIELDS, headers=FROM_HERE)
    assert again.status_code in {409, 422}


def test_what_cannot_be_comes_back_with_a_sentence(admin):
    for name, value in (("name", ""), ("scopes", []), ("per_minute", "0"), ("per_minute", "x")):
        refused = admin.post(PAGE, data=FIELDS | {name: value}, headers=FROM_HERE)
        assert refused.status_code == 422
        assert f'id="{name}-error"' in refused.text
    assert not db.session.scalars(select(ApiKey)).all()


def test_all_that_is_done_is_logged_and_the_key_is_not(admin):
    key, secret = made(admin)
    admin.post(f"{PAGE}/{key.id}/revoke", headers=FROM_HERE)
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.subject == "api_key")).all()
    assert [one.action for one in entries] == ["api_key_added", "api_key_revoked"]
    assert all(secret not in json.dumps(one.details) for one in entries)


def test_the_command_prints_the_key_alone_on_its_last_line(app, client):
    told = app.test_cli_runner().invoke(args=["vof", "api-key", "create", "--name", "Byapp"])
    assert told.exit_code == 0, told.output
    secret = told.output.splitlines()[-1]
    key = find_key(secret)
    assert key.scopes == ["read", "create", "update"]
    assert Caller(client, "xml", secret).file()


def test_the_command_narrows_a_key(app):
    runner = app.test_cli_runner()
    told = runner.invoke(args=["vof", "api-key", "create", "--name", "x", "--scope", "read"])
    assert find_key(told.output.splitlines()[-1]).scopes == ["read"]
    assert runner.invoke(args=["vof", "api-key", "create", "--name", " "]).exit_code == 1
