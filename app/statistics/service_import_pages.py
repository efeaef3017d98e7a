"""Importing figures: a file is shown row by row first, and kept only when that is agreed to."""

from __future__ import annotations

import csv
import io
from typing import Any

from flask import make_response, render_template
from werkzeug.wrappers import Response as BaseResponse

from app.database import now
from app.imports.pages import Import
from app.imports.plans import Action
from app.languages import OSLO
from app.permissions import MB, allow
from app.statistics.measures import MEASURES
from app.statistics.service import stated
from app.statistics.service_fields import FIELD_NAMES
from app.statistics.service_import import (
    MAX_ROWS,
    FigurePlan,
    Planned,
    carry_out,
    plan_import,
    read_figures,
)
from app.statistics.service_pages import MANAGERS, pages

MOST_BYTES = 1 * MB


@pages.get("/import")
@allow(*MANAGERS)
def choose_file() -> str:
    """Choose a file."""
    return _choose_page({})


@pages.get("/template.csv")
@allow(*MANAGERS)
def template() -> BaseResponse:
    """A file to fill in: a line for each measure of last year. Lines without a value are left out.

    With semicolons and a byte order mark, as Norwegian Excel opens CSV.
    """
    written = io.StringIO()
    sheet = csv.writer(written, delimiter=";", lineterminator="\r\n")
    sheet.writerow(FIELD_NAMES)
    last_year = now().astimezone(OSLO).year - 1
    sheet.writerows([last_year, "", code, "", ""] for code in MEASURES)
    response = make_response(written.getvalue().encode("utf-8-sig"))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = "attachment; filename=service-figures.csv"
    return response


@pages.post("/import")
@allow(*MANAGERS, max_bytes=MOST_BYTES + 1 * MB)
def preview() -> Any:
    """Show what a file would change; nothing is kept."""
    return FIGURES.preview()


@pages.post("/import/confirm")
@allow(*MANAGERS, max_bytes=2 * MOST_BYTES)
def confirm() -> Any:
    """Do what was shown, if that is still what the file would change."""
    return FIGURES.confirm()


def _choose_page(errors: dict[str, str]) -> str:
    return render_template(
        "statistics/service_import.html",
        errors=errors,
        columns=[{"name": name, "title": str(title)} for name, title in FIELD_NAMES.items()],
        measures=[{"code": one.code, "name": one.name} for one in MEASURES.values()],
        most_mb=MOST_BYTES // MB,
        most_rows=MAX_ROWS,
    )


def _plan(content: bytes, for_change: bool) -> FigurePlan:
    return plan_import(read_figures(content), for_change=for_change)


def _preview_page(plan: FigurePlan, **waiting: Any) -> str:
    counts = plan.counts
    return render_template(
        "statistics/service_import_preview.html",
        changed=[_view(one) for one in plan.rows if one.action is Action.CHANGE],
        added=[_view(one) for one in plan.rows if one.action is Action.ADD],
        refused=plan.refused,
        skipped=[row for row in plan.unused if row.by_design],
        left=counts[Action.LEAVE],
        count=counts[Action.ADD] + counts[Action.CHANGE],
        **waiting,
    )


def _view(one: Planned) -> dict[str, Any]:
    said = one.row.said
    return {
        "line": one.row.line,
        "period": said.period,
        "measure": said.measure.name,
        "before": stated(one.figure).text if one.figure else None,
        "text": said.text,
        "source": said.source,
    }


FIGURES = Import(MOST_BYTES, _plan, carry_out, _choose_page, _preview_page, done=".table")
