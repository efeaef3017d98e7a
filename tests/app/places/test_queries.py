"""Places by distance and by name, the same on both databases."""

from __future__ import annotations

import random

import pytest

from app.database import db
from app.geo import Position, ewkt
from app.places.models import Place
from app.places.queries import list_nearest_places, search_places

ANYWHERE = Position(lon=5.7331, lat=58.97)


def names(found):
    return [place.name for place in found]


def add_places(*names_of_them, seed=7, spread=0.2):
    rng = random.Random(seed)
    kind = db.session.query(Place).first().kind
    for name in names_of_them:
        here = Position(
            lon=5.73 + rng.uniform(-spread, spread), lat=58.97 + rng.uniform(-spread, spread)
        )
        db.session.add(Place(name=name, kind=kind, point=ewkt(here)))
    db.session.flush()


def nearest_of(app, position):
    with app.app_context():
        found = [
            (place.external_id, round(metres, 3))
            for place, metres in list_nearest_places(position, 25)
        ]
        db.session.rollback()
    return found


@pytest.mark.postgis
def test_both_databases_name_the_same_places_in_the_same_order(sqlite_app, postgis_app):
    rng = random.Random(1)
    for _ in range(40):
        here = Position(lon=rng.uniform(5.3, 6.2), lat=rng.uniform(58.7, 59.4))
        assert nearest_of(sqlite_app, here) == nearest_of(postgis_app, here)


def test_the_nearest_places_are_the_nearest_of_all(app):
    add_places(*(f"Sted {number}" for number in range(200)))
    everything = list_nearest_places(ANYWHERE, 10_000)
    metres = [distance for _place, distance in everything]
    assert metres == sorted(metres)
    assert len(everything) > 200
    for most in (1, 10, 60):
        assert list_nearest_places(ANYWHERE, most) == everything[:most]


def test_far_out_the_nearest_place_is_still_found(app):
    out_at_sea = Position(lon=5.2, lat=58.6)
    (place, metres), *_ = list_nearest_places(out_at_sea, 1)
    assert place.name
    assert 20_000 < metres < 60_000


def test_a_place_without_a_position_is_never_near(app):
    byparken = db.session.query(Place).filter_by(name="Byparken").one()
    byparken.point = None
    db.session.flush()
    assert byparken not in [place for place, _metres in list_nearest_places(ANYWHERE, 10_000)]


def test_the_best_fit_comes_first(app):
    add_places("Parken ved Lillehallen", "Store Lillehallen", "Lillehallen", "Lillehallen nord")
    assert names(search_places("lillehallen", 10)) == [
        "Lillehallen",
        "Lillehallen nord",
        "Parken ved Lillehallen",
        "Store Lillehallen",
    ]


@pytest.mark.parametrize(
    "typed", ["Ålgårdsøya", "ålgårdsøya", "ÅLGÅRDSØYA", "algardsoya", "  gårdsøya ", "ålg"]
)
def test_capitals_and_norwegian_letters_make_no_difference(app, typed):
    add_places("Ålgårdsøya lekeplass")
    assert names(search_places(typed, 10)) == ["Ålgårdsøya lekeplass"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Mosvannet", "Mosvatnet turvei"),
        ("mosvatnet turvie", "Mosvatnet turvei"),
        ("Bypakren", "Byparken"),
    ],
)
def test_a_slip_of_the_finger_is_forgiven(app, typed, meant):
    assert names(search_places(typed, 3))[0] == meant


def test_words_may_come_in_any_order_and_from_kind_and_district(app):
    wanted = db.session.query(Place).filter_by(name="Stavanger idrettshall").one()
    assert wanted in search_places("hillevåg hall", 10)
    assert wanted in search_places("idrettshall stavanger", 10)


def test_what_nobody_has_heard_of_is_not_found(app):
    assert search_places("qwertyuiop", 10) == []
    assert search_places(" ", 10) == []
    assert search_places("%", 10) == []


def test_a_search_is_bounded(app):
    add_places(*(f"Like navn {number}" for number in range(50)))
    assert len(search_places("like navn", 10)) == 10


def test_a_search_is_two_statements_however_many_it_finds(app, count_statements):
    add_places(*(f"Like navn {number}" for number in range(20)))
    db.session.commit()
    db.session.expunge_all()
    count_statements.texts.clear()
    found = search_places("like navn", 10)
    assert [place.kind.code for place in found]
    assert len(count_statements) == 2
