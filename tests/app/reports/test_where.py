"""Where it is, asked and shown without a script: search, links, and what they fill in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from app.database import db
from app.geo import position_of
from app.places.models import Municipality, Place
from app.places.municipality import forget
from app.reports.models import Report
from tests.html import inspect_page
from tests.outside import Outside, running_outside

AWAY = "The search for addresses does not answer right now."
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def outside() -> Iterator[Outside]:
    with running_outside() as running:
        yield running


@pytest.fixture
def visitor(built, outside, tmp_path) -> FlaskClient:
    return built(address_url=outside.address_url, tile_url=outside.tile_url).test_client()


def page_of(client, address):
    answer = client.get(address, headers=ENGLISH)
    assert answer.status_code == 200
    return inspect_page(answer.text, address)


def links(page):
    return {"".join(link.itertext()).strip(): link.get("href") for link in page.iter("a")}


def hidden(page, name):
    return next(field.get("value") for field in page.iter("input") if field.get("name") == name)


def test_the_form_answers_a_search_with_places_and_addresses(visitor):
    found = links(page_of(visitor, "/report?q=kongsgata+1"))
    address = parse_qs(urlsplit(found["Kongsgata 1, 4005 Stavanger"]).query)
    assert address == {
        "lat": ["58.96993"],
        "lon": ["5.73361"],
        "address": ["Kongsgata 1, 4005 Stavanger"],
    }
    byparken = db.session.query(Place).filter_by(name="Byparken").one()
    found = links(page_of(visitor, "/report?q=byparken"))
    assert found["Byparken Park"] == f"/report?place={byparken.id}"


def test_on_the_start_page_places_lead_to_their_own_pages(visitor):
    byparken = db.session.query(Place).filter_by(name="Byparken").one()
    found = links(page_of(visitor, "/?q=byparken"))
    assert found["Byparken Park"] == f"/places/{byparken.id}"
    assert "/report?" in links(page_of(visitor, "/?q=kongsgata"))["Kongsgata 10, 4005 Stavanger"]


def test_a_language_that_was_chosen_goes_with_every_link(visitor):
    found = links(inspect_page(visitor.get("/report?q=kongsgata&lang=nn").text, "search"))
    assert "lang=nn" in found["Kongsgata 10, 4005 Stavanger"]


@pytest.mark.parametrize("page", ["/", "/report"])
def test_without_the_address_service_people_are_told_and_places_found(visitor, outside, page):
    outside.mood = "broken"
    text = visitor.get(f"{page}?q=byparken", headers=ENGLISH).text
    assert AWAY in visible(text)
    assert "Byparken" in links(inspect_page(text, page)).keys() | {
        name.removesuffix(" Park") for name in links(inspect_page(text, page))
    }


@pytest.mark.parametrize("page", ["/", "/report"])
def test_a_search_without_a_hit_says_so(visitor, page):
    text = visible(visitor.get(f"{page}?q=qwertyuiop", headers=ENGLISH).text)
    assert "Nothing found." in text
    assert AWAY not in text


def visible(text):
    """The page without its attributes, where the words for scripts stand."""
    return re.sub(r"<[^>]*>", " ", text)


def test_a_link_to_an_address_fills_in_the_form_and_the_report_keeps_it(visitor):
    found = links(page_of(visitor, "/report?q=kongsgata+12b"))
    page = page_of(visitor, found["Kongsgata 12B, 4005 Stavanger"])
    fields = {name: hidden(page, name) for name in ("id", "lat", "lon", "address", "opened_at")}
    assert fields["address"] == "Kongsgata 12B, 4005 Stavanger"
    answer = visitor.post("/report", data=fields | {"category": "PA03"})
    assert answer.status_code == 303
    report = db.session.query(Report).order_by(Report.id.desc()).first()
    assert report.address == "Kongsgata 12B, 4005 Stavanger"
    here = position_of(report.point)
    assert (here.lat, here.lon) == (58.97013, 5.73422)


def test_what_was_chosen_stands_on_top_with_a_way_to_change_it(visitor):
    page = page_of(visitor, "/report?lat=58.97&lon=5.73&address=Kongsgata+1")
    assert links(page)["Change"] == "/report"
    ways = [part for part in page.iter("div") if part.get("data-ways") is not None]
    assert ways
    assert all(part.get("hidden") is not None for part in ways)


@pytest.mark.parametrize(
    "query",
    [
        "lat=x&lon=5.7",
        "lat=58.97",
        "lat=nan&lon=5.7",
        "lat=inf&lon=5.7",
        "lat=59.91&lon=10.75",
        "lat=%00&lon=%00",
    ],
    ids=["no number", "half", "nan", "infinite", "in Oslo", "control characters"],
)
def test_a_position_that_makes_no_sense_is_left_out_of_account(client, query):
    page = page_of(client, f"/report?{query}&address=ved+brua")
    assert (hidden(page, "lat"), hidden(page, "lon")) == ("", "")
    assert hidden(page, "address") == "ved brua"


def test_a_place_that_was_chosen_can_be_changed(client, park_sign):
    page = page_of(client, f"/report?place={park_sign.place_id}")
    assert links(page)["Choose another place"] == "/report"
    assert "Choose another place" not in links(page_of(client, f"/s/{park_sign.code}"))


def test_the_map_is_offered_with_its_bounds_and_only_where_there_is_one(client):
    def maps():
        return [part for part in page_of(client, "/report").iter() if part.get("data-script")]

    (offered,) = maps()
    west, south, east, north = map(float, offered.get("data-bounds").split(","))
    lat, lon = map(float, offered.get("data-middle-of").split(","))
    assert west < lon < east
    assert south < lat < north
    assert "scripted" in offered.get("class"), "shown before a script has made it work"
    db.session.query(Municipality).one().boundary = None
    db.session.commit()
    forget()
    assert maps() == []


def test_scripts_for_finding_a_spot_stay_off_the_signs_pages(client, park_sign):
    def scripts(address):
        return [script.get("src") or "" for script in page_of(client, address).iter("script")]

    for page in ("/", "/report", f"/places/{park_sign.place_id}"):
        assert any("where-" in script for script in scripts(page)), page
        assert not any("map-" in script for script in scripts(page)), page
    assert not any("where-" in script for script in scripts(f"/s/{park_sign.code}"))
