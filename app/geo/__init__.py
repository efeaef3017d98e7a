"""Where things are: the only package that knows which spatial database it stands on.

Everything else uses the `Point` and `Area` columns, the spatial expressions `in_bbox`,
`lies_between`, `points_in_bbox`, `within_metres` and `distance_metres`, and plain `Position`
values.
"""

from app.geo.columns import Area, Point, ewkt, position_of, positions_of, shape_of
from app.geo.fields import FIELD_LAT, FIELD_LON, fields_in, middle_of_field
from app.geo.positions import Position, box_around
from app.geo.spatial import (
    distance_metres,
    in_bbox,
    lies_between,
    points_in_bbox,
    within_metres,
)

__all__ = [
    "FIELD_LAT",
    "FIELD_LON",
    "Area",
    "Point",
    "Position",
    "box_around",
    "distance_metres",
    "ewkt",
    "fields_in",
    "in_bbox",
    "lies_between",
    "middle_of_field",
    "points_in_bbox",
    "position_of",
    "positions_of",
    "shape_of",
    "within_metres",
]
