"""GeoReport v2: services, requests, tokens, updates and discovery, each in XML and JSON."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from math import ceil
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, current_app, g, request, url_for
from flask_babel import refresh

from app.arguments import read_box, read_uuid
from app.database import SAFE_METHODS
from app.languages import LANGUAGES
from app.languages import gettext as _
from app.open311 import arguments, queries, records, services, states, updates
from app.open311.arguments import MOST_RECORDS, Page, read_text, refuse
from app.open311.caller import Caller, caller, demand_key
from app.open311.filing import file_request
from app.open311.formats import MEDIA_TYPES, Listing, answer, asked_format, write_problem
from app.open311.media import find_shown
from app.open311.models import Scope
from app.open311.queries import Wanted
from app.permissions import allow
from app.places.municipality import municipality
from app.problems import (
    NoSuchJurisdiction,
    NoSuchReport,
    NoSuchService,
    NoSuchToken,
    NotFound,
    write_below,
)
from app.reports.pages.form import FORM_WITH_PHOTOS_BYTES
from app.reports.photo_store import PHOTO, photo_store
from app.reports.queries import find_category, find_report_by_uuid, list_categories, read_number

PREFIX = "/open311/"
open311 = Blueprint("open311", __name__, url_prefix="/open311")

F = "<any(xml, json):form>"

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
# When what is served here changed last.
CHANGESET = datetime(2026, 11, 28, 18, 0, tzinfo=UTC)
COUNT_HEADERS = ("X-Result-Count", "X-Page-Count", "X-Page", "X-Page-Size", "X-Next-Page-URL")


@open311.url_value_preprocessor
def _leave_out_format(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Whatever answers looks at the address for it, since a failure knows no route."""
    if values:
        values.pop("form", None)


@open311.get(f"/discovery.{F}")
@open311.get(f"/v2/discovery.{F}")
@allow(anyone=True)
def discovery() -> Response:
    """Where what is served. A trial has an address of its own, with the operator."""
    here = municipality()
    base = f"{current_app.config['PUBLIC_URL']}/open311/v2"
    formats = Listing("format", list(MEDIA_TYPES.values()))
    endpoints = [
        {
            "specification": SPECIFICATION,
            "url": base,
            "changeset": CHANGESET,
            "type": kind,
            "formats": formats,
        }
        for kind in ("production", "test")
    ]
    return answer(
        "discovery",
        {
            "changeset": CHANGESET,
            "contact": f"{here.name}: {here.front_desk_email}",
            "key_service": _(
                "Ask the front desk for a key: %(email)s", email=here.front_desk_email
            ),
            "endpoints": Listing("endpoint", endpoints),
        },
    )


@open311.get(f"/v2/services.{F}")
@allow(anyone=True)
def service_list() -> Response:
    """What can be reported; nothing where a position outside is asked about."""
    key = caller().key
    position = arguments.read_position()
    here = position is None or municipality().holds(position)
    offered = list(list_categories()) if here else []
    return answer("services", services.services(offered, at_once=key is None or key.trusted))


@open311.get(f"/v2/services/<category_code>.{F}")
@allow(anyone=True)
def service_definition(category_code: str) -> Response:
    """What a service asks for."""
    caller()
    category = find_category(category_code)
    if category is None:
        raise NoSuchService
    return answer("service_definition", services.definition(category))


@open311.post(f"/v2/requests.{F}")
@allow(anyone=True, max_bytes=FORM_WITH_PHOTOS_BYTES)
def file() -> Response:
    """File a report; its number, or a token where it is looked at first."""
    filed = file_request(demand_key(Scope.CREATE))
    report = filed.report
    named = {"token": report.uuid.hex} if report.held_at else {"service_request_id": report.number}
    told = named | {"service_notice": filed.notice, "account_id": None}
    return answer("service_requests", Listing("request", [told]))


@open311.get(f"/v2/requests.{F}")
@allow(anyone=True)
def request_list() -> Response:
    """Reports by number, or those that fit, the newest first."""
    who = caller()
    if numbers := [read_number(one) for one in arguments.read_list("service_request_id")]:
        rows = queries.list_by_numbers(numbers)
        return answer("service_requests", records.requests(rows, who, _extensions()))
    wanted, page = _wanted(who), arguments.read_page()
    rows = queries.list_requests(wanted, page)
    response = answer("service_requests", records.requests(rows, who, _extensions()))
    return _with_counts(response, wanted, page) if page.number else response


def _wanted(who: Caller) -> Wanted:
    by_update = read_text("updated_after") or read_text("updated_before")
    by_receipt = read_text("start_date") or read_text("end_date") or not by_update
    return Wanted(
        received=arguments.read_span("start_date", "end_date") if by_receipt else None,
        updated=arguments.read_span("updated_after", "updated_before") if by_update else None,
        codes=arguments.read_list("service_code"),
        is_open=_is_open(),
        near=_near(),
        box=_box(),
        sees_all=who.sees_all,
        key_id=who.key.id if who.key and who.sees_own else None,
    )


def _is_open() -> bool | None:
    """Both words together are all reports."""
    words = {word.lower() for word in arguments.read_list("status")}
    known = {states.OPEN_WORD, states.CLOSED_WORD}
    if not words <= known:
        raise refuse("status", _("Choose one of %(words)s.", words="open, closed"))
    return None if len(words) != 1 else states.OPEN_WORD in words


