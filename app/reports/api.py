"""The JSON API that devices report through, and its description."""

from __future__ import annotations

import uuid
from typing import Any, NoReturn

from flask import Flask, current_app, render_template, request, url_for
from flask_login import current_user
from flask_smorest import Api, Blueprint
from webargs.flaskparser import FlaskParser

from app.geo import Position
from app.maps.api import spots_api
from app.permissions import Role, allow
from app.problems import (
    BadRequest,
    InvalidFields,
    KeyNeeded,
    NoSuchReport,
    UnsupportedType,
    WrongKey,
)
from app.rate_limits import FOLLOWS, PHOTOS, REPORTS, limiter
from app.reports import filing, followers, wording
from app.reports.keys import key_fits, report_key
from app.reports.models import Report
from app.reports.pages.photos import photos_view
from app.reports.photos import MAX_BYTES
from app.reports.queries import find_report_by_uuid, list_alike_at, list_alike_near
from app.reports.schemas import (
    FollowIn,
    FollowOut,
    OpenReportsOut,
    OpenReportsQuery,
    PhotoOut,
    ProblemOut,
    ReportIn,
    ReportOut,
    ReportReceipt,
)

JSON_BYTES = 256 * 1024


class StrictParser(FlaskParser):
    """Reads JSON through the application's own strict reader and asks for its media type."""

    def load_json(self, req: Any, schema: Any) -> Any:
        """The parsed body.

        Raises:
            UnsupportedType: the body is not said to be JSON.
            BadJson: it is not.
        """
        if not req.is_json:
            raise UnsupportedType
        content = req.get_json()
        if not isinstance(content, dict):
            raise BadRequest
        return content

    def handle_error(
        self, error: Any, req: Any, schema: Any, *, error_status_code: Any, error_headers: Any
    ) -> NoReturn:
        """A refused field is a Problem like any other."""
        raise InvalidFields(next(iter(error.messages.values()))) from error


class ReportsApi(Api):
    """Problems have one shape in this house, so smorest's own error handler stays out."""

    ERROR_SCHEMA = ProblemOut

    def _register_error_handlers(self) -> None:
        pass


api = Blueprint("api", __name__, url_prefix="/api/v1", description="Report faults and follow them.")
api.ARGUMENTS_PARSER = StrictParser()

PHOTO_BODY = {
    "required": True,
    "content": {
        kind: {"schema": {"type": "string", "format": "binary"}}
        for kind in ("image/jpeg", "image/png", "image/webp", "image/heic")
    },
}
_KEY = {"type": "http", "scheme": "bearer", "description": "The key from the report's answer."}


@api.route("/reports/<uuid:report_uuid>", methods=["PUT"])
@allow(anyone=True, max_bytes=JSON_BYTES)
@limiter.limit(REPORTS)
@api.arguments(ReportIn)
@api.response(201, ReportReceipt, description="Filed.")
@api.alt_response(200, schema=ReportReceipt, description="Filed before, with the same content.")
@api.alt_response(409, schema=ProblemOut, description="The id stands for other content.")
@api.alt_response(415, schema=ProblemOut, description="The body is not JSON.")
@api.alt_response(422, schema=ProblemOut, description="Something must be corrected.")
def put_report(content: dict[str, Any], report_uuid: uuid.UUID) -> tuple[dict[str, Any], int]:
    """File a report under an id the device made; the same again is answered as the first time."""
    report, created = filing.submit_report(report_uuid, content)
    return _receipt(report), 201 if created else 200


@api.route("/reports/<uuid:report_uuid>", methods=["GET"])
@allow(anyone=True)
@api.doc(security=[{"key": []}])
@api.response(200, ReportOut)
@api.alt_response(401, schema=ProblemOut, description="The key is missing.")
@api.alt_response(403, schema=ProblemOut, description="The key does not fit.")
@api.alt_response(404, schema=ProblemOut, description="No report has this id.")
def get_report(report_uuid: uuid.UUID) -> dict[str, Any]:
    """The report as its reporter sees it."""
    if not _is_handler():
        _demand_key(report_uuid)
    return _as_reporter_sees(_find(report_uuid))


@api.route("/reports/<uuid:report_uuid>/photos/<uuid:photo_uuid>", methods=["PUT"])
@allow(anyone=True, max_bytes=MAX_BYTES)
@limiter.limit(PHOTOS)
@api.doc(requestBody=PHOTO_BODY, security=[{"key": []}])
@api.response(201, PhotoOut, description="Kept.")
@api.alt_response(200, schema=PhotoOut, description="Kept before.")
@api.alt_response(401, schema=ProblemOut, description="The key is missing.")
@api.alt_response(403, schema=ProblemOut, description="The key does not fit.")
@api.alt_response(404, schema=ProblemOut, description="No report has this id.")
@api.alt_response(409, schema=ProblemOut, description="Another photo, or a fourth.")
@api.alt_response(413, schema=ProblemOut, description="Larger than 15 MB.")
@api.alt_response(422, schema=ProblemOut, description="The photo cannot be read.")
def put_photo(report_uuid: uuid.UUID, photo_uuid: uuid.UUID) -> tuple[dict[str, Any], int]:
    """Add a photo: the raw JPEG, PNG, WebP or HEIC as the body; at most three a report."""
    _demand_key(report_uuid)
    report = _find(report_uuid)
    address, created = filing.add_reporter_photo(report, photo_uuid, request.get_data())
    url = url_for("resident.photo", photo_uuid=address, size="photo", key=report_key(report.uuid))
    return {"id": photo_uuid, "url": _absolute(url)}, 201 if created else 200


