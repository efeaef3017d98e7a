"""Fields of about a kilometre: what outsiders are told of a spot that may be somebody's home."""

from __future__ import annotations

import math

from app.geo.positions import Position

# Degrees; at Norwegian latitudes both sides are about as long.
FIELD_LON, FIELD_LAT = 0.02, 0.01
_DECIMALS = 2


def middle_of_field(position: Position) -> Position:
    """The middle of the field that a position lies in."""
    return Position(
        lon=round(round(position.lon / FIELD_LON) * FIELD_LON, _DECIMALS),
        lat=round(round(position.lat / FIELD_LAT) * FIELD_LAT, _DECIMALS),
    )


def fields_in(
    west: float, south: float, east: float, north: float
) -> tuple[float, float, float, float] | None:
    """The box that those fields fill whose middles lie in a box; None where there is none.

    Asking for smaller and smaller boxes tells no more of a position than its field.
    """
    first, last = math.ceil(west / FIELD_LON), math.floor(east / FIELD_LON)
    lowest, highest = math.ceil(south / FIELD_LAT), math.floor(north / FIELD_LAT)
    if first > last or lowest > highest:
        return None
    half = 0.5
    return (
        (first - half) * FIELD_LON,
        (lowest - half) * FIELD_LAT,
        (last + half) * FIELD_LON,
        (highest + half) * FIELD_LAT,
    )
