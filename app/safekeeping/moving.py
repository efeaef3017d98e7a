"""Moving the register to another database: every table copied, counted and compared.

Everything is written in one transaction of the new database, which is kept only when both sides
have come to the same counts and checksums. The old database is read and not changed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from alembic.command import upgrade
from alembic.config import Config
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    String,
    Table,
    bindparam,
    func,
    insert,
    inspect,
    or_,
    select,
    text,
)

from app.audit import AuditEntry
from app.config import ROOT
from app.database import now
from app.safekeeping.alone import demand_nobody_else
from app.safekeeping.refusal import Refused
from app.safekeeping.tables import (
    BATCH,
    all_tables,
    checksum,
    count_rows,
    open_database,
    own_columns,
    revision_of,
    rows_of,
)

# As many places are named as fit on a screen.
MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class Moved:
    """A table as both databases have it."""

    table: str
    rows: int
    checksum: str


def move_database(source_url: str, target_url: str, tell: Callable[[Moved], None]) -> None:
    """Copy the register into an empty database and make sure that it has arrived.

    Args:
        source_url: where it is.
        target_url: where it shall be; tables are made there.
        tell: hears of each table once it is known to be the same on both sides.

    Raises:
        Refused: one of the two is in use, the old one is not up to date, the new one is not empty,
            a text is too long for it, or the two differ in the end. Nothing is kept then.
    """
    with _opened(source_url) as source, _opened(target_url) as target:
        for engine in (source, target):
            demand_nobody_else(engine)
        _migrate(target)
        # On SQLite reading holds the lock of those who write, so that nothing is added meanwhile.
        with source.connect() as here, target.begin() as there:
            if revision_of(here) != revision_of(there):
                raise Refused("The database is not up to date: run `vof prepare` on it first.")
            _demand_empty(there)
            _demand_fitting(here, there)
            for table in all_tables():
                _copy(table, here, there)
            for table in all_tables():
                _link(table, here, there)
                _go_on_counting(table, here, there)
            for table in all_tables():
                tell(_compare(table, here, there))
        with target.begin() as there:
            there.execute(insert(AuditEntry).values(_note(source)))
            # So that its first searches are planned as well as later ones.
            there.exec_driver_sql("ANALYZE")


def _note(source: Engine) -> dict[str, Any]:
    """A line of the log; JSON is written as text here."""
    details = json.dumps({"from": source.dialect.name})
    return {
        "at": now(),
        "action": "database_moved",
        "subject": "deployment",
        "details": details,
    }


@contextmanager
def _opened(url: str) -> Iterator[Engine]:
    engine = open_database(url)
    try:
        yield engine
    finally:
        engine.dispose()


def _migrate(engine: Engine) -> None:
    config = Config(ROOT / "migrations" / "alembic.ini")
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["engine"] = engine
    upgrade(config, "head")


def _demand_empty(there: Connection) -> None:
    filled = [table.name for table in all_tables() if count_rows(there, table)]
    if filled:
        raise Refused(f"The new database is not empty: {', '.join(filled)} have rows.")


def _demand_fitting(here: Connection, there: Connection) -> None:
    """SQLite takes texts of any length; PostgreSQL keeps to what the models say."""
    if there.dialect.name == "sqlite":
        return
    found = [place for table in all_tables() for place in _too_long(table, here)]
    if found:
        raise Refused(f"Too long for the new database: {', '.join(found[:MOST_NAMED])}.")


def _too_long(table: Table, here: Connection) -> Iterator[str]:
    key = next(iter(table.primary_key.columns))
    for column in own_columns(table):
        if isinstance(column.type, String) and column.type.length:
            too_long = func.length(column) > column.type.length
            for (row,) in here.execute(select(key).where(too_long).limit(MOST_NAMED)):
                yield f"{table.name}.{column.name} of row {row}"


def _copy(table: Table, here: Connection, there: Connection) -> None:
    later = {column.name for column in _linked_later(table)}
    for rows in rows_of(here, table):
        written = [
            {name: None if name in later else value for name, value in row.items()} for row in rows
        ]
        there.execute(table.insert(), written)


def _linked_later(table: Table) -> Sequence[Column[Any]]:
    """Columns that point to a row which may come later: in this table, or around a circle."""
    order = {one.name: position for position, one in enumerate(all_tables())}
    return [
        column
        for column in own_columns(table)
        if any(order[key.column.table.name] >= order[table.name] for key in column.foreign_keys)
    ]


def _link(table: Table, here: Connection, there: Connection) -> None:
    """Fill in what points to rows that were not there yet."""
    later = _linked_later(table)
    if not later:
        return
    keys = list(table.primary_key.columns)
    pointing = select(*keys, *later).where(or_(*(column.is_not(None) for column in later)))
    found = here.execution_options(yield_per=BATCH).execute(pointing)
    change = (
        table.update()
        .where(*(key == bindparam(f"key_{key.name}") for key in keys))
        .values({column.name: bindparam(f"new_{column.name}") for column in later})
    )
    for rows in found.mappings().partitions(BATCH):
        there.execute(
            change,
            [
                {f"key_{key.name}": row[key.name] for key in keys}
                | {f"new_{column.name}": row[column.name] for column in later}
                for row in rows
            ],
        )


def _go_on_counting(table: Table, here: Connection, there: Connection) -> None:
    """Let the next row get an id that no row has had: an outbox id may stand in mails sent."""
    key = table.autoincrement_column
    if key is None:
        return
    last = max(here.scalar(select(func.max(key))) or 0, _last_given(table, key, here))
    if not last:
        return
    if there.dialect.name == "postgresql":
        sequence = func.pg_get_serial_sequence(table.name, key.name)
        there.execute(select(func.setval(sequence, last)))
    elif table.dialect_options["sqlite"]["autoincrement"]:
        names = {"name": table.name, "last": last}
        there.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), names)
        there.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"), names)


def _last_given(table: Table, key: Column[Any], here: Connection) -> int:
    """The last id that was given, its row perhaps being deleted since."""
    if here.dialect.name == "sqlite":
        if not inspect(here).has_table("sqlite_sequence"):
            return 0
        known = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
        return here.scalar(known, {"name": table.name}) or 0
    sequence = "CAST(pg_get_serial_sequence(:name, :key) AS regclass)"
    last = text(f"SELECT pg_sequence_last_value({sequence})")
    return here.scalar(last, {"name": table.name, "key": key.name}) or 0


def _compare(table: Table, here: Connection, there: Connection) -> Moved:
    sides = [
        Moved(table.name, count_rows(side, table), checksum(side, table)) for side in (here, there)
    ]
    if sides[0] != sides[1]:
        counts = " and ".join(str(side.rows) for side in sides)
        raise Refused(f"{table.name} differs ({counts} rows). Nothing was kept.")
    return sides[1]
