"""Sign-in: it tells strangers nothing, it slows them down, and its cookie stays with us."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from app.database import db
from app.permissions import Role
from app.places.models import Unit
from app.problems import InvalidFields
from app.rate_limits import SIGN_INS_PER_ACCOUNT, SIGN_INS_PER_ADDRESS
from app.staff.models import Staff
from app.staff.operations import create_staff, demand_good_password
from tests.conftest import FROM_HERE, SESSION_COOKIE

DESK = {"email": "front_desk@demo.vof", "password": "demo-front_desk"}
SECRET = "0123456789abcdef0123456789abcdef"


def sign_in(client, page="/sign-in", **changes):
    return client.post(page, data=DESK | changes, headers=FROM_HERE)


def staff(email=DESK["email"]):
    return db.session.scalars(select(Staff).where(Staff.email == email)).unique().one()


def without_address(page):
    """The page without what was typed into it."""
    return re.sub(r"[\w.]+@[\w.]+", "", page.text)


def test_a_wrong_password_and_an_unknown_address_look_the_same(client):
    wrong = sign_in(client, password="wrong-password")
    unknown = sign_in(client, email="nobody@demo.vof")
    assert wrong.status_code == unknown.status_code == 200
    assert without_address(wrong) == without_address(unknown)
    assert wrong.headers.get("Set-Cookie") is None
    assert client.get("/desk").status_code == 303


def test_an_account_that_is_closed_looks_the_same_too(client):
    wrong = sign_in(client, password="wrong-password")
    staff().active = False
    db.session.commit()
    closed = sign_in(client)
    assert closed.status_code == 200
    assert without_address(wrong) == without_address(closed)
    assert client.get("/desk").status_code == 303


def test_a_closed_account_is_signed_out_everywhere(front_desk):
    assert front_desk.get("/desk").status_code == 200
    staff().active = False
    db.session.commit()
    assert front_desk.get("/desk").status_code == 303


@pytest.mark.parametrize("field", ["email", "password"])
def test_an_empty_field_is_told_beside_it(client, field):
    page = sign_in(client, **{field: ""})
    assert f'id="{field}-error"' in page.text
    assert f'href="#{field}"' in page.text


def test_what_was_typed_comes_back_but_never_the_password(client):
    page = sign_in(client, email="kari@example.org", password="hemmelig-hemmelig")
    assert 'value="kari@example.org"' in page.text
    assert "hemmelig-hemmelig" not in page.text


def test_the_address_is_read_in_either_case(client):
    assert sign_in(client, email="FRONT_DESK@Demo.VOF").status_code == 302


def test_each_account_is_throttled(throttled):
    client = throttled.test_client()
    allowed = int(SIGN_INS_PER_ACCOUNT.split()[0])
    for _ in range(allowed):
        assert sign_in(client, password="wrong-password").status_code == 200
    refused = sign_in(client)
    assert refused.status_code == 429, "the right password does not help any more"
    assert int(refused.headers["Retry-After"]) > 0
    spelled = sign_in(client, email="Front_Desk@demo.vof ")
    assert spelled.status_code == 429, "however the address is spelled"
    other = sign_in(client, email="crew@demo.vof", password="demo-crew")
    assert other.status_code == 302, "a colleague at the same address is not locked out"


def test_each_address_is_throttled(throttled):
    client = throttled.test_client()
    allowed = int(SIGN_INS_PER_ADDRESS.split()[0])
    for number in range(allowed):
        # Without a password it fails at once; hashing sixty of them takes ten seconds.
        answer = sign_in(client, email=f"nobody{number}@demo.vof", password="")
        assert answer.status_code == 200
    assert sign_in(client, email="nobody@demo.vof").status_code == 429
    assert client.get("/sign-in").status_code == 200, "looking is not trying"


def test_only_failures_count(throttled):
    for _ in range(int(SIGN_INS_PER_ACCOUNT.split()[0]) + 1):
        assert sign_in(throttled.test_client()).status_code == 302


@pytest.mark.parametrize(
    ("settings", "secure"),
    [
        ({"demo": True}, False),
        ({"demo": True, "public_url": "https://vof.example.no"}, True),
        ({"demo": False, "secret_key": SECRET}, True),
    ],
)
def test_the_cookie_stays_with_us(built, settings, secure):
    app = built(**settings)
    create_staff("kari@example.org", "Kari", "a good long password", Role.ADMIN)
    db.session.commit()
    account = {"email": "kari@example.org", "password": "a good long password"}
    answer = sign_in(app.test_client(), **account)
    assert answer.status_code == 302
    (cookie,) = answer.headers.getlist("Set-Cookie")
    name, *flags = cookie.split("; ")
    assert name.startswith(f"{SESSION_COOKIE}=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(flags)
    assert ("Secure" in flags) == secure
    assert not any(flag.startswith("Domain") for flag in flags)


def test_signing_in_does_not_keep_a_session_somebody_else_began(client):
    client.set_cookie(SESSION_COOKIE, "planted")
    sign_in(client)
    assert client.get_cookie(SESSION_COOKIE).value != "planted"


def test_signing_out_is_a_post(front_desk):
    assert front_desk.get("/sign-out").status_code == 405
    assert front_desk.get("/desk").status_code == 200
    answer = front_desk.post("/sign-out")
    assert answer.status_code == 302
    assert front_desk.get("/desk").status_code == 303


def test_signing_out_from_another_website_is_refused(front_desk):
    front_desk.environ_base["HTTP_ORIGIN"] = "https://evil.example"
    assert front_desk.post("/sign-out").status_code == 403
    del front_desk.environ_base["HTTP_ORIGIN"]
    assert front_desk.get("/desk").status_code == 200


def test_after_signing_in_one_is_where_one_wanted_to_be(client):
    wanted = "/desk?status=open&q=b%C3%A6rer"
    asked = client.get(wanted)
    page = client.get(asked.location)
    action, *_passkeys = re.findall(r'<form[^>]*method="post"[^>]*action="([^"]*)"', page.text)
    answer = sign_in(client, action.replace("&amp;", "&"))
    assert answer.status_code == 302
    parts = urlsplit(answer.location)
    assert parts.path == "/desk"
    assert "status=open" in parts.query


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "\\\\evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "http://localhost.evil.example/desk",
        " //evil.example",
        "\x00//evil.example",
    ],
)
@pytest.mark.parametrize("where", ["query_string", "data"])
def test_after_signing_in_one_is_never_on_another_website(sqlite_app, target, where):
    """No row differs here, so one database is enough: each try hashes a password."""
    form = {"data": DESK, "headers": FROM_HERE}
    form[where] = form.get(where, {}) | {"next": target}
    with sqlite_app.app_context():
        answer = sqlite_app.test_client().post("/sign-in", **form)
    location = re.sub(r"[\t\r\n\\]", "/", answer.headers.get("Location", "/")).strip()
    assert not location.startswith("//")
    assert urlsplit(location).netloc in {"", "localhost"}
    assert urlsplit(location).scheme in {"", "http"}


def test_a_password_is_never_kept_plain(app):
    unit = db.session.scalars(select(Unit)).first()
    made = create_staff(" Kari@Example.org ", " Kari ", "a good long password", Role.CREW, unit.id)
    assert made.password.startswith("$argon2id$")
    assert "a good long password" not in made.password
    assert (made.email, made.name, made.unit_id) == ("kari@example.org", "Kari", unit.id)
    assert [role.name for role in made.roles] == ["crew"]
    for row in db.session.scalars(select(Staff)).unique():
        assert row.password.startswith("$argon2id$"), row.email


def test_two_accounts_with_one_password_look_different(app):
    one, other = (
        create_staff(f"{name}@example.org", name, "a good long password", Role.ADMIN)
        for name in ("kari", "ola")
    )
    assert one.password != other.password
    assert one.fs_uniquifier != other.fs_uniquifier


def test_an_address_has_one_account(app):
    with pytest.raises(InvalidFields) as refused:
        create_staff("CREW@demo.vof", "x", "a good long password", Role.CREW)
    assert set(refused.value.fields) == {"email"}


@pytest.mark.parametrize("password", ["", "short", "elevenchars"])
def test_a_short_password_is_refused(app, password):
    with pytest.raises(InvalidFields) as refused:
        demand_good_password(password)
    assert set(refused.value.fields) == {"password"}


def test_a_demo_tells_its_log_ins_and_nothing_else_does(built):
    page = built(demo=True).test_client().get("/sign-in").text
    for role in Role:
        assert f"{role}@demo.vof" in page


def test_outside_a_demo_no_log_in_is_told(built):
    page = built(demo=False, secret_key=SECRET).test_client().get("/sign-in").text
    assert "demo-" not in page
    assert not any(f"{role}@demo.vof" in page for role in Role)


def test_staff_are_not_known_by_their_number(front_desk, app):
    """What a session names is random, and a new value ends every session of that person."""
    assert front_desk.get("/desk").status_code == 200
    staff().fs_uniquifier = "another"
    db.session.commit()
    assert front_desk.get("/desk").status_code == 303


@pytest.mark.parametrize(
    "address", ["/login", "/logout", "/register", "/reset", "/change", "/confirm", "/us-signin"]
)
def test_the_library_brings_no_other_way_in(client, address):
    assert client.get(address).status_code == 404
    assert client.post(address, headers=FROM_HERE).status_code == 404


def test_signed_in_people_are_sent_on_from_the_sign_in_page(front_desk):
    answer = front_desk.get("/sign-in")
    assert answer.status_code == 302
    assert urlsplit(answer.location).path == "/staff"
