"""What is open and lately fixed at a place, and how pages show places and short lines."""

from __future__ import annotations

from typing import Any

from flask import current_app, redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.database import MAX_ID
from app.geo import position_of
from app.languages import in_language
from app.permissions import allow
from app.places.models import Place
from app.places.queries import find_place
from app.problems import NoSuchPlace
from app.reports import wording
from app.reports.pages import pages
from app.reports.pages.spots import map_view
from app.reports.queries import list_fixed_at, list_open_at
from app.signs.queries import list_signs_of


@pages.get("/places/<id:place_id>")
@allow(anyone=True)
def place(place_id: int) -> str | BaseResponse:
    """What is open and lately fixed at a place; one that was merged leads on for good."""
    found = place_or_404(place_id)
    if found.id != place_id:
        return redirect(place_url(found), 308)
    signs = [
        {"code": sign.code, "label": sign.label, "url": url_for(".sign_form", code=sign.code)}
        for sign in list_signs_of(found.id)
    ]
    return render_template(
        "reports/place.html",
        place=place_view(found),
        open_reports=report_lines(list_open_at(found.id, most=50)),
        fixed_reports=report_lines(list_fixed_at(found.id)),
        signs=signs,
        report_url=url_for(".report_form", place=found.id),
        canonical=canonical(place_url(found)),
        map=map_view([found]),
    )


def place_or_404(place_id: int) -> Place:
    """The place with this id, or the one it was merged into.

    Raises:
        NoSuchPlace: there is none.
    """
    found = find_place(place_id) if place_id <= MAX_ID else None
    if found is None:
        raise NoSuchPlace
    return found.kept


def place_url(place: Place) -> str:
    """The public page of a place."""
    return url_for("resident.place", place_id=place.id)


def canonical(path: str) -> str:
    """The one address of a page, for those who share it and for search engines."""
    return f"{current_app.config['PUBLIC_URL']}{path}"


def place_view(place: Place) -> dict[str, Any]:
    """What pages say of a place."""
    here = position_of(place.point)
    return {
        "id": place.id,
        "name": place.name,
        "kind_name": in_language(place.kind.names),
        "owner": place.owner,
        "approximate": place.approximate,
        "accuracy_m": round(place.accuracy_m) if place.accuracy_m else None,
        "district": place.district,
        "lat": here.lat if here else None,
        "lon": here.lon if here else None,
        "url": place_url(place),
    }


def report_lines(reports: Any) -> list[dict[str, Any]]:
    """Reports as lines of a list, each with a link to its page."""
    return [wording.in_short(one, url_for("resident.status", number=one.number)) for one in reports]
