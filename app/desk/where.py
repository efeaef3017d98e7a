"""Where a report is: on a map with what is open around it, and put right by the desk."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from app.arguments import read_line, read_whole
from app.desk.intake import list_choices, read_spot_position
from app.desk.pages import DESK, HANDLERS, pages, report_url
from app.geo import Position, position_of
from app.languages import gettext as _
from app.maps.tiles import pin_map
from app.permissions import allow
from app.places.queries import find_place
from app.places.rows import UnusableRow, read_position
from app.problems import InvalidFields, NoSuchSign
from app.reports import staff_views, wording
from app.reports.filing import Spot, point_of
from app.reports.models import Report
from app.reports.moving import move_report
from app.reports.queries import list_alike_near
from app.reports.schemas import MAX_ADDRESS, clean
from app.reports.staff_forms import attempt, list_unseen, report_or_problem, report_to_change
from app.signs.queries import sign_as_typed

AS_IT_IS, NOWHERE = "", "none"


@pages.get("/reports/<number>/nearby")
@allow(*DESK)
def nearby(number: str) -> Response:
    """The report's sign, and what else is open around it, for its map."""
    found = report_or_problem(number)
    position = position_of(found.point)
    near = list_alike_near(position, found.category.code) if position else []
    return jsonify(
        sign=_sign_view(found),
        reports=[_dot(report) for report, _metres in near if report.id != found.id],
    )


def _dot(report: Report) -> dict[str, Any]:
    position = position_of(report.point)
    short = wording.in_short(report, report_url(report))
    return {
        "name": short["category_name"],
        "note": f"{short['status_name']} · {short['age']}",
        "url": short["url"],
        "lat": position.lat if position else None,
        "lon": position.lon if position else None,
    }


def _sign_view(report: Report) -> dict[str, Any] | None:
    position = position_of(report.sign.point) if report.sign else None
    if report.sign is None or position is None:
        return None
    name = _("Sign: %(label)s", label=report.sign.label)
    return {"name": name, "lat": position.lat, "lon": position.lon}


@pages.get("/reports/<number>/where")
@allow(*HANDLERS)
def where(number: str) -> str:
    """Search for the right sign, place or address, or move the pin."""
    return _page(number, request.args.get("spot", AS_IT_IS), {})


@pages.post("/reports/<number>/where")
@allow(*HANDLERS)
def move(number: str) -> Any:
    """Say anew where the report belongs."""
    chosen = request.form.get("spot", AS_IT_IS)

    def carry_out() -> BaseResponse:
        found = report_to_change(number)
        spot = _read_spot(found, chosen)
        address = clean(request.form.get("address", ""))
        if len(address) > MAX_ADDRESS:
            sentence = _("Use at most %(most)s characters.", most=MAX_ADDRESS)
            raise InvalidFields({"address": sentence})
        position = _read_position()
        if position is None and not (spot.sign or spot.place or address):
            raise InvalidFields({"address": _("Say where it is.")})
        move_report(found, Spot(spot.sign, spot.place, position), address, current_user)
        return redirect(f"{report_url(found)}#where", 303)

    def show_again(errors: dict[str, str]) -> str:
        if "position" in errors:
            errors["lat"] = errors.pop("position")
        return _page(number, chosen, errors)

    return attempt(carry_out, show_again)


def _read_position() -> Position | None:
    try:
        return read_position(request.form.get("lat", ""), request.form.get("lon", ""))
    except UnusableRow as error:
        raise InvalidFields({"lat": str(error)}) from error


def _read_spot(report: Report, chosen: str) -> Spot:
    """The sign and place that were chosen.

    Raises:
        InvalidFields: there are none such.
    """
    kind, _colon, rest = chosen.partition(":")
    if kind == "sign":
        try:
            sign = sign_as_typed(rest)
        except NoSuchSign as problem:
            raise InvalidFields({"spot": problem.message}) from problem
        return Spot(sign, sign.place, None)
    if kind == "place":
        place_id = read_whole(rest) or None
        place = find_place(place_id) if place_id else None
        if place is None:
            raise InvalidFields({"spot": _("This place is not in our list.")})
        return Spot(None, place.kept, None)
    if kind == NOWHERE:
        return Spot(None, None, None)
    return Spot(report.sign, report.place, None)


def _page(number: str, chosen: str, errors: dict[str, str]) -> str:
    found = report_or_problem(number)
    query = read_line(request.args, "q")
    return render_template(
        "desk/where.html",
        report=staff_views.whole(found, report_url(found), with_contact=False),
        unseen=staff_views.lines(list_unseen(found)),
        q=query,
        found=_found(number, query),
        spots=_spots(found, chosen),
        chosen=chosen if not chosen.startswith("at:") else AS_IT_IS,
        values=_values(found, chosen),
        errors=errors,
        map=pin_map(found.point),
    )


def _found(number: str, query: str) -> list[dict[str, str]]:
    """Signs, places and addresses that were searched for, each leading to this page with it."""
    return [
        one | {"url": url_for(".where", number=number, spot=one["value"])}
        for one in (list_choices(query) if query else [])
        if not one["value"].startswith("report:")
    ]


def _spots(report: Report, chosen: str) -> list[dict[str, str]]:
    """What can be chosen: as it is, what was searched for and taken, and no place at all."""
    spots = []
    if report.place:
        spots.append({"value": AS_IT_IS, "name": _name(Spot(report.sign, report.place, None))})
    if chosen.startswith(("sign:", "place:")):
        try:
            spots.append({"value": chosen, "name": _name(_read_spot(report, chosen))})
        except InvalidFields:
            chosen = AS_IT_IS
    nowhere = AS_IT_IS if report.place is None else NOWHERE
    return [*spots, {"value": nowhere, "name": _("No place in our list")}]


def _name(spot: Spot) -> str:
    names = [spot.place.name if spot.place else None, spot.sign.label if spot.sign else None]
    return ", ".join(filter(None, names))


def _values(report: Report, chosen: str) -> dict[str, str]:
    """What the fields hold: as typed, else of what was taken, else as it is."""
    if request.method == "POST":
        return {name: request.form.get(name, "") for name in ("lat", "lon", "address")}
    position, address = position_of(report.point), report.address
    try:
        if chosen.startswith("at:"):
            taken = read_spot_position(chosen.removeprefix("at:"))
            position, address = Position(**taken["position"]), taken["address"]
        elif chosen.startswith(("sign:", "place:")):
            position = position_of(point_of(_read_spot(report, chosen)))
    except InvalidFields:
        position = position_of(report.point)
    return {
        "lat": f"{position.lat:.6f}" if position else "",
        "lon": f"{position.lon:.6f}" if position else "",
        "address": address,
    }
