"""The resident's pages: scan, report, follow."""

from __future__ import annotations

import uuid
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from app.arguments import read_line
from app.database import MAX_ID, start_over
from app.languages import LANGUAGES, as_date, in_language
from app.permissions import MB, Role, allow
from app.places.models import Place
from app.places.queries import find_place, list_places
from app.problems import NoSuchPlace, NoSuchReport, NoSuchSign, NotFound, Problem
from app.rate_limits import REPORTS, limiter
from app.reports import forms, tiles, wording
from app.reports.keys import key_fits, report_key
from app.reports.models import Photo, Report
from app.reports.photo_store import PHOTO, THUMBNAIL, photo_store
from app.reports.photos import MAX_BYTES, MAX_PER_REPORT
from app.reports.queries import (
    find_photo,
    find_report,
    list_fixed_at,
    list_open_at,
)
from app.signs.models import Sign, SignState
from app.signs.queries import list_signs_of, sign_as_typed

FORM_WITH_PHOTOS_BYTES = MAX_PER_REPORT * MAX_BYTES + 1 * MB
ONE_HOUR_S = 3600

pages = Blueprint("resident", __name__)


@pages.get("/")
@allow(anyone=True)
def start() -> str | BaseResponse:
    """Find a place, or type the code of a sign."""
    typed = read_line(request.args, "code")
    view: dict[str, Any] = {"code_value": typed, "code_error": None, "suggestions": []}
    if typed:
        try:
            return redirect(url_for(".sign_form", code=sign_as_typed(typed).code), 303)
        except NoSuchSign as problem:
            view |= {"code_error": problem.message, "suggestions": problem.suggestions}
    return render_template(
        "reports/start.html",
        kinds=_places_by_kind(),
        code_action=url_for(".start"),
        report_url=url_for(".report_form"),
        **view,
    )


def _places_by_kind() -> list[dict[str, Any]]:
    kinds: dict[str, dict[str, Any]] = {}
    for place in list_places():
        kind = kinds.setdefault(
            place.kind.code, {"name": in_language(place.kind.names), "places": []}
        )
        kind["places"].append({"name": place.name, "url": _place_url(place)})
    return list(kinds.values())


def _place_url(place: Place) -> str:
    return url_for("resident.place", place_id=place.id)


@pages.get("/s/<code>")
@pages.get("/S/<code>")
@allow(anyone=True)
def sign_form(code: str) -> str:
    """The form a sign leads to. Printed on signs: this address is permanent."""
    sign = sign_as_typed(code)
    return _form_page(forms.empty_form(), sign, sign.place)


@pages.post("/s/<code>")
@pages.post("/S/<code>")
@allow(anyone=True, max_bytes=FORM_WITH_PHOTOS_BYTES)
@limiter.limit(REPORTS)
def send_from_sign(code: str) -> tuple[str, int] | BaseResponse:
    """Take the form of a sign."""
    return _receive(code)


@pages.get("/report")
@allow(anyone=True)
def report_form() -> str:
    """The form without a sign; `?place=` fills in a place."""
    place_id = request.args.get("place", "")
    place = _find_place(int(place_id)) if place_id.isascii() and place_id.isdecimal() else None
    return _form_page(forms.empty_form(place=str(place.id) if place else ""), None, place)


@pages.post("/report")
@allow(anyone=True, max_bytes=FORM_WITH_PHOTOS_BYTES)
@limiter.limit(REPORTS)
def send_report() -> tuple[str, int] | BaseResponse:
    """Take the form without a sign; a sign's code in `sign_code` counts all the same."""
    return _receive(request.form.get("sign_code", ""))


def _receive(code: str) -> tuple[str, int] | BaseResponse:
    form = forms.read_form()
    sign = sign_as_typed(code) if code else None
    if "change_category" in request.form:
        forms.forget_danger(form)
        return _form_again(form, sign), HTTPStatus.OK
    try:
        report = forms.submit_form(form, sign)
    except Problem as problem:
        start_over()
        forms.note_errors(form, problem)
        return _form_again(form, sign), problem.status
    return redirect(_receipt_url(report, form.unreadable_photos), 303)


def _receipt_url(report: Report, unreadable_photos: int) -> str:
    extra: dict[str, Any] = {"unreadable": unreadable_photos} if unreadable_photos else {}
    return url_for(".status", number=report.number, key=report_key(report.uuid), sent=1, **extra)


def _form_again(form: forms.ReportForm, sign: Sign | None) -> str:
    kept = forms.keep_form_photos(form)
    place_id = form.values["place"]
    place = sign.place if sign else None
    if place is None and place_id.isascii() and place_id.isdecimal() and int(place_id) <= MAX_ID:
        place = find_place(int(place_id))
    return _form_page(form, sign, place, forms.kept_photos_view(kept))


def _form_page(
    form: forms.ReportForm,
    sign: Sign | None,
    place: Place | None,
    kept_photos: list[dict[str, str]] | None = None,
) -> str:
    first, more = tiles.tiles_for(place.kind if place else None)
    return render_template(
        "reports/form.html",
        action=_send_to(),
        sign=_sign_view(sign),
        place=_place_view(place) if place else None,
        places=None if place else [{"id": one.id, "name": one.name} for one in list_places()],
        tiles=first,
        more=more,
        open_reports=_lines(list_open_at(place.id)) if place else [],
        form={
            "id": str(form.id),
            "values": form.values,
            "errors": form.errors,
            "kept_photos": kept_photos or [],
        },
        max_photos=MAX_PER_REPORT,
        danger_step=bool({"answers-danger", "danger_seen"} & form.errors.keys()),
    )


