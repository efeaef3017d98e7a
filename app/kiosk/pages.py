"""The pages of the touch screen. Nothing of them is kept on the device."""

from __future__ import annotations

import uuid
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.arguments import form_id, read_id, read_line
from app.database import start_over
from app.languages import in_language, language
from app.permissions import allow
from app.places.models import Place
from app.places.queries import find_place, list_places, search_places
from app.problems import NoSuchReport, Problem
from app.rate_limits import FOLLOWS, REPORTS, limiter
from app.reports import forms, wording
from app.reports.followers import follow_report
from app.reports.models import Channel
from app.reports.pages.form import form_view
from app.reports.pages.place import place_or_404, place_view, report_lines
from app.reports.queries import find_report, list_to_compare, read_number

MOST_FOUND = 12

pages = Blueprint("kiosk", __name__, url_prefix="/kiosk")


@pages.after_request
def keep_nothing(response: Response) -> Response:
    """No page of the screen is kept by it or found by a search engine."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@pages.get("")
@allow(anyone=True)
def start() -> str:
    """Choose a kind of place and a place, search for one, or go on without."""
    wanted = read_line(request.args, "q")
    places = list_places()
    kinds = {place.kind.code: place.kind for place in places}
    kind = kinds.get(request.args.get("kind", ""))
    shown: list[Place] = []
    if wanted:
        shown = search_places(wanted, MOST_FOUND)
    elif kind:
        shown = [place for place in places if place.kind_id == kind.id]
    return render_template(
        "kiosk/start.html",
        wanted=wanted,
        kind_name=in_language(kind.names) if kind and not wanted else None,
        kinds=[
            {"name": in_language(one.names), "url": url_for(".start", kind=one.code)}
            for one in kinds.values()
        ],
        places=[_choice(place) for place in shown],
        start_url=_start_url(),
        elsewhere_url=url_for(".report"),
    )


def _choice(place: Place) -> dict[str, str]:
    return {
        "name": place.name,
        "kind_name": in_language(place.kind.names),
        "url": url_for(".report", place=place.id),
    }


def _start_url() -> str:
    """The first page in the language of this person; the next one starts without it."""
    return url_for(".start", lang=language())


@pages.get("/report")
@allow(anyone=True)
def report() -> str:
    """The form, at a place or somewhere in words."""
    place_id = read_id(request.args, "place")
    place = place_or_404(place_id) if place_id else None
    return _form_page(forms.empty_form(place=str(place.id) if place else ""), place)


@pages.post("/report")
@allow(anyone=True)
@limiter.limit(REPORTS)
def send_report() -> tuple[str, int] | BaseResponse:
    """Take the form; what comes after it knows the number alone, and not the reporter's key."""
    form = forms.read_form()
    if "change_category" in request.form:
        forms.forget_danger(form)
        return _form_again(form), HTTPStatus.OK
    try:
        filed = forms.submit_form(form, None, Channel.KIOSK)
    except Problem as problem:
        start_over()
        forms.note_errors(form, problem)
        return _form_again(form), problem.status
    return redirect(url_for(".done", number=filed.number, lang=language()), 303)


def _form_again(form: forms.ReportForm) -> str:
    place_id = read_id(form.values, "place")
    return _form_page(form, find_place(place_id) if place_id else None)


def _form_page(form: forms.ReportForm, place: Place | None) -> str:
    view: dict[str, Any] = form_view(form, place)
    return render_template(
        "kiosk/form.html",
        action=url_for(".send_report", lang=language()),
        place=place_view(place) if place else None,
        already=_already_view(place) if place else None,
        start_url=_start_url(),
        **view,
    )


def _already_view(place: Place) -> dict[str, Any]:
    """What is open at the place; nothing here leads out of the screen's own pages."""
    reports, total = list_to_compare(place.id, None)
    lines = [
        line | {"follow_url": url_for(".follow", number=line["number"], lang=language())}
        for line in report_lines(reports)
    ]
    return {"id": str(uuid.uuid4()), "reports": lines, "total": total}


@pages.post("/follow/<number>")
@allow(anyone=True)
@limiter.limit(FOLLOWS)
def follow(number: str) -> BaseResponse:
    """Say “me too” to what somebody has reported before."""
    sent = form_id()
    follower = uuid.uuid5(sent, read_number(number))
    followed, _created = follow_report(number, follower, Channel.KIOSK)
    to = url_for(".done", number=followed.number, lang=language(), followed=1)
    return redirect(to, 303)


@pages.get("/done/<number>")
@allow(anyone=True)
def done(number: str) -> str:
    """The number, and what happens next: nothing that the next person must not see."""
    filed = find_report(number)
    if filed is None:
        raise NoSuchReport
    follow = current_app.config["PUBLIC_URL"] + url_for("resident.status", number=filed.number)
    return render_template(
        "kiosk/done.html",
        number=filed.number,
        followed="followed" in request.args,
        unit_name=filed.unit.name,
        deadline=wording.deadline_sentence(filed),
        follow_url=follow.partition("?")[0],
        start_url=_start_url(),
    )
