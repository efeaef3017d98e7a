"""Fields of about a kilometre, which tell no exact spot."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from app.geo import FIELD_LAT, FIELD_LON, Position, fields_in, middle_of_field

LON, LAT = some.floats(4, 31), some.floats(57, 72)
SLIP = 1e-9


@given(LON, LAT)
def test_a_position_lies_in_the_field_whose_middle_is_told(lon, lat):
    middle = middle_of_field(Position(lon, lat))
    assert abs(middle.lon - lon) <= FIELD_LON / 2 + SLIP
    assert abs(middle.lat - lat) <= FIELD_LAT / 2 + SLIP


@given(LON, LAT, some.floats(0, 0.1), some.floats(0, 0.1))
def test_fields_are_asked_for_whole_or_not_at_all(west, south, width, height):
    fields = fields_in(west, south, west + width, south + height)
    if fields is None:
        return
    for side, step in zip(fields, (FIELD_LON, FIELD_LAT) * 2, strict=True):
        whole, half = divmod(round(side / step * 2), 2)
        assert half == 1
        assert abs((whole + 0.5) * step - side) < SLIP


def test_a_box_between_the_middles_asks_for_no_field():
    assert fields_in(5.741, 58.961, 5.759, 58.969) is None
    assert fields_in(5.739, 58.969, 5.741, 58.971) is not None
