"""What can be said of a place, in words that can be kept in its log and compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.geo import Position, ewkt, position_of, shape_of
from app.places.boundaries import DECIMALS, outline_text
from app.places.models import Place

# What people and files say of a place, as attributes of `Place`, in the order of the form.
FIELDS = (
    "name",
    "kind",
    "unit",
    "point",
    "accuracy_m",
    "approximate",
    "boundary",
    "district",
    "owner",
    "contact",
    "source",
    "photo_name",
)

Values = Mapping[str, Any]
"""Attributes of `Place` by name; `point` as a `Position`, `boundary` as a Shapely geometry."""

Facts = dict[str, Any]
"""The same as JSON: kinds by code, units by name, points as “lat, lon”, outlines as GeoJSON."""


def facts_of(place: Place) -> Facts:
    """What is said of a place now."""
    values = {name: getattr(place, name) for name in FIELDS}
    values["point"] = position_of(place.point)
    values["boundary"] = None if place.boundary is None else shape_of(place.boundary)
    return facts_from(values)


def facts_from(values: Values) -> Facts:
    """Values as they stand in the log."""
    return {name: _fact(name, value) for name, value in values.items()}


def _fact(name: str, value: Any) -> Any:
    if value is None or value is False or value == "":
        return None
    if name == "kind":
        return value.code
    if name == "unit":
        return value.name
    if name == "point":
        return point_text(value)
    if name == "boundary":
        return outline_text(value)
    return value


def point_text(position: Position) -> str:
    """A position as people write it, to a decimetre."""
    return f"{position.lat:.{DECIMALS}f}, {position.lon:.{DECIMALS}f}"


def differences(before: Facts, after: Facts) -> dict[str, list[Any]]:
    """`{field: [before, after]}` of what is not the same, in the order of `FIELDS`."""
    return {
        name: [before.get(name), after[name]]
        for name in (*FIELDS, *sorted(after.keys() - set(FIELDS)))
        if name in after and before.get(name) != after[name]
    }


def put(place: Place, values: Values) -> None:
    """Write values to a place."""
    for name, value in values.items():
        is_shape = name in {"point", "boundary"} and value is not None
        setattr(place, name, ewkt(value) if is_shape else value)
