"""The register of places: filtered, paged and drawn on a map."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.database import db
from app.geo import Position, ewkt
from app.places.models import Place, PlaceKind
from app.places.register import (
    MOST_DOTS,
    PAGE,
    PlaceFilter,
    Shelf,
    count_register,
    draw,
    list_register,
)

BOX = (5.0, 58.0, 7.0, 60.0)


@pytest.fixture
def many(app):
    kind = db.session.scalars(select(PlaceKind)).first()
    db.session.add_all(
        Place(
            name=f"Prøveplass {number}",
            kind=kind,
            point=ewkt(Position(lon=5.5 + number % 40 / 100, lat=58.8 + number // 40 / 100)),
        )
        for number in range(400)
    )
    db.session.flush()


def test_paging_loses_and_repeats_nothing(many):
    wanted = PlaceFilter(text="prøveplass")
    seen, after = [], None
    while True:
        page = list_register(wanted, after)
        seen += [place.name for place in page[:PAGE]]
        if len(page) <= PAGE:
            break
        after = page[PAGE - 1].id
    assert len(seen) == len(set(seen)) == count_register(wanted) == 400
    assert seen[:3] == ["Prøveplass 0", "Prøveplass 1", "Prøveplass 2"]
    assert seen[-1] == "Prøveplass 399"


def test_each_filter_leaves_what_fits(many):
    (place,) = list_register(PlaceFilter(text="PROVEPLASS 17"), most=1)
    place.archived_at = place.created_at
    db.session.flush()
    assert count_register(PlaceFilter(text="prøveplass")) == 399
    assert count_register(PlaceFilter(text="prøveplass", shelf=Shelf.ARCHIVED)) == 1
    assert count_register(PlaceFilter(text="prøveplass", shelf=Shelf.ALL)) == 400
    assert count_register(PlaceFilter(text="prøveplass", without_unit=True)) == 399
    assert count_register(PlaceFilter(text="prøveplass", unit_id=1)) == 0
    assert count_register(PlaceFilter(text="%")) == 0
    assert count_register(PlaceFilter(text="_")) == 0


def test_a_map_shows_every_place_as_a_dot_or_in_a_cluster(many):
    drawn = draw(PlaceFilter(text="prøveplass"), BOX)
    assert len(drawn.dots) + sum(cluster.count for cluster in drawn.clusters) == 400
    assert len(drawn.dots) + len(drawn.clusters) <= MOST_DOTS
    for cluster in drawn.clusters:
        west, south, east, north = cluster.box
        assert west <= cluster.lon <= east
        assert south <= cluster.lat <= north


def test_near_by_each_place_is_a_dot_of_its_own(many):
    drawn = draw(PlaceFilter(), (5.4999, 58.7999, 5.5301, 58.8001))
    assert not drawn.clusters
    assert [dot.name for dot in drawn.dots] == [f"Prøveplass {number}" for number in range(4)]
