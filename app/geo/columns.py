"""Geometry columns and the way in and out of them: EPSG:4326, two dimensions, both databases."""

from __future__ import annotations

import math
from collections.abc import Sequence

import shapely
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


def positions_of(values: Sequence[WKBElement | None]) -> list[Position | None]:
    """The same for many stored points at once: a thousand one by one take 15 ms."""
    points = shapely.from_wkb([None if one is None else one.data for one in values])
    pairs = zip(shapely.get_x(points).tolist(), shapely.get_y(points).tolist(), strict=True)
    return [None if math.isnan(lon) else Position(lon=lon, lat=lat) for lon, lat in pairs]


def position_of(value: WKBElement | None) -> Position | None:
    """A stored point as a `Position`, None where the column is empty."""
    if value is None:
        return None
    point = to_shape(value)
    return Position(lon=point.x, lat=point.y)
