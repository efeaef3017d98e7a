"""What the front-end build made: names of hashed files, the inlined style, and their serving.

`make setup` runs the build (`pwa/build.mjs`), which leaves `pwa/dist/` and its `assets.json`.
"""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from urllib.parse import quote

from flask import Flask
from markupsafe import Markup
from whitenoise import WhiteNoise
from whitenoise.base import Headers

from app.config import ROOT

DIST = ROOT / "pwa" / "dist"
PREFIX = "/static/"
# What may stand in a data: address inside double quotes as it is.
_PLAIN_IN_DATA = "' =:/,;+-.()"


class NotBuilt(Exception):
    """`pwa/dist/` is missing: run `make setup`."""


@cache
def _names() -> dict[str, str]:
    try:
        names: dict[str, str] = json.loads((DIST / "assets.json").read_text("utf-8"))
    except FileNotFoundError:
        raise NotBuilt("pwa/dist/ is missing: run make setup") from None
    return names


def asset_name(name: str) -> str:
    """The file that carries a built file's content, by its plain name, for example `site.js`."""
    return _names()[name]


def asset_url(name: str) -> str:
    """The address of a built file by its plain name."""
    return PREFIX + asset_name(name)


@cache
def inline_style() -> Markup:
    """The style of the resident's pages, small enough to travel inside them."""
    return Markup((DIST / _names()["resident.css"]).read_text("utf-8"))  # noqa: S704 - our own build


@cache
def inline_style_hash() -> str:
    """The source expression that lets the policy accept exactly this style."""
    digest = hashlib.sha256(inline_style().encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


@cache
def inline_icon() -> Markup:
    """The icon as an address of its own content: smaller than the headers of a file would be."""
    content = (DIST / _names()["icon.svg"]).read_text("utf-8").replace('"', "'")
    return Markup(f"data:image/svg+xml,{quote(content.strip(), safe=_PLAIN_IN_DATA)}")  # noqa: S704


def init_app(app: Flask, headers: dict[str, str]) -> None:
    """Serve the built files, compressed by the build, kept for ever under their hashed names.

    Args:
        app: the application they belong to.
        headers: what every answer carries (`app.headers`).
    """

    def add_headers(file_headers: Headers, _path: str, _url: str) -> None:
        for name, value in headers.items():
            file_headers[name] = value

    hashed = {PREFIX + name for name in _names().values()}
    files = WhiteNoise(
        app.wsgi_app,
        root=str(DIST),
        prefix=PREFIX,
        immutable_file_test=lambda _path, url: url in hashed,
        add_headers_function=add_headers,
        allow_all_origins=False,
    )
    app.wsgi_app = files  # type: ignore[method-assign]
    inlined = {"inline_css": inline_style(), "inline_icon": inline_icon()}
    app.context_processor(lambda: {"asset": asset_url, **inlined})
