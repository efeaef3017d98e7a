"""The shell of the crew's app: the page its worker serves without network, and its manifest.

Nothing in them belongs to anybody, so a tablet may keep them while nobody is signed in.
"""

from __future__ import annotations

from flask import Flask, Response, json, render_template, request, url_for

from app.assets import DIST, asset_name, asset_url
from app.crew.pages import pages
from app.crew.texts import texts
from app.languages import gettext as _
from app.languages import language
from app.permissions import allow
from app.places.municipality import municipality

ONE_HOUR_S = 3600
JAVASCRIPT = "text/javascript"
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
    response = Response((DIST / asset_name("crew-worker.js")).read_bytes(), mimetype=JAVASCRIPT)
    response.headers["Cache-Control"] = "no-cache"
    # By itself it would reach only what lies below its own folder, and not `/crew`.
    response.headers["Service-Worker-Allowed"] = "/crew"
    response.set_etag(asset_name("crew-worker.js"))
    response.make_conditional(request)
    return response


@pages.get("/manifest.webmanifest")
@allow(anyone=True)
def manifest() -> Response:
    """What the home screen of a tablet is told."""
    content = {
        "id": "/crew",
        "name": _("Crew – %(municipality)s", municipality=municipality().name),
        "short_name": _("Crew"),
        "lang": language(),
        "start_url": f"/crew?lang={language()}",
        "scope": "/crew",
        "display": "standalone",
        "theme_color": GREEN,
        "background_color": "#ffffff",
        "icons": [
            {"src": asset_url("icon.svg"), "sizes": "any", "type": "image/svg+xml"},
            *(_icon(size, purpose) for size in (192, 512) for purpose in _SHAPES),
        ],
        "shortcuts": [
            {"name": _("Scan a sign"), "url": f"/crew?lang={language()}#scan"},
            {"name": _("New fault"), "url": f"/crew?lang={language()}#new"},
        ],
    }
    response = Response(json.dumps(content), mimetype="application/manifest+json")
    response.headers["Cache-Control"] = f"public, max-age={ONE_HOUR_S}"
    return response


_SHAPES = {"any": "icon", "maskable": "maskable"}


def _icon(size_px: int, purpose: str) -> dict[str, str]:
    return {
        "src": url_for("offline.icon_picture", shape=_SHAPES[purpose], size_px=size_px),
        "sizes": f"{size_px}x{size_px}",
        "type": "image/png",
        "purpose": purpose,
    }


def init_app(app: Flask) -> None:
    """Let the pages of the crew carry the app's sentences."""
    app.jinja_env.globals["crew_texts"] = texts
