"""My account: what a person changes of their own, and being asked once more before it."""

from __future__ import annotations

import pytest

from app import outbox
from app.notices.handlers import HANDLERS
from app.rate_limits import CODES_PER_ACCOUNT
from tests.app.staff.conftest import (
    EMAIL,
    PASSWORD,
    add_passkey,
    age,
    browser,
    give_password,
    is_signed_in,
    logged,
    person,
    set_up_app,
    signed_in_as,
)

NEW = "another long password"


@pytest.fixture
def client(app, kari):
    return signed_in_as(app)


def test_a_name_is_changed_and_the_change_is_logged(client):
    answer = client.post("/staff/account/name", data={"name": " Kari Nordmann "})
    assert answer.location == "/staff/account?done=name"
    assert "Navnet ditt er endret" in client.get(answer.location).text
    [change] = logged("name_changed")
    assert change.details == {"name": ["Kari", "Kari Nordmann"]}


@pytest.mark.parametrize("name", ["", " ", "x" * 121])
def test_a_name_is_needed(client, name):
    answer = client.post("/staff/account/name", data={"name": name})
    assert answer.status_code == 422
    assert 'id="name-error"' in answer.text


def test_a_new_password_takes_the_old_one_and_ends_other_sessions(app, client):
    elsewhere = signed_in_as(app)
    form = {"old_password": "wrong", "password": NEW}
    answer = client.post("/staff/account/password", data=form)
    assert answer.status_code == 422
    assert 'id="old_password-error"' in answer.text
    form["old_password"] = PASSWORD
    assert (
        client.post("/staff/account/password", data=form | {"password": "short"}).status_code == 422
    )
    assert is_signed_in(elsewhere)
    assert client.post("/staff/account/password", data=form).status_code == 303
    assert is_signed_in(client)
    assert not is_signed_in(elsewhere)
    assert give_password(browser(app), password=NEW).status_code == 302


def test_a_person_is_told_of_each_change_of_what_lets_them_in(app, client, caught_mails):
    set_up_app(client)
    add_passkey(client)
    client.post("/staff/account/app/remove")
    client.post(f"/staff/account/passkeys/{person().passkeys[0].id}/remove")
    client.post("/staff/account/password", data={"old_password": PASSWORD, "password": NEW})
    outbox.drain(HANDLERS)
    changes = [mail.get_body(("plain",)).get_content() for mail in caught_mails]
    assert [mail["To"] for mail in caught_mails] == [EMAIL] * len(CHANGES_SEEN)
    assert all(said in text for said, text in zip(CHANGES_SEEN, changes, strict=True))


CHANGES_SEEN = (
    "En kodeapp er satt opp.",
    "En passnøkkel er lagt til.",
    "Kodeappen er fjernet.",
    "En passnøkkel er fjernet.",
    "Passordet ditt er endret.",
)


def test_signing_out_everywhere_ends_every_session(app, client):
    elsewhere = signed_in_as(app)
    answer = client.post("/staff/account/sign-out-everywhere")
    assert "Du er logget ut overalt" in client.get(answer.location).text
    assert not is_signed_in(client)
    assert not is_signed_in(elsewhere)
    assert len(logged("signed_out_everywhere")) == 1


CHANGES = [
    ("POST", "/staff/account/app"),
    ("POST", "/staff/account/app/remove"),
    ("POST", "/staff/account/recovery-codes"),
    ("POST", "/staff/account/passkeys"),
    ("POST", "/staff/account/passkeys/options"),
    ("POST", "/staff/account/passkeys/1/remove"),
    ("GET", "/staff/account/app"),
    ("GET", "/staff/account/passkeys"),
]


@pytest.mark.parametrize(("method", "page"), CHANGES)
def test_before_a_factor_is_changed_one_shows_who_one_is(client, method, page):
    age(client, 16 if method == "GET" else 31)
    answer = client.open(page, method=method)
    assert answer.status_code == 303
    assert answer.location.startswith("/staff/confirm?next=/staff/account")


def test_after_that_one_is_where_one_wanted_to_be(client):
    age(client, 16)
    asked = client.get("/staff/account/app").location
    assert client.get(asked).status_code == 200
    refused = client.post(asked, data={"password": "wrong"})
    assert refused.status_code == 422
    answer = client.post(asked, data={"password": PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/staff/account/app")
    assert client.get(answer.location).status_code == 200


@pytest.mark.parametrize(
    "target", ["https://evil.example", "//evil.example", "/staff/../x", "/r/1"]
)
def test_but_never_on_another_website(client, target):
    answer = client.post(f"/staff/confirm?next={target}", data={"password": PASSWORD})
    assert answer.location == "/staff/account"


def test_a_passkey_shows_it_too_but_only_ones_own(app, client, crew):
    key, _answer = add_passkey(client)
    age(client, 16)
    assert client.get("/staff/account/passkeys").status_code == 303
    options = client.post("/staff/confirm/options").json
    answer = client.post("/staff/confirm", data={"credential": key.sign(options)})
    assert answer.status_code == 303
    assert client.get("/staff/account/passkeys").status_code == 200
    options = crew.post("/staff/confirm/options").json
    assert crew.post("/staff/confirm", data={"credential": key.sign(options)}).status_code == 422


def test_guessing_the_password_of_an_open_session_is_throttled(throttled):
    client = signed_in_as(throttled, "front_desk@demo.vof", "demo-front_desk")
    for _ in range(int(CODES_PER_ACCOUNT.split()[0])):
        assert client.post("/staff/confirm", data={"password": "wrong"}).status_code == 422
    right = {"password": "demo-front_desk"}
    assert client.post("/staff/confirm", data=right).status_code == 429


def test_an_app_counts_only_after_it_has_shown_a_code(client):
    client.get("/staff/account/app")
    answer = client.post("/staff/account/app", data={"code": "000000"})
    assert answer.status_code == 422
    assert 'id="code-error"' in answer.text
    assert person().tf_totp_secret is None
    assert client.post("/staff/account/app/remove").status_code == 303
    assert not logged("app_added", "app_removed")


def test_setting_up_the_first_factor_shows_the_codes_and_a_second_one_does_not(client):
    assert len(set_up_app(client)) == 10
    assert set_up_app(client) == [], "another app in place of the first keeps the sheet"
    assert [one.action for one in logged("app_added", "recovery_codes_made")] == [
        "app_added",
        "recovery_codes_made",
        "app_added",
    ]


def test_new_recovery_codes_end_the_old_ones(client):
    old = set_up_app(client)
    answer = client.post("/staff/account/recovery-codes")
    new = answer.text.count("<li><code>")
    assert new == len(old) == 10
    assert not any(code in answer.text for code in old)


def test_without_a_factor_there_are_no_codes(client):
    assert client.post("/staff/account/recovery-codes").status_code == 303
    assert not logged("recovery_codes_made")
