"""Whether the server is alive, and whether what it needs can be reached."""

from __future__ import annotations

import logging

from flask import Blueprint, Response, current_app
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app.database import session
from app.jobs import queue
from app.mailbox.queries import find_state
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
    lines += _mailbox()
    status = 503 if any("unreachable" in line for line in lines) else 200
    return Response("\n".join(lines) + "\n", status, mimetype="text/plain")


def _mailbox() -> list[str]:
    """Whether the worker can read the mailbox. Without it reports are received all the same."""
    if not current_app.extensions["settings"].mailbox_url:
        return []
    try:
        state = find_state()
    except OperationalError:
        # That the database is away has been said.
        return []
    since = state.failing_since if state else None
    return [f"mailbox: does not answer since {since:%Y-%m-%d %H:%M}Z" if since else "mailbox: ok"]


def _ask_queue() -> None:
    queue().pending_count()


def _ask_database() -> None:
    session().execute(text("SELECT 1"))
