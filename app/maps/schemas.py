"""The shape of spots. No database here."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from app.arguments import MAX_SEARCH_CHARACTERS
from app.languages import lazy_gettext as _


class SpotsIn(Schema):
    """What is looked for: a text, a position, or both."""

    q = fields.String(
        load_default="",
        validate=validate.Length(max=MAX_SEARCH_CHARACTERS),
        metadata={"description": "A place or an address, or the beginning of one."},
    )
    lat = fields.Float(load_default=None, allow_nan=False, validate=validate.Range(-90, 90))
    lon = fields.Float(load_default=None, allow_nan=False, validate=validate.Range(-180, 180))

    @validates_schema(skip_on_field_errors=True)
    def check(self, content: dict[str, Any], **_kwargs: Any) -> None:
        """Half a position is none."""
        if (content["lat"] is None) != (content["lon"] is None):
            missing = "lat" if content["lat"] is None else "lon"
            raise ValidationError(_("A position has both lat and lon."), missing)


class PlaceOut(Schema):
    """A place that was found."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    kind_name = fields.String(required=True)
    distance_m = fields.Integer(required=True, allow_none=True)
    lat = fields.Float(required=True, allow_none=True)
    lon = fields.Float(required=True, allow_none=True)
    url = fields.String(required=True)


class AddressOut(Schema):
    """An address that was found."""

    text = fields.String(required=True)
    lat = fields.Float(required=True)
    lon = fields.Float(required=True)


class SpotsOut(Schema):
    """Places and addresses, the best fit or the nearest first."""

    places = fields.List(fields.Nested(PlaceOut), required=True)
    addresses = fields.List(fields.Nested(AddressOut), required=True)
    addresses_available = fields.Boolean(
        required=True, metadata={"description": "False while the address service does not answer."}
    )
    inside = fields.Boolean(
        required=True,
        allow_none=True,
        metadata={"description": "Whether the position lies in the municipality."},
    )
