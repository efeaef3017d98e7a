"""The session, and the rule that a request is a transaction.

`TransactionalFlask.dispatch_request` is the one place that commits. Operations add and flush; they
never commit. The rule and what it cost elsewhere: docs/decisions/0003.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask, Response, has_request_context, request
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, DateTime, Dialect, Engine, MetaData, create_engine, event
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from app.config import ROOT, VAR
from app.geo import sqlite_functions

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# The databases' integers; a larger id in an address is nobody's.
MAX_ID = 2**31 - 1
POSTGRES_STATEMENT_TIMEOUT_MS = 15_000
SQLITE_BUSY_TIMEOUT_MS = 15_000


class Base(DeclarativeBase):
    """Base of all models; named constraints let migrations change them on either database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time in Python; SQLite keeps it without a zone, PostgreSQL with."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone: say which instant is meant")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


db = SQLAlchemy(model_class=Base, disable_autonaming=True)


def session() -> Session:
    """The session of this request or command, typed."""
    return db.session()


def now() -> datetime:
    """This instant, in UTC."""
    return datetime.now(UTC)


class TransactionalFlask(Flask):
    """A Flask whose every request is one transaction.

    The view has returned and its page is rendered before the commit, and nothing is sent before
    it, so nobody is told of work that was not kept.
    """

    def dispatch_request(self) -> Response:
        """Call the view and keep what it did; the one place that commits."""
        try:
            return self._respond()
        except IntegrityError:
            # Two equal requests at once: the loser meets a unique key. Once more from the start it
            # finds the winner's row and answers as the winner did. A second clash is a real one.
            db.session.rollback()
            if request.method in SAFE_METHODS:
                raise
            return self._respond()

    def _respond(self) -> Response:
        response = self.make_response(super().dispatch_request())
        if request.method in SAFE_METHODS:
            db.session.rollback()
        else:
            db.session.commit()
        return response

    def handle_user_exception(self, e: Exception) -> Any:
        """Undo everything before the failure is put into words."""
        db.session.rollback()
        return super().handle_user_exception(e)


def start_over() -> None:
    """Undo what this request has written so far, to write something else in its place.

    For the page that shows a refused form again and keeps the photos that came with it.
    """
    db.session.rollback()


def free_connection() -> None:
    """Give the connection back before something that takes its time.

    For a request that has written nothing so far: a page that waits for somebody outside, a photo
    that is decoded. What it has read is read anew.
    """
    db.session.rollback()


def init_app(app: Flask) -> None:
    """Wire the database and its migrations."""
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = _engine_options(url, POSTGRES_STATEMENT_TIMEOUT_MS)
    db.init_app(app)
    Migrate(app, db, directory=str(ROOT / "migrations"))
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _prepare_sqlite(db.engine)


def open_engine(url: str, **options: Any) -> Engine:
    """An engine for an operator's command, whose statements take as long as they need."""
    engine = create_engine(url, **_engine_options(url, 0), **options)
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
    return engine


def _engine_options(url: str, statement_timeout_ms: int) -> dict[str, Any]:
    if not url.startswith("postgresql"):
        return {}
    # For what a request reads, starting helpers and compiling take longer than they save: the open
    # reports of a unit that hold a word took 143 ms with helpers and 46 without. Nor does a page
    # from here and there cost four of a row, as on the disks that PostgreSQL was made for: a
    # thousand of the reports that were changed in a month took 120 ms so, 75 uncompiled, and 30
    # since they are looked up one by one.
    options = (
        f"-c statement_timeout={statement_timeout_ms} -c timezone=UTC"
        " -c max_parallel_workers_per_gather=0 -c jit=off -c random_page_cost=1.1"
    )
    return {
        "pool_pre_ping": True,
        # pgbouncer in transaction mode cannot follow prepared statements from one server
        # connection to the next.
        "connect_args": {"options": options, "prepare_threshold": None},
    }


def _prepare_sqlite(engine: Engine) -> None:
    if engine.url.database and Path(engine.url.database).parent == VAR:
        VAR.mkdir(exist_ok=True)
    event.listen(engine, "connect", _on_sqlite_connect)
    event.listen(engine, "begin", _on_sqlite_begin)
    event.listen(engine, "checkin", _pass_turn)
    event.listen(engine, "close", _close_turn)


def _on_sqlite_connect(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode=WAL")
    # An accepted report must survive a power cut, which WAL promises only with FULL.
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(f"PRAGMA busy_timeout={SQLITE_BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA foreign_keys=ON")
    # The triggers of the indexes call functions of ours.
    connection.execute("PRAGMA trusted_schema=ON")
    sqlite_functions.register(connection)


def _on_sqlite_begin(connection: Connection) -> None:
    # A transaction that reads first and writes later fails with "database is locked" when another
    # has written between, whatever the timeout; one that will write must queue from the start.
    if has_request_context() and request.method in SAFE_METHODS:
        connection.exec_driver_sql("BEGIN")
        return
    _wait_for_turn(connection)
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _wait_for_turn(connection: Connection) -> None:
    """Writers of all processes take turns on a lock file, asking for it every millisecond.

    SQLite's own waiting sleeps up to 100 ms at a time: with four clients on a busy machine the
    95th percentile was 90-118 ms that way and 57-82 so. After the timeout SQLite decides.
    """
    if "turn" not in connection.info:
        path = f"{connection.engine.url.database}-turn"
        connection.info["turn"] = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    give_up_at = time.monotonic() + SQLITE_BUSY_TIMEOUT_MS / 1000
    while time.monotonic() < give_up_at:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(connection.info["turn"], fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        time.sleep(0.001)


def _pass_turn(_connection: object, record: Any) -> None:
    if "turn" in record.info:
        fcntl.flock(record.info["turn"], fcntl.LOCK_UN)


def _close_turn(_connection: object, record: Any) -> None:
    if "turn" in record.info:
        os.close(record.info.pop("turn"))
