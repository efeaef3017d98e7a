"""The sign register as the sign keepers see it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, current_app, render_template, request, url_for

from app.arguments import printable, read_id, read_line
from app.languages import in_language
from app.permissions import Role, allow
from app.problems import NoSuchSign
from app.signs.models import Sign, SignState
from app.signs.queries import find_sign, list_signs
from app.signs.wording import STATE_NAMES
from qr_signs import address_of, symbol_png, symbol_svg

pages = Blueprint("signs", __name__, url_prefix="/signs")

SIGN_KEEPERS = (Role.SIGN_KEEPER, Role.MANAGER, Role.ADMIN)
PAGE = 100
_CODE = re.compile(r"[0-9A-Za-z]{0,6}")


@pages.get("")
@allow(*SIGN_KEEPERS)
def register() -> str:
    """All signs by place and label."""
    query = read_line(request.args, "q")
    signs = list_signs(query, read_id(request.args, "after"), PAGE + 1)
    return render_template(
        "signs/list.html",
        signs=[_view(sign) for sign in signs[:PAGE]],
        q=query,
        next_url=_next_url(query, signs) if len(signs) > PAGE else None,
    )


def _next_url(query: str, signs: Sequence[Sign]) -> str:
    return url_for(".register", q=query or None, after=signs[PAGE - 1].id)


@pages.get("/<code>")
@allow(*SIGN_KEEPERS)
def sign(code: str) -> str:
    """One sign with its symbol."""
    return render_template("signs/sign.html", sign=_view(_find(code)))


@pages.get("/<code>.svg")
@allow(*SIGN_KEEPERS)
def svg(code: str) -> Response:
    """The symbol as a drawing, for print and for the sign shop."""
    return _file(symbol_svg(_address(_find(code))), "image/svg+xml", f"{code}.svg")


@pages.get("/<code>.png")
@allow(*SIGN_KEEPERS)
def png(code: str) -> Response:
    """The symbol as an image."""
    return _file(symbol_png(_address(_find(code))), "image/png", f"{code}.png")


def _file(content: bytes, mimetype: str, name: str) -> Response:
    response = Response(content, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def _find(code: str) -> Sign:
    found = find_sign(code.upper()) if _CODE.fullmatch(code) else None
    if found is None:
        raise NoSuchSign(code=printable(code[:20]))
    return found


def _address(found: Sign) -> str:
    return address_of(current_app.config["PUBLIC_URL"], found.code)


def _view(found: Sign) -> dict[str, Any]:
    return {
        "code": found.code,
        "label": found.label,
        "state": found.state,
        "state_name": str(STATE_NAMES[SignState(found.state)]),
        "place_name": found.place.name,
        "kind_name": in_language(found.place.kind.names),
        "url": url_for("signs.sign", code=found.code),
        "svg_url": url_for("signs.svg", code=found.code),
        "png_url": url_for("signs.png", code=found.code),
        "form_url": url_for("resident.sign_form", code=found.code),
        "address": _address(found),
    }
