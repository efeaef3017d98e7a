"""Figures that do not come from reports, on screen: listed, typed in, put right, taken away."""

from __future__ import annotations

from typing import Any

from babel.dates import get_month_names
from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import get_locale
from werkzeug.wrappers import Response as BaseResponse

from app.arguments import read_id
from app.attempts import attempt
from app.database import now
from app.languages import as_date_time
from app.languages import gettext as _
from app.permissions import Role, allow
from app.places.municipality import municipality
from app.problems import NotFound
from app.statistics.answers import as_file
from app.statistics.measures import MEASURES, Measure
from app.statistics.models import ServiceFigure
from app.statistics.selection import read_selection
from app.statistics.service import (
    StatedFigure,
    add_figure,
    change_figure,
    find_figure,
    list_service_figures,
    list_years,
    remove_figure,
    stated,
)
from app.statistics.service_fields import FIELD_NAMES, MONTHS, fields_of, line_of, read_said
from app.statistics.service_table import table_of_figures
from app.statistics.views import SERVICE, STAFF_SHELF, tabs_of

pages = Blueprint("service_figures", __name__, url_prefix="/statistics/service")

MANAGERS = (Role.MANAGER, Role.ADMIN)
FIGURE = "/<id:figure_id>"
# More on one page is no longer read; the filters lead to the rest.
MOST_SHOWN = 200


@pages.get("")
@allow(*MANAGERS)
def table() -> str:
    """The figures of a measure or a year, the latest year first."""
    measure, year = _asked()
    found = _list_latest_first()
    return render_template(
        "statistics/service.html",
        tabs=tabs_of(SERVICE, read_selection({}), STAFF_SHELF),
        figures=[_line(one) for one in found[:MOST_SHOWN]],
        total=len(found),
        filters={"measure": measure.code if measure else None, "year": year},
        measures=_measure_options(),
        years=[{"id": one, "name": str(one)} for one in list_years()],
        done=request.args.get("done", ""),
        imported={name: request.args.get(name, type=int) for name in ("added", "changed")},
    )


@pages.get("/figures.<any(xlsx, csv):suffix>")
@allow(*MANAGERS)
def file(suffix: str) -> BaseResponse:
    """The same figures as a file; as CSV it can be changed and imported again."""
    measure, year = _asked()
    about = [
        (_("Municipality"), municipality().name),
        (_("Measure"), measure.name if measure else ""),
        (_("Year"), str(year or "")),
        (_("Made"), as_date_time(now())),
    ]
    return as_file(table_of_figures(_list_latest_first()), suffix, about, "vof-service")


def _asked() -> tuple[Measure | None, int | None]:
    return MEASURES.get(request.args.get("measure", "")), read_id(request.args, "year")


def _list_latest_first() -> list[StatedFigure]:
    measure, year = _asked()
    found = list_service_figures([measure.code] if measure else None, [year] if year else None)
    # Sorting keeps the order of the measures within a year.
    return sorted(found, key=lambda one: -one.year)


@pages.get("/new")
@allow(*MANAGERS)
def new() -> str:
    """An empty form."""
    measure = request.args.get("measure", "")
    return _form_page(None, dict.fromkeys(FIELD_NAMES, "") | {"measure": measure}, {})


@pages.post("/new")
@allow(*MANAGERS)
def add() -> Any:
    """One more figure."""
    values = _typed()

    def carry_out() -> BaseResponse:
        add_figure(read_said(values))
        return redirect(url_for(".table", done="added"), 303)

    return attempt(carry_out, lambda errors: _form_page(None, values, errors))


@pages.get(FIGURE)
@allow(*MANAGERS)
def edit(figure_id: int) -> str:
    """A figure's form."""
    figure = _find(figure_id)
    return _form_page(figure, fields_of(stated(figure)), {})


@pages.post(FIGURE)
@allow(*MANAGERS)
def change(figure_id: int) -> Any:
    """Put a figure right, unless somebody else has meanwhile: then both are shown."""
    values = _typed()

    def carry_out() -> BaseResponse:
        figure = _find(figure_id, for_change=True)
        change_figure(figure, read_id(request.form, "version"), read_said(values))
        return redirect(url_for(".table", done="changed"), 303)

    return attempt(carry_out, lambda errors: _again(figure_id, values, errors))


@pages.post(f"{FIGURE}/delete")
@allow(*MANAGERS)
def delete(figure_id: int) -> Any:
    """Take a figure away, as it was seen."""

    def carry_out() -> BaseResponse:
        figure = _find(figure_id, for_change=True)
        remove_figure(figure, read_id(request.form, "version"))
        return redirect(url_for(".table", done="deleted"), 303)

    return attempt(carry_out, lambda errors: _again(figure_id, None, errors))


def _typed() -> dict[str, str]:
    return {name: line_of(request.form.get(name, "")) for name in FIELD_NAMES}


def _find(figure_id: int, *, for_change: bool = False) -> ServiceFigure:
    found = find_figure(figure_id, for_change=for_change)
    if found is None:
        raise NotFound
    return found


def _again(figure_id: int, values: dict[str, str] | None, errors: dict[str, str]) -> str:
    """The form as it was typed; where the figure is gone, one that adds it again."""
    figure = find_figure(figure_id)
    if figure is None:
        if values is None:
            raise NotFound
        gone = _("Somebody else has deleted this figure. Save to add it again.")
        return _form_page(None, values, {"form": gone})
    return _form_page(figure, values or fields_of(stated(figure)), errors)


def _form_page(figure: ServiceFigure | None, values: dict[str, str], errors: dict[str, str]) -> str:
    kept = stated(figure) if figure else None
    seen = read_id(request.form, "version")
    return render_template(
        "statistics/service_form.html",
        figure=_line(kept) if kept else None,
        # Whoever sends the form again has seen how it stands now.
        version=kept.version if kept else None,
        changed_meanwhile=bool(kept and request.method == "POST" and seen != kept.version),
        values=values,
        errors=errors,
        measures=_measure_options(),
        months=_month_options(),
    )


def _line(one: StatedFigure) -> dict[str, Any]:
    return {
        "id": one.id,
        "period": one.period,
        "measure": one.measure.name,
        "text": one.text,
        "source": one.source,
        "url": url_for(".edit", figure_id=one.id),
    }


def _measure_options() -> list[dict[str, str]]:
    return [{"id": one.code, "name": one.name} for one in MEASURES.values()]


def _month_options() -> list[dict[str, Any]]:
    names = get_month_names("wide", "stand-alone", locale=str(get_locale()))
    return [{"id": month, "name": names[month]} for month in MONTHS]
