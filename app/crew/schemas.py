"""The shape of what a tablet sends and gets. No database here."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from app.database import MAX_ID
from app.languages import gettext as _
from app.reports.models import Moment
from app.reports.schemas import MAX_DESCRIPTION, CleanText, ReportIn
from app.reports.workflow import Status

MOST_MINUTES = 24 * 60
MOST_PHOTOS = 20
STATUS, NOTE, ASK_DESK, PHOTOS = KINDS = ("status", "note", "ask_desk", "photos")


class _Sent(Schema):
    """`by` is who is believed to be signed in."""

    by = fields.Integer(
        load_default=None,
        allow_none=True,
        strict=True,
        metadata={"description": "Nothing is kept where somebody else is signed in by now."},
    )


def _id() -> fields.Integer:
    return fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=validate.Range(1, MAX_ID)
    )


class ActionIn(_Sent):
    """One thing done with a report, perhaps hours ago and without network."""

    report = fields.String(required=True, validate=validate.Length(max=40))
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    version = fields.Integer(
        required=True,
        strict=True,
        validate=validate.Range(0, MAX_ID),
        metadata={"description": "The version of the report that it was based on."},
    )
    status = fields.String(
        load_default=None, allow_none=True, validate=validate.OneOf([one.value for one in Status])
    )
    public_text = CleanText(MAX_DESCRIPTION)
    internal_text = CleanText(MAX_DESCRIPTION)
    minutes = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=validate.Range(1, MOST_MINUTES)
    )
    duplicate_of = CleanText(40, metadata={"description": "The number of the report that is kept."})
    owner = _id()
    release_photos = fields.Boolean(load_default=False)
    photos = fields.List(
        fields.UUID(),
        load_default=list,
        validate=validate.Length(max=MOST_PHOTOS),
        metadata={"description": "The ids of the photos that will follow."},
    )
    done_at = fields.AwareDateTime(load_default=None, allow_none=True, format="iso")
    handed_over_by = _id()

    @validates_schema(skip_on_field_errors=True)
    def check(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """What no single field can tell."""
        errors: dict[str, list[str]] = {}
        status = data["status"]
        if (data["kind"] == STATUS) != bool(status):
            errors["status"] = [_("Choose what happens next.")]
        if data["duplicate_of"] and status != Status.DUPLICATE:
            errors["duplicate_of"] = [_("Only a duplicate stands for another report.")]
        if data["owner"] and status != Status.NOT_OURS:
            errors["owner"] = [_("Only what is not ours is sent on.")]
        if data["kind"] in {ASK_DESK, PHOTOS} and data["public_text"]:
            errors["public_text"] = [_("Write this for staff only.")]
        if errors:
            raise ValidationError(errors)


class ActionOut(Schema):
    """The receipt: the same sent again gets the same one."""

    id = fields.UUID(required=True)
    number = fields.String(required=True)
    version = fields.Integer(required=True)
    status = fields.String(required=True)
    event = fields.Integer(required=True)


class MomentIn(Schema):
    """What the photo shows."""

    moment = fields.String(
        load_default=None, allow_none=True, validate=validate.OneOf([one.value for one in Moment])
    )


class KeptPhotoOut(Schema):
    """A photo that was kept."""

    id = fields.UUID(required=True)


class CrewReportIn(ReportIn, _Sent):
    """A fault that the crew has found itself."""

    handed_over_by = _id()

    class Meta:
        """Staff enter it: nobody is to be told, and nothing tells of spam."""

        exclude = ("contact", "channel", "opened_seconds", "website")


class CrewReportOut(Schema):
    """The receipt of a report."""

    id = fields.UUID(required=True)
    number = fields.String(required=True)
    version = fields.Integer(required=True)
    status = fields.String(required=True)


class PersonOut(Schema):
    """Somebody or something by its name."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)


class EventLineOut(Schema):
    """A line of a timeline as staff read it."""

    id = fields.Integer(required=True)
    at = fields.AwareDateTime(required=True)
    kind = fields.String(required=True)
    words = fields.String(required=True)
    by = fields.String(required=True, allow_none=True)
    public_text = fields.String(required=True)
    internal_text = fields.String(required=True)
    minutes = fields.Integer(required=True, allow_none=True)


class WorkPhotoOut(Schema):
    """A photo; its addresses answer whoever is signed in."""

    id = fields.UUID(required=True)
    thumbnail = fields.String(required=True)
    medium = fields.String(required=True)
    by_staff = fields.Boolean(required=True)
    moment = fields.String(required=True, allow_none=True)
    released = fields.Boolean(required=True)


