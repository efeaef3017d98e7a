"""The annual report: `/statistics/annual`, each year as a page, a PDF and a Word file."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, url_for

from app.database import now
from app.languages import as_date_time, language
from app.languages import gettext as _
from app.permissions import Role, allow
from app.places.municipality import municipality
from app.statistics.annual import annual_table, chapter_of, list_annual_years
from app.statistics.annual_pdf import PDF, as_pdf
from app.statistics.annual_word import DOCX, as_docx
from app.statistics.answers import as_chart, as_file
from app.statistics.selection import today
from app.statistics.table import Table, table_view

pages = Blueprint("annual", __name__, url_prefix="/statistics/annual")

MANAGERS = (Role.MANAGER, Role.ADMIN)
YEAR = "/<int(max=9999):year>"


@pages.get("")
@allow(*MANAGERS)
def years() -> str:
    """The years that can be told of."""
    return render_template(
        "statistics/annual_years.html",
        years=[{"year": year, "urls": _urls(year)} for year in list_annual_years()],
        running=today().year,
    )


@pages.get(YEAR)
@allow(*MANAGERS)
def chapter(year: int) -> str:
    """A year's chapter."""
    told = chapter_of(year)
    return render_template(
        "statistics/annual.html",
        chapter=told,
        tables={table.code: _view(table, year) for one in told.sections for table in one.tables},
        urls=_urls(year),
    )


@pages.get(f"{YEAR}.pdf")
@allow(*MANAGERS)
def pdf(year: int) -> Response:
    """The chapter for print."""
    return _download(as_pdf(chapter_of(year)), PDF, f"{year}-{language()}.pdf")


@pages.get(f"{YEAR}.docx")
@allow(*MANAGERS)
def docx(year: int) -> Response:
    """The chapter to be edited."""
    return _download(as_docx(chapter_of(year)), DOCX, f"{year}-{language()}.docx")


@pages.get(f"{YEAR}/<table>.<any(xlsx, csv):suffix>")
@allow(*MANAGERS)
def file(year: int, table: str, suffix: str) -> Response:
    """A table of the chapter as a file, with the same figures."""
    about = [
        (_("Municipality"), municipality().name),
        (_("Year"), str(year)),
        (_("Made"), as_date_time(now())),
    ]
    return as_file(annual_table(year, table), suffix, about, f"vof-{year}-{table}")


@pages.get(f"{YEAR}/<table>.svg")
@allow(*MANAGERS)
def chart(year: int, table: str) -> Response:
    """A chart of the chapter."""
    return as_chart(annual_table(year, table))


def _urls(year: int) -> dict[str, str]:
    return {
        name: url_for(f".{name}", year=year, lang=language()) for name in ("chapter", "pdf", "docx")
    }


def _view(table: Table, year: int) -> dict[str, Any]:
    where: dict[str, Any] = {"year": year, "table": table.code, "lang": language()}
    return table_view(table) | {
        "xlsx_url": url_for(".file", suffix="xlsx", **where),
        "csv_url": url_for(".file", suffix="csv", **where),
        "chart_url": url_for(".chart", **where),
    }


def _download(content: bytes, kind: str, name: str) -> Response:
    response = Response(content, mimetype=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="vof-{name}"'
    response.headers["Cache-Control"] = "private, no-cache"
    return response
