"""Places and boundaries out of GeoJSON files (EPSG:4326, as the standard has it)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate
from shapely.errors import ShapelyError
from shapely.geometry import MultiPolygon, Point, shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select

from app.database import session
from app.geo import Position, ewkt, position_of
from app.places.models import Place, PlaceKind

MAX_EXTERNAL_ID = 80


class UnusableFile(Exception):
    """A file that cannot be imported; the text says where and why."""


class _PlaceProperties(Schema):
    """What a feature says of a place; `coord_basis` “approximate” marks a guessed position."""

    class Meta:
        unknown = EXCLUDE

    name = fields.String(
        required=True, validate=[validate.Length(max=160), validate.Regexp(r"\s*\S")]
    )
    kind = fields.String(required=True)
    accuracy_m = fields.Float(load_default=None, allow_none=True, validate=validate.Range(0))
    coord_basis = fields.String(load_default=None, allow_none=True)
    bydel = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=120))
    owner = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=160))
    source = fields.String(load_default=None, allow_none=True)


@dataclass(slots=True)
class ImportedPlaces:
    """How many places an import made, changed, and found as they were."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0


def read_features(file: Path) -> list[dict[str, Any]]:
    """The features of a FeatureCollection.

    Raises:
        UnusableFile: it is no such file.
    """
    try:
        content = json.loads(file.read_text("utf-8"))
        features: list[dict[str, Any]] = content["features"]
    except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError) as error:
        raise UnusableFile(f"{file}: not a GeoJSON FeatureCollection ({error})") from error
    if not isinstance(features, list) or not all(isinstance(one, dict) for one in features):
        raise UnusableFile(f"{file}: not a GeoJSON FeatureCollection")
    return features


def read_boundary(file: Path) -> MultiPolygon:
    """All polygons of a file as one area.

    Raises:
        UnusableFile: there is none, or one is not valid.
    """
    polygons: list[BaseGeometry] = []
    for feature in read_features(file):
        area = _geometry(feature, file)
        if area.geom_type not in {"Polygon", "MultiPolygon"} or not area.is_valid:
            raise UnusableFile(f"{file}: a boundary must be valid polygons")
        polygons.extend(area.geoms if isinstance(area, MultiPolygon) else [area])
    if not polygons:
        raise UnusableFile(f"{file}: no polygon in it")
    return MultiPolygon(polygons)


def import_places(file: Path) -> ImportedPlaces:
    """Add the places of a file, or bring those known by their feature id up to date.

    Each feature is a point with an `id` and the properties of `_PlaceProperties`.

    Raises:
        UnusableFile: a feature lacks something; the whole file is refused.
    """
    kinds = {kind.code: kind for kind in session().scalars(select(PlaceKind))}
    known = {place.external_id: place for place in session().scalars(select(Place))}
    result = ImportedPlaces()
    rows = [_values(feature, kinds, file) for feature in read_features(file)]
    if len({values["external_id"] for values in rows}) < len(rows):
        raise UnusableFile(f"{file}: two places have the same id")
    for values in rows:
        place = known.get(values["external_id"])
        if place is None:
            session().add(Place(**values))
            result.added += 1
        elif _bring_up_to_date(place, values):
            result.changed += 1
        else:
            result.unchanged += 1
    session().flush()
    return result


def _values(feature: dict[str, Any], kinds: dict[str, PlaceKind], file: Path) -> dict[str, Any]:
    external_id = str(feature.get("id") or "")
    if not 0 < len(external_id) <= MAX_EXTERNAL_ID:
        raise UnusableFile(f"{file}: every place needs an id of at most {MAX_EXTERNAL_ID} letters")
    try:
        properties = _PlaceProperties().load(feature.get("properties") or {})
    except ValidationError as error:
        raise UnusableFile(f"{file}: {external_id}: {error}") from error
    kind = kinds.get(properties["kind"])
    if kind is None:
        raise UnusableFile(f"{file}: {external_id}: no kind is called {properties['kind']!r}")
    return {
        "external_id": external_id,
        "name": properties["name"].strip(),
        "kind_id": kind.id,
        "point": ewkt(_position(feature, file)),
        "accuracy_m": properties["accuracy_m"],
        "approximate": properties["coord_basis"] == "approximate",
        "district": properties["bydel"],
        "owner": properties["owner"],
        "source": properties["source"],
    }


def _position(feature: dict[str, Any], file: Path) -> Position:
    point = _geometry(feature, file)
    if not isinstance(point, Point) or not (-180 <= point.x <= 180 and -90 <= point.y <= 90):  # noqa: PLR2004 - degrees
        raise UnusableFile(f"{file}: {feature['id']}: a place is a point in degrees")
    return Position(lon=point.x, lat=point.y)


def _geometry(feature: dict[str, Any], file: Path) -> BaseGeometry:
    try:
        geometry = shape(feature["geometry"])
    except (KeyError, TypeError, ValueError, AttributeError, ShapelyError) as error:
        raise UnusableFile(f"{file}: a feature has no usable geometry ({error})") from error
    if geometry.is_empty:
        raise UnusableFile(f"{file}: a feature has an empty geometry")
    return geometry


def _bring_up_to_date(place: Place, values: dict[str, Any]) -> bool:
    before = {name: getattr(place, name) for name in values if name != "point"}
    after = {name: value for name, value in values.items() if name != "point"}
    here = position_of(place.point)
    moved = here is None or ewkt(here) != values["point"]
    if before == after and not moved:
        return False
    for name, value in after.items():
        setattr(place, name, value)
    if moved:
        place.point = values["point"]
    return True
