"""The shape of a browser's subscription on its way in. No database here."""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from app.languages import LANGUAGES
from app.languages import lazy_gettext as _
from app.notices.push import are_usable_keys, is_push_service

MAX_ENDPOINT = 700
MAX_KEY = 200


class PushKeysIn(Schema):
    """What a message for the browser is encrypted with, in base64url."""

    class Meta:
        """Browsers send these two and no others."""

        unknown = RAISE

    p256dh = fields.String(required=True, validate=validate.Length(max=MAX_KEY))
    auth = fields.String(required=True, validate=validate.Length(max=MAX_KEY))

    @validates_schema(skip_on_field_errors=True)
    def check(self, data: dict[str, str], **_kwargs: Any) -> None:
        """A message must be possible."""
        if not are_usable_keys(data["p256dh"], data["auth"]):
            raise ValidationError(_("These are not the keys of a browser."), "p256dh")


class PushEndpointIn(Schema):
    """The browser's address at its push service."""

    endpoint = fields.String(required=True, validate=validate.Length(max=MAX_ENDPOINT))

    @validates_schema(skip_on_field_errors=True)
    def check_endpoint(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """We send to push services only."""
        if not is_push_service(data["endpoint"]):
            raise ValidationError(_("We do not know this push service."), "endpoint")


class PushSubscriptionIn(PushEndpointIn):
    """A browser that wants to be told; `key` is the report's, where its reporter asks.

    `at_work` says that a person who is signed in follows it as a colleague.
    """

    keys = fields.Nested(PushKeysIn, required=True)
    language = fields.String(
        load_default=None, allow_none=True, validate=validate.OneOf(list(LANGUAGES))
    )
    key = fields.String(load_default="", validate=validate.Length(max=MAX_KEY))
    at_work = fields.Boolean(load_default=False)


class PushSubscriptionOut(Schema):
    """What has been agreed."""

    number = fields.String(required=True)
    language = fields.String(required=True)
