"""The same figures for everybody: `/open`, by whole years, with small counts hidden.

What is promised, and what not: docs/statistics.md and docs/decisions/0021.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, render_template, request

from app.arguments import read_whole
from app.languages import gettext as _
from app.permissions import allow
from app.problems import OneFilterAtATime, TooFewToTell
from app.rate_limits import FIGURES, limiter
from app.statistics import counting
from app.statistics.answers import chart_of, file_of
from app.statistics.discretion import LEAST
from app.statistics.figures import not_told_of_all
from app.statistics.selection import FIRST_YEAR, Selection, of_year, read_filters, today
from app.statistics.views import OVERVIEW, SERVICE, Shelf, filters_view, page_view

pages = Blueprint("open", __name__, url_prefix="/open")


def _arguments(wanted: Selection) -> dict[str, Any]:
    """A year and the filter; days would let small counts be worked out by subtraction."""
    return {"year": wanted.since.year} | wanted.chosen


# Not by place, which may be a home, nor by channel, which is asked for beside something else.
OFFERED = {"category", "unit", "kind"}
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
    wanted = _asked()
    known = counting.first_and_last_day()
    first = known[0].year if known else today().year
    try:
        # What others have counted is of no category.
        told = wanted if view == SERVICE else _told(wanted)
        shown, too_few = page_view(view, told, SHELF), ""
    except TooFewToTell as problem:
        shown, too_few = page_view(view, wanted, SHELF, ()), problem.message
    return render_template(
        "statistics/open.html",
        **shown,
        too_few=too_few,
        narrowed=_narrowed(wanted),
        year=wanted.since.year,
        years=[{"id": year, "name": year} for year in range(today().year, first - 1, -1)],
        least=LEAST,
        address=request.path,
    )


def _narrowed(wanted: Selection) -> dict[str, Any]:
    """The one list of everything that the figures can be narrowed to, and what is chosen of it."""
    known = filters_view(wanted)
    groups = (
        ("category", _("Category"), known["categories"]),
        ("unit", _("Responsible unit"), known["units"]),
        ("kind", _("Kind of place"), known["kinds"]),
    )
    return {
        "value": "".join(f"{name}-{value}" for name, value in wanted.chosen.items()),
        "options": [
            {
                "name": heading,
                "options": [{"id": f"{name}-{one['id']}", "name": one["name"]} for one in options],
            }
            for name, heading, options in groups
        ],
    }


@pages.get("/tables/<table>.<any(xlsx, csv):suffix>")
@allow(anyone=True)
@limiter.limit(FIGURES)
def file(table: str, suffix: str) -> Response:
    """A table as a file."""
    return file_of(table, suffix, _told(_asked()))


@pages.get("/charts/<table>.svg")
@allow(anyone=True)
@limiter.limit(FIGURES)
def chart(table: str) -> Response:
    """A table's chart."""
    return chart_of(table, _told(_asked()))


def _asked() -> Selection:
    """What an address asks for.

    Raises:
        OneFilterAtATime: it is narrowed by more, or by what could be somebody's home.
    """
    this_year = today().year
    year = read_whole(request.args.get("year", ""), this_year) or 0
    period = of_year(year if year >= FIRST_YEAR else this_year)
    # The form has one list; addresses say what it is that they name.
    name, _dash, value = request.args.get("only", "").partition("-")
    wanted = read_filters({**request.args, name: value}, period)
    if len(wanted.chosen) > 1 or not wanted.chosen.keys() <= OFFERED:
        raise OneFilterAtATime
    return replace(wanted, least=LEAST)


def _told(wanted: Selection) -> Selection:
    """The selection with what has to be kept back of it.

    Raises:
        TooFewToTell: even how many messages there are.
    """
    return replace(wanted, not_told=not_told_of_all(wanted))
