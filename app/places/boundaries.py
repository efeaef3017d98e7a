"""Outlines of places: read from GeoJSON (EPSG:4326), written as GeoJSON, measured."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import shapely
from pyproj import Geod
from shapely.errors import ShapelyError
from shapely.geometry import MultiPolygon, shape
from shapely.geometry.base import BaseGeometry

from app.geo import Position
from app.geo.positions import box_around
from app.languages import gettext as _
from app.places.municipality import municipality

MAX_CHARACTERS = 300_000
MAX_CORNERS = 5_000
# Six decimals of a degree are a decimetre.
DECIMALS = 6
# A municipality may have a cabin across its border, but nothing far beyond what its maps show.
SURROUNDINGS_M = 10_000

# What reading comes to where a text is JSON, or nearly, but no GeoJSON.
UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)

_EARTH = Geod(ellps="WGS84")
_AREAS = frozenset({"Polygon", "MultiPolygon"})


class UnusableShape(ValueError):
    """A geometry that no place can have; the text says why, in the reader's language."""


def read_outline(text: str) -> MultiPolygon:
    """The outline in a GeoJSON text: a geometry, a feature, or the polygons of a collection.

    Raises:
        UnusableShape: it is none, or none that a place can have.
    """
    if len(text) > MAX_CHARACTERS:
        raise UnusableShape(_("The outline is too long. Use a simpler one."))
    try:
        content = json.loads(text)
        parts = [shape(geometry) for geometry in _geometries(content)]
    except (*UNREADABLE, ShapelyError) as error:
        raise UnusableShape(_("This is not GeoJSON with an outline.")) from error
    return as_outline(parts)


def _geometries(content: Any) -> Iterator[Any]:
    if content["type"] == "FeatureCollection":
        for feature in content["features"]:
            yield from _geometries(feature)
    elif content["type"] == "Feature":
        yield content["geometry"]
    else:
        yield content


def as_outline(parts: list[BaseGeometry]) -> MultiPolygon:
    """Polygons as one outline.

    Raises:
        UnusableShape: there is none, one is no polygon or crosses itself, or it is far away.
    """
    polygons: list[BaseGeometry] = []
    for part in parts:
        if part.geom_type not in _AREAS or part.is_empty:
            raise UnusableShape(_("An outline is made of polygons, and of nothing else."))
        polygons.extend(part.geoms if isinstance(part, MultiPolygon) else [part])
    if not polygons:
        raise UnusableShape(_("An outline is made of polygons, and of nothing else."))
    whole = shapely.force_2d(MultiPolygon(polygons))
    if shapely.get_num_coordinates(whole) > MAX_CORNERS:
        raise UnusableShape(_("The outline has too many corners. Use a simpler one."))
    _refuse_far_away(whole)
    if not whole.is_valid:
        raise UnusableShape(_("The outline crosses itself. Draw it anew."))
    return whole


def _refuse_far_away(whole: MultiPolygon) -> None:
    west, south, east, north = whole.bounds
    corners = [Position(lon=west, lat=south), Position(lon=east, lat=north)]
    if not all(is_near(corner) for corner in corners):
        raise UnusableShape(_("The outline is far from the municipality."))


def is_near(position: Position) -> bool:
    """Whether a position lies in the municipality or its surroundings."""
    if not (-180 <= position.lon <= 180 and -90 <= position.lat <= 90):  # noqa: PLR2004 - degrees
        return False
    boundary = municipality().boundary
    if boundary is None:
        return True
    west, south, east, north = boundary.bounds
    west, south = box_around(west, south, SURROUNDINGS_M)[:2]
    east, north = box_around(east, north, SURROUNDINGS_M)[2:]
    return west <= position.lon <= east and south <= position.lat <= north


def outline_text(outline: BaseGeometry) -> str:
    """An outline as a GeoJSON geometry, to a decimetre."""
    if isinstance(outline, MultiPolygon) and len(outline.geoms) == 1:
        outline = outline.geoms[0]
    rounded = shapely.transform(outline, lambda corners: corners.round(DECIMALS))
    return json.dumps(json.loads(shapely.to_geojson(rounded)), separators=(",", ":"))


def point_inside(outline: BaseGeometry) -> Position:
    """A position that is certainly inside."""
    point = outline.representative_point()
    return Position(lon=round(point.x, DECIMALS), lat=round(point.y, DECIMALS))


def square_metres(outline: BaseGeometry) -> float:
    """The area on the ground."""
    return abs(float(_EARTH.geometry_area_perimeter(outline)[0]))
