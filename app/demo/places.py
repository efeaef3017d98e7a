"""More places than the real ones, for trying the register at size."""

from __future__ import annotations

import random

from shapely.geometry import Point as ShapelyPoint
from sqlalchemy import insert, select

from app.database import session
from app.geo import Position, ewkt, shape_of
from app.places.models import Municipality, Place, PlaceKind

CHUNK = 5_000

_FIRST = ["Nedre", "Øvre", "Søndre", "Nordre", "Indre", "Ytre", "Lille", "Store", "Gamle", "Nye"]
_MIDDLE = ["Haga", "Berg", "Vågs", "Myr", "Lang", "Skog", "Strand", "Kirke", "Tasta", "Åsen"]
_LAST = {
    "park": "parken",
    "nature_area": "marka",
    "playground": "lekeplass",
    "beach": "badeplass",
    "skatepark": "skatepark",
    "outdoor_gym": "treningspark",
    "sports_ground": "idrettspark",
    "sports_hall": "hallen",
    "swimming_hall": "svømmehall",
    "ice_hall": "ishall",
}


def add_places(rng: random.Random, count: int) -> None:
    """Insert `count` made-up places inside the boundary, marked as approximate."""
    kinds = session().scalars(select(PlaceKind).order_by(PlaceKind.sort_order)).all()
    outline = session().scalars(select(Municipality.boundary)).one()
    assert outline is not None, "the boundary comes with the municipality"
    boundary = shape_of(outline)
    rows: list[dict[str, object]] = []
    while len(rows) < count:
        west, south, east, north = boundary.bounds
        point = ShapelyPoint(rng.uniform(west, east), rng.uniform(south, north))
        if not boundary.covers(point):
            continue
        kind = rng.choice(kinds)
        name = f"{rng.choice(_FIRST)} {rng.choice(_MIDDLE)} {_LAST[kind.code]} {len(rows) + 1}"
        position = ewkt(Position(lon=round(point.x, 6), lat=round(point.y, 6)))
        rows.append({"name": name, "kind_id": kind.id, "point": position, "approximate": True})
    for start in range(0, len(rows), CHUNK):
        session().execute(insert(Place), rows[start : start + CHUNK])
