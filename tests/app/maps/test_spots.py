"""Places and addresses by what people type and by where they stand."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from app.database import db
from app.maps import upstream
from app.maps.addresses import MOST_FOUND
from app.maps.spots import MOST_PLACES
from app.places.models import Place
from app.rate_limits import limiter

MOSVATNET = {"lat": 58.9585, "lon": 5.7146}
OSLO = {"lat": 59.9139, "lon": 10.7522}


def spots(client, **wanted):
    answer = client.get("/api/v1/spots", query_string=wanted)
    assert answer.status_code == 200, answer.text
    return answer.json


def test_places_near_me_come_nearest_first(visitor):
    found = spots(visitor, **MOSVATNET)
    distances = [place["distance_m"] for place in found["places"]]
    assert len(distances) == MOST_PLACES
    assert distances == sorted(distances)
    assert found["places"][0]["name"].startswith("Mosvatnet")
    assert distances[0] < 400
    assert found["inside"] is True
    assert found["addresses"] == []


def test_a_position_elsewhere_is_told_to_be_elsewhere(visitor):
    assert spots(visitor, **OSLO)["inside"] is False


def test_places_and_addresses_come_by_text(visitor):
    found = spots(visitor, q="kongsgata 1")
    assert [one["text"] for one in found["addresses"]] == [
        "Kongsgata 1, 4005 Stavanger",
        "Kongsgata 10, 4005 Stavanger",
        "Kongsgata 12B, 4005 Stavanger",
    ]
    assert found["addresses"][0]["lat"] == pytest.approx(58.96993)
    assert found["addresses_available"] is True
    assert found["inside"] is None
    place = spots(visitor, q="mosvatnet")["places"][0]
    assert place["name"].startswith("Mosvatnet")
    assert place["distance_m"] is None
    assert visitor.get(place["url"]).status_code == 200


def test_a_text_and_a_position_give_distances(visitor):
    found = spots(visitor, q="byparken", **MOSVATNET)
    assert found["places"][0]["name"] == "Byparken"
    assert 1000 < found["places"][0]["distance_m"] < 3000


def test_only_our_own_municipality_is_asked_for(visitor, outside):
    spots(visitor, q="  KONGSgata   1 ")
    asked = parse_qs(urlsplit(outside.asked[0]).query)
    assert asked["kommunenummer"] == ["1103"]
    assert asked["sok"] == ["kongsgata 1"]
    assert asked["treffPerSide"] == [str(MOST_FOUND)]


def test_the_same_question_is_not_asked_twice(visitor, outside):
    for text in ("kongsgata", "Kongsgata", "kongsgata "):
        assert spots(visitor, q=text)["addresses"]
    assert len(outside.asked) == 1


@pytest.mark.parametrize(
    "mood", ["broken", "garbage", "page", "huge", "elsewhere", "strange", "missing"]
)
def test_without_the_address_service_places_are_found_all_the_same(visitor, outside, mood):
    outside.mood = mood
    found = spots(visitor, q="mosvatnet")
    assert found["addresses_available"] is False
    assert found["addresses"] == []
    assert found["places"][0]["name"].startswith("Mosvatnet")
    assert len(outside.asked) == 1, "a redirect was followed"


def test_an_address_service_that_fails_is_left_alone_for_a_while(visitor, outside):
    outside.mood = "broken"
    for number in range(9):
        spots(visitor, q=f"kongsgata {number}")
    assert len(outside.asked) == upstream.FAILURES_BEFORE_PAUSE


def test_a_failure_is_not_remembered_as_an_answer(visitor, outside):
    outside.mood = "broken"
    spots(visitor, q="kongsgata")
    outside.mood = "well"
    assert spots(visitor, q="kongsgata")["addresses_available"] is True


def test_one_letter_finds_nothing_and_asks_nobody(visitor, outside):
    assert spots(visitor, q="k") == spots(visitor) == spots(visitor, q=" ")
    assert not outside.asked


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"lat": "58.9"}, "lon"),
        ({"lon": "5.7"}, "lat"),
        ({"lat": "91", "lon": "5.7"}, "lat"),
        ({"lat": "nan", "lon": "5.7"}, "lat"),
        ({"lat": "x", "lon": "5.7"}, "lat"),
        ({"q": "x" * 101}, "q"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(client, wanted, field):
    answer = client.get("/api/v1/spots", query_string=wanted)
    assert answer.status_code == 422
    assert answer.json["code"] == "invalid"
    assert list(answer.json["fields"]) == [field]


@pytest.mark.parametrize("text", ["%00", "%5C%25_", "æøå", "%F0%9F%9A%B2", "'; drop table places"])
def test_no_text_breaks_the_search(visitor, text):
    assert visitor.get(f"/api/v1/spots?q={text}").status_code == 200


def test_archived_places_are_not_offered(client):
    place = db.session.query(Place).filter_by(name="Byparken").one()
    place.archived_at = place.created_at
    db.session.commit()
    assert not spots(client, q="byparken")["places"]


def test_the_description_of_the_api_tells_of_spots(client):
    told = client.get("/api/v1/openapi.json").json["paths"]["/api/v1/spots"]["get"]
    assert {one["name"] for one in told["parameters"]} >= {"q", "lat", "lon"}
    assert "200" in told["responses"]


def test_searches_are_counted(throttled):
    client = throttled.test_client()
    answers = [client.get("/api/v1/spots").status_code for _ in range(301)]
    assert answers[-1] == 429
    assert set(answers[:-1]) == {200}
    limiter.reset()