@api.route("/reports/by-number/<number>/followers/<uuid:follower_uuid>", methods=["PUT"])
@allow(anyone=True)
@limiter.limit(FOLLOWS)
@api.arguments(FollowIn)
@api.response(201, FollowOut, description="Noted.")
@api.alt_response(200, schema=FollowOut, description="Noted before.")
@api.alt_response(404, schema=ProblemOut, description="No report has this number.")
@api.alt_response(
    409, schema=ProblemOut, description="The report is closed, or the id follows another one."
)
def put_follower(
    content: dict[str, Any], number: str, follower_uuid: uuid.UUID
) -> tuple[dict[str, Any], int]:
    """Say “me too”, under an id the device made; the same again counts once."""
    report, created = followers.follow_report(number, follower_uuid, content["channel"])
    return {
        "number": report.number,
        "follower_count": report.follower_count,
        "url": _status_url(report),
    }, 201 if created else 200


@api.route("/open-reports", methods=["GET"])
@allow(anyone=True)
@api.arguments(OpenReportsQuery, location="query")
@api.response(200, OpenReportsOut)
@api.alt_response(422, schema=ProblemOut, description="There is no such sign, place or position.")
def get_open_reports(where: dict[str, Any]) -> dict[str, Any]:
    """What is open at a sign or place, or within 150 metres of a position."""
    position = {"lat": where["lat"], "lon": where["lon"]}
    spot = filing.find_spot(where | {"position": position})
    if spot.place is None:
        near = list_alike_near(Position(**position), where["category"])
        return {"reports": [_open_report(report, round(metres)) for report, metres in near]}
    sign_id = spot.sign.id if spot.sign else None
    found = list_alike_at(spot.place.id, sign_id, where["category"])
    return {"reports": [_open_report(report, None) for report in found]}


def _open_report(report: Report, distance_m: int | None) -> dict[str, Any]:
    line = wording.in_short(report, _status_url(report))
    return line | {"category": line["category_code"], "distance_m": distance_m}


@allow(anyone=True)
def docs() -> str:
    """The description of the API as a page."""
    spec = current_app.extensions["flask-smorest"]["apis"][""]["ext_obj"].spec.to_dict()
    return render_template("api/docs.html", spec=spec, spec_url=url_for("api-docs.openapi_json"))


def _is_handler() -> bool:
    roles = (Role.FRONT_DESK, Role.CREW, Role.MANAGER)
    return current_user.is_authenticated and any(current_user.has_role(role) for role in roles)


def _demand_key(report_uuid: uuid.UUID) -> None:
    """The key is derived from the id, so a wrong one is refused before the database is asked.

    Raises:
        KeyNeeded, WrongKey
    """
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise KeyNeeded
    if not key_fits(report_uuid, key.strip()):
        raise WrongKey


def _find(report_uuid: uuid.UUID) -> Report:
    report = find_report_by_uuid(report_uuid)
    if report is None:
        raise NoSuchReport
    return report


def _receipt(report: Report) -> dict[str, Any]:
    return {
        "number": report.number,
        "status": report.status,
        "url": _status_url(report),
        "key": report_key(report.uuid),
    }


def _status_url(report: Report) -> str:
    return _absolute(url_for("resident.status", number=report.number))


def _absolute(path: str) -> str:
    return f"{current_app.config['PUBLIC_URL']}{path}"


def _as_reporter_sees(report: Report) -> dict[str, Any]:
    key = report_key(report.uuid)
    own = [photo for photo in report.photos if photo.released_at or not photo.by_staff]
    return _receipt(report) | {
        "category": report.category.code,
        "place": report.place.name if report.place else None,
        "description": report.description,
        "address": report.address,
        "received_at": report.received_at,
        "due_at": report.due_at,
        "photos": [
            {"id": photo["id"], "url": _absolute(photo["url"])}
            for photo in photos_view(report, own, key=key)
        ],
        "timeline": [
            {"at": event.at, "title": line["title"], "text": line["text"]}
            for event, line in wording.lines(report, to_reporter=True)
        ],
    }


def init_app(app: Flask) -> None:
    """Register the API, its description and the page that shows it."""
    app.config.from_mapping(
        API_TITLE="VOF",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
    )
    smorest = ReportsApi(app)
    smorest.spec.components.security_scheme("key", _KEY)
    smorest.register_blueprint(api)
    smorest.register_blueprint(spots_api)
    app.add_url_rule("/api/docs", "resident.api_docs", docs)
