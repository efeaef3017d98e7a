"""Background work: Huey runs what is due, in its own process (`vof worker`).

Its queue lies in a second SQLite file beside the first, so that its locks do not meet ours, or in
tables of its own in PostgreSQL. What must not be lost lies in the outbox; the queue only says that
there is something.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from flask import Flask, current_app
from huey import Huey, PostgresHuey, SqliteHuey, crontab
from psycopg.errors import UniqueViolation
from sqlalchemy.engine import make_url

from app import outbox, targets
from app.config import Settings
from app.database import db
from app.desk import bulk
from app.handed_over import beside
from app.keepers.printing import print_waiting_orders
from app.mailbox.imap import read_mailbox
from app.notices import handlers as notices
from app.open311 import fetching, handing_over, media
from app.outbox import Handlers
from app.personal import retention
from app.reports import escalation

log = logging.getLogger(__name__)

HANDLERS: Handlers = {
    **notices.HANDLERS,
    media.KIND: media.fetch_photo,
    targets.MESSAGE: handing_over.send,
    fetching.KIND: fetching.fetch,
}

# One may be busy with a large print order while the others send.
WORKERS = 3
# Whoever is sending a report goes before the letters about those that have arrived.
NICENESS = 10
# How long the worker may sleep when it has seen no work for a while; on SQLite it has to look.
LONGEST_SLEEP_S = 1.0


@dataclass(frozen=True, slots=True)
class Work:
    """The queue, and what is put on it by a request."""

    queue: Huey
    send_outbox: Callable[[], Any]
    print_signs: Callable[[], Any]


def init_app(app: Flask, settings: Settings) -> None:
    """Prepare the queue; it is opened when it is first needed."""
    app.extensions["work"] = cache(lambda: _open(app, settings.database_url))
    outbox.init_app(
        app, lambda: app.extensions["work"]().send_outbox(), beside(settings.database_url)
    )
    app.extensions["wake_printer"] = lambda: app.extensions["work"]().print_signs()


def queue() -> Huey:
    """The queue of this application, with its periodic work."""
    work: Work = current_app.extensions["work"]()
    return work.queue


def run_worker() -> None:
    """Run the background work until stopped."""
    os.nice(NICENESS)
    consumer = queue().create_consumer(
        workers=WORKERS, max_delay=LONGEST_SLEEP_S, check_worker_health=True
    )
    consumer.run()


def _open(app: Flask, database_url: str) -> Work:
    url = make_url(database_url)
    opened: Huey
    if url.get_backend_name() == "sqlite":
        opened = SqliteHuey("vof", filename=f"{url.database}-queue")
    else:
        dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
        opened = _queue_in_postgresql(dsn)
    for rule in retention.RULES:
        name = rule.carry_out.__name__
        _every(app, opened, crontab(minute=str(rule.minute)), rule.run, name)
    if app.extensions["settings"].mailbox_url:
        _each_minute(app, opened, read_mailbox)
    _every(app, opened, crontab(minute="*/10"), fetching.ask_targets)
    _every(app, opened, crontab(hour="3", minute="25"), bulk.forget_old_deeds)
    # Six or seven in the morning in Norway, before the units begin their day.
    _every(app, opened, crontab(hour="5", minute="5"), escalation.escalate_late_reports)
    drain = partial(outbox.drain, HANDLERS)
    return Work(
        opened,
        _woken(app, opened, "send_outbox", "sweep_outbox", drain),
        _woken(app, opened, "print_signs", "sweep_print_orders", print_waiting_orders),
    )


def _queue_in_postgresql(dsn: str) -> Huey:
    try:
        return PostgresHuey("vof", dsn=dsn)
    except UniqueViolation:
        # Another process has made its tables at the same moment; IF NOT EXISTS does not keep them
        # apart, and a background worker must not end for it.
        return PostgresHuey("vof", dsn=dsn)


def _every(
    app: Flask, opened: Huey, when: Any, work: Callable[[], int], name: str | None = None
) -> None:
    """Run a piece of housekeeping at its time, in a transaction of its own."""

    def run() -> None:
        with app.app_context():
            count = work()
            db.session.commit()
            log.info("%s: %d", name or work.__name__, count)

    opened.periodic_task(when, name=name or work.__name__)(run)


def _each_minute(app: Flask, opened: Huey, work: Callable[[], int]) -> None:
    """Work that commits by itself, and is told of when there was any."""

    def run() -> None:
        with app.app_context():
            if count := work():
                log.info("%s: %d", work.__name__, count)

    opened.periodic_task(crontab(), name=work.__name__)(run)


def _woken(
    app: Flask, opened: Huey, name: str, sweep: str, work: Callable[[], int]
) -> Callable[[], Any]:
    """Work that is done when woken; and each minute, for what waits and for lost wake-ups."""

    def run() -> None:
        with app.app_context():
            work()

    opened.periodic_task(crontab(), name=sweep)(run)
    wake: Callable[[], Any] = opened.task(name=name)(run)
    # A worker that was ended in the middle of its work may have taken the wake-up with it.
    opened.on_startup(name=name)(wake)
    return wake
