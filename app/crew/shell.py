"""The shell of the crew's app: the page its worker serves without network, and its manifest.

Nothing in them belongs to anybody, so a tablet may keep them while nobody is signed in.
"""

from __future__ import annotations

from flask import Flask, Response, render_template, request

from app import home_screen
from app.crew.pages import pages
from app.crew.texts import texts
from app.languages import gettext as _
from app.languages import language
from app.permissions import allow
from app.places.municipality import municipality

GREEN = "#0a4a3a"


@pages.get("/shell")
@allow(anyone=True)
def shell() -> Response:
    """The app without anything in it; it reads from the address what it is to show."""
    response = Response(render_template("crew/shell.html"))
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response


@pages.get("/worker.js")
@allow(anyone=True)
def worker() -> Response:
    """The crew's own service worker, for `/crew` and what lies below."""
    response = home_screen.worker_script("crew-worker.js")
    # By itself it would reach only what lies below its own folder, and not `/crew`.
    response.headers["Service-Worker-Allowed"] = "/crew"
    return response


@pages.get("/manifest.webmanifest")
@allow(anyone=True)
def manifest() -> Response:
    """What the home screen of a tablet is told."""
    start = f"/crew?lang={language()}"
    return home_screen.manifest(
        {
            "id": "/crew",
            "name": _("Crew – %(municipality)s", municipality=municipality().name),
            "short_name": _("Crew"),
            "start_url": start,
            "scope": "/crew",
            "theme_color": GREEN,
            "shortcuts": [
                {"name": _("Scan a sign"), "url": f"{start}#scan"},
                {"name": _("New fault"), "url": f"{start}#new"},
            ],
        }
    )


def init_app(app: Flask) -> None:
    """Let the pages of the crew carry the app's sentences."""
    app.jinja_env.globals["crew_texts"] = texts
