"""Signs entered and put right by hand."""

from __future__ import annotations

import math
import uuid
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from app.arguments import form_id, read_id, read_line, read_whole
from app.geo import Position, position_of
from app.keepers.signs import SIGN_KEEPERS, sign_or_404
from app.languages import gettext as _
from app.languages import in_language
from app.maps.tiles import pin_map
from app.permissions import allow
from app.places.models import Place
from app.places.queries import find_place, search_places
from app.problems import InvalidFields
from app.reports.queries import find_category, list_choices
from app.reports.schemas import clean
from app.reports.staff_forms import attempt
from app.reports.wording import GROUP_NAMES
from app.signs.operations import MAX_LABEL, MOST_AT_ONCE, edit_sign, order_signs

pages = Blueprint("sign_forms", __name__, url_prefix="/signs")

MOST_FOUND = 20


@pages.get("/new")
@allow(*SIGN_KEEPERS)
def new() -> str:
    """Choose a place, then say how many signs it gets and where they hang."""
    place_id = read_id(request.args, "place")
    place = find_place(place_id) if place_id else None
    values = {"id": str(uuid.uuid4()), "count": "1"}
    return _new_page(place, values, {})


def _new_page(place: Place | None, values: Any, errors: dict[str, str]) -> str:
    query = read_line(request.args, "q")
    found = search_places(query, MOST_FOUND) if query and not place else []
    return render_template(
        "signs/new.html",
        place=_place_view(place) if place else None,
        q=query,
        found=[_place_view(one) for one in found],
        values=values,
        errors=errors,
        categories=_categories(),
        most=MOST_AT_ONCE,
        map=pin_map(place.point) if place else None,
    )


def _place_view(place: Place) -> dict[str, Any]:
    return {
        "id": place.id,
        "name": place.name,
        "kind_name": in_language(place.kind.names),
        "url": url_for(".new", place=place.id),
    }


def _categories(own_code: str | None = None) -> list[dict[str, str]]:
    own = find_category(own_code) if own_code else None
    return [
        {"id": one.code, "name": f"{GROUP_NAMES[one.place_group]}: {in_language(one.names)}"}
        if one.place_group in GROUP_NAMES
        else {"id": one.code, "name": in_language(one.names)}
        for one in list_choices(own)
    ]


@pages.post("/new")
@allow(*SIGN_KEEPERS)
def add() -> Any:
    """Enter the signs, and show them marked as new."""
    place_id = read_id(request.form, "place")

    def carry_out() -> BaseResponse:
        place = find_place(place_id) if place_id else None
        if place is None or place.archived_at:
            raise InvalidFields({"form": _("Choose a place that is in use.")})
        values = {"category_code": _read_category(), "position": _read_position()}
        signs = order_signs(place, _read_labels(), current_user, form_id(), **values)
        if len(signs) == 1:
            return redirect(url_for("signs.sign", code=signs[0].code), 303)
        return redirect(url_for("signs.register", place=place.id, state="ordered"), 303)

    def show_again(errors: dict[str, str]) -> str:
        return _new_page(find_place(place_id) if place_id else None, request.form, errors)

    return attempt(carry_out, show_again)


def _read_labels() -> list[str]:
    """One label a sign: those written, and numbers for the rest.

    Raises:
        InvalidFields: too long, too many, or fewer than there are labels.
    """
    labels = [clean(line) for line in request.form.get("labels", "").splitlines()]
    labels = [label for label in labels if label]
    written = request.form.get("count", "").strip() or str(max(len(labels), 1))
    wished = read_whole(written, MOST_AT_ONCE)
    if not wished:
        sentence = _("Write a number from 1 to %(most)s.", most=MOST_AT_ONCE)
        raise InvalidFields({"count": sentence})
    count = max(wished, len(labels))
    if count > MOST_AT_ONCE:
        raise InvalidFields({"labels": _("At most %(most)s signs at once.", most=MOST_AT_ONCE)})
    if any(len(label) > MAX_LABEL for label in labels):
        sentence = _("Use at most %(most)s characters for each sign.", most=MAX_LABEL)
        raise InvalidFields({"labels": sentence})
    if not labels and count == 1:
        raise InvalidFields({"labels": _("Say where at the place the sign hangs.")})
    rest = range(len(labels) + 1, count + 1)
    return labels + [_("Sign %(number)s", number=number) for number in rest]


def _read_category() -> str | None:
    code = request.form.get("category", "")
    if code and find_category(code) is None:
        raise InvalidFields({"category": _("Choose one of these.")})
    return code or None


def _read_position() -> Position | None:
    """Degrees north and east, either in one field each or none at all.

    Raises:
        InvalidFields: they are no position.
    """
    text = {name: request.form.get(name, "").strip().replace(",", ".") for name in ("lat", "lon")}
    if not any(text.values()):
        return None
    try:
        lat, lon = float(text["lat"]), float(text["lon"])
    except ValueError:
        lat = lon = math.nan
    if not (abs(lat) <= 90 and abs(lon) <= 180):  # noqa: PLR2004 - degrees
        sentence = _("Write degrees such as 58.97 and 5.73, or leave both fields empty.")
        raise InvalidFields({"lat": sentence})
    return Position(lon=lon, lat=lat)


@pages.get("/<code>/edit")
@allow(*SIGN_KEEPERS)
def edit(code: str) -> str:
    """Put right what is said of a sign."""
    found = sign_or_404(code)
    position = position_of(found.point)
    values = {
        "label": found.label,
        "place": str(found.place_id),
        "category": found.category_code or "",
        "lat": f"{position.lat:.6f}" if position else "",
        "lon": f"{position.lon:.6f}" if position else "",
    }
    return _edit_page(code, values, {})


def _edit_page(code: str, values: Any, errors: dict[str, str]) -> str:
    found = sign_or_404(code)
    query = read_line(request.args, "q")
    chosen = read_id(request.args, "place") or read_id(values, "place")
    place = (find_place(chosen) if chosen else None) or found.place
    places = search_places(query, MOST_FOUND) if query else []
    return render_template(
        "signs/edit.html",
        sign={"code": found.code, "url": url_for("signs.sign", code=found.code)},
        place=_place_view(place),
        q=query,
        found=[
            _place_view(one) | {"url": url_for(".edit", code=found.code, place=one.id)}
            for one in places
        ],
        values=values,
        errors=errors,
        categories=_categories(found.category_code),
        map=pin_map(found.point if found.point is not None else place.point),
    )


@pages.post("/<code>/edit")
@allow(*SIGN_KEEPERS)
def save(code: str) -> Any:
    """Keep what was put right."""

    def carry_out() -> BaseResponse:
        found = sign_or_404(code)
        label = clean(request.form.get("label", ""))
        if not label or len(label) > MAX_LABEL:
            sentence = _("Write from 1 to %(most)s characters.", most=MAX_LABEL)
            raise InvalidFields({"label": sentence})
        place_id = read_id(request.form, "place")
        place = find_place(place_id) if place_id else None
        if place is None:
            raise InvalidFields({"form": _("Choose a place that is in use.")})
        edit_sign(
            found,
            current_user,
            label=label,
            place=place,
            category_code=_read_category(),
            position=_read_position(),
        )
        return redirect(url_for("signs.sign", code=found.code), 303)

    return attempt(carry_out, lambda errors: _edit_page(code, request.form, errors))
