"""The addresses a phone keeps: the worker, the manifest with its icons, and the directory."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, json, render_template, request

from app import home_screen
from app.home_screen import ONE_HOUR_S
from app.languages import gettext as _
from app.languages import language
from app.offline.directory import directory
from app.offline.icons import GREEN, SIZES_PX, icon
from app.permissions import allow
from app.places.municipality import municipality
from app.problems import NotFound
from app.reports import forms
from app.reports.pages.form import form_view
from app.reports.photos import MAX_PER_REPORT

ONE_YEAR_S = 365 * 24 * ONE_HOUR_S

pages = Blueprint("offline", __name__)


@pages.get("/worker.js")
@allow(anyone=True)
def worker() -> Response:
    """The service worker, at the root since it may not reach above its own address."""
    return home_screen.worker_script("worker.js")


@pages.get("/manifest.webmanifest")
@allow(anyone=True)
def manifest() -> Response:
    """What the home screen is told."""
    return home_screen.manifest(
        {
            "id": "/",
            "name": _("Report a fault – %(municipality)s", municipality=municipality().name),
            "short_name": _("Report a fault"),
            "start_url": f"/?lang={language()}",
            "scope": "/",
            "theme_color": GREEN,
        }
    )


@pages.get("/icons/<any(icon, maskable):shape>-<int:size_px>.png")
@allow(anyone=True)
def icon_picture(shape: str, size_px: int) -> Response:
    """The icon in one of the sizes that phones ask for."""
    if size_px not in SIZES_PX:
        raise NotFound
    response = Response(icon(size_px, maskable=shape == "maskable"), mimetype="image/png")
    response.headers["Cache-Control"] = f"public, max-age={ONE_YEAR_S}"
    return response


@pages.get("/api/v1/directory")
@allow(anyone=True)
def directory_answer() -> Response:
    """Every sign with its place; asked for again it costs nothing while nothing has changed."""
    content = json.dumps(directory(), ensure_ascii=False, separators=(",", ":"))
    response = Response(content, mimetype="application/json")
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response


@pages.get("/offline")
@allow(anyone=True)
def form_without_network() -> Response:
    """The form for any sign, shown by the worker when there is no network.

    A keeper's phone keeps it with the keeper's bar, so it names nobody.
    """
    form = forms.empty_form()
    page = render_template(
        "offline/form.html", max_photos=MAX_PER_REPORT, staff=None, **form_view(form, place=None)
    )
    response = Response(page)
    response.headers["Cache-Control"] = "no-cache"
    return response


@pages.get("/mine")
@allow(anyone=True)
def mine() -> str:
    """What waits on this phone and what was sent from it; the page itself knows nothing of it."""
    return render_template("offline/mine.html")


@pages.get("/form-texts")
@allow(anyone=True)
def form_texts() -> Response:
    """What a form says by itself once its script has loaded; whoever only looks does without."""
    content = {
        "panel": render_template("offline/kept.html"),
        "title": _("Something needs to be corrected"),
        "category": _("Choose what is wrong."),
        "where": _("Tell us where it is."),
        "yes_no": _("Answer yes or no."),
        "life": _("Confirm that nobody is in danger now."),
        "seen": _("Confirm that you have read this."),
        "answer": _("Answer this question."),
        "email": _("This e-mail address looks incomplete."),
        "phone": _("This phone number looks incomplete."),
    }
    response = Response(json.dumps(content, ensure_ascii=False), mimetype="application/json")
    response.headers["Cache-Control"] = f"public, max-age={ONE_HOUR_S}"
    return response


def init_app(app: Flask) -> None:
    """Register the addresses."""
    app.register_blueprint(pages)
