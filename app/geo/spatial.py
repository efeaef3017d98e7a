"""The spatial seam: expressions that compile to an indexed search on either database.

The parity test in `tests/app/geo/` runs the same generated searches on both and compares.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, ColumnElement, Float, and_, func
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.functions import FunctionElement

from app.geo.indexes import index_name
from app.geo.positions import box_around

PointColumn = InstrumentedAttribute[Any] | ColumnElement[Any]


class in_bbox(FunctionElement[bool]):  # noqa: N801 - it reads as the SQL function it is
    """`in_bbox(column, west, south, east, north)`: points in a box of degrees, edges included.

    Both indexes hold boxes of 32-bit floats, a metre too large at most, so both dialects ask the
    index first and then the exact coordinates.
    """

    type = Boolean()
    name = "in_bbox"
    inherit_cache = True
    # Without it SQLAlchemy writes `in_bbox(...) = 1` on SQLite, which turned the search into a
    # scan of the table (344 ms instead of 1.8 at a million rows).
    _is_implicitly_boolean = True


class points_in_bbox(FunctionElement[Any]):  # noqa: N801
    """`points_in_bbox(column, west, south, east, north)`: the rows whose point lies in a box.

    A table to join with, `.table_valued("id", "lon", "lat")`. For drawing many points at once:
    on SQLite it comes out of the index alone, where a point is known to within a metre, since
    asking each geometry takes Python (60 ms instead of 10 at ten thousand points).
    """

    name = "points_in_bbox"
    inherit_cache = True


class distance_metres(FunctionElement[float]):  # noqa: N801
    """`distance_metres(column, lon, lat)`: metres on the WGS 84 ellipsoid."""

    type = Float()
    name = "distance_metres"
    inherit_cache = True


def lies_between(
    column: PointColumn, west: float, south: float, east: float, north: float
) -> ColumnElement[bool]:
    """The same without the index, for rows that were found by something else."""
    return and_(func.ST_X(column).between(west, east), func.ST_Y(column).between(south, north))


def within_metres(
    column: PointColumn, lon: float, lat: float, metres: float
) -> ColumnElement[bool]:
    """Points at most `metres` away: the index finds the box, the ellipsoid decides.

    PostGIS' own `ST_DWithin(geography)` would not use the index on the geometry (1,100 ms
    instead of 1.0 at a million rows), hence the box on both.
    """
    box = box_around(lon, lat, metres)
    return and_(in_bbox(column, *box), distance_metres(column, lon, lat) <= metres)


def _arguments(element: FunctionElement[Any], compiler: Any, **kw: Any) -> list[str]:
    return [compiler.process(clause, **kw) for clause in element.clauses]


@compiles(in_bbox, "postgresql")
def _in_bbox_postgis(element: in_bbox, compiler: Any, **kw: Any) -> str:
    column, west, south, east, north = _arguments(element, compiler, **kw)
    return (
        f"({column} && ST_MakeEnvelope({west}, {south}, {east}, {north}, 4326)"
        f" AND ST_X({column}) BETWEEN {west} AND {east}"
        f" AND ST_Y({column}) BETWEEN {south} AND {north})"
    )


@compiles(in_bbox, "sqlite")
def _in_bbox_sqlite(element: in_bbox, compiler: Any, **kw: Any) -> str:
    target: Any = next(iter(element.clauses))
    column, west, south, east, north = _arguments(element, compiler, **kw)
    primary_key = compiler.process(next(iter(target.table.primary_key)), **kw)
    return (
        f'({primary_key} IN (SELECT pkid FROM "{index_name(target.table.name, target.name)}"'
        f" WHERE xmax >= {west} AND xmin <= {east} AND ymax >= {south} AND ymin <= {north})"
        f" AND ST_X({column}) BETWEEN {west} AND {east}"
        f" AND ST_Y({column}) BETWEEN {south} AND {north})"
    )


@compiles(points_in_bbox, "postgresql")
def _points_in_bbox_postgis(element: points_in_bbox, compiler: Any, **kw: Any) -> str:
    table, name, west, south, east, north = _column_and_box(element, compiler, **kw)
    return (
        f"(SELECT id, ST_X({name}) AS lon, ST_Y({name}) AS lat FROM {table}"
        f" WHERE {name} && ST_MakeEnvelope({west}, {south}, {east}, {north}, 4326))"
    )


@compiles(points_in_bbox, "sqlite")
def _points_in_bbox_sqlite(element: points_in_bbox, compiler: Any, **kw: Any) -> str:
    table, name, west, south, east, north = _column_and_box(element, compiler, **kw)
    return (
        f"(SELECT pkid AS id, (xmin + xmax) / 2 AS lon, (ymin + ymax) / 2 AS lat"
        f' FROM "{index_name(table, name)}"'
        f" WHERE xmax >= {west} AND xmin <= {east} AND ymax >= {south} AND ymin <= {north})"
    )


def _column_and_box(element: FunctionElement[Any], compiler: Any, **kw: Any) -> list[str]:
    column, *box = element.clauses
    target: Any = column
    return [target.table.name, target.name, *(compiler.process(side, **kw) for side in box)]


@compiles(distance_metres, "postgresql")
def _distance_postgis(element: distance_metres, compiler: Any, **kw: Any) -> str:
    column, lon, lat = _arguments(element, compiler, **kw)
    return (
        f"ST_Distance({column}::geography, ST_SetSRID(ST_MakePoint({lon}, {lat}), 4326)::geography)"
    )


@compiles(distance_metres, "sqlite")
def _distance_sqlite(element: distance_metres, compiler: Any, **kw: Any) -> str:
    return f"metres_between({', '.join(_arguments(element, compiler, **kw))})"
