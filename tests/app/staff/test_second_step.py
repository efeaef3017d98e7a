"""The second step: a code counts once, guessing is slow, and the password alone opens nothing."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from app.database import db
from app.permissions import Role
from app.rate_limits import CODES_PER_ACCOUNT
from app.staff import second_step
from app.staff.models import RecoveryCode
from app.staff.operations import role_row
from tests.app.staff.conftest import (
    EMAIL,
    add_passkey,
    browser,
    code_of,
    give_password,
    is_signed_in,
    logged,
    person,
    set_up_app,
    signed_in_as,
    wait_for_next_period,
)
from tests.conftest import FROM_HERE


@pytest.fixture
def with_app(app, kari):
    """Kari's recovery codes, after she has set up an app."""
    codes = set_up_app(signed_in_as(app))
    wait_for_next_period()
    return codes


def send_code(client, code):
    return client.post("/sign-in/code", data={"code": code}, headers=FROM_HERE)


def test_after_the_password_the_code_is_asked_for_and_lets_in(app, with_app):
    client = browser(app)
    wanted = client.get("/desk?status=open").location
    answer = give_password(client, page=wanted)
    assert (answer.status_code, answer.location) == (303, "/sign-in/code")
    assert not is_signed_in(client), "the password alone opens nothing"
    assert client.get("/sign-in/code").status_code == 200
    answer = send_code(client, code_of())
    assert (answer.status_code, answer.location) == (303, "/desk?status=open")
    assert is_signed_in(client)
    assert logged("sign_in")[-1].details == {"with": "code"}
    assert not logged("sign_in_failed")


def test_a_code_counts_once(app, with_app):
    code = code_of()
    first, second = browser(app), browser(app)
    for client in (first, second):
        give_password(client)
    assert send_code(first, code).status_code == 303
    assert send_code(second, code).status_code == 422
    assert not is_signed_in(second)


def test_nor_does_an_older_one_after_it(app, with_app):
    earlier, now = code_of(minutes=-0.5), code_of()
    one, other = browser(app), browser(app)
    for client, code in ((one, now), (other, earlier)):
        give_password(client)
        send_code(client, code)
    assert is_signed_in(one)
    assert not is_signed_in(other)


@pytest.mark.parametrize("code", ["", "000000", "abc", "１２３４５６", "9" * 5000, "1 2", "\x00"])
def test_what_is_no_code_is_refused(app, with_app, code):
    client = browser(app)
    give_password(client)
    answer = send_code(client, code)
    assert answer.status_code == 422
    assert 'id="code-error"' in answer.text
    [failed] = logged("sign_in_failed")
    assert (failed.staff_id, failed.subject_id) == (None, person().id)


def test_a_code_may_be_written_in_two_halves(app, with_app):
    client = browser(app)
    give_password(client)
    code = code_of()
    assert send_code(client, f" {code[:3]} {code[3:]} ").status_code == 303


def test_a_recovery_code_lets_in_once_however_it_is_written(app, with_app):
    code = with_app[3]
    for typed in (code.upper().replace("-", " "), code):
        client = browser(app)
        give_password(client)
        answer = send_code(client, typed)
        assert is_signed_in(client) == (answer.status_code == 303)
    assert answer.status_code == 422, "it was used"
    [used] = logged("recovery_code_used")
    assert used.details == {"left": 9}
    assert "9 koder" in signed_in_page(app, with_app)


def signed_in_page(app, codes):
    client = browser(app)
    give_password(client)
    page = client.get("/staff/account")
    if page.status_code != 200:
        wait_for_next_period()
        send_code(client, code_of())
        page = client.get("/staff/account")
    return page.text


def test_recovery_codes_are_kept_as_digests_of_this_server_alone(app, with_app):
    kept = [row.digest for row in db.session.query(RecoveryCode)]
    assert len(kept) == len(set(kept)) == len(with_app) == 10
    for code in with_app:
        assert not any(code.replace("-", "") in digest for digest in kept)


def test_the_secret_of_an_app_is_kept_encrypted(app, with_app):
    kept = person().tf_totp_secret
    assert "enckey" in kept
    assert '"key"' not in kept


def test_wrong_codes_are_throttled_and_then_the_right_one_does_not_help(throttled, kari_of):
    code = kari_of(throttled)
    client = browser(throttled)
    give_password(client)
    for _ in range(int(CODES_PER_ACCOUNT.split()[0])):
        assert send_code(client, "000000").status_code == 422
    assert send_code(client, code()).status_code == 429
    elsewhere = browser(throttled)
    give_password(elsewhere)
    assert send_code(elsewhere, code()).status_code == 429, "from whichever browser"


