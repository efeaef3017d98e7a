"""Where a report belongs, as pages without a script ask for it and show it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median
from typing import Any

from flask import request, url_for

from app.arguments import read_line
from app.geo import Position, position_of
from app.languages import in_language
from app.maps.spots import find_spots
from app.maps.tiles import map_bounds
from app.places.models import Place
from app.places.municipality import municipality
from app.places.queries import list_places
from app.reports.schemas import MAX_ADDRESS


def search_view(*, into_form: bool) -> dict[str, Any] | None:
    """What `?q=` finds; None where nothing is looked for.

    Args:
        into_form: a place in the list leads into the form, and else to its own page.
    """
    text = read_line(request.args, "q")
    if not text:
        return None
    found = find_spots(text, None)
    return {
        "q": text,
        "places": [_place_line(place, into_form) for place, _metres in found.places],
        "addresses": [
            {
                "text": one.text,
                "url": url_for("resident.report_form", lat=one.lat, lon=one.lon, address=one.text),
            }
            for one in found.addresses
        ],
        "addresses_available": found.addresses_available,
    }


def _place_line(place: Place, into_form: bool) -> dict[str, Any]:
    form = url_for("resident.report_form", place=place.id)
    return {
        "name": place.name,
        "kind_name": in_language(place.kind.names),
        "url": form if into_form else url_for("resident.place", place_id=place.id),
    }


def read_spot() -> dict[str, str]:
    """The position and address that a link to the form carries, as values of its fields."""
    address = read_line(request.args, "address")[:MAX_ADDRESS]
    try:
        position = Position(lat=float(request.args["lat"]), lon=float(request.args["lon"]))
    except (KeyError, ValueError):
        return {"address": address}
    if not (math.isfinite(position.lat) and math.isfinite(position.lon)):
        return {"address": address}
    if not municipality().holds(position):
        return {"address": address}
    return {"lat": str(position.lat), "lon": str(position.lon), "address": address}


def where_view(search: dict[str, Any] | None) -> dict[str, Any]:
    """What the form needs to ask where it is."""
    places = list_places()
    return {
        "places": [{"id": place.id, "name": place.name} for place in places],
        "search": search,
        "map": map_view(places),
    }


def map_view(places: Sequence[Place]) -> dict[str, str] | None:
    """What a page needs to open a map among some places; None where there is nothing to show."""
    bounds = map_bounds()
    points = [point for place in places if (point := position_of(place.point))]
    if bounds is None or not points:
        return None
    middle = (median(point.lat for point in points), median(point.lon for point in points))
    return {"bounds": _degrees(*bounds), "middle": _degrees(*middle)}


def _degrees(*numbers: float) -> str:
    return ",".join(f"{number:.4f}" for number in numbers)
