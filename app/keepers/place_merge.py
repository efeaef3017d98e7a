"""Merging two places: choose the other one, see what would move, confirm."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from app.arguments import read_id, read_line
from app.geo import position_of
from app.keepers.place_edit import place_for_change
from app.keepers.place_facts import count_signs_at
from app.keepers.place_merging import Move, merge_places, preview_merge
from app.keepers.places import PLACE, pages
from app.keepers.signs import SIGN_KEEPERS
from app.languages import in_language
from app.permissions import allow
from app.places.models import Place
from app.places.queries import find_place, list_nearest_places, search_places
from app.places.wording import FIELD_NAMES
from app.problems import NoSuchPlace
from app.reports.staff_forms import attempt

MOST_OFFERED = 10


@pages.get(f"{PLACE}/merge")
@allow(*SIGN_KEEPERS)
def choose(place_id: int) -> str:
    """Look for the place that this one is the same as; `?into=` shows what would move there."""
    return _page(place_id, read_id(request.args, "into"), {})


@pages.post(f"{PLACE}/merge")
@allow(*SIGN_KEEPERS)
def merge(place_id: int) -> Any:
    """Merge this place into the other one."""
    into = read_id(request.form, "into")

    def carry_out() -> BaseResponse:
        if into is None:
            raise NoSuchPlace
        # In one order, so that two who merge the same pair both ways do not wait for each other.
        both = {one: place_for_change(one) for one in sorted({place_id, into})}
        versions = (read_id(request.form, "version"), read_id(request.form, "into_version"))
        merge_places(both[place_id], both[into], versions, current_user)
        return redirect(url_for(".edit", place_id=into, saved="merged"), 303)

    return attempt(carry_out, lambda errors: _page(place_id, into, errors))


def _page(place_id: int, into: int | None, errors: dict[str, str]) -> str:
    merged = _find(place_id)
    kept = _find(into) if into else None
    query = read_line(request.args, "q")
    return render_template(
        "places/merge.html",
        merged=_side(merged),
        kept=_side(kept) if kept else None,
        move=_move_view(preview_merge(merged, kept)) if kept else None,
        offers=[] if kept else [_offer(merged, one) for one in _list_offers(merged, query)],
        q=query,
        errors=errors,
    )


def _find(place_id: int) -> Place:
    found = find_place(place_id)
    if found is None:
        raise NoSuchPlace
    return found


def _list_offers(merged: Place, query: str) -> list[Place]:
    """What was searched for, or what lies nearest: twins are rarely far from each other."""
    here = position_of(merged.point)
    if query:
        found = search_places(query, MOST_OFFERED + 1)
    elif here:
        found = [place for place, _metres in list_nearest_places(here, MOST_OFFERED + 1)]
    else:
        found = search_places(merged.name, MOST_OFFERED + 1)
    return [place for place in found if place.id != merged.id][:MOST_OFFERED]


def _offer(merged: Place, other: Place) -> dict[str, Any]:
    return _side(other) | {"choose_url": url_for(".choose", place_id=merged.id, into=other.id)}


def _side(place: Place) -> dict[str, Any]:
    return {
        "id": place.id,
        "version": place.version,
        "name": place.name,
        "kind_name": in_language(place.kind.names),
        "district": place.district,
        "url": url_for(".edit", place_id=place.id),
        "merge_url": url_for(".merge", place_id=place.id),
        "signs": count_signs_at([place.id]).get(place.id, 0),
    }


def _move_view(move: Move) -> dict[str, Any]:
    return {
        "signs": move.signs,
        "reports": move.reports,
        "open_reports": move.open_reports,
        "filled": [str(FIELD_NAMES[name]) for name in move.filled],
    }
