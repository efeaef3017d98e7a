"""Background work: Huey runs what is due, in its own process (`vof worker`).

Its queue lies in a second SQLite file beside the first, so that its locks do not meet ours, or in
tables of its own in PostgreSQL.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache
from typing import Any

from flask import Flask, current_app
from huey import Huey, PostgresHuey, SqliteHuey, crontab
from sqlalchemy.engine import make_url

from app.config import Settings
from app.database import db
from app.reports import housekeeping

log = logging.getLogger(__name__)


def init_app(app: Flask, settings: Settings) -> None:
    """Prepare the queue; it is opened when it is first needed."""
    app.extensions["queue"] = cache(lambda: _open(app, settings.database_url))


def queue() -> Huey:
    """The queue of this application, with its periodic work."""
    opened: Huey = current_app.extensions["queue"]()
    return opened


def _open(app: Flask, database_url: str) -> Huey:
    url = make_url(database_url)
    opened: Huey
    if url.get_backend_name() == "sqlite":
        opened = SqliteHuey("vof", filename=f"{url.database}-queue")
    else:
        dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
        opened = PostgresHuey("vof", dsn=dsn)
    _every(app, opened, crontab(minute="17"), housekeeping.sweep_photos)
    _every(app, opened, crontab(minute="41"), housekeeping.erase_contacts)
    return opened


def _every(app: Flask, opened: Huey, when: Any, work: Callable[[], int]) -> None:
    """Run a piece of housekeeping at its time, in a transaction of its own."""

    def run() -> None:
        with app.app_context():
            count = work()
            db.session.commit()
            log.info("%s: %d", work.__name__, count)

    opened.periodic_task(when, name=work.__name__)(run)
