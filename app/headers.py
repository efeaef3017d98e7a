"""Headers every response carries: what the browser may load, keep and tell others."""

from __future__ import annotations

from flask import Flask, Response
from flask_login import current_user

from app.assets import inline_style_hash
from app.config import Settings

ONE_YEAR_S = 365 * 24 * 3600


def init_app(app: Flask, settings: Settings) -> None:
    """Add the headers to every answer of the application."""
    headers = security_headers(settings)

    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers.extend(headers)
        response.vary.add("Accept-Language")
        if "Cache-Control" not in response.headers:
            # A page may be kept for offline use but is asked for anew; a signed-in one is not kept.
            # Whether the account is active would be asked of the database once more.
            private = current_user and not current_user.is_anonymous
            response.headers["Cache-Control"] = "private, no-store" if private else "no-cache"
        return response


def security_headers(settings: Settings) -> dict[str, str]:
    """The headers that are the same on pages, answers of the API and files."""
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        # A hash and not a nonce: a nonce would be frozen into the page an offline phone keeps.
        "style-src": f"'self' '{inline_style_hash()}'",
        "img-src": "'self' data: blob:",
        "connect-src": "'self'",
        "manifest-src": "'self'",
        "worker-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    headers = {
        "Content-Security-Policy": "; ".join(f"{key} {value}" for key, value in policy.items()),
        "X-Content-Type-Options": "nosniff",
        # Not no-referrer: that would make a native form post send "Origin: null".
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Permissions-Policy": "geolocation=(self), camera=(self), microphone=(), payment=()",
    }
    if settings.public_url.startswith("https://") and not settings.demo:
        headers["Strict-Transport-Security"] = f"max-age={ONE_YEAR_S}"
    return headers
