"""Places and boundaries out of GeoJSON files (EPSG:4326, as the standard has it)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import shapely
from shapely.errors import ShapelyError
from shapely.geometry import MultiPolygon, Point, shape
from shapely.geometry.base import BaseGeometry

from app.imports.files import UnusableFile, Unused, shown
from app.languages import gettext as _
from app.places.boundaries import UNREADABLE, UnusableShape, as_outline
from app.places.rows import Row, UnusableRow, read_external_id, read_position, read_values

# What a property is called here, by what it may be called in a file.
_PROPERTIES = {
    "name": "name",
    "kind": "kind",
    "unit": "unit",
    "bydel": "district",
    "district": "district",
    "owner": "owner",
    "contact": "contact",
    "source": "source",
    "accuracy_m": "accuracy_m",
}


def read_features(file: Path) -> list[dict[str, Any]]:
    """The features of a FeatureCollection.

    Raises:
        UnusableFile: it is no such file.
    """
    try:
        return parse_features(file.read_bytes())
    except (OSError, UnusableFile) as error:
        raise UnusableFile(f"{file}: {error}") from error


def parse_features(content: bytes) -> list[dict[str, Any]]:
    """The features of a FeatureCollection.

    Raises:
        UnusableFile: it is none.
    """
    try:
        features: list[dict[str, Any]] = json.loads(content.decode("utf-8-sig"))["features"]
    except (UnicodeDecodeError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise UnusableFile(_("This is not a GeoJSON FeatureCollection.")) from error
    if not isinstance(features, list) or not all(isinstance(one, dict) for one in features):
        raise UnusableFile(_("This is not a GeoJSON FeatureCollection."))
    return features


def read_boundary(file: Path) -> MultiPolygon:
    """All polygons of a file as one area: the municipality's.

    Raises:
        UnusableFile: there is none, or one is not valid.
    """
    try:
        return boundary_of(read_features(file))
    except UnusableFile as error:
        raise UnusableFile(f"{file}: {error}") from error


def boundary_of(features: list[dict[str, Any]]) -> MultiPolygon:
    """All polygons of these features as one area, in degrees.

    Raises:
        UnusableFile: there is none, one is not valid, or it is not in degrees.
    """
    polygons: list[BaseGeometry] = []
    for feature in features:
        try:
            area = _geometry(feature)
        except UnusableRow as error:
            raise UnusableFile(str(error)) from error
        if area.geom_type not in {"Polygon", "MultiPolygon"} or not area.is_valid:
            raise UnusableFile(_("A boundary is made of polygons that do not cross themselves."))
        polygons.extend(area.geoms if isinstance(area, MultiPolygon) else [area])
    if not polygons:
        raise UnusableFile(_("There is no polygon in it."))
    whole = MultiPolygon(polygons)
    west, south, east, north = whole.bounds
    if min(west, east) < -180 or max(west, east) > 180 or max(-south, north) > 90:  # noqa: PLR2004
        raise UnusableFile(_("It is not in degrees (EPSG:4326)."))
    return shapely.force_2d(whole)


def rows_of_geojson(content: bytes) -> Iterator[Row | Unused]:
    """The places of a FeatureCollection: points, or polygons as outlines.

    Each feature has an `id`, and `name` and `kind` among its properties; `coord_basis`
    “approximate” marks a guessed position.

    Raises:
        UnusableFile: it is none.
    """
    for line, feature in enumerate(parse_features(content), start=1):
        properties = feature.get("properties")
        said = properties if isinstance(properties, dict) else {}
        try:
            own_id = feature.get("id")
            external_id = read_external_id(said.get("id") if own_id is None else own_id)
            yield Row(line, external_id, read_values(_known(said)) | _place(feature))
        except (UnusableRow, UnusableShape) as error:
            yield Unused(line, shown(said.get("name")), str(error))


def _known(properties: dict[str, Any]) -> dict[str, Any]:
    known = {_PROPERTIES[name]: said for name, said in properties.items() if name in _PROPERTIES}
    if "coord_basis" in properties:
        known["approximate"] = properties["coord_basis"] == "approximate"
    return known


def _place(feature: dict[str, Any]) -> dict[str, Any]:
    geometry = _geometry(feature)
    if isinstance(geometry, Point):
        position = read_position(geometry.y, geometry.x)
        if position is None:
            raise UnusableRow(_("The position is far from the municipality, or not in degrees."))
        return {"point": position}
    return {"boundary": as_outline([geometry])}


def _geometry(feature: dict[str, Any]) -> BaseGeometry:
    try:
        geometry = shape(feature["geometry"])
    except (*UNREADABLE, ShapelyError) as error:
        raise UnusableRow(_("It has no usable geometry.")) from error
    if geometry.is_empty:
        raise UnusableRow(_("It has no usable geometry."))
    return geometry
