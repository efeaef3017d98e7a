"""Geometry columns and the way in and out of them: EPSG:4326, two dimensions, both databases."""

from __future__ import annotations

from geoalchemy2 import Geometry, WKBElement
from geoalchemy2.shape import to_shape
from shapely.geometry.base import BaseGeometry

from app.geo.positions import Position

SRID = 4326

# The migrations make the indexes (`app.geo.indexes`), alike on both databases.
Point = Geometry("POINT", srid=SRID, spatial_index=False)
Area = Geometry("MULTIPOLYGON", srid=SRID, spatial_index=False)


def ewkt(geometry: Position | BaseGeometry) -> str:
    """The text both databases take as the value of a geometry column."""
    if isinstance(geometry, Position):
        return f"SRID={SRID};POINT({geometry.lon!r} {geometry.lat!r})"
    return f"SRID={SRID};{geometry.wkt}"


def shape_of(value: WKBElement) -> BaseGeometry:
    """A stored geometry as a Shapely one."""
    return to_shape(value)


def position_of(value: WKBElement | None) -> Position | None:
    """A stored point as a `Position`, None where the column is empty."""
    if value is None:
        return None
    point = to_shape(value)
    return Position(lon=point.x, lat=point.y)
