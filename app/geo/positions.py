"""A position on the ground, in degrees of WGS 84 (EPSG:4326), and the arithmetic around it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pyproj import Geod

# Metres in one degree of latitude where it is shortest (the equator), and of longitude there.
# Both round a search box outwards at Norwegian latitudes; the exact distance is checked after it.
METRES_PER_DEGREE_LATITUDE = 110_540
METRES_PER_DEGREE_LONGITUDE = 111_320

_ellipsoid = Geod(ellps="WGS84")


@dataclass(frozen=True, slots=True)
class Position:
    """Longitude and latitude in degrees; `accuracy_m` is the device's own guess of its error."""

    lon: float
    lat: float
    accuracy_m: float | None = None


def metres_between(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Length in metres of the shortest line on the WGS 84 ellipsoid."""
    return float(_ellipsoid.inv(lon1, lat1, lon2, lat2)[2])


def box_around(lon: float, lat: float, metres: float) -> tuple[float, float, float, float]:
    """West, south, east, north in degrees of a box that holds everything within `metres`.

    Not meant for the poles or the date line: one deployment serves one municipality.
    """
    d_lat = metres / METRES_PER_DEGREE_LATITUDE
    d_lon = metres / (METRES_PER_DEGREE_LONGITUDE * math.cos(math.radians(abs(lat) + d_lat)))
    return lon - d_lon, lat - d_lat, lon + d_lon, lat + d_lat
