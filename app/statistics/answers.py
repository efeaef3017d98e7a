"""Tables as files and charts, sent to whoever may see them."""

from __future__ import annotations

from dataclasses import replace

from flask import Response, request

from app.problems import NotFound
from app.statistics.charts import draw
from app.statistics.figures import table_of
from app.statistics.files import XLSX, as_csv, as_excel
from app.statistics.over_time import times
from app.statistics.selection import Selection
from app.statistics.table import Table
from app.statistics.views import about


def file_of(code: str, suffix: str, wanted: Selection) -> Response:
    """A table as Excel or CSV, to be saved.

    Raises:
        NotFound: there is no such table.
    """
    name = f"vof-{code}-{wanted.since}-{wanted.until}"
    return as_file(table_of(code, wanted), suffix, about(wanted), name)


def as_file(table: Table, suffix: str, said: list[tuple[str, str]], name: str) -> Response:
    """A table in a file of this name.

    Args:
        table: in the language of the request.
        suffix: `xlsx` or `csv`.
        said: names and values for the second sheet.
        name: of the file, without its suffix.
    """
    if suffix == "xlsx":
        response = Response(as_excel(table, said), mimetype=XLSX)
    else:
        response = Response(as_csv(table), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{suffix}"'
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def chart_of(code: str, wanted: Selection) -> Response:
    """A table's chart.

    Raises:
        NotFound: there is no such table, or none is drawn of it.
    """
    # All others show counts, and how long things took is the dearest thing to find out.
    return as_chart(table_of(code, replace(wanted, counts_only=code != times.__name__)))


def as_chart(table: Table) -> Response:
    """A chart, for a narrow screen and for a dark one where the address asks for that.

    Raises:
        NotFound: none is drawn of this table.
    """
    if table.chart is None or not table.rows:
        raise NotFound
    drawn = draw(table, narrow="narrow" in request.args, dark="dark" in request.args)
    response = Response(drawn, mimetype="image/svg+xml")
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response
