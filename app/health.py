"""Whether the server is alive, and whether what it needs can be reached."""

from __future__ import annotations

import logging

from flask import Blueprint, Response
from sqlalchemy import text

from app.database import session
from app.jobs import queue
from app.permissions import allow
from app.reports.photo_store import photo_store

log = logging.getLogger(__name__)
health = Blueprint("health", __name__)


@health.get("/healthz")
@allow(anyone=True)
def alive() -> Response:
    """This process answers."""
    return Response("ok\n", mimetype="text/plain")


@health.get("/readyz")
@allow(anyone=True)
def ready() -> Response:
    """The database, the photo store and the queue can be reached; 503 names what cannot."""
    checks = {"database": _ask_database, "photos": photo_store().check, "queue": _ask_queue}
    lines = []
    for name, check in checks.items():
        try:
            check()
        except Exception:
            # Any failure means the same here: not ready. The log has the whole of it.
            log.exception("%s cannot be reached", name)
            lines.append(f"{name}: unreachable")
        else:
            lines.append(f"{name}: ok")
    status = 503 if any("unreachable" in line for line in lines) else 200
    return Response("\n".join(lines) + "\n", status, mimetype="text/plain")


def _ask_queue() -> None:
    queue().pending_count()


def _ask_database() -> None:
    session().execute(text("SELECT 1"))
