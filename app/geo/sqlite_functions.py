"""The functions SQLite lacks: spatial ones, answered by Shapely and pyproj, and plain words for the
triggers of the text index.

GeoAlchemy2's SQLite dialect calls `GeomFromEWKT` and `AsEWKB` around every geometry, as SpatiaLite
would answer them; the seam in `spatial.py` calls the rest. Geometry is stored as EWKB. No extension
needs to be loaded, so VOF runs on any Python (docs/decisions/0001).
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Callable
from typing import cast

import shapely

from app.geo.columns import SRID
from app.geo.positions import metres_between
from app.words import plain_words

# Little-endian EWKB of a point with an SRID: 1 byte order, 4 type, 4 SRID, two doubles.
_POINT = struct.Struct("<BIIdd")
_POINT_TYPE = 0x20000001


Bounds = tuple[float, float, float, float]
Value = bytes | str | float | int | None


def register(connection: sqlite3.Connection) -> None:
    """Make the functions known to one connection."""
    for name, (arguments, function) in _FUNCTIONS.items():
        connection.create_function(name, arguments, function, deterministic=True)


def _from_ewkt(text: str | None) -> bytes | None:
    if text is None:
        return None
    geometry = shapely.from_wkt(text.partition(";")[2])
    located = shapely.set_srid(geometry, SRID)
    return cast(bytes, shapely.to_wkb(located, include_srid=True, byte_order=1))


def _bounds(blob: bytes) -> Bounds:
    if len(blob) == _POINT.size:
        order, kind, _srid, x, y = _POINT.unpack(blob)
        if order == 1 and kind == _POINT_TYPE:
            return x, y, x, y
    return cast(Bounds, shapely.from_wkb(blob).bounds)


def _bound(side: int) -> Callable[[bytes | None], float | None]:
    return lambda blob: None if blob is None else _bounds(blob)[side]


def _metres(blob: bytes | None, lon: float, lat: float) -> float | None:
    if blob is None:
        return None
    x, y, _, _ = _bounds(blob)
    return metres_between(x, y, lon, lat)


def _unchanged(blob: bytes | None) -> bytes | None:
    return blob


def _registered(*_arguments: object) -> int:
    return 1


_FUNCTIONS: dict[str, tuple[int, Callable[..., Value]]] = {
    "GeomFromEWKT": (1, _from_ewkt),
    "AsEWKB": (1, _unchanged),
    "ST_X": (1, _bound(0)),
    "ST_Y": (1, _bound(1)),
    "ST_MinX": (1, _bound(0)),
    "ST_MinY": (1, _bound(1)),
    "ST_MaxX": (1, _bound(2)),
    "ST_MaxY": (1, _bound(3)),
    "metres_between": (3, _metres),
    "plain_words": (1, plain_words),
    # GeoAlchemy2 asks for these around CREATE and DROP TABLE; EWKB columns need no registration.
    "RecoverGeometryColumn": (5, _registered),
    "DiscardGeometryColumn": (2, _registered),
    "CheckSpatialIndex": (2, lambda _table, _column: None),
}
