"""The shape of a report on its way in and out. No database here.

The form without JavaScript goes through the same schema as the API (`forms.py`).
"""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from app.database import MAX_ID, now
from app.languages import LANGUAGES
from app.languages import lazy_gettext as _
from app.reports.models import Channel

MAX_DESCRIPTION = 4_000
MAX_ADDRESS = 500
MAX_NAME = 120
MAX_EMAIL = 254

# A phone's clock may be wrong by hours, and a report may wait on it for months.
MAX_CLOCK_AHEAD = timedelta(hours=24)
MAX_AGE = timedelta(days=366)

_PHONE = re.compile(r"\+?[0-9]{5,15}")
_DANGER_ANSWERS = (None, True, False, "yes", "no")
_KEPT_CONTROLS = {"\n", "\t"}


def clean(text: str) -> str:
    """Text as it is kept: one kind of line end, composed letters, nothing invisible.

    Control characters and lone surrogates go; PostgreSQL cannot store NUL, nor UTF-8 a surrogate.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = (c for c in text if c in _KEPT_CONTROLS or unicodedata.category(c) not in {"Cc", "Cs"})
    return unicodedata.normalize("NFC", "".join(kept)).strip()


class CleanText(fields.String):
    """A text that is cleaned before its length is judged; null counts as empty."""

    def __init__(self, most: int, **kwargs: Any) -> None:
        too_long = _("Use at most %(most)s characters.", most=most)
        super().__init__(
            load_default="",
            allow_none=True,
            validate=validate.Length(max=most, error=too_long),
            **kwargs,
        )

    def deserialize(self, value: Any, attr: Any = None, data: Any = None, **kwargs: Any) -> Any:
        """Clean, then judge."""
        if value is None:
            return ""
        if isinstance(value, str):
            value = clean(value)
        return super().deserialize(value, attr, data, **kwargs)


class PositionIn(Schema):
    """Degrees of WGS 84 and the device's guess of its error in metres."""

    lat = fields.Float(required=True, allow_nan=False, validate=validate.Range(-90, 90))
    lon = fields.Float(required=True, allow_nan=False, validate=validate.Range(-180, 180))
    accuracy_m = fields.Float(
        load_default=None, allow_none=True, allow_nan=False, validate=validate.Range(0, 1e6)
    )


class ContactIn(Schema):
    """Who may be told what happened. All parts are optional."""

    name = CleanText(MAX_NAME)
    email = CleanText(MAX_EMAIL)
    phone = CleanText(20)

    @validates_schema(skip_on_field_errors=True)
    def check(self, data: dict[str, str], **_kwargs: Any) -> None:
        """An answer that cannot arrive is worse than none."""
        if data["email"]:
            validate.Email(error=str(_("This e-mail address looks incomplete.")))(data["email"])
        if data["phone"] and not _PHONE.fullmatch(re.sub(r"[ ()-]", "", data["phone"])):
            raise ValidationError(_("This phone number looks incomplete."), "phone")

    def handle_error(self, error: ValidationError, data: Any, **_kwargs: Any) -> None:
        """The e-mail check raises without a field of its own."""
        messages = error.messages_dict
        if "_schema" in messages:
            messages["email"] = messages.pop("_schema")


