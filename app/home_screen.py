"""What lets a browser put a part of the house on its home screen: a service worker, a manifest."""

from __future__ import annotations

from typing import Any

from flask import Response, json, request, url_for

from app.assets import DIST, asset_name, asset_url
from app.languages import language

ONE_HOUR_S = 3600
_SIZES_PX = (192, 512)
_SHAPES = {"any": "icon", "maskable": "maskable"}


def worker_script(name: str) -> Response:
    """A built service worker; a browser asks each time whether there is a new one."""
    response = Response((DIST / asset_name(name)).read_bytes(), mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    response.set_etag(asset_name(name))
    response.make_conditional(request)
    return response


def manifest(own: dict[str, Any]) -> Response:
    """What the home screen is told: what is a part's own, and what all of them share."""
    content = own | {
        "lang": language(),
        "display": "standalone",
        "background_color": "#ffffff",
        # The drawing first: a browser that takes it need not fetch a picture three times as large.
        "icons": [
            {"src": asset_url("icon.svg"), "sizes": "any", "type": "image/svg+xml"},
            *(_icon(size, purpose) for size in _SIZES_PX for purpose in _SHAPES),
        ],
    }
    response = Response(json.dumps(content), mimetype="application/manifest+json")
    response.headers["Cache-Control"] = f"public, max-age={ONE_HOUR_S}"
    return response


def _icon(size_px: int, purpose: str) -> dict[str, str]:
    return {
        "src": url_for("offline.icon_picture", shape=_SHAPES[purpose], size_px=size_px),
        "sizes": f"{size_px}x{size_px}",
        "type": "image/png",
        "purpose": purpose,
    }
