"""Places and boundaries out of GeoJSON files (EPSG:4326, as the standard has it)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shapely.geometry import MultiPolygon, Point, shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select

from app.database import session
from app.geo import Position, ewkt, position_of
from app.places.models import Place, PlaceKind


class UnusableFile(Exception):
    """A file that cannot be imported; the text says where and why."""


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

    Each feature is a point with an `id` and the properties `name` and `kind`; optional are
    `accuracy_m`, `coord_basis` (“approximate” marks a guess), `bydel`, `owner` and `source`.

    Raises:
        UnusableFile: a feature lacks something; the whole file is refused.
    """
    kinds = {kind.code: kind for kind in session().scalars(select(PlaceKind))}
    known = {place.external_id: place for place in session().scalars(select(Place))}
    result = ImportedPlaces()
    for feature in read_features(file):
        values = _values(feature, kinds, file)
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
    properties = feature.get("properties") or {}
    point = _geometry(feature, file)
    kind = kinds.get(properties.get("kind", ""))
    name = str(properties.get("name") or "").strip()
    if not (feature.get("id") and name and kind and isinstance(point, Point)):
        raise UnusableFile(
            f"{file}: {name or feature.get('id')!r} needs an id, name, known kind and point"
        )
    return {
        "external_id": str(feature["id"]),
        "name": name,
        "kind_id": kind.id,
        "point": ewkt(Position(lon=point.x, lat=point.y)),
        "accuracy_m": properties.get("accuracy_m"),
        "approximate": properties.get("coord_basis") == "approximate",
        "district": properties.get("bydel"),
        "owner": properties.get("owner"),
        "source": properties.get("source"),
    }


def _geometry(feature: dict[str, Any], file: Path) -> BaseGeometry:
    try:
        return shape(feature["geometry"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnusableFile(f"{file}: a feature has no usable geometry ({error})") from error


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
