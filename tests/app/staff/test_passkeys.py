"""Passkeys: they are bound to us, to their person and to one challenge."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.database import db
from app.staff import passkeys
from tests.app.staff.conftest import (
    add_passkey,
    browser,
    give_password,
    is_signed_in,
    logged,
    person,
    signed_in_as,
)
from tests.conftest import FROM_HERE
from tests.passkey import SoftPasskey


def use(client, key, page="/sign-in/passkey", **changes):
    options = client.post("/sign-in/passkey/options", headers=FROM_HERE).json
    return client.post(page, data={"credential": key.sign(options, **changes)}, headers=FROM_HERE)


@pytest.fixture
def key(app, kari):
    made, answer = add_passkey(signed_in_as(app))
    assert answer.status_code == 200, "the first factor shows recovery codes"
    assert "Gjenopprettingskodene dine" in answer.text
    return made


def test_a_passkey_alone_signs_in(app, key):
    client = browser(app)
    answer = use(client, key)
    assert (answer.status_code, answer.location) == (303, "/staff")
    assert is_signed_in(client)
    assert logged("sign_in")[-1].details == {"with": "passkey"}
    assert person().passkeys[0].last_used_at
    assert "sist brukt" in client.get("/staff/account").text


def test_nobody_learns_from_the_question_who_has_an_account(app, key):
    asked = browser(app).post("/sign-in/passkey/options", headers=FROM_HERE).json
    assert asked["allowCredentials"] == []
    assert asked["userVerification"] == "required"


def test_it_is_the_second_step_after_the_password_too(app, key):
    client = browser(app)
    assert give_password(client).location == "/sign-in/code"
    options = client.post("/sign-in/passkey/options").json
    assert len(options["allowCredentials"]) == 1
    answer = client.post("/sign-in/passkey", data={"credential": key.sign(options)})
    assert answer.status_code == 303
    assert is_signed_in(client)


def test_an_answer_counts_once_even_with_the_session_it_belongs_to(app, key):
    client = browser(app)
    options = client.post("/sign-in/passkey/options").json
    kept = client.get_cookie("vof_staff").value
    form = {"credential": key.sign(options)}
    # Many passkeys do not count what they sign.
    person().passkeys[0].sign_count = 0
    db.session.commit()
    assert client.post("/sign-in/passkey", data=form).status_code == 303
    person().passkeys[0].sign_count = 0
    db.session.commit()
    thief = browser(app)
    thief.set_cookie("vof_staff", kept)
    assert thief.post("/sign-in/passkey", data=form).status_code == 422
    assert not is_signed_in(thief)


@pytest.mark.parametrize(
    "wrong",
    [{"origin": "https://evil.example"}, {"host": "evil.example"}, {"verified": False}],
    ids=["another website", "made for another website", "nobody unlocked it"],
)
def test_what_is_wrong_with_it_is_refused(app, key, wrong):
    bad = SoftPasskey(**wrong)
    bad.key, bad.id = key.key, key.id
    client = browser(app)
    answer = use(client, bad)
    assert answer.status_code == 422
    assert "Passnøkkelen ble ikke godtatt" in answer.text
    assert not is_signed_in(client)


def test_a_signature_of_another_key_or_of_other_words_is_refused(app, key):
    stranger = SoftPasskey()
    assert use(browser(app), stranger).status_code == 422
    stranger.id = key.id
    assert use(browser(app), stranger).status_code == 422
    assert use(browser(app), key, signature=b"x" * 70).status_code == 422


def test_a_copy_that_counts_behind_is_refused(app, key):
    assert use(browser(app), key).status_code == 303
    key.count = 0
    assert use(browser(app), key).status_code == 422


def test_a_closed_account_is_not_opened(app, key):
    person().active = False
    db.session.commit()
    assert use(browser(app), key).status_code == 422


def test_a_challenge_is_this_browsers_and_waits_five_minutes(app, key, monkeypatch):
    options = browser(app).post("/sign-in/passkey/options").json
    client = browser(app)
    assert (
        client.post("/sign-in/passkey", data={"credential": key.sign(options)}).status_code == 422
    )
    monkeypatch.setattr(passkeys, "CHALLENGE_S", -1)
    assert use(client, key).status_code == 422


def test_a_passkey_is_added_once_and_only_if_it_was_unlocked(app, kari):
    client = signed_in_as(app)
    key, _answer = add_passkey(client)
    options = client.post("/staff/account/passkeys/options").json
    assert len(options["excludeCredentials"]) == 1
    form = {"passkey_name": "Igjen", "credential": key.make(options)}
    assert client.post("/staff/account/passkeys", data=form).status_code == 422
    _stolen, answer = add_passkey(client, verified=False)
    assert answer.status_code == 422
    _elsewhere, answer = add_passkey(client, origin="https://evil.example")
    assert answer.status_code == 422
    assert len(person().passkeys) == 1


@pytest.mark.parametrize("name", ["", " ", "x" * 61])
def test_a_passkey_needs_a_name(app, kari, name):
    _key, answer = add_passkey(signed_in_as(app), name)
    assert answer.status_code == 422
    assert 'id="passkey_name-error"' in answer.text


def test_a_removed_passkey_lets_nobody_in_and_the_codes_go_with_the_last(app, key):
    client = browser(app)
    use(client, key)
    assert (
        client.post(f"/staff/account/passkeys/{person().passkeys[0].id}/remove").status_code == 303
    )
    assert use(browser(app), key).status_code == 422
    assert not person().has_second_factor
    assert "Gjenopprettingskoder" not in client.get("/staff/account").text
    assert give_password(browser(app)).status_code == 302


def test_nobody_removes_the_passkey_of_another(app, key, crew):
    passkey = person().passkeys[0].id
    assert crew.post(f"/staff/account/passkeys/{passkey}/remove").status_code == 404
    assert person().passkeys


def test_where_the_address_is_a_number_the_page_says_so(client):
    page = client.get("/sign-in/passkey", base_url="http://127.0.0.1:8000")
    assert "data-island" not in page.text.partition("<main")[2]
    assert "et navn, og ikke et tall" in page.text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=5,
)


def test_what_is_no_answer_of_a_browser_is_refused_without_a_failure(sqlite_app, undone_app):
    client = browser(undone_app)
    options = client.post("/sign-in/passkey/options").json
    good = json.loads(SoftPasskey().sign(options))

    @settings(max_examples=60)
    @given(JSON, st.sampled_from(["id", "rawId", "type", "response", "all", "inner"]))
    def check(junk, part):
        answer = junk if part == "all" else good | {part: junk}
        if part == "inner":
            answer = good | {"response": dict.fromkeys(good["response"], junk)}
        client.post("/sign-in/passkey/options")
        refused = client.post("/sign-in/passkey", data={"credential": json.dumps(answer)})
        assert refused.status_code == 422

    check()
    for raw in ("", "[" * 10_000, "{", "x" * 30_000):
        assert client.post("/sign-in/passkey", data={"credential": raw}).status_code == 422


@pytest.fixture
def undone_app(sqlite_app):
    from tests.conftest import undone  # noqa: PLC0415

    with undone(sqlite_app):
        yield sqlite_app
