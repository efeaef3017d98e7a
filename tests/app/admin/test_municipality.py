"""The municipality on screen: name, languages, logo, boundary and duty phones."""

from __future__ import annotations

import io
import json
import re

import pytest
from sqlalchemy import select

from app.audit import AuditEntry
from app.database import db
from app.places.models import Municipality
from app.places.municipality import municipality
from tests.conftest import FROM_HERE

SETTINGS = "/admin/municipality"
LOOK, BOUNDARY, DUTY = f"{SETTINGS}/look", f"{SETTINGS}/boundary", "/admin/duty-phones"
GOOD = {
    "name": "Ny kommune",
    "front_desk_phone": "51 00 00 11",
    "front_desk_email": "post@ny.example",
    "languages": ["nn", "en"],
}
LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9H0z"/></svg>'


def post(client, address, **fields):
    return client.post(address, data=fields, headers=FROM_HERE)


def row():
    db.session.expire_all()
    return db.session.scalars(select(Municipality)).one()


def newest_entry():
    return db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()


def test_what_is_changed_shows_on_every_page_and_is_logged(admin, client):
    assert post(admin, SETTINGS, **GOOD).status_code == 303
    page = client.get("/").text
    assert "Ny kommune" in page
    assert newest_entry().action == "municipality_changed"
    assert newest_entry().details["name"] == ["Stavanger kommune", "Ny kommune"]
    assert "Stavanger kommune → Ny kommune" in admin.get("/admin/log").text


def test_residents_are_offered_the_languages_that_are_switched_on(admin, client):
    assert 'hreflang="uk"' in client.get("/").text
    post(admin, SETTINGS, **GOOD)
    page = client.get("/?lang=uk").text
    assert 'lang="nb"' in page
    assert 'hreflang="uk"' not in page
    assert 'hreflang="nn"' in page
    assert client.get("/", headers={"Accept-Language": "pl"}).text.count('<html lang="nb"') == 1
    assert municipality().languages == {"nb", "nn", "en"}


def test_a_greeting_stands_on_the_front_page_in_each_language(admin, client):
    texts = {"greeting_nb": "Vi har stengt", "greeting_nn": "Vi har stengt no"}
    assert post(admin, SETTINGS, **GOOD, **texts).status_code == 422
    assert post(admin, SETTINGS, **GOOD, **texts, greeting_en="We are <closed>").status_code == 303
    assert "Vi har stengt no" in client.get("/?lang=nn").text
    assert "We are &lt;closed&gt;" in client.get("/?lang=en").text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", ""),
        ("front_desk_phone", "ring oss"),
        ("front_desk_email", ""),
        ("feedback_email", "nei"),
        ("accessibility_url", "javascript:alert(1)"),
        ("accessibility_url", "http://uustatus.no"),
    ],
)
def test_what_cannot_be_is_refused(admin, name, value):
    answer = post(admin, SETTINGS, **GOOD | {name: value})
    assert answer.status_code == 422
    assert f'id="{name}-error"' in answer.text
    assert row().name == "Stavanger kommune"


def test_of_two_editors_the_second_is_told(app, admin, manager):
    assert post(manager, DUTY, duty_phone="51 00 00 30", seen=0).status_code == 303
    answer = post(admin, SETTINGS, **GOOD, seen=0)
    assert answer.status_code == 409
    assert 'value="Ny kommune"' in answer.text
    assert row().name == "Stavanger kommune"


# ---- Logo and colour.


def test_logo_and_colour_are_seen_before_they_are_kept(admin):
    before = row().logo_svg
    sent = {"sign_colour": "#123456", "logo": (io.BytesIO(LOGO.encode()), "logo.svg")}
    seen = post(admin, LOOK, **sent, look="1")
    assert seen.status_code == 200
    assert "data:image/svg+xml;base64," in seen.text
    assert row().logo_svg == before
    answer = post(admin, LOOK, sign_colour="#123456", logo_svg=LOGO)
    assert answer.status_code == 303
    assert (row().sign_colour, row().logo_svg) == ("#123456", LOGO)
    assert newest_entry().details["sign_colour"][1] == "#123456"
    assert post(admin, LOOK, sign_colour="#123456", logo_svg=LOGO, drop_logo="1").status_code == 303
    assert row().logo_svg == ""


@pytest.mark.parametrize("colour", ["#FFEE00", "red", "#12345", "", "#12345G"])
def test_a_colour_that_carries_no_white_text_is_refused(admin, colour):
    assert post(admin, LOOK, sign_colour=colour).status_code == 422


