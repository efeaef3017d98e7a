"""The register on a map: what lies in a box of it, over the same filter as the list."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request, url_for

from app.arguments import read_box
from app.desk.filters import read_filter
from app.desk.found_by import note_search
from app.desk.pages import DESK, pages
from app.languages import gettext as _
from app.languages import in_language
from app.maps.tiles import map_bounds
from app.permissions import allow
from app.problems import BadRequest
from app.reports.register import Dot, list_in_box
from app.reports.staff_views import due_in_words
from app.reports.wording import status_name
from app.reports.workflow import Status

# More pins than these are a carpet, and a heavy one on a phone.
MOST_DOTS = 400


@pages.get("/points")
@allow(*DESK)
def points() -> Response:
    """The newest reports of the filter inside `?box=west,south,east,north`, and whether there are
    more there.
    """
    box = read_box(request.args["box"]) if "box" in request.args else map_bounds()
    if box is None:
        raise BadRequest
    wanted = read_filter(request.args)
    dots, more = list_in_box(wanted, box, MOST_DOTS)
    note_search(wanted.text, [one.id for one in dots])
    return jsonify(reports=[_pin(one) for one in dots], more=more)


def _pin(one: Dot) -> dict[str, Any]:
    return {
        "number": one.number,
        "url": url_for("desk.report", number=one.number),
        "lat": round(one.position.lat, 6),
        "lon": round(one.position.lon, 6),
        "category": in_language(one.category_names),
        "status": status_name(one.status),
        "mark": _mark(one),
        "due": _("Was due %(day)s", day=due_in_words(one.due_at)) if one.runs_late else "",
    }


def _mark(one: Dot) -> str:
    """What the pin looks like: the most that can be told apart at a glance."""
    if one.runs_late:
        return "late"
    if not one.is_open:
        return "closed"
    return "waiting" if one.status == Status.WAITING else "open"
