"""Unsafe requests from browsers are accepted only from our own pages.

Together with `SameSite=Lax` this replaces form tokens, which a cached or offline form would carry
stale (docs/decisions/0002).
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, request

from app.database import SAFE_METHODS
from app.problems import CrossSite


def init_app(app: Flask) -> None:
    """Check every unsafe request."""
    app.before_request(_check)


def _check() -> None:
    if request.method in SAFE_METHODS or _is_from_here():
        return
    raise CrossSite


def _is_from_here() -> bool:
    fetch_site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if fetch_site is None and origin is None:
        # No browser leaves both out; a script may call where no cookie speaks for it.
        return not request.cookies
    return fetch_site == "same-origin" or (origin is not None and _host(origin) == request.host)


def _host(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""
