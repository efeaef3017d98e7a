"""The order in which somebody walks from sign to sign."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from app.geo import Position, position_of
from app.geo.positions import METRES_PER_DEGREE_LATITUDE, METRES_PER_DEGREE_LONGITUDE
from app.signs.models import Sign


@dataclass(frozen=True, slots=True)
class Stop:
    """A sign on the way, and how many metres it is from the one before; None where unknown."""

    sign: Sign
    metres: float | None


def walk(signs: Iterable[Sign]) -> list[Stop]:
    """Always to the nearest sign not yet visited, from the northernmost on; at the end those of
    which nobody knows where they are, by place and label.
    """
    spots = [(_spot(sign), sign) for sign in signs]
    left = [(where, sign) for where, sign in spots if where]
    lost = [sign for where, sign in spots if not where]
    lost.sort(key=lambda sign: (sign.place.name, sign.label))
    stops: list[Stop] = []
    here = max((where for where, _sign in left), key=lambda where: where.lat, default=None)
    while left and here:
        metres, at = min((_metres(here, where), at) for at, (where, _sign) in enumerate(left))
        here, sign = left.pop(at)
        stops.append(Stop(sign, metres if stops else None))
    return stops + [Stop(sign, None) for sign in lost]


def _spot(sign: Sign) -> Position | None:
    return position_of(sign.point) or position_of(sign.place.point)


def _metres(a: Position, b: Position) -> float:
    """Near enough within a municipality, and a hundred times as fast as on the ellipsoid."""
    east = (b.lon - a.lon) * METRES_PER_DEGREE_LONGITUDE * math.cos(math.radians(a.lat))
    north = (b.lat - a.lat) * METRES_PER_DEGREE_LATITUDE
    return math.hypot(east, north)