@pytest.fixture
def kari_of():
    """Makes Kari with an app in another application; the code that it shows."""
    from tests.app.staff.conftest import PASSWORD, create_staff  # noqa: PLC0415

    def make(app):
        create_staff(EMAIL, "Kari", PASSWORD, Role.FRONT_DESK)
        db.session.commit()
        set_up_app(signed_in_as(app))
        wait_for_next_period()
        return code_of

    return make


def test_without_the_password_there_is_no_second_step(app, with_app):
    client = browser(app)
    assert client.get("/sign-in/code").location == "/sign-in"
    assert send_code(client, code_of()).location == "/sign-in"
    assert not is_signed_in(client)


def test_the_second_step_waits_ten_minutes(app, with_app, monkeypatch):
    monkeypatch.setattr(second_step, "PENDING_S", -1)
    client = browser(app)
    give_password(client)
    assert send_code(client, code_of()).location == "/sign-in"


def test_a_failed_password_ends_a_second_step_that_was_begun(app, with_app):
    client = browser(app)
    give_password(client)
    give_password(client, password="wrong password")
    assert client.get("/sign-in/code").location == "/sign-in"
    assert len(logged("sign_in_failed")) == 1


def test_whoever_is_signed_out_everywhere_meanwhile_begins_anew(app, with_app):
    client = browser(app)
    give_password(client)
    person().fs_uniquifier = "another"
    db.session.commit()
    assert send_code(client, code_of()).location == "/sign-in"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_after_the_code_one_is_never_on_another_website(app, with_app, target):
    client = browser(app)
    give_password(client, page=f"/sign-in?next={target}")
    location = send_code(client, code_of()).location
    assert location.startswith("/")
    assert not location.replace("\\", "/").startswith("//")


def test_a_sign_in_by_json_is_refused_since_no_throttle_would_see_whose_it_is(app, kari):
    account = {"email": EMAIL, "password": "a good long password"}
    client = browser(app)
    assert client.post("/sign-in", json=account).status_code == 415
    assert not is_signed_in(client)


def demand(role=Role.FRONT_DESK):
    role_row(role).demands_second_factor = True
    db.session.commit()


def test_who_must_have_a_second_factor_is_led_to_setting_it_up(app, kari, filed):
    demand()
    client = signed_in_as(app)
    for page in ("/staff", "/desk", "/desk/today"):
        assert client.get(page).location == "/staff/account?demanded=1", page
    assert client.post("/desk/new").location == "/staff/account?demanded=1"
    page = client.get("/staff/account?demanded=1")
    assert "Rollen din krever mer enn et passord" in page.text
    assert "Logget inn som" not in client.get("/").text, "a visitor on public pages"
    set_up_app(client)
    assert client.get("/desk").status_code == 200


def test_who_must_have_one_keeps_the_last_one(app, kari):
    demand()
    client = signed_in_as(app)
    set_up_app(client)
    refused = client.post("/staff/account/app/remove")
    assert refused.status_code == 409
    assert person().tf_totp_secret
    _key, answer = add_passkey(client)
    assert answer.status_code == 303
    assert client.post("/staff/account/app/remove").status_code == 303
    passkey = person().passkeys[0]
    assert client.post(f"/staff/account/passkeys/{passkey.id}/remove").status_code == 409


def test_other_roles_are_asked_for_nothing(app, kari, crew):
    demand()
    assert crew.get("/crew").status_code == 200


def test_a_session_lasts_twelve_hours_from_when_its_person_was_last_asked(app, kari):
    client = signed_in_as(app)
    for hours, lasts in ((11.9, True), (12.1, False)):
        with client.session_transaction() as kept:
            kept["fs_paa"] -= hours * 3600
        assert is_signed_in(client) == lasts
        with client.session_transaction() as kept:
            kept["fs_paa"] += hours * 3600


def test_a_locked_row_is_read_anew(app, with_app):
    """What another process has used since is known before a code is judged."""
    client = browser(app)
    give_password(client)
    code = code_of()
    counter = person().tf_last_counter
    db.session.execute(
        update(type(person())).values(tf_last_counter=2**40).where(type(person()).email == EMAIL)
    )
    db.session.commit()
    assert counter == 0
    assert send_code(client, code).status_code == 422