def _send_to() -> str:
    """This address, in the language its reader has chosen."""
    chosen = request.args.get("lang")
    return f"{request.path}?lang={chosen}" if chosen in LANGUAGES else request.path


def _sign_view(sign: Sign | None) -> dict[str, Any] | None:
    if sign is None:
        return None
    return {"code": sign.code, "label": sign.label, "retired": sign.state == SignState.RETIRED}


def _place_view(place: Place) -> dict[str, Any]:
    return {
        "id": place.id,
        "name": place.name,
        "kind_name": in_language(place.kind.names),
        "owner": place.owner,
        "approximate": place.approximate,
        "accuracy_m": round(place.accuracy_m) if place.accuracy_m else None,
        "district": place.district,
        "url": _place_url(place),
    }


def _lines(reports: Any) -> list[dict[str, Any]]:
    return [wording.in_short(one, url_for("resident.status", number=one.number)) for one in reports]


@pages.get("/places/<int(max=2147483647):place_id>")
@allow(anyone=True)
def place(place_id: int) -> str:
    """What is open and lately fixed at a place."""
    found = _find_place(place_id)
    signs = [
        {"code": sign.code, "label": sign.label, "url": url_for(".sign_form", code=sign.code)}
        for sign in list_signs_of(found.id)
    ]
    return render_template(
        "reports/place.html",
        place=_place_view(found),
        open_reports=_lines(list_open_at(found.id, most=50)),
        fixed_reports=_lines(list_fixed_at(found.id)),
        signs=signs,
        report_url=url_for(".report_form", place=found.id),
    )


def _find_place(place_id: int) -> Place:
    found = find_place(place_id) if place_id <= MAX_ID else None
    if found is None:
        raise NoSuchPlace
    return found


@pages.get("/r/<number>")
@allow(anyone=True)
def status(number: str) -> Response:
    """How a report stands; its reporter's key shows more."""
    report = find_report(number)
    if report is None:
        raise NoSuchReport
    own = key_fits(report.uuid, request.args.get("key", ""))
    page = render_template(
        "reports/status.html",
        report=_status_view(report),
        timeline=wording.timeline(report),
        receipt=own and "sent" in request.args,
        own=_own_view(report) if own else None,
        unreadable_photos=request.args.get("unreadable", 0, type=int) if own else 0,
    )
    response = Response(page, mimetype="text/html")
    response.headers["X-Robots-Tag"] = "noindex"
    if own:
        response.headers["Cache-Control"] = "private, no-store"
    return response


def _status_view(report: Report) -> dict[str, Any]:
    released = [photo for photo in report.photos if photo.released_at]
    return {
        "number": report.number,
        "status": report.status,
        "status_name": wording.status_name(report.status),
        "open": report.is_open,
        "category_name": wording.category_name(report),
        "place_name": report.place.name if report.place else None,
        "place_url": _place_url(report.place) if report.place else None,
        "sign_label": report.sign.label if report.sign else None,
        "received": as_date(report.received_at),
        "deadline": wording.deadline_sentence(report),
        "unit_name": report.unit.name,
        "photos": photos_view(report, released),
    }


def _own_view(report: Report) -> dict[str, Any]:
    key = report_key(report.uuid)
    link = current_app.config["PUBLIC_URL"] + url_for(".status", number=report.number, key=key)
    sent = [photo for photo in report.photos if not photo.by_staff]
    return {
        "description": report.description,
        "address": report.address,
        "photos": photos_view(report, sent, key=key),
        "link": link,
    }


def photos_view(report: Report, photos: list[Photo], **arguments: Any) -> list[dict[str, Any]]:
    """What a page needs to show photos of a report."""
    caption = wording.category_name(report)
    return [
        {
            "id": str(photo.uuid),
            "url": url_for("resident.photo", photo_uuid=photo.uuid, size=PHOTO, **arguments),
            "thumb_url": url_for(
                "resident.photo", photo_uuid=photo.uuid, size=THUMBNAIL, **arguments
            ),
            "caption": caption,
            "released": photo.released_at is not None,
            "by_staff": photo.by_staff,
        }
        for photo in photos
    ]


@pages.get("/photos/<uuid:photo_uuid>/<any(photo, thumbnail):size>")
@allow(anyone=True)
def photo(photo_uuid: uuid.UUID, size: str) -> Response:
    """A photo: for everybody once released, before that for its reporter and staff."""
    found = find_photo(photo_uuid)
    if found is None or not _may_see(found):
        raise NotFound
    response = Response(photo_store().get(found.name, size), mimetype="image/jpeg")
    public = found.released_at is not None
    response.headers["Cache-Control"] = (
        f"public, max-age={ONE_HOUR_S}" if public else f"private, max-age={ONE_HOUR_S}"
    )
    return response


def _may_see(found: Photo) -> bool:
    if found.released_at or found.report is None:
        # A photo of a refused form has no report yet; whoever knows its random id sent it.
        return True
    if current_user.is_authenticated and any(
        current_user.has_role(role)
        for role in (Role.FRONT_DESK, Role.CREW, Role.MANAGER, Role.ADMIN)
    ):
        return True
    return key_fits(found.report.uuid, request.args.get("key", ""))
