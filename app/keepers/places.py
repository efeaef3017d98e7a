"""The register of places as the sign keepers see it: a list, a map, and each place's photo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request, url_for

from app.arguments import read_box, read_id, read_line, read_whole
from app.keepers.place_facts import count_signs_at
from app.keepers.signs import SIGN_KEEPERS
from app.languages import gettext as _
from app.languages import in_language
from app.maps.tiles import map_bounds
from app.permissions import allow
from app.places.models import Place, PlaceKind
from app.places.queries import find_place, list_kinds, list_units
from app.places.register import (
    PAGE,
    Cluster,
    Dot,
    PlaceFilter,
    Shelf,
    count_register,
    draw,
    list_register,
)
from app.problems import BadRequest, NotFound
from app.reports.pages.spots import map_view
from app.reports.photo_store import photo_store

pages = Blueprint("keepers_places", __name__, url_prefix="/places")

PLACE = "/<id:place_id>"
NO_UNIT = "none"
THE_EARTH = (-180.0, -90.0, 180.0, 90.0)


@pages.get("")
@allow(*SIGN_KEEPERS)
def register() -> str:
    """The places that the address asks for, in the order of the alphabet."""
    wanted = read_filter(request.args)
    places = list_register(wanted, read_id(request.args, "after"))
    shown = places[:PAGE]
    signs = count_signs_at([place.id for place in shown])
    return render_template(
        "places/list.html",
        places=[_line(place, signs.get(place.id, 0)) for place in shown],
        total=count_register(wanted),
        filters=_filters_view(request.args, wanted),
        map=map_view(shown),
        next_url=_next_url(shown) if len(places) > PAGE else None,
        imported={name: read_number(name) for name in ("added", "changed")},
    )


def read_filter(arguments: Mapping[str, str]) -> PlaceFilter:
    """What the address asks for; what makes no sense in it is left out of account."""
    shelf = arguments.get("shelf", "")
    return PlaceFilter(
        text=read_line(arguments, "q"),
        kind_id=read_id(arguments, "kind"),
        unit_id=read_id(arguments, "unit"),
        without_unit=arguments.get("unit") == NO_UNIT,
        shelf=Shelf(shelf) if shelf in set(Shelf) else Shelf.IN_USE,
    )


def _line(place: Place, signs: int) -> dict[str, Any]:
    return {
        "name": place.name,
        "url": url_for(".edit", place_id=place.id),
        "kind_name": in_language(place.kind.names),
        "unit_name": place.unit.name if place.unit else None,
        "district": place.district,
        "signs": signs,
        "archived": place.archived_at is not None,
        "merged_into": place.merged_into.name if place.merged_into else None,
        "without_position": place.point is None,
    }


def _filters_view(arguments: Mapping[str, str], wanted: PlaceFilter) -> dict[str, Any]:
    shelves = {
        Shelf.IN_USE: _("In use"),
        Shelf.ARCHIVED: _("Archived"),
        Shelf.ALL: _("In use and archived"),
    }
    units = [{"id": NO_UNIT, "name": _("No unit")}, *unit_options()]
    chosen = {name: arguments.get(name) or None for name in ("q", "kind", "unit", "shelf")}
    return {
        "q": wanted.text,
        "kinds": kind_options(list_kinds()),
        "kind": wanted.kind_id,
        "units": units,
        "unit": NO_UNIT if wanted.without_unit else wanted.unit_id,
        "shelves": [{"id": shelf.value, "name": name} for shelf, name in shelves.items()],
        "shelf": wanted.shelf.value,
        "active": any(chosen.values()),
        "chosen": chosen,
    }


def kind_options(kinds: Sequence[PlaceKind]) -> list[dict[str, Any]]:
    """Kinds to choose from, in the reader's language."""
    return [{"id": kind.id, "name": in_language(kind.names)} for kind in kinds]


def unit_options() -> list[dict[str, Any]]:
    """Units to choose from."""
    return [{"id": unit.id, "name": unit.name} for unit in list_units()]


def _next_url(shown: Sequence[Place]) -> str:
    arguments: dict[str, Any] = {**request.args.to_dict(), "after": shown[-1].id}
    return url_for(".register", **arguments)


def read_number(name: str) -> int | None:
    """A count that the way here has left in the address."""
    return read_whole(request.args.get(name, ""))


@pages.get("/points")
@allow(*SIGN_KEEPERS)
def points() -> Response:
    """The same places inside `?box=west,south,east,north`, or all of them, for the map.

    Where there are too many to tell apart, some come as clusters: a number, a middle and a box.
    """
    whole = map_bounds() or THE_EARTH
    box = read_box(request.args["box"]) if "box" in request.args else whole
    if box is None:
        raise BadRequest
    drawn = draw(read_filter(request.args), box)
    names = {kind.id: in_language(kind.names) for kind in list_kinds()}
    return jsonify(
        places=[_dot(one, names) for one in drawn.dots],
        clusters=[_cluster(one) for one in drawn.clusters],
    )


def _dot(one: Dot, kind_names: dict[int, str]) -> dict[str, Any]:
    return {
        "name": one.name,
        "kind_name": kind_names[one.kind_id],
        "lat": one.lat,
        "lon": one.lon,
        "url": url_for(".edit", place_id=one.id),
    }


def _cluster(one: Cluster) -> dict[str, Any]:
    return {"count": one.count, "lat": one.lat, "lon": one.lon, "box": one.box}


@pages.get(f"{PLACE}/photo/<any(photo, thumbnail):size>")
@allow(*SIGN_KEEPERS)
def photo(place_id: int, size: str) -> Response:
    """The photo of a place, for those who look for it outside."""
    found = find_place(place_id)
    if found is None or found.photo_name is None:
        raise NotFound
    response = Response(photo_store().get(found.photo_name, size), mimetype="image/jpeg")
    response.headers["Cache-Control"] = "private, no-cache"
    return response


# The modules below hang their routes on the blueprint.
from app.keepers import place_edit, place_import, place_merge  # noqa: E402, F401
