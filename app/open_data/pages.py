"""`/open/data`: what there is, in words, and the files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    render_template,
    request,
    send_file,
    url_for,
)

from app.config import Settings
from app.database import SAFE_METHODS
from app.geo import FIELD_LAT
from app.languages import as_date_time
from app.open_data import snapshots
from app.open_data.downloads import FORMS, LICENCE, Form, file_of, unpacked
from app.open_data.records import COLLECTIONS, FEWEST_AROUND, PLACES, REPORTS, Collection
from app.open_data.snapshots import REFRESHED_AFTER, Snapshot, current_snapshot
from app.permissions import allow
from app.problems import NotFound
from app.rate_limits import DOWNLOADS, limiter

_KM_A_DEGREE = 111
_MINUTE_S = 60
OPEN_TO_OTHERS = ("/open/data/", "/open/ogc")

pages = Blueprint("open_data", __name__)


@pages.get("/open/data")
@allow(anyone=True)
@limiter.limit(DOWNLOADS)
def about() -> str:
    """What the open data are, and how to have them."""
    snapshot = current_snapshot()
    return render_template(
        "open_data/about.html",
        counts={one.id: snapshot.count(one) for one in COLLECTIONS.values()},
        collections=(REPORTS, PLACES),
        forms=FORMS.values(),
        years=snapshot.years(),
        made_at=as_date_time(snapshot.made_at),
        minutes=int(REFRESHED_AFTER.total_seconds()) // _MINUTE_S,
        area_km=round(FIELD_LAT * _KM_A_DEGREE),
        fewest=FEWEST_AROUND,
        licence=LICENCE,
        api=f"{current_app.config['PUBLIC_URL']}{url_for('open_features.landing', lang=None)}",
    )


@pages.get("/open/data/<any(reports, places):dataset>.<any(geojson, csv, parquet):file_format>")
@allow(anyone=True)
@limiter.limit(DOWNLOADS)
def download(dataset: str, file_format: str) -> Response:
    """All of a collection, or the reports of one `?year=`."""
    snapshot, form = current_snapshot(), FORMS[file_format]
    year = _year(snapshot, COLLECTIONS[dataset])
    file = file_of(snapshot, COLLECTIONS[dataset], form, year)
    name = f"{dataset}-{year}.{form.name}" if year else f"{dataset}.{form.name}"
    return _send(file, form, name, snapshot)


def _year(snapshot: Snapshot, collection: Collection) -> int | None:
    """The year that is asked for, which must be one that there are reports of."""
    text = request.args.get("year", "")
    if not text or collection.day is None:
        return None
    found = [year for year in snapshot.years() if str(year) == text]
    if not found:
        raise NotFound
    return found[0]


def _send(file: Path, form: Form, name: str, snapshot: Snapshot) -> Response:
    """A file, unless the asker has it; unpacked for who cannot do that alone."""
    stays_packed = form.packed and request.accept_encodings.quality("gzip") > 0
    mark = f"{snapshot.mark}-{name}{'-gz' if stays_packed else ''}"
    if form.packed and not stays_packed:
        response = Response(unpacked(file), mimetype=form.mimetype)
        # Werkzeug would read all of it, half a gigabyte for a million reports, to count the bytes.
        response.implicit_sequence_conversion = False
        response.set_etag(mark)
        response.last_modified = snapshot.made_at
        response.make_conditional(request)
    else:
        response = send_file(
            file, form.mimetype, etag=mark, last_modified=snapshot.made_at, conditional=True
        )
    if stays_packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Link"] = f'<{LICENCE}>; rel="license"'
    response.vary.add("Accept-Encoding")
    return response


def file_url(collection: Collection, form: Form, **more: Any) -> str:
    """The address of a file, to be shown and to be handed on."""
    where = url_for(
        "open_data.download", dataset=collection.id, file_format=form.name, lang=None, **more
    )
    return f"{current_app.config['PUBLIC_URL']}{where}"


def _open_to_scripts(response: Response) -> Response:
    """Pages of others may read the data, and nothing else of ours."""
    if request.path.startswith(OPEN_TO_OTHERS) and request.method in SAFE_METHODS:
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = "ETag, Last-Modified, Link"
    return response


def init_app(app: Flask, settings: Settings) -> None:
    """Keep the files, and serve them."""
    snapshots.init_app(app, settings)
    app.register_blueprint(pages)
    app.after_request(_open_to_scripts)
