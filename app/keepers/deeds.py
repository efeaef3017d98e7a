"""What a keeper does with a sign on the spot: mounted, checked, damaged, missing, replaced.

The same deed comes from a form without script, or from a phone's outbox through the API.
"""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, Flask, Response, redirect, request, url_for
from flask_login import current_user
from flask_smorest import Blueprint as ApiBlueprint
from marshmallow import Schema, fields, validate
from werkzeug.wrappers import Response as BaseResponse

from app.arguments import form_id
from app.database import session
from app.geo import Position
from app.keepers.signs import SIGN_KEEPERS, sign_or_404, sign_page, sign_row
from app.languages import gettext as _
from app.permissions import KB, MB, allow
from app.problems import InvalidFields, NotFound, UnreadablePhoto
from app.reports.api import StrictParser
from app.reports.photo_store import photo_store
from app.reports.photos import MAX_BYTES, PreparedPhoto, fingerprint_of, prepare_aside
from app.reports.schemas import CleanText, PositionIn, ProblemOut
from app.reports.schemas import clean as clean_text
from app.reports.staff_forms import attempt
from app.signs.models import SignEvent, SignEventKind
from app.signs.operations import MAX_NOTE, Deed, add_event_photo, record_deed
from app.signs.queries import find_sign_event

pages = Blueprint("deeds", __name__)
api = ApiBlueprint("api-signs", __name__, url_prefix="/api/v1", description="Signs on the spot.")
api.ARGUMENTS_PARSER = StrictParser()

# What a person says of a sign; the rest of a log is written by the house itself.
DEEDS = (
    SignEventKind.MOUNTED,
    SignEventKind.CHECKED,
    SignEventKind.DAMAGED,
    SignEventKind.MISSING,
    SignEventKind.REPLACED,
    SignEventKind.RETIRED,
    SignEventKind.CLEARED,
)
JSON_BYTES = 8 * KB


class DeedIn(Schema):
    """A deed as a phone sends it."""

    kind = fields.String(required=True, validate=validate.OneOf([one.value for one in DEEDS]))
    at = fields.AwareDateTime(load_default=None, allow_none=True)
    text = CleanText(MAX_NOTE)
    position = fields.Nested(PositionIn, load_default=None, allow_none=True)


class DeedOut(Schema):
    """What became of it: the sign's code, its page, and the code that is to replace it."""

    number = fields.String()
    url = fields.String()
    replaced_by = fields.String(allow_none=True)


class DeedPhotoOut(Schema):
    """A photo that was kept."""

    id = fields.UUID()


@api.route("/signs/<code>/events/<uuid:event_uuid>", methods=["PUT"])
@allow(*SIGN_KEEPERS, max_bytes=JSON_BYTES)
@api.arguments(DeedIn)
@api.response(201, DeedOut, description="Noted.")
@api.alt_response(200, schema=DeedOut, description="Noted before.")
@api.alt_response(401, schema=ProblemOut, description="Nobody is signed in.")
@api.alt_response(404, schema=ProblemOut, description="No sign has this code.")
@api.alt_response(409, schema=ProblemOut, description="The id stands for something else.")
@api.alt_response(422, schema=ProblemOut, description="Something must be corrected.")
def put_deed(
    content: dict[str, Any], code: str, event_uuid: uuid.UUID
) -> tuple[dict[str, Any], int]:
    """Say what was done with a sign, under an id the phone made; the same again counts once."""
    sign = sign_or_404(code)
    position = Position(**content["position"]) if content["position"] else None
    event, created = record_deed(
        sign,
        Deed(
            SignEventKind(content["kind"]),
            current_user,
            event_uuid,
            content["at"],
            content["text"],
            position,
        ),
    )
    replaced_by = event.to_value if event.kind == SignEventKind.REPLACED else None
    url = url_for("signs.sign", code=sign.code, _external=True)
    return {"number": sign.code, "url": url, "replaced_by": replaced_by}, 201 if created else 200