def _near() -> tuple[Any, float] | None:
    position = arguments.read_position()
    return (position, arguments.read_radius()) if position else None


def _box() -> tuple[float, float, float, float] | None:
    text = read_text("bbox")
    box = read_box(text) if text else None
    if text and box is None:
        raise refuse("bbox", _("Write west,south,east,north in degrees."))
    return box


def _extensions() -> set[str]:
    """Which extensions are asked for; `true` and `all` mean every one."""
    words = {word.lower() for word in arguments.read_list("extensions")}
    return words - {"false", "0", "none"}


def _with_counts(response: Response, wanted: Wanted, page: Page) -> Response:
    count = queries.count_requests(wanted)
    pages = max(ceil(count / page.size), 1)
    number = page.number or 1
    response.headers["X-Result-Count"] = str(count)
    response.headers["X-Page-Count"] = str(pages)
    response.headers["X-Page"] = str(number)
    response.headers["X-Page-Size"] = str(page.size)
    if number < pages:
        asked: dict[str, Any] = {**request.args.to_dict(flat=False), "page": number + 1}
        asked.pop("api_key", None)
        path = url_for(".request_list", form=asked_format(), **asked)
        following = f"{current_app.config['PUBLIC_URL']}{path}"
        response.headers["X-Next-Page-URL"] = following
        response.headers["Link"] = f'<{following}>; rel="next"'
    return response


@open311.get(f"/v2/requests/<number>.{F}")
@allow(anyone=True)
def one_request(number: str) -> Response:
    """One report, as a list of one."""
    who = caller()
    row = queries.find_request(read_number(number))
    if row is None:
        raise NoSuchReport
    return answer("service_requests", records.requests([row], who, _extensions()))


@open311.get(f"/v2/tokens/<request_token>.{F}")
@allow(anyone=True)
def token(request_token: str) -> Response:
    """The number of a report whose sender got a token; none while it is looked at."""
    caller()
    found = read_uuid(request_token)
    report = find_report_by_uuid(found) if found else None
    if report is None:
        raise NoSuchToken
    told = {"service_request_id": None if report.held_at else report.number, "token": request_token}
    return answer("service_requests", Listing("request", [told]))


@open311.get(f"/v2/servicerequestupdates.{F}")
@allow(anyone=True)
def update_list() -> Response:
    """New states and public answers, the oldest first."""
    caller()
    span = arguments.read_span("start_date", "end_date")
    numbers = [read_number(one) for one in arguments.read_list("service_request_id")]
    found = queries.list_updates(span, numbers, MOST_RECORDS)
    told = [
        {
            "update_id": str(row.id),
            "service_request_id": row.number,
            "status": states.UPDATE_WORDS[row.state],
            "updated_datetime": row.at,
            "description": row.public_text,
            "media_url": None,
        }
        for row in found
    ]
    return answer("service_request_updates", Listing("request_update", told))


@open311.post(f"/v2/servicerequestupdates.{F}")
@allow(anyone=True, max_bytes=FORM_WITH_PHOTOS_BYTES)
def take_update() -> Response:
    """Another system tells what has happened to a report."""
    event_id = updates.take_update(demand_key(Scope.UPDATE, Scope.CREATE))
    told = Listing("request_update", [{"update_id": str(event_id)}])
    return answer("service_request_updates", told)


@open311.get("/v2/media/<uuid:photo_uuid>/<int:until>/<mark>.jpg")
@allow(anyone=True)
def photo(photo_uuid: uuid.UUID, until: int, mark: str) -> Response:
    """A photo, to whoever was told its address, until that has expired."""
    found = find_shown(photo_uuid, until, mark)
    if found is None:
        raise NotFound
    try:
        response = Response(photo_store().get(found.name, PHOTO), mimetype="image/jpeg")
    except FileNotFoundError as error:
        raise NotFound from error
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _speak_and_judge() -> None:
    """The language that was asked for, and whether we serve whom the caller means."""
    if not request.path.startswith(PREFIX):
        return
    if (wanted := read_text("locale")[:2].lower()) in LANGUAGES:
        g.language = wanted
        refresh()
    is_call = request.endpoint not in {None, "open311.discovery"}
    if is_call and (named := read_text("jurisdiction_id")) and not _is_ours(named):
        raise NoSuchJurisdiction(municipality=municipality().name)


def _is_ours(jurisdiction: str) -> bool:
    """The municipality's number, or the name of the host it is served at."""
    host = urlsplit(current_app.config["PUBLIC_URL"]).hostname
    return jurisdiction.lower() in {municipality().number, host}


def _open_to_scripts(response: Response) -> Response:
    """Pages of others may read what everybody may read."""
    if request.path.startswith(PREFIX) and request.method in SAFE_METHODS:
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = ", ".join(("Link", *COUNT_HEADERS))
        if read_text("api_key") or request.authorization:
            response.headers["Cache-Control"] = "private, no-store"
    return response


def init_app(app: Flask) -> None:
    """Serve GeoReport; every failure below it is told in the format that was asked for."""
    app.register_blueprint(open311)
    write_below(app, PREFIX, write_problem)
    app.before_request(_speak_and_judge)
    app.after_request(_open_to_scripts)
