"""The JSON that the crew's tablet lives on: what is to be done, and what was done."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, json, request
from flask_login import current_user
from flask_smorest import Blueprint as ApiBlueprint

from app.crew import operations, queries, schemas
from app.crew.ground import ground
from app.crew.work import event_views, instant, named, work_views
from app.database import now
from app.languages import language
from app.permissions import KB, Role, allow
from app.places.queries import find_unit
from app.problems import AnotherSignedIn, ChangedMeanwhile, NoSuchReport
from app.reports.api import PHOTO_BODY, StrictParser
from app.reports.models import Report
from app.reports.photos import MAX_BYTES
from app.reports.schemas import ProblemOut
from app.signs.queries import sign_as_typed

api = ApiBlueprint(
    "api-crew", __name__, url_prefix="/api/v1/crew", description="The crew’s tablet."
)
api.ARGUMENTS_PARSER = StrictParser()

CREW = (Role.CREW, Role.MANAGER)
JSON_BYTES = 64 * KB
# Grows when an answer gets another shape, so that no tablet keeps one of the old shape.
SHAPE = 1


@api.route("/worklist", methods=["GET"])
@allow(*CREW)
@api.response(200, schemas.WorklistOut)
@api.alt_response(304, description="Nothing has changed.")
@api.alt_response(401, schema=ProblemOut, description="Nobody is signed in.")
def get_worklist() -> Response:
    """The open reports of one's unit, unless the caller has them as they are."""
    unit_id = current_user.unit_id
    mark = [unit_id, current_user.id, *queries.mark_of_work(unit_id)]
    return _unless_known(mark, lambda: _worklist(unit_id))


def _worklist(unit_id: int | None) -> dict[str, Any]:
    found = queries.list_work(unit_id)
    shown = found[: queries.MOST_ON_TABLET]
    return {
        "me": named(current_user),
        "unit": named(find_unit(unit_id)) if unit_id else None,
        "made_at": instant(now()),
        "more": len(found) > len(shown),
        "reports": work_views(shown),
    }


@api.route("/ground", methods=["GET"])
@allow(*CREW)
@api.response(200, schemas.GroundOut)
@api.alt_response(304, description="Nothing has changed.")
def get_ground() -> Response:
    """What a tablet must know besides the reports."""
    return _unless_known(queries.mark_of_ground(), ground)


@api.route("/reports/<number>", methods=["GET"])
@allow(*CREW)
@api.response(200, schemas.WorkOut)
@api.alt_response(304, description="Nothing has changed.")
@api.alt_response(404, schema=ProblemOut, description="No report has this number.")
def get_report(number: str) -> Response:
    """One report of any unit."""
    found = queries.find_work(number)
    if found is None:
        raise NoSuchReport
    return _as_it_is(work_views([found])[0])


@api.route("/signs/<code>", methods=["GET"])
@allow(*CREW)
@api.response(200, schemas.AtSignOut)
@api.alt_response(304, description="Nothing has changed.")
@api.alt_response(404, schema=ProblemOut, description="No sign has this code.")
def get_sign(code: str) -> Response:
    """What is open where a sign hangs, as it was scanned or typed."""
    sign = sign_as_typed(code)
    return _as_it_is(
        {
            "sign": sign.code,
            "sign_label": sign.label,
            "place": named(sign.place),
            "reports": work_views(queries.list_work_at(sign)),
        }
    )


@api.route("/actions/<uuid:action_uuid>", methods=["PUT"])
@allow(*CREW, max_bytes=JSON_BYTES)
@api.arguments(schemas.ActionIn)
@api.response(201, schemas.ActionOut, description="Done.")
@api.alt_response(200, schema=schemas.ActionOut, description="Done before.")
@api.alt_response(401, schema=ProblemOut, description="Nobody, or somebody else, is signed in.")
@api.alt_response(404, schema=ProblemOut, description="No report has this number.")
@api.alt_response(
    409, schema=ProblemOut, description="The id stands for something else, or it no longer fits."
)
@api.alt_response(422, schema=ProblemOut, description="Something must be corrected.")
def put_action(content: dict[str, Any], action_uuid: uuid.UUID) -> tuple[dict[str, Any], int]:
    """Say what was done with a report, under an id the tablet made; the same again counts once."""
    _demand_sender(content)
    try:
        action, created = operations.carry_out(action_uuid, content, current_user)
    except operations.NoLongerFits as conflict:
        raise ChangedMeanwhile(facts=_conflict(conflict)) from conflict
    receipt = {
        "id": action_uuid,
        "number": action.report.number,
        "version": action.version,
        "status": action.status,
        "event": action.event_id,
    }
    return receipt, HTTPStatus.CREATED if created else HTTPStatus.OK