@api.route("/signs/<code>/events/<uuid:event_uuid>/photos/<uuid:photo_uuid>", methods=["PUT"])
@allow(*SIGN_KEEPERS, max_bytes=MAX_BYTES)
@api.response(201, DeedPhotoOut, description="Kept.")
@api.alt_response(200, schema=DeedPhotoOut, description="Kept before.")
@api.alt_response(404, schema=ProblemOut, description="The sign has no such line in its log.")
@api.alt_response(409, schema=ProblemOut, description="The line shows another photo.")
@api.alt_response(422, schema=ProblemOut, description="The photo cannot be read.")
def put_deed_photo(
    code: str, event_uuid: uuid.UUID, photo_uuid: uuid.UUID
) -> tuple[dict[str, Any], int]:
    """Add the photo of a deed: the raw picture as the body."""
    event = find_sign_event(event_uuid)
    if event is None or event.sign.code != code.upper():
        raise NotFound
    content = request.get_data()
    is_new = event.photo_fingerprint != fingerprint_of(content)
    if is_new:
        _keep_photo(event, prepare_aside(content))
    return {"id": photo_uuid}, 201 if is_new else 200


def _keep_photo(event: SignEvent, prepared: PreparedPhoto) -> None:
    name = photo_store().put(prepared.photo, prepared.thumbnail)
    add_event_photo(event, name, prepared.fingerprint)


@pages.post("/signs/<code>/events")
@allow(*SIGN_KEEPERS, max_bytes=MAX_BYTES + 1 * MB)
def say(code: str) -> Any:
    """The same without script: one form, one button a deed."""

    def carry_out() -> BaseResponse:
        prepared = _read_photo()
        sign = sign_or_404(code)
        event, _created = record_deed(sign, _read_deed())
        if prepared and event.photo_fingerprint is None:
            _keep_photo(event, prepared)
        return redirect(url_for("signs.sign", code=sign.code, done=event.kind), 303)

    return attempt(carry_out, lambda errors: sign_page(code, errors))


def _read_deed() -> Deed:
    kind = request.form.get("kind", "")
    if kind not in DEEDS:
        raise InvalidFields({"form": _("Choose what you have done.")})
    text = clean_text(request.form.get("text", ""))
    if len(text) > MAX_NOTE:
        raise InvalidFields({"text": _("Use at most %(most)s characters.", most=MAX_NOTE)})
    return Deed(SignEventKind(kind), current_user, form_id(), text=text)


def _read_photo() -> PreparedPhoto | None:
    file = request.files.get("photo")
    if file is None or not file.filename:
        return None
    file.stream.seek(0)
    content = file.stream.read()
    try:
        return prepare_aside(content) if content else None
    except UnreadablePhoto as problem:
        raise InvalidFields({"photo": problem.message}) from problem


@pages.get("/signs/events/<id:event_id>/<any(photo, thumbnail):size>")
@allow(*SIGN_KEEPERS)
def photo(event_id: int, size: str) -> Response:
    """A photo of a sign's log; for keepers alone."""
    event = session().get(SignEvent, event_id)
    if event is None or event.photo_name is None:
        raise NotFound
    try:
        content = photo_store().get(event.photo_name, size)
    except FileNotFoundError as error:
        raise NotFound from error
    response = Response(content, mimetype="image/jpeg")
    response.headers["Cache-Control"] = "private, max-age=86400"
    return response


def keeper_bar(code: str | None) -> dict[str, Any] | None:
    """What a keeper sees on top of a sign's own page; None for everybody else.

    Without a code for the page that stands in for any sign when there is no network.
    """
    if not (current_user and current_user.is_authenticated):
        return None
    if not any(current_user.has_role(role) for role in SIGN_KEEPERS):
        return None
    if code is None:
        return {"code": None}
    return sign_row(sign_or_404(code)) | {
        "id": str(uuid.uuid4()),
        "action": url_for("deeds.say", code=code),
    }


def init_app(app: Flask) -> None:
    """Register the pages, and add the rest to the API."""
    app.register_blueprint(pages)
    app.context_processor(lambda: {"keeper_bar": keeper_bar})
    app.extensions["flask-smorest"]["apis"][""]["ext_obj"].register_blueprint(api)
