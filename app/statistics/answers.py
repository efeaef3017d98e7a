"""Tables as files and charts, sent to whoever may see them."""

from __future__ import annotations

from flask import Response, request

from app.problems import NotFound
from app.statistics.charts import draw
from app.statistics.figures import table_of
from app.statistics.files import XLSX, as_csv, as_excel
from app.statistics.selection import Selection
from app.statistics.views import about


def file_of(code: str, suffix: str, wanted: Selection) -> Response:
    """A table as Excel or CSV, to be saved.

    Raises:
        NotFound: there is no such table.
    """
    table = table_of(code, wanted)
    if suffix == "xlsx":
        response = Response(as_excel(table, about(wanted)), mimetype=XLSX)
    else:
        response = Response(as_csv(table), mimetype="text/csv")
    name = f"vof-{code}-{wanted.since}-{wanted.until}.{suffix}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def chart_of(code: str, wanted: Selection) -> Response:
    """A table's chart, for a narrow screen and for a dark one where that is asked for.

    Raises:
        NotFound: there is no such table, or none is drawn of it.
    """
    table = table_of(code, wanted)
    if table.chart is None or not table.rows:
        raise NotFound
    drawn = draw(table, narrow="narrow" in request.args, dark="dark" in request.args)
    response = Response(drawn, mimetype="image/svg+xml")
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response
