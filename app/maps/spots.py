"""The spots a resident may mean: places and addresses by text, places by distance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.database import free_connection
from app.geo import Position, position_of
from app.geo.positions import metres_between
from app.maps.addresses import Address, addresses
from app.maps.upstream import NothingThere, UpstreamAway
from app.places.models import Place
from app.places.municipality import municipality
from app.places.queries import list_nearest_places, search_places

MOST_PLACES = 10
# One letter fits half the register and nothing that anybody looks for.
FEWEST_CHARACTERS = 2


@dataclass(frozen=True, slots=True)
class Spots:
    """What was found. Each place comes with its distance where a position was given.

    `inside` says whether that position lies in the municipality.
    """

    places: Sequence[tuple[Place, float | None]] = ()
    addresses: Sequence[Address] = field(default=())
    addresses_available: bool = True
    inside: bool | None = None


def find_spots(text: str, position: Position | None) -> Spots:
    """Places and addresses that fit a text, else the places nearest to a position."""
    inside = municipality().holds(position) if position else None
    if text:
        found, available = _find_addresses(text)
        return Spots(_find_places(text, position), found, available, inside)
    if position:
        return Spots(list_nearest_places(position, MOST_PLACES), inside=inside)
    return Spots()


def _find_places(text: str, position: Position | None) -> list[tuple[Place, float | None]]:
    if len(text) < FEWEST_CHARACTERS:
        return []
    return [(place, _metres(place, position)) for place in search_places(text, MOST_PLACES)]


def _metres(place: Place, position: Position | None) -> float | None:
    there = position_of(place.point)
    if there is None or position is None:
        return None
    return metres_between(there.lon, there.lat, position.lon, position.lat)


def _find_addresses(text: str) -> tuple[Sequence[Address], bool]:
    """What the address service knows, and whether it could be asked."""
    if len(text) < FEWEST_CHARACTERS:
        return (), True
    number = municipality().number
    free_connection()
    try:
        return addresses().search(text, number), True
    except (UpstreamAway, NothingThere):
        return (), False
