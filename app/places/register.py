"""The register of places as keepers filter it: a list by name, and dots on a map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select, tuple_
from sqlalchemy.orm import joinedload

from app.database import session
from app.geo import points_in_bbox
from app.places.models import Place
from app.places.queries import holds_words

PAGE = 50
# More dots than these hide each other; then each field of a grid is one dot with a number.
MOST_DOTS = 300
FIELDS_ACROSS = 10

Box = tuple[float, float, float, float]


class Shelf(StrEnum):
    """Which places are looked at."""

    IN_USE = "in_use"
    ARCHIVED = "archived"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class PlaceFilter:
    """What a keeper looks for; None and "" mean anything. `without_unit` wins over `unit_id`."""

    text: str = ""
    kind_id: int | None = None
    unit_id: int | None = None
    without_unit: bool = False
    shelf: Shelf = Shelf.IN_USE


@dataclass(frozen=True, slots=True)
class Dot:
    """One place on the map."""

    id: int
    name: str
    kind_id: int
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Cluster:
    """Several places close to each other: how many, their middle, and the box they fill."""

    count: int
    lon: float
    lat: float
    box: Box


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a map shows of a box."""

    dots: Sequence[Dot]
    clusters: Sequence[Cluster]


def list_register(
    wanted: PlaceFilter, after_id: int | None = None, most: int = PAGE + 1
) -> Sequence[Place]:
    """A page of the register in the order of the alphabet, after the place with this id."""
    query = (
        _filtered(select(Place), wanted)
        .options(joinedload(Place.kind), joinedload(Place.unit), joinedload(Place.merged_into))
        .order_by(Place.sort_name, Place.id)
        .limit(most)
    )
    if last := session().execute(_place_in_order(after_id)).one_or_none():
        query = query.where(tuple_(Place.sort_name, Place.id) > tuple_(*last))
    return session().scalars(query).unique().all()


def count_register(wanted: PlaceFilter) -> int:
    """How many places fit."""
    return session().scalar(_filtered(select(func.count(Place.id)), wanted)) or 0


def draw(wanted: PlaceFilter, box: Box) -> Drawn:
    """The places in a box of degrees (west, south, east, north), at most `MOST_DOTS` of them one by
    one; where there are more, those that share a field of a grid as one cluster.
    """
    dots = session().execute(_dots(wanted, box).limit(MOST_DOTS + 1)).all()
    if len(dots) <= MOST_DOTS:
        return Drawn([_dot(row) for row in dots], [])
    fields = session().execute(_fields(wanted, box)).all()
    alone = [row.any_id for row in fields if row.number == 1]
    singles = session().execute(_dots(wanted, box).where(Place.id.in_(alone))).all()
    return Drawn(
        [_dot(row) for row in singles], [_cluster(row) for row in fields if row.number > 1]
    )


def _dots(wanted: PlaceFilter, box: Box) -> Select[Any]:
    points = _points(box)
    query = select(Place.id, Place.name, Place.kind_id, points.c.lon, points.c.lat)
    joined = _filtered(query.join(points, points.c.id == Place.id), wanted)
    return joined.order_by(Place.sort_name, Place.id)


def _fields(wanted: PlaceFilter, box: Box) -> Select[Any]:
    points = _points(box)
    west, south, east, north = box
    # Of the whole earth and not of the box, so that nothing jumps while the map is moved.
    field = (
        func.round(points.c.lon * FIELDS_ACROSS / (east - west)),
        func.round(points.c.lat * FIELDS_ACROSS / (north - south)),
    )
    edges = [
        edge(side).label(f"{edge_name}_{side.name}")
        for edge_name, edge in (("min", func.min), ("max", func.max), ("avg", func.avg))
        for side in (points.c.lon, points.c.lat)
    ]
    query = select(func.count().label("number"), func.min(Place.id).label("any_id"), *edges)
    joined = query.select_from(Place).join(points, points.c.id == Place.id)
    return _filtered(joined, wanted).group_by(*field)


def _points(box: Box) -> Any:
    return points_in_bbox(Place.point, *box).table_valued("id", "lon", "lat", name="points")


def _dot(row: Row[Any]) -> Dot:
    return Dot(row.id, row.name, row.kind_id, round(row.lon, 6), round(row.lat, 6))


def _cluster(row: Row[Any]) -> Cluster:
    box = (row.min_lon, row.min_lat, row.max_lon, row.max_lat)
    return Cluster(row.number, row.avg_lon, row.avg_lat, box)


def _place_in_order(place_id: int | None) -> Select[str, int]:
    return select(Place.sort_name, Place.id).where(Place.id == place_id)


def _filtered(query: Select[Any], wanted: PlaceFilter) -> Select[Any]:
    return query.where(*_conditions(wanted))


def _conditions(wanted: PlaceFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.text:
        conditions.append(holds_words(wanted.text))
    if wanted.kind_id is not None:
        conditions.append(Place.kind_id == wanted.kind_id)
    if wanted.without_unit:
        conditions.append(Place.unit_id.is_(None))
    elif wanted.unit_id is not None:
        conditions.append(Place.unit_id == wanted.unit_id)
    if wanted.shelf is not Shelf.ALL:
        archived = Place.archived_at.is_(None)
        conditions.append(archived if wanted.shelf is Shelf.IN_USE else ~archived)
    return conditions
