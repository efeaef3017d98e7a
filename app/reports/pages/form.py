"""The report form: from a sign, from a place, or without either."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.arguments import read_id
from app.database import start_over
from app.languages import LANGUAGES
from app.permissions import MB, allow
from app.places.models import Place
from app.places.queries import find_place
from app.problems import Problem
from app.rate_limits import REPORTS, limiter
from app.reports import forms, tiles
from app.reports.keys import report_key
from app.reports.models import Report
from app.reports.pages import pages
from app.reports.pages.already import already_view
from app.reports.pages.place import place_or_404, place_view
from app.reports.pages.spots import read_spot, search_view, where_view
from app.reports.photos import MAX_BYTES, MAX_PER_REPORT
from app.signs.models import Sign, SignState
from app.signs.queries import sign_as_typed

FORM_WITH_PHOTOS_BYTES = MAX_PER_REPORT * MAX_BYTES + 1 * MB


@pages.get("/s/<code>")
@pages.get("/S/<code>")
@allow(anyone=True)
def sign_form(code: str) -> str:
    """The form a sign leads to. Printed on signs: this address is permanent."""
    sign = sign_as_typed(code)
    usual = forms.empty_form(category=sign.category_code or "")
    return _form_page(usual, sign, sign.place)


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
    """The form without a sign. `?place=` fills in a place, `?lat=&lon=&address=` another spot, and
    `?q=` looks for either.
    """
    place_id = read_id(request.args, "place")
    place = place_or_404(place_id) if place_id else None
    search = None if place else search_view(into_form=True)
    values = {"place": str(place.id)} if place else read_spot()
    return _form_page(forms.empty_form(**values), None, place, search=search)


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
    place_id = read_id(form.values, "place")
    place = sign.place if sign else None
    if place is None and place_id:
        place = find_place(place_id)
    return _form_page(form, sign, place, forms.kept_photos_view(kept))


def _form_page(
    form: forms.ReportForm,
    sign: Sign | None,
    place: Place | None,
    kept_photos: list[dict[str, str]] | None = None,
    search: dict[str, Any] | None = None,
) -> str:
    return render_template(
        "reports/form.html",
        action=_send_to(),
        sign=_sign_view(sign),
        place=place_view(place) if place else None,
        **({} if place else where_view(search)),
        already=already_view(sign, place),
        max_photos=MAX_PER_REPORT,
        **form_view(form, place, kept_photos),
    )


def form_view(
    form: forms.ReportForm,
    place: Place | None,
    kept_photos: list[dict[str, str]] | None = None,
) -> dict[str, Any]:
    """What the parts of a form need: its tiles, what was typed, and what is asked in its own step.

    An answer counts for one category alone. Where the page carries an answer or asks for one, it
    therefore offers no other category, except through the server, which forgets the answer then.
    """
    first, more = tiles.tiles_for(place.kind if place else None)
    return {
        "tiles": first,
        "more": more,
        "asked": {"category": _asked_category(form)},
        "form": {
            "id": str(form.id),
            "values": form.values,
            "answers": form.answers,
            "shown": forms.shown_codes(form) if form.values["category"] else set(),
            "asks": form.asks,
            "errors": form.errors,
            "kept_photos": kept_photos or [],
        },
    }


def _asked_category(form: forms.ReportForm) -> tiles.Tile | None:
    danger = form.values["answers-danger"] or {"answers-danger", "danger_seen"} & form.errors.keys()
    if danger or form.asks or form.answers or form.asked:
        return tiles.tile_of(form.values["category"])
    return None


def _send_to() -> str:
    """This address, in the language its reader has chosen."""
    chosen = request.args.get("lang")
    return f"{request.path}?lang={chosen}" if chosen in LANGUAGES else request.path


def _sign_view(sign: Sign | None) -> dict[str, Any] | None:
    if sign is None:
        return None
    return {"code": sign.code, "label": sign.label, "retired": sign.state == SignState.RETIRED}
