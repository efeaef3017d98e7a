"""The start page: a code, a place, or the form without either."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.arguments import read_line
from app.languages import in_language
from app.permissions import allow
from app.places.municipality import municipality
from app.places.queries import list_places
from app.problems import NoSuchSign
from app.reports.pages import pages
from app.reports.pages.place import canonical, place_url
from app.reports.pages.spots import search_view
from app.signs.queries import sign_as_typed


@pages.get("/")
@allow(anyone=True)
def start() -> str | BaseResponse:
    """Find a place, or type the code of a sign."""
    typed = read_line(request.args, "code")
    view: dict[str, Any] = {"code_value": typed, "code_error": None, "suggestions": []}
    search = search_view(into_form=False)
    if typed:
        try:
            return redirect(url_for(".sign_form", code=sign_as_typed(typed).code), 303)
        except NoSuchSign as problem:
            view |= {"code_error": problem.message, "suggestions": problem.suggestions}
    return render_template(
        "reports/start.html",
        search=search,
        kinds=_places_by_kind(),
        start_url=url_for(".start"),
        canonical=canonical(url_for(".start")),
        report_url=url_for(".report_form"),
        greeting=in_language(greeting) if (greeting := dict(municipality().greeting)) else None,
        **view,
    )


def _places_by_kind() -> list[dict[str, Any]]:
    kinds: dict[str, dict[str, Any]] = {}
    for place in list_places():
        kind = kinds.setdefault(
            place.kind.code, {"name": in_language(place.kind.names), "places": []}
        )
        kind["places"].append({"name": place.name, "url": place_url(place)})
    return list(kinds.values())
