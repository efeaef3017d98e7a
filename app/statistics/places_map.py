"""The places with the most messages on a map."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.database import session
from app.geo import positions_of
from app.languages import ngettext
from app.maps.tiles import map_bounds
from app.places.models import Place
from app.statistics.table import Table


def places_map(table: Table) -> dict[str, Any] | None:
    """What the map needs of the table of places; None where there is nothing to show on it.

    A place whose count is hidden is not on the map either.
    """
    bounds = map_bounds()
    counts = {
        key: (str(row[0]), row[1])
        for key, row in zip(table.keys, table.rows, strict=True)
        if isinstance(row[1], int) and row[1]
    }
    rows = session().execute(select(Place.id, Place.point).where(Place.id.in_(counts))).all()
    if bounds is None or not rows:
        return None
    positions = zip(
        (row.id for row in rows), positions_of([row.point for row in rows]), strict=True
    )
    return {
        "bounds": ",".join(f"{side:.4f}" for side in bounds),
        "places": [
            _place(*counts[place], position.lat, position.lon)
            for place, position in positions
            if position is not None
        ],
    }


def _place(name: str, count: int, lat: float, lon: float) -> dict[str, Any]:
    label = ngettext("%(name)s: %(num)s message", "%(name)s: %(num)s messages", count, name=name)
    return {
        "name": name,
        "count": count,
        "label": label,
        "lat": round(lat, 6),
        "lon": round(lon, 6),
    }
