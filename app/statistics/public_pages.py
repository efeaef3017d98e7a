"""The same figures for everybody: `/open`, by whole years, with small counts hidden."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, render_template, request

from app.permissions import allow
from app.rate_limits import FIGURES, limiter
from app.statistics import counting
from app.statistics.answers import chart_of, file_of
from app.statistics.discretion import LEAST
from app.statistics.selection import FILTERS, FIRST_YEAR, Selection, of_year, read_filters, today
from app.statistics.views import OVERVIEW, Shelf, filters_view, page_view

pages = Blueprint("open", __name__, url_prefix="/open")


def _arguments(wanted: Selection) -> dict[str, Any]:
    """A year and the filters; days would let small counts be worked out by subtraction."""
    chosen = {name: value for name in FILTERS if (value := getattr(wanted, name)) is not None}
    return {"year": wanted.since.year} | chosen


SHELF = Shelf("open", _arguments)


@pages.get("")
@allow(anyone=True)
@limiter.limit(FIGURES)
def overview() -> str:
    """The year at a glance."""
    return _page(OVERVIEW)


@pages.get("/<any(categories, units, places, times, signs, service):view>")
@allow(anyone=True)
@limiter.limit(FIGURES)
def view(view: str) -> str:
    """The year by one thing or another."""
    return _page(view)


def _page(view: str) -> str:
    wanted = _selection()
    known = counting.first_and_last_day()
    first = known[0].year if known else today().year
    return render_template(
        "statistics/open.html",
        **page_view(view, wanted, SHELF),
        filters=filters_view(wanted),
        year=wanted.since.year,
        years=[{"id": year, "name": year} for year in range(today().year, first - 1, -1)],
        least=LEAST,
        address=request.path,
    )


@pages.get("/tables/<table>.<any(xlsx, csv):suffix>")
@allow(anyone=True)
@limiter.limit(FIGURES)
def file(table: str, suffix: str) -> Response:
    """A table as a file."""
    return file_of(table, suffix, _selection())


@pages.get("/charts/<table>.svg")
@allow(anyone=True)
@limiter.limit(FIGURES)
def chart(table: str) -> Response:
    """A table's chart."""
    return chart_of(table, _selection())


def _selection() -> Selection:
    text = request.args.get("year", "")
    is_year = text.isascii() and text.isdecimal() and FIRST_YEAR <= int(text[:5]) <= today().year
    period = of_year(int(text) if is_year else today().year)
    return replace(read_filters(request.args, period), least=LEAST)
