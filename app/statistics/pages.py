"""The figures that managers see every day: `/statistics`."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, render_template, request

from app.permissions import Role, allow
from app.statistics import facts
from app.statistics.answers import chart_of, file_of
from app.statistics.selection import read_selection
from app.statistics.views import OVERVIEW, STAFF_SHELF, filters_view, page_view, periods

pages = Blueprint("statistics", __name__, url_prefix="/statistics")

MANAGERS = (Role.MANAGER, Role.ADMIN)


@pages.get("")
@allow(*MANAGERS)
def overview() -> str:
    """The period at a glance."""
    return _page(OVERVIEW)


@pages.get("/<any(categories, units, places, times, signs):view>")
@allow(*MANAGERS)
def view(view: str) -> str:
    """The period by one thing or another."""
    return _page(view)


def _page(view: str) -> str:
    wanted = read_selection(request.args)
    return render_template(
        "statistics/view.html",
        **page_view(view, wanted, STAFF_SHELF),
        filters=filters_view(wanted),
        periods=periods(wanted, view, STAFF_SHELF),
        address=request.path,
    )


@pages.get("/tables/<table>.<any(xlsx, csv):suffix>")
@allow(*MANAGERS)
def file(table: str, suffix: str) -> Response:
    """A table as a file."""
    return file_of(table, suffix, read_selection(request.args))


@pages.get("/charts/<table>.svg")
@allow(*MANAGERS)
def chart(table: str) -> Response:
    """A table's chart."""
    return chart_of(table, read_selection(request.args))


def init_app(app: Flask) -> None:
    """Begin without figures: they are read when they are first asked for."""
    facts.init_app(app)
    app.register_blueprint(pages)
