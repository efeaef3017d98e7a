"""Where a report belongs, as pages without a script ask for it and show it."""

from __future__ import annotations

import math
from typing import Any

from flask import request, url_for

from app.arguments import read_line
from app.geo import Position
from app.languages import in_language
from app.maps.spots import find_spots
from app.maps.tiles import map_bounds
from app.places.models import Place
from app.places.municipality import municipality
from app.reports.schemas import MAX_ADDRESS


def search_view(link_to_place: str) -> dict[str, Any] | None:
    """What `?q=` finds; None where nothing is looked for.

    Args:
        link_to_place: the endpoint that a place in the list leads to.
    """
    text = read_line(request.args, "q")
    if not text:
        return None
    found = find_spots(text, None)
    return {
        "q": text,
        "places": [_place_line(place, link_to_place) for place, _metres in found.places],
        "addresses": [
            {
                "text": one.text,
                "url": url_for("resident.report_form", lat=one.lat, lon=one.lon, address=one.text),
            }
            for one in found.addresses
        ],
        "addresses_available": found.addresses_available,
    }


def _place_line(place: Place, link_to_place: str) -> dict[str, Any]:
    argument = "place" if link_to_place == "resident.report_form" else "place_id"
    return {
        "name": place.name,
        "kind_name": in_language(place.kind.names),
        "url": url_for(link_to_place, **{argument: place.id}),
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


def map_view() -> dict[str, Any] | None:
    """What a page needs to open a map; None where there is nothing to show."""
    bounds = map_bounds()
    return {"bounds": ",".join(f"{degrees:.4f}" for degrees in bounds)} if bounds else None
