"""Many rows at once: COPY on PostgreSQL, one prepared INSERT on SQLite."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import Connection, Table, insert

from app.database import Base, session

Row = dict[str, Any]


def insert_all(model: type[Base], rows: Sequence[Row]) -> None:
    """Insert rows that all have the same columns; geometries as EWKT.

    Row by row through the ORM a million reports took an hour.
    """
    if not rows:
        return
    table: Table = model.__table__  # type: ignore[assignment]
    connection = session().connection()
    if connection.dialect.name == "postgresql":
        _copy(connection, table, rows)
    else:
        connection.execute(insert(table), rows)


def _copy(connection: Connection, table: Table, rows: Iterable[Row]) -> None:
    names = list(next(iter(rows)))
    ways = [(name, _way_in(connection, table.c[name].type)) for name in names]
    cursor = connection.connection.cursor()
    listed = ", ".join(f'"{name}"' for name in names)
    with cursor.copy(f"COPY {table.name} ({listed}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([way(row[name]) if way else row[name] for name, way in ways])


def _way_in(connection: Connection, type_: Any) -> Callable[[Any], Any] | None:
    """How a value of a column becomes what the driver takes; None for as it is."""
    if isinstance(type_, Geometry):
        return None
    way: Callable[[Any], Any] | None = type_.dialect_impl(connection.dialect).bind_processor(
        connection.dialect
    )
    return way
