"""Rows in every table of the models, with something in every column: what a table that somebody
adds tomorrow gets without anybody thinking of it.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import JSON, Boolean, Column, Date, Float, Integer, LargeBinary, String, Table, Uuid

from app.database import Base, UtcDateTime, open_engine

# In tables that the demo leaves alone and in those it fills, ids that it does not reach.
FIRST_ID = 900_001
ROWS = 3
# Of two columns a row has exactly one.
EITHER_OR = {"targets": ("unit_id", "category_id")}


def fill_every_table(file: Path) -> None:
    """Add three rows to each table of a SQLite register: full, empty where that may be, and full.

    A row points to the next one of the other table, so that some point to what comes after them.
    """
    with opened(file) as connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("BEGIN IMMEDIATE")
        for table in Base.metadata.tables.values():
            for number in range(ROWS):
                _add(connection, table, number)
        connection.execute("COMMIT")
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


@contextmanager
def opened(file: Path) -> Iterator[sqlite3.Connection]:
    """A SQLite register with the functions that its triggers call."""
    engine = open_engine(f"sqlite:///{file}")
    connection = engine.raw_connection()
    try:
        driver: Any = connection.driver_connection
        yield driver
    finally:
        connection.close()
        engine.dispose()


def _add(connection: sqlite3.Connection, table: Table, number: int) -> None:
    row = {
        column.name: _value(column, number)
        for column in table.columns
        if column.computed is None and _is_given(table.name, column, number)
    }
    names = ", ".join(row)
    marks = ", ".join("GeomFromEWKT(?)" if _is_geometry(table, name) else "?" for name in row)
    connection.execute(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", list(row.values()))


def _is_given(table_name: str, column: Column[Any], number: int) -> bool:
    pair = EITHER_OR.get(table_name, ())
    if column.name in pair:
        return column.name == pair[number % 2]
    return not (column.nullable and number == 1)


def _is_geometry(table: Table, name: str) -> bool:
    return isinstance(table.columns[name].type, Geometry)


def _value(column: Column[Any], number: int) -> Any:
    kind = column.type
    if column.foreign_keys:
        return FIRST_ID + (number + 1) % ROWS
    if column.primary_key and isinstance(kind, Integer):
        return FIRST_ID + number
    if isinstance(kind, Geometry):
        return _SHAPES[kind.geometry_type]
    if isinstance(kind, Uuid):
        return uuid.uuid5(uuid.NAMESPACE_URL, f"{column}{number}").hex
    if isinstance(kind, UtcDateTime):
        return datetime(2026, 3, 29, 1, number, 59, 123456, UTC).replace(tzinfo=None).isoformat(" ")
    for of, value in _VALUES.items():
        if isinstance(kind, of):
            return value(number, column)
    raise AssertionError(f"tests/filler.py knows no value for {column} ({kind!r})")


_SHAPES = {
    "POINT": "SRID=4326;POINT(5.733333333333333 58.96975312345679)",
    "MULTIPOLYGON": "SRID=4326;MULTIPOLYGON(((5.7 58.9, 5.8 58.9, 5.8 59.1, 5.7 58.9)))",
}
_VALUES: dict[Any, Any] = {
    Boolean: lambda number, _column: number % 2,
    Date: lambda number, _column: date(2026, 2, 28 - number).isoformat(),
    Integer: lambda number, _column: 40 + number,
    Float: lambda number, _column: 0.1 + number,
    LargeBinary: lambda number, _column: bytes([number, 0, 255]),
    JSON: lambda number, _column: ['{"b": 1.0, "a": "æ"}', "null", "[]"][number],
    # Texts that are keys differ from row to row; a ' and a \\ are written as they are.
    String: lambda number, column: f"{number}æ'\\{column.name}"[: column.type.length],
}
