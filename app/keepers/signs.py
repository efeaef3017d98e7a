"""The sign register as the sign keepers see it: the list, and a sign with its symbol and log."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, current_app, render_template, request, url_for

from app.arguments import printable, read_id, read_line
from app.geo import position_of
from app.languages import age_of, as_date_time, in_language
from app.permissions import Role, allow
from app.places.queries import find_place
from app.problems import NoSuchSign
from app.reports.queries import find_category
from app.signs.models import Sign, SignEvent, SignEventKind, SignState
from app.signs.orders import list_orders_of_sign
from app.signs.queries import find_sign, list_sign_events, list_signs
from app.signs.wording import STATE_NAMES, event_title
from qr_signs import address_of, symbol_png, symbol_svg

pages = Blueprint("signs", __name__, url_prefix="/signs")

SIGN_KEEPERS = (Role.SIGN_KEEPER, Role.MANAGER, Role.ADMIN)
PAGE = 100
MOST_EVENTS = 200
_CODE = re.compile(r"[0-9A-Za-z]{0,6}")


@pages.get("")
@allow(*SIGN_KEEPERS)
def register() -> str:
    """All signs; searched, filtered, and marked to be printed."""
    query = read_line(request.args, "q")
    state = request.args.get("state", "")
    state = state if state in set(SignState) else ""
    place_id = read_id(request.args, "place")
    after_id = read_id(request.args, "after")
    signs = list_signs(query, after_id, PAGE + 1, state=state or None, place_id=place_id)
    place = find_place(place_id) if place_id else None
    filters: dict[str, Any] = {"q": query or None, "state": state or None, "place": place_id}
    return render_template(
        "signs/list.html",
        signs=[sign_row(sign) for sign in signs[:PAGE]],
        q=query,
        state=state,
        states=[{"id": one.value, "name": str(STATE_NAMES[one])} for one in SignState],
        place={"id": place.id, "name": place.name} if place else None,
        filtered=any(filters.values()),
        first_url=url_for(".register", **filters) if after_id else None,
        next_url=_next_url(signs, filters) if len(signs) > PAGE else None,
    )


def _next_url(signs: Sequence[Sign], filters: dict[str, Any]) -> str:
    return url_for(".register", **filters, after=signs[PAGE - 1].id)


@pages.get("/<code>")
@allow(*SIGN_KEEPERS)
def sign(code: str) -> str:
    """One sign with its symbol, what can be done with it, and all that happened to it."""
    return sign_page(code, {})


def sign_page(code: str, errors: dict[str, str]) -> str:
    """The page of a sign; `errors` are those of the form that says what was done."""
    found = sign_or_404(code)
    return render_template(
        "signs/sign.html",
        sign=_view(found),
        log=[_line(event) for event in list_sign_events(found.id, MOST_EVENTS)],
        orders=[
            {"url": url_for("orders.order", order_id=one.id), "id": one.id}
            for one in list_orders_of_sign(found)
        ],
        deed_id=str(uuid.uuid4()),
        values=request.form,
        errors=errors,
    )


@pages.get("/<code>.svg")
@allow(*SIGN_KEEPERS)
def svg(code: str) -> Response:
    """The symbol as a drawing, for print and for the sign shop."""
    found = sign_or_404(code)
    return _file(symbol_svg(_address(found), found.mask), "image/svg+xml", f"{code}.svg")


@pages.get("/<code>.png")
@allow(*SIGN_KEEPERS)
def png(code: str) -> Response:
    """The symbol as an image."""
    found = sign_or_404(code)
    return _file(symbol_png(_address(found), mask=found.mask), "image/png", f"{code}.png")


def _file(content: bytes, mimetype: str, name: str) -> Response:
    response = Response(content, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def sign_or_404(code: str) -> Sign:
    """The sign with this code.

    Raises:
        NoSuchSign
    """
    found = find_sign(code.upper()) if _CODE.fullmatch(code) else None
    if found is None:
        raise NoSuchSign(code=printable(code[:20]))
    return found


def _address(found: Sign) -> str:
    return address_of(current_app.config["PUBLIC_URL"], found.code)


def sign_row(found: Sign) -> dict[str, Any]:
    """A sign as a line of a list."""
    return {
        "code": found.code,
        "label": found.label,
        "state": found.state,
        "state_name": str(STATE_NAMES[SignState(found.state)]),
        "damaged": found.damaged_at is not None,
        "checked": age_of(found.checked_at) if found.checked_at else None,
        "place_name": found.place.name,
        "kind_name": in_language(found.place.kind.names),
        "url": url_for("signs.sign", code=found.code),
    }


def _view(found: Sign) -> dict[str, Any]:
    position = position_of(found.point)
    category = find_category(found.category_code) if found.category_code else None
    return sign_row(found) | {
        "svg_url": url_for("signs.svg", code=found.code),
        "png_url": url_for("signs.png", code=found.code),
        "form_url": url_for("resident.sign_form", code=found.code),
        "address": _address(found),
        "place_url": url_for("resident.place", place_id=found.place_id),
        "category_name": in_language(category.names) if category else None,
        "position": f"{position.lat:.5f}, {position.lon:.5f}" if position else None,
        "accuracy_m": round(found.accuracy_m) if found.accuracy_m is not None else None,
        "mounted": as_date_time(found.mounted_at) if found.mounted_at else None,
        "checked_at": as_date_time(found.checked_at) if found.checked_at else None,
        "printed": as_date_time(found.printed_at) if found.printed_at else None,
        "replaced_by": found.replaced_by.code if found.replaced_by else None,
        "retired": found.state == SignState.RETIRED,
    }


def _line(event: SignEvent) -> dict[str, Any]:
    is_edit = event.kind == SignEventKind.EDITED
    photo = event.photo_name and url_for("deeds.photo", event_id=event.id, size="photo")
    thumbnail = event.photo_name and url_for("deeds.photo", event_id=event.id, size="thumbnail")
    return {
        "title": event_title(event),
        "at_iso": event.at.isoformat(),
        "at": as_date_time(event.at),
        "who": event.staff.name if event.staff else None,
        "text": "" if is_edit else event.text,
        "photo_url": photo,
        "thumb_url": thumbnail,
        "accuracy_m": round(event.accuracy_m) if event.accuracy_m is not None else None,
    }
