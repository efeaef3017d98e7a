"""Inside or outside the municipality: the same answer on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.database import db
from app.geo import Position
from app.places.municipality import forget, municipality

pytestmark = pytest.mark.postgis


@contextmanager
def fresh_settings(app: Flask) -> Iterator[None]:
    with app.app_context():
        forget()
        yield
        db.session.remove()
        forget()


@pytest.fixture(scope="module")
def boundaries(sqlite_app: Flask, postgis_app: Flask) -> list:
    found = []
    for app in (sqlite_app, postgis_app):
        with fresh_settings(app):
            found.append(municipality())
    return found


@given(lon=st.floats(5.3, 6.2), lat=st.floats(58.8, 59.3))
def test_a_position_is_inside_on_both_or_on_neither(boundaries, lon, lat):
    one, other = boundaries
    assert one.holds(Position(lon=lon, lat=lat)) == other.holds(Position(lon=lon, lat=lat))


def test_the_boundary_is_the_same_on_both_and_holds_its_corners(boundaries):
    one, other = boundaries
    assert one.boundary.equals_exact(other.boundary, 0)
    corners = [point for part in one.boundary.geoms for point in part.exterior.coords]
    assert corners
    assert all(one.holds(Position(lon=lon, lat=lat)) for lon, lat in corners)
    assert not one.holds(Position(lon=10.75, lat=59.91))
