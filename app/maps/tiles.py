"""The squares a map is made of, fetched once for everybody and served from here."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import median
from typing import Any

from flask import Flask, current_app

from app.config import Settings
from app.geo import position_of
from app.geo.positions import box_around
from app.maps.tile_store import KeptTile, TileStore
from app.maps.upstream import NothingThere, Unusable, Upstream, UpstreamAway
from app.places.municipality import municipality
from app.places.queries import list_some_points

ZOOMS = range(5, 19)
# What a map of the municipality shows beyond its border.
SURROUNDINGS_M = 10_000
TIMEOUT_S = 4.0
MOST_BYTES = 256 * 1024
# So many places tell where most of them lie.
MOST_FOR_MIDDLE = 200
MOST_KEPT_BYTES = 200 * 1024 * 1024
ONE_DAY_S = 24 * 3600
# The national map changes slowly.
FRESH_S = 30 * ONE_DAY_S

_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class Tile:
    """A square of the Web Mercator grid, y counted from the north."""

    z: int
    y: int
    x: int

    @property
    def name(self) -> str:
        """What it is kept under."""
        return f"{self.z}-{self.y}-{self.x}.png"

    def at(self, template: str) -> str:
        """Its address at the map service."""
        for part, value in (("{z}", self.z), ("{y}", self.y), ("{x}", self.x)):
            template = template.replace(part, str(value))
        return template


class Tiles:
    """The map service and what is kept of it."""

    def __init__(self, settings: Settings) -> None:
        self._url = settings.tile_url
        self._store = TileStore(settings.tile_cache, MOST_KEPT_BYTES)
        self._upstream = Upstream("map service", timeout_s=TIMEOUT_S, most_bytes=MOST_BYTES)

    def find(self, tile: Tile) -> KeptTile:
        """The picture of a square: kept, else fetched, else an old one.

        Raises:
            NothingThere: the map has no such square.
            UpstreamAway: it cannot be had now.
        """
        kept = self._store.find(tile.name)
        if kept and kept.age_s < FRESH_S:
            return kept
        address = tile.at(self._url)
        try:
            content = self._upstream.fetch(address, _read_picture)
        except (UpstreamAway, NothingThere):
            if kept:
                return kept
            raise
        self._store.keep(tile.name, content)
        return KeptTile(content, 0.0)


def _read_picture(media_type: str, body: bytes) -> bytes:
    if media_type != "image/png" or not body.startswith(_PNG):
        raise Unusable(f"{media_type or 'something'} instead of a picture")
    return body


def is_ours(tile: Tile) -> bool:
    """Whether a square shows something of the municipality or its surroundings.

    Where no boundary has been imported none does: this is no open proxy.
    """
    bounds = map_bounds()
    if bounds is None or tile.z not in ZOOMS:
        return False
    west, south, east, north = bounds
    left, top = _square_at(west, north, tile.z)
    right, bottom = _square_at(east, south, tile.z)
    return left <= tile.x <= right and top <= tile.y <= bottom


def map_bounds() -> tuple[float, float, float, float] | None:
    """West, south, east, north of what maps show: the municipality and what lies around it."""
    boundary = municipality().boundary
    if boundary is None:
        return None
    bounds = boundary.bounds
    west, south, _, _ = box_around(bounds[0], bounds[1], SURROUNDINGS_M)
    _, _, east, north = box_around(bounds[2], bounds[3], SURROUNDINGS_M)
    return west, south, east, north


def pin_map(point: Any) -> dict[str, str] | None:
    """What a page needs to open a map with a pin; None where the municipality has no boundary.

    Without a point it opens where most places are: the middle of the boundary may lie in the sea.
    """
    bounds = map_bounds()
    if bounds is None:
        return None
    here = position_of(point)
    near = [here] if here else list_some_points(MOST_FOR_MIDDLE)
    west, south, east, north = bounds
    middle = (
        (median(one.lat for one in near), median(one.lon for one in near))
        if near
        else ((south + north) / 2, (west + east) / 2)
    )
    return {
        "bounds": ",".join(f"{side:.4f}" for side in bounds),
        "middle": ",".join(f"{degrees:.4f}" for degrees in middle),
    }


def _square_at(lon: float, lat: float, z: int) -> tuple[int, int]:
    """Column and row of the square that holds a position."""
    side = 2**z
    x = (lon + 180) / 360 * side
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * side
    return math.floor(x), math.floor(y)


def init_app(app: Flask, settings: Settings) -> None:
    """Open the store when the first picture is kept."""
    app.extensions["tiles"] = Tiles(settings)


def tiles() -> Tiles:
    """The map of this application."""
    found: Tiles = current_app.extensions["tiles"]
    return found