def _conflict(conflict: operations.NoLongerFits) -> dict[str, Any]:
    """The report as it is now, beside what others did with it."""
    return {
        "report": work_views([conflict.report])[0],
        "since": event_views(conflict.since),
    }


@api.route("/actions/<uuid:action_uuid>/photos/<uuid:photo_uuid>", methods=["PUT"])
@allow(*CREW, max_bytes=MAX_BYTES)
@api.arguments(schemas.MomentIn, location="query")
@api.doc(requestBody=PHOTO_BODY)
@api.response(201, schemas.KeptPhotoOut, description="Kept.")
@api.alt_response(200, schema=schemas.KeptPhotoOut, description="Kept before.")
@api.alt_response(404, schema=ProblemOut, description="The action has not arrived.")
@api.alt_response(409, schema=ProblemOut, description="The id stands for another photo.")
@api.alt_response(422, schema=ProblemOut, description="The photo cannot be read.")
def put_action_photo(
    asked: dict[str, Any], action_uuid: uuid.UUID, photo_uuid: uuid.UUID
) -> tuple[dict[str, Any], int]:
    """Add a photo of what was done: the raw picture as the body."""
    content = request.get_data()
    is_new = operations.add_action_photo(
        action_uuid, photo_uuid, content, asked["moment"], current_user
    )
    return {"id": photo_uuid}, HTTPStatus.CREATED if is_new else HTTPStatus.OK


@api.route("/reports/<uuid:report_uuid>", methods=["PUT"])
@allow(*CREW, max_bytes=JSON_BYTES)
@api.arguments(schemas.CrewReportIn)
@api.response(201, schemas.CrewReportOut, description="Filed.")
@api.alt_response(200, schema=schemas.CrewReportOut, description="Filed before.")
@api.alt_response(409, schema=ProblemOut, description="The id stands for other content.")
@api.alt_response(422, schema=ProblemOut, description="Something must be corrected.")
def put_report(content: dict[str, Any], report_uuid: uuid.UUID) -> tuple[dict[str, Any], int]:
    """File a fault that the crew has found, under an id the tablet made."""
    _demand_sender(content)
    report, created = operations.file_found(report_uuid, content, current_user)
    receipt = {
        "id": report_uuid,
        "number": report.number,
        "version": _version(report),
        "status": report.status,
    }
    return receipt, HTTPStatus.CREATED if created else HTTPStatus.OK


def _version(report: Report) -> int:
    return max(event.id for event in report.events)


@api.route("/reports/<uuid:report_uuid>/photos/<uuid:photo_uuid>", methods=["PUT"])
@allow(*CREW, max_bytes=MAX_BYTES)
@api.arguments(schemas.MomentIn, location="query")
@api.doc(requestBody=PHOTO_BODY)
@api.response(201, schemas.KeptPhotoOut, description="Kept.")
@api.alt_response(200, schema=schemas.KeptPhotoOut, description="Kept before.")
@api.alt_response(404, schema=ProblemOut, description="The report has not arrived.")
@api.alt_response(409, schema=ProblemOut, description="The id stands for another photo.")
@api.alt_response(422, schema=ProblemOut, description="The photo cannot be read.")
def put_report_photo(
    asked: dict[str, Any], report_uuid: uuid.UUID, photo_uuid: uuid.UUID
) -> tuple[dict[str, Any], int]:
    """Add a photo of a fault that the crew has found: the raw picture as the body."""
    content = request.get_data()
    is_new = operations.add_found_photo(report_uuid, photo_uuid, content, asked["moment"])
    return {"id": photo_uuid}, HTTPStatus.CREATED if is_new else HTTPStatus.OK


def _demand_sender(content: dict[str, Any]) -> None:
    """Keep nothing for somebody who was signed in when it was written and is not any more.

    Raises:
        AnotherSignedIn
    """
    if content["by"] not in (None, current_user.id):
        raise AnotherSignedIn


def _as_it_is(content: dict[str, Any]) -> Response:
    """A small answer, which is its own mark."""
    return _unless_known(content, lambda: content)


def _unless_known(mark: Sequence[Any] | dict[str, Any], build: Callable[[], Any]) -> Response:
    """An answer, or 304 without building it where the caller has what the mark stands for."""
    facts = json.dumps([SHAPE, language(), mark], default=str)
    tag = hashlib.sha256(facts.encode()).hexdigest()[:32]
    response = Response(mimetype="application/json")
    response.set_etag(tag, weak=True)
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.add("Cookie")
    if request.if_none_match.contains_weak(tag):
        response.status_code = HTTPStatus.NOT_MODIFIED
        return response
    response.set_data(json.dumps(build(), ensure_ascii=False, separators=(",", ":")))
    return response


def init_app(app: Flask) -> None:
    """Add the tablet's part to the API."""
    app.extensions["flask-smorest"]["apis"][""]["ext_obj"].register_blueprint(api)
