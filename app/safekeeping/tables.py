"""Every table of the models, counted and summed up alike on both databases.

The tables come from the metadata, never from a list of names: a table that somebody adds is backed
up and moved without anybody thinking of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

import shapely
from alembic.migration import MigrationContext
from geoalchemy2 import WKBElement
from sqlalchemy import (
    JSON,
    Column,
    Computed,
    Connection,
    Engine,
    MetaData,
    Table,
    func,
    inspect,
    select,
)

from app.database import Base, open_engine
from app.geo.columns import SRID

# Rows that are held in memory at a time; the largest hold a place's outline.
BATCH = 1_000
_DIGEST_BITS = 256


@cache
def all_tables() -> tuple[Table, ...]:
    """The tables of the models, each after those it points to where there is no circle.

    JSON is read and written as the text that stands there (`open_database`), so that an empty
    column and one that holds `null` stay what they are.
    """
    copies = MetaData()
    for table in Base.metadata.tables.values():
        for column in table.to_metadata(copies).columns:
            if isinstance(column.type, JSON):
                column.type = JSON(none_as_null=True)
    return tuple(copies.sorted_tables)


def tables_of(connection: Connection) -> list[Table]:
    """Those of the tables that a database has which is perhaps not up to date."""
    there = set(inspect(connection).get_table_names())
    return [table for table in all_tables() if table.name in there]


def open_database(url: str) -> Engine:
    """A database to copy from or to, or to count in."""
    return open_engine(url, json_serializer=_unchanged, json_deserializer=_as_text)


def _unchanged(text: str) -> str:
    return text


def _as_text(text: str | bytes) -> str:
    return text.decode() if isinstance(text, bytes) else text


def own_columns(table: Table) -> list[Column[Any]]:
    """The columns that are written; the database works the others out itself."""
    return [column for column in table.columns if not isinstance(column.computed, Computed)]


def rows_of(connection: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    """All rows of a table by column, in batches."""
    query = select(*own_columns(table)).order_by(*table.primary_key.columns)
    found = connection.execution_options(yield_per=BATCH).execute(query)
    for rows in found.mappings().partitions(BATCH):
        yield [dict(row) for row in rows]


def count_rows(connection: Connection, table: Table) -> int:
    """How many rows a table has."""
    return connection.scalar(select(func.count()).select_from(table)) or 0


def checksum(connection: Connection, table: Table) -> str:
    """One figure for all that stands in a table, whatever database it stands in.

    The digests of the rows are added up, so the order in which a database lists them plays no part.
    """
    total = 0
    is_json = {column.name for column in table.columns if isinstance(column.type, JSON)}
    for rows in rows_of(connection, table):
        for row in rows:
            values = [
                json.loads(value) if value and name in is_json else _canonical(value)
                for name, value in row.items()
            ]
            text = json.dumps(values, sort_keys=True)
            total += int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")
    return f"{total % (1 << _DIGEST_BITS):064x}"


def _canonical(value: Any) -> Any:
    """A value in the one form that both databases agree on."""
    if isinstance(value, WKBElement):
        shape = shapely.set_srid(shapely.from_wkb(value.desc), SRID)
        return shapely.to_wkb(shape, hex=True, include_srid=True, byte_order=1)
    if isinstance(value, datetime | date):
        # Times are in UTC already: `UtcDateTime` sees to it.
        return value.isoformat()
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return value


def revision_of(connection: Connection) -> str | None:
    """The migration a database has come to; None for one without tables."""
    return MigrationContext.configure(connection).get_current_revision()
