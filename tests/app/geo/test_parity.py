"""The spatial seam answers alike on both databases: the same searches over the same points."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest
from flask import Flask
from geoalchemy2 import Geometry
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert, inspect, literal, select, text, update

from app.database import Base, db
from app.geo import Position, distance_metres, ewkt, in_bbox, within_metres
from app.geo.indexes import index_name
from app.geo.positions import box_around, metres_between
from app.places.models import Place

pytestmark = pytest.mark.postgis

MILLIMETRE = 0.001
# A handful of values make edges and equal points common; floats between them the rest.
lons = st.sampled_from([5.7, 5.73, 5.731, 5.75]) | st.floats(4.0, 31.5)
lats = st.sampled_from([58.9, 58.97, 58.971, 59.0]) | st.floats(57.5, 71.5)
points = st.lists(st.tuples(lons, lats), max_size=12)
metres = st.sampled_from([0.0, 1.0, 50.0, 2_000.0]) | st.floats(0, 400_000)
few = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


@contextmanager
def connected(app: Flask) -> Iterator[Connection]:
    """A connection with the application's context, whose work is undone."""
    with app.app_context(), db.engine.connect() as connection:
        transaction = connection.begin()
        for table in ("sign_scans", "sign_events", "signs"):
            connection.execute(delete(Base.metadata.tables[table]))
        connection.execute(delete(Place))
        yield connection
        transaction.rollback()


@dataclass
class Both:
    """The same work on both databases, one after the other."""

    sqlite: Connection
    postgis: Connection
    kind_id: int

    def do(self, statement) -> list:
        return [connection.execute(statement) for connection in (self.sqlite, self.postgis)]

    def store(self, stored: list[tuple[float, float]]) -> None:
        self.do(delete(Place))
        rows = [
            {"id": number, "name": f"P{number}", "kind_id": self.kind_id, "approximate": False}
            | {"point": ewkt(Position(lon=lon, lat=lat))}
            for number, (lon, lat) in enumerate(stored, start=1)
        ]
        # One without a point: it is nowhere, so no search finds it.
        rows.append(
            {"id": 999, "name": "P", "kind_id": self.kind_id, "approximate": False, "point": None}
        )
        for row in rows:
            self.do(insert(Place).values(row))

    def found(self, condition) -> set[int]:
        """The ids that both find; the databases must agree."""
        query = select(Place.id).where(condition)
        one, other = (set(result.scalars()) for result in self.do(query))
        assert one == other
        return one


@pytest.fixture(scope="module")
def both(sqlite_app: Flask, postgis_app: Flask) -> Iterator[Both]:
    with ExitStack() as stack:
        sqlite, postgis = (stack.enter_context(connected(app)) for app in (sqlite_app, postgis_app))
        kind_id = sqlite.scalar(text("SELECT min(id) FROM place_kinds"))
        yield Both(sqlite, postgis, kind_id)


@few
@given(stored=points, edges=st.tuples(lons, lats, lons, lats))
def test_the_same_points_lie_in_a_box(both, stored, edges):
    both.store(stored)
    west, east = sorted((edges[0], edges[2]))
    south, north = sorted((edges[1], edges[3]))
    inside = {
        number
        for number, (lon, lat) in enumerate(stored, start=1)
        if west <= lon <= east and south <= lat <= north
    }
    assert both.found(in_bbox(Place.point, west, south, east, north)) == inside


@few
@given(stored=points, centre=st.tuples(lons, lats), radius=metres)
def test_the_same_points_lie_within_a_distance(both, stored, centre, radius):
    distances = {n: metres_between(*point, *centre) for n, point in enumerate(stored, start=1)}
    # Exactly on the circle the last bit of the arithmetic decides; nobody can ask for that.
    assume(all(abs(d - radius) > MILLIMETRE or d == 0 for d in distances.values()))
    both.store(stored)
    near = {number for number, distance in distances.items() if distance <= radius}
    assert both.found(within_metres(Place.point, *centre, radius)) == near