@pytest.mark.parametrize(
    "svg",
    [
        LOGO.replace("<path", "<script>alert(1)</script><path"),
        LOGO.replace("<path", "<path onload = 'alert(1)'"),
        LOGO.replace("<path", "<image href='https://example.org/x.png'/><path"),
        LOGO.replace("<path", '<use href = "https://example.org/x.svg#a"/><path'),
        LOGO.replace("<path", "<style>@import 'https://example.org/x.css'</style><path"),
        LOGO.replace("<path", "<path style='fill:url(https://example.org/x)'"),
        LOGO.replace("<path", "<a href='javascript:alert(1)'><path").replace(
            "/></svg", "/></a></svg"
        ),
        '<!DOCTYPE svg [<!ENTITY a "a">]>' + LOGO,
        "<svg",
        "<svg xmlns='http://www.w3.org/2000/svg'><text>Hei</text></svg>",
        LOGO + " " * 300_000,
    ],
)
def test_a_logo_that_does_more_than_draw_is_refused(admin, svg):
    before = row().logo_svg
    answer = post(admin, LOOK, sign_colour="#123456", logo=(io.BytesIO(svg.encode()), "x.svg"))
    assert answer.status_code == 422
    assert 'id="logo-error"' in answer.text
    assert row().logo_svg == before


# ---- Boundary.


def a_square(west=5.5, south=58.8, east=5.9, north=59.1):
    corners = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    shape = {"type": "Polygon", "coordinates": [corners]}
    return {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": shape}]}


def upload(client, content):
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return post(client, BOUNDARY, file=(io.BytesIO(data), "grense.geojson"))


def test_a_boundary_is_looked_at_before_it_is_kept(admin):
    before = municipality().boundary
    page = upload(admin, a_square())
    assert page.status_code == 200
    assert "sketch-before" in page.text
    packed = re.search(r'name="content" value="([^"]+)"', page.text)[1]
    assert municipality().boundary.equals(before)
    assert post(admin, f"{BOUNDARY}/confirm", content=packed).status_code == 303
    assert municipality().boundary.bounds == (5.5, 58.8, 5.9, 59.1)
    assert newest_entry().action == "boundary_changed"


def test_the_page_says_how_much_would_lie_outside(admin, filed):
    filed(position={"lat": 58.969, "lon": 5.7331})
    page = upload(admin, a_square(south=59.0)).text
    assert re.search(r"Åpne meldinger utenfor</dt><dd>1<", page)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b'{"type": "FeatureCollection", "features": []}',
        a_square(west=300_000, east=310_000),
        {"features": [{"geometry": {"type": "Point", "coordinates": [5.7, 58.9]}}]},
    ],
)
def test_what_is_no_boundary_is_refused(admin, content):
    assert upload(admin, content).status_code == 422
    assert post(admin, f"{BOUNDARY}/confirm", content="x").status_code == 422


# ---- Duty phones.

OFFICE = {"days-1": ["1", "2", "3", "4", "5"], "from-1": "08:00", "to-1": "15:30"}
HOURS = OFFICE | {"phone-1": "51 00 00 15", "duty_phone": "51 00 00 20"}
NIGHT = {"days-2": ["5", "6"], "from-2": "22:00", "to-2": "06:00", "phone-2": "51 00 00 16"}


def test_the_hours_are_kept_and_count(manager, client):
    assert post(manager, DUTY, **HOURS, **NIGHT).status_code == 303
    assert [one["phone"] for one in row().duty_hours] == ["51 00 00 15", "51 00 00 16"]
    page = manager.get(f"{DUTY}?at=2026-11-28T03:00").text
    assert re.search(r'role="status"><strong>51 00 00 16<', page)
    assert "22:00–24:00 <strong>51 00 00 16" in page
    assert newest_entry().action == "duty_phones_changed"


def test_they_are_tried_without_being_kept(manager):
    before = row().duty_hours
    page = post(manager, DUTY, **HOURS, **NIGHT, at="2026-11-28T03:00", look="1")
    assert page.status_code == 200
    assert re.search(r'role="status"><strong>51 00 00 16<', page.text)
    assert row().duty_hours == before


def test_overlaps_and_gaps_are_shown(manager):
    both = NIGHT | {"from-2": "15:00", "to-2": "16:00"}
    page = post(manager, DUTY, **HOURS, **both, look="1").text
    assert "linje 1 gjelder før linje 2" in page
    assert "ingen linje: det andre nummeret" in page


@pytest.mark.parametrize("last", ["3", "9" * 5000], ids=["third", "very last"])
def test_lines_change_places_and_go(manager, last):
    post(manager, DUTY, **HOURS, **NIGHT, **{"order-1": last, "order-2": "1"})
    assert [one["phone"] for one in row().duty_hours] == ["51 00 00 16", "51 00 00 15"]
    assert post(manager, DUTY, duty_phone="110").status_code == 303
    assert row().duty_hours == []


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"duty_phone": ""}, "duty_phone"),
        ({"duty_phone": "ring"}, "duty_phone"),
        ({"days-1": []}, "days-1"),
        ({"phone-1": ""}, "phone-1"),
        ({"from-1": "8"}, "from-1"),
        ({"to-1": "25:00"}, "from-1"),
        ({"to-1": "08:00"}, "from-1"),
    ],
)
def test_hours_that_nobody_can_keep_are_refused_and_stay_typed(manager, changes, name):
    before = row().duty_hours
    answer = post(manager, DUTY, **HOURS | changes)
    assert answer.status_code == 422
    assert f'id="{name}-error"' in answer.text
    assert row().duty_hours == before