class AnswerOut(Schema):
    """A question of the category and what was answered, in words."""

    question = fields.String(required=True)
    answer = fields.String(required=True)


class WorkOut(Schema):
    """A report with all that is needed on the spot; never who reported it."""

    number = fields.String(required=True)
    version = fields.Integer(required=True)
    status = fields.String(required=True)
    status_name = fields.String(required=True)
    priority = fields.String(required=True)
    urgent = fields.Boolean(required=True)
    danger = fields.Boolean(required=True)
    received_at = fields.AwareDateTime(required=True)
    due_at = fields.AwareDateTime(required=True)
    overdue = fields.Boolean(required=True)
    asked_at = fields.AwareDateTime(required=True, allow_none=True)
    category = fields.String(required=True)
    category_name = fields.String(required=True)
    unit = fields.Nested(PersonOut, required=True)
    assignee = fields.Nested(PersonOut, required=True, allow_none=True)
    followers = fields.Integer(required=True)
    description = fields.String(required=True)
    answers = fields.List(fields.Nested(AnswerOut), required=True)
    photos = fields.List(fields.Nested(WorkPhotoOut), required=True)
    events = fields.List(fields.Nested(EventLineOut), required=True)
    next = fields.List(fields.String(), required=True)
    place = fields.Integer(required=True, allow_none=True)
    place_name = fields.String(required=True, allow_none=True)
    place_kind = fields.String(required=True, allow_none=True)
    place_owner = fields.String(required=True, allow_none=True)
    sign = fields.String(required=True, allow_none=True)
    sign_label = fields.String(required=True, allow_none=True)
    address = fields.String(required=True)
    lat = fields.Float(required=True, allow_none=True)
    lon = fields.Float(required=True, allow_none=True)


class WorklistOut(Schema):
    """The open reports of one's unit, the most urgent first; of all units for who has none."""

    me = fields.Nested(PersonOut, required=True)
    unit = fields.Nested(PersonOut, required=True, allow_none=True)
    made_at = fields.AwareDateTime(required=True)
    more = fields.Boolean(required=True)
    reports = fields.List(fields.Nested(WorkOut), required=True)


class AtSignOut(Schema):
    """What is open where a sign hangs, at the sign itself first."""

    sign = fields.String(required=True)
    sign_label = fields.String(required=True)
    place = fields.Nested(PersonOut, required=True)
    reports = fields.List(fields.Nested(WorkOut), required=True)


class GroundOut(Schema):
    """What changes rarely. The words of categories, states and questions are in one language."""

    categories = fields.List(fields.Dict(), required=True)
    statuses = fields.Dict(required=True, metadata={"description": "What a state is called."})
    steps = fields.Dict(required=True, metadata={"description": "The same as a choice."})
    transitions = fields.Dict(required=True)
    templates = fields.List(fields.Dict(), required=True)
    owners = fields.List(fields.Nested(PersonOut), required=True)
    kinds = fields.List(fields.Dict(), required=True)
    places = fields.List(fields.Dict(), required=True)
    signs = fields.List(fields.Dict(), required=True)
    tiles = fields.Dict(required=True)
    limits = fields.Dict(required=True)


class StayIn(Schema):
    """What a person who stays on a tablet chooses."""

    name = fields.String(required=True, metadata={"description": "What the tablet is called."})
    pin = fields.String(required=True)


class UnlockIn(Schema):
    """Whose PIN it is, and the PIN."""

    id = fields.UUID(required=True)
    pin = fields.String(required=True, validate=validate.Length(max=20))


class LeaveIn(Schema):
    """Who locks the tablet or signs out of it; whoever is signed in where nobody is named."""

    person = _id()


class StayOut(Schema):
    """Somebody who stays signed in on this tablet; `id` is the stay's."""

    id = fields.UUID(required=True)
    staff = fields.Integer(required=True)
    name = fields.String(required=True)


class TabletOut(Schema):
    """How it stands on this tablet: who may open it, whose stay has ended, who is signed in."""

    people = fields.List(fields.Nested(StayOut), required=True)
    ended = fields.List(fields.UUID(), required=True)
    signed_out = fields.List(
        fields.Integer(),
        required=True,
        metadata={"description": "Who was signed out from afar, with or without a stay."},
    )
    tablet = fields.String(required=True, allow_none=True)
    me = fields.Nested(PersonOut, required=True, allow_none=True)
