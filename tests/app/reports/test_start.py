"""The start page and the pages of places: found by search engines, and handed on."""

from __future__ import annotations

import pytest

from app.database import db
from app.places.models import Place
from tests.html import inspect_page

ONE_ROUND_TRIP = 14_600


def page_of(client, address, **headers):
    answer = client.get(address, headers={"Accept-Language": "en"} | headers)
    assert answer.status_code == 200
    return inspect_page(answer.text, address)


def head_of(page):
    described = {meta.get("name"): meta.get("content") for meta in page.iter("meta")}
    canonical = [link.get("href") for link in page.iter("link") if link.get("rel") == "canonical"]
    return described, canonical


def test_the_start_page_says_what_it_is(client):
    described, canonical = head_of(page_of(client, "/?q=byparken"))
    assert "Stavanger kommune" in described["description"]
    assert canonical == ["http://127.0.0.1:8000/"]
    assert "robots" not in described


def test_each_language_is_a_page_of_its_own(client):
    page = inspect_page(client.get("/?lang=nn").text, "/?lang=nn")
    assert head_of(page)[1] == ["http://127.0.0.1:8000/?lang=nn"]


def test_a_place_says_what_it_is(client):
    byparken = db.session.query(Place).filter_by(name="Byparken").one()
    described, canonical = head_of(page_of(client, f"/places/{byparken.id}?from=chat"))
    assert "Byparken" in described["description"]
    assert canonical == [f"http://127.0.0.1:8000/places/{byparken.id}"]
    assert "robots" not in described
    answer = client.get(f"/places/{byparken.id}")
    assert "X-Robots-Tag" not in answer.headers


def test_a_place_tells_how_many_have_noticed_a_fault(client, filed, park_sign):
    report = filed(sign=park_sign.code)
    report.follower_count = 3
    db.session.commit()
    text = client.get(f"/places/{park_sign.place_id}", headers={"Accept-Language": "en"}).text
    assert "3 others have noticed this" in text


def test_the_map_of_a_place_begins_at_the_place(client, park_sign):
    page = page_of(client, f"/places/{park_sign.place_id}")
    (offered,) = [part for part in page.iter() if part.get("data-script")]
    assert offered.get("data-lat").startswith("58.968")
    assert offered.get("data-name") == "Byparken"


def test_a_place_without_a_position_has_no_map(client, park_sign):
    park_sign.place.point = None
    db.session.commit()
    page = page_of(client, f"/places/{park_sign.place_id}")
    assert not [part for part in page.iter() if part.get("data-script")]


@pytest.mark.parametrize("page", ["/", "/places/{place}"])
@pytest.mark.parametrize("code", ["nb", "uk"])
def test_they_arrive_in_one_round_trip(client, park_sign, page, code):
    address = page.format(place=park_sign.place_id)
    answer = client.get(address, headers={"Accept-Encoding": "br", "Accept-Language": code})
    assert answer.headers["Content-Encoding"] == "br"
    assert len(answer.data) <= ONE_ROUND_TRIP