@few
@given(stored=points, centre=st.tuples(lons, lats))
def test_distances_differ_by_less_than_a_millimetre(both, stored, centre):
    both.store(stored)
    query = select(Place.id, distance_metres(Place.point, *centre)).order_by(Place.id)
    one, other = (dict(result.all()) for result in both.do(query))
    assert one.keys() == other.keys()
    assert one.pop(999) is other.pop(999) is None
    for number, distance in one.items():
        assert abs(distance - other[number]) < MILLIMETRE
        assert abs(distance - metres_between(*stored[number - 1], *centre)) < MILLIMETRE


@few
@given(lon=st.floats(4, 31.5), lat=st.floats(57.5, 71.5), radius=st.floats(0.01, 100_000))
def test_the_box_of_a_circle_holds_all_of_it(lon, lat, radius):
    west, south, east, north = box_around(lon, lat, radius)
    for corner_lon, corner_lat in ((west, lat), (east, lat), (lon, south), (lon, north)):
        assert metres_between(lon, lat, corner_lon, corner_lat) >= radius


def test_the_nearest_come_first_on_both(both):
    both.store([(5.75, 58.97), (5.731, 58.97), (5.73, 58.971)])
    order = distance_metres(Place.point, literal(5.73), literal(58.97))
    query = select(Place.id).where(Place.point.is_not(None)).order_by(order)
    one, other = (list(result.scalars()) for result in both.do(query))
    assert one == other == [2, 3, 1]


def test_the_index_follows_what_happens_to_a_point(both):
    here, there = (5.7, 58.9), (5.75, 59.0)
    around_here = in_bbox(Place.point, 5.69, 58.89, 5.71, 58.91)
    around_there = in_bbox(Place.point, 5.74, 58.99, 5.76, 59.01)
    both.store([here, here])
    assert (both.found(around_here), both.found(around_there)) == ({1, 2}, set())
    both.do(update(Place).where(Place.id == 1).values(point=ewkt(Position(*there))))
    assert (both.found(around_here), both.found(around_there)) == ({2}, {1})
    both.do(update(Place).where(Place.id == 2).values(point=None))
    assert both.found(around_here) == set()
    both.do(update(Place).where(Place.id == 999).values(point=ewkt(Position(*here))))
    assert both.found(around_here) == {999}
    both.do(delete(Place).where(Place.id == 1))
    assert both.found(around_there) == set()


def plan(connection: Connection, condition) -> str:
    query = select(Place.id).where(condition)
    said = str(query.compile(connection, compile_kwargs={"literal_binds": True}))
    if connection.dialect.name == "sqlite":
        return "\n".join(str(row) for row in connection.execute(text(f"EXPLAIN QUERY PLAN {said}")))
    # The table is too small for an index to pay; the plan tells whether it can be used.
    connection.execute(text("SET LOCAL enable_seqscan = off"))
    return "\n".join(connection.scalars(text(f"EXPLAIN {said}")))


@pytest.mark.parametrize(
    "condition",
    [in_bbox(Place.point, 5.7, 58.9, 5.8, 59.0), within_metres(Place.point, 5.73, 58.97, 500)],
    ids=["in_bbox", "within_metres"],
)
def test_searches_use_the_spatial_index(both, condition):
    both.store([(5.73, 58.97)])
    on_sqlite, on_postgis = plan(both.sqlite, condition), plan(both.postgis, condition)
    assert "SCAN idx_places_point VIRTUAL TABLE INDEX 2:" in on_sqlite
    assert "SEARCH places USING INTEGER PRIMARY KEY" in on_sqlite
    assert "SCAN places" not in on_sqlite
    assert "idx_places_point" in on_postgis


def point_columns() -> list[tuple[str, str]]:
    return [
        (table.name, column.name)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, Geometry) and column.type.geometry_type == "POINT"
    ]


def test_every_point_column_has_its_index_on_both(both):
    assert point_columns()
    for table, column in point_columns():
        index = index_name(table, column)
        parts = both.sqlite.execute(
            text("SELECT type FROM sqlite_master WHERE name LIKE :name AND type <> 'table'"),
            {"name": f"{index}%"},
        )
        assert len(parts.all()) == 3, f"{index} needs its triggers"
        assert inspect(both.sqlite).has_table(index)
        kind = both.postgis.scalar(
            text(
                "SELECT a.amname FROM pg_class c JOIN pg_am a ON a.oid = c.relam"
                " WHERE c.relname = :name"
            ),
            {"name": index},
        )
        assert kind == "gist", index
