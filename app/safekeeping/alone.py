"""Whether anybody else is using a database: what is moved or replaced must stand still."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy import Engine, text

from app.safekeeping.refusal import Refused

_STOP = "Stop the server and its worker first (and whatever else has the database open)."


def demand_nobody_else(engine: Engine) -> None:
    """Refuse while another process has the database open.

    Raises:
        Refused
    """
    if engine.dialect.name == "sqlite":
        _demand_free_file(Path(engine.url.database or ""))
        return
    with engine.connect() as connection:
        others = connection.scalar(
            text(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND usename = current_user AND pid <> pg_backend_pid()"
                " AND backend_type = 'client backend'"
            )
        )
    engine.dispose()
    if others:
        raise Refused(f"The database has {others} other connections. {_STOP}")


def _demand_free_file(file: Path) -> None:
    if not file.exists():
        return
    connection = sqlite3.connect(file, timeout=0, isolation_level=None)
    try:
        # Leaving the write-ahead log takes a lock that no other connection can be beside; whoever
        # opens the file next goes back to it.
        connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        raise Refused(f"{file} is in use. {_STOP}") from error
    finally:
        connection.close()