class ReportIn(Schema):
    """A report as a device or a form sends it."""

    category = CleanText(10, metadata={"description": "Code of the category, for example PA03."})
    sign = CleanText(40, metadata={"description": "Code of the sign, as scanned or typed."})
    place = fields.Integer(
        load_default=None,
        allow_none=True,
        strict=True,
        validate=validate.Range(1, MAX_ID),
    )
    position = fields.Nested(PositionIn, load_default=None, allow_none=True)
    address = CleanText(MAX_ADDRESS, metadata={"description": "Where it is, in words."})
    description = CleanText(MAX_DESCRIPTION)
    language = fields.String(
        load_default=None, allow_none=True, validate=validate.OneOf(list(LANGUAGES))
    )
    contact = fields.Nested(ContactIn, load_default=None, allow_none=True)
    answers = fields.Dict(
        keys=fields.String(validate=validate.Length(max=40)),
        values=fields.Raw(allow_none=True),
        load_default=dict,
        metadata={
            "description": "Answers to the category's questions by code: a string, a number, "
            "a date (2026-12-24), an option's code, or a list of them; `danger` is yes/no."
        },
    )
    channel = fields.String(
        load_default=Channel.WEB.value,
        validate=validate.OneOf([Channel.QR.value, Channel.WEB.value, Channel.KIOSK.value]),
    )
    created_at = fields.AwareDateTime(load_default=None, allow_none=True, format="iso")
    opened_seconds = fields.Integer(
        load_default=None,
        allow_none=True,
        metadata={"description": "How long the form was open, where there was one."},
    )
    website = fields.String(
        load_default="", allow_none=True, metadata={"description": "Leave it empty."}
    )

    @validates_schema(skip_on_field_errors=True)
    def check(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """What no single field can tell."""
        errors: dict[str, list[Any]] = {}
        if not (data["sign"] or data["place"] or data["position"] or data["address"]):
            errors["address"] = [_("Tell us where it is.")]
        if data["answers"].get("danger") not in _DANGER_ANSWERS:
            errors["answers"] = [_("Answer yes or no.")]
        if data["created_at"] and not (
            now() - MAX_AGE <= data["created_at"] <= now() + MAX_CLOCK_AHEAD
        ):
            errors["created_at"] = [_("This date cannot be right.")]
        if errors:
            raise ValidationError(errors)


class FollowIn(Schema):
    """One more person has met the fault."""

    channel = fields.String(
        load_default=Channel.WEB.value,
        validate=validate.OneOf([Channel.QR.value, Channel.WEB.value, Channel.KIOSK.value]),
    )


class FollowOut(Schema):
    """How many have said so beside the reporter."""

    number = fields.String(required=True)
    follower_count = fields.Integer(required=True)
    url = fields.String(required=True, metadata={"description": "The public page of the report."})


class OpenReportsQuery(Schema):
    """Where to look: at a sign, at a place, or around a position."""

    sign = fields.String(load_default="")
    place = fields.Integer(load_default=None, validate=validate.Range(1, MAX_ID))
    lat = fields.Float(load_default=None, allow_nan=False, validate=validate.Range(-90, 90))
    lon = fields.Float(load_default=None, allow_nan=False, validate=validate.Range(-180, 180))
    category = fields.String(
        load_default=None, metadata={"description": "Reports of this category come first."}
    )

    @validates_schema(skip_on_field_errors=True)
    def check(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """Somewhere it must be."""
        if data["sign"] or data["place"]:
            return
        if data["lat"] is None or data["lon"] is None:
            raise ValidationError({"place": [_("Tell us where it is.")]})


class OpenReportOut(Schema):
    """An open report as everybody sees it, to compare a fault with."""

    number = fields.String(required=True)
    category = fields.String(required=True)
    category_name = fields.String(required=True)
    status = fields.String(required=True)
    status_name = fields.String(required=True)
    age = fields.String(required=True, metadata={"description": "In words."})
    follower_count = fields.Integer(required=True)
    distance_m = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "From the position asked about; null at a sign or place."},
    )
    url = fields.String(required=True)


class OpenReportsOut(Schema):
    """At most twenty, the likest first."""

    reports = fields.List(fields.Nested(OpenReportOut), required=True)


class ReportReceipt(Schema):
    """What the sender needs to keep."""

    number = fields.String(required=True, metadata={"description": "Short, for the phone."})
    status = fields.String(required=True)
    url = fields.String(required=True, metadata={"description": "The public page of the report."})
    key = fields.String(
        required=True, metadata={"description": "Opens the report to its reporter. Keep it secret."}
    )


class PhotoOut(Schema):
    """A photo as its reporter sees it."""

    id = fields.UUID(required=True)
    url = fields.String(required=True)


class EventOut(Schema):
    """A public line of the timeline."""

    at = fields.AwareDateTime(required=True)
    title = fields.String(required=True)
    text = fields.String(required=True)


class ReportOut(ReportReceipt):
    """The report as its reporter sees it."""

    category = fields.String(required=True)
    place = fields.String(required=True, allow_none=True)
    description = fields.String(required=True)
    address = fields.String(required=True)
    received_at = fields.AwareDateTime(required=True)
    due_at = fields.AwareDateTime(required=True)
    photos = fields.List(fields.Nested(PhotoOut), required=True)
    timeline = fields.List(fields.Nested(EventOut), required=True)


class ProblemOut(Schema):
    """The one shape of every error."""

    code = fields.String(required=True)
    message = fields.String(required=True)
    fields_ = fields.Dict(data_key="fields")
    reference = fields.String()
