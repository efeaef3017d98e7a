"""Where things are: the only package that knows which spatial database it stands on.

Everything else uses the `Point` and `Area` columns, the spatial expressions `in_bbox`,
`lies_between`, `points_in_bbox`, `within_metres` and `distance_metres`, and plain `Position`
values.
"""

from app.geo.columns import Area, Point, ewkt, position_of, positions_of, shape_of
from app.geo.positions import Position
from app.geo.spatial import (
    distance_metres,
    in_bbox,
    lies_between,
    points_in_bbox,
    within_metres,
)

__all__ = [
    "Area",
    "Point",
    "Position",
    "distance_metres",
    "ewkt",
    "in_bbox",
    "lies_between",
    "points_in_bbox",
    "position_of",
    "positions_of",
    "shape_of",
    "within_metres",
]
