"""Spatial indexes, made by the migrations: GiST on PostGIS, R*Tree with triggers on SQLite."""

from __future__ import annotations

from alembic.operations import Operations

_TRIGGERS = {
    "insert": "AFTER INSERT ON {table} WHEN NEW.{column} IS NOT NULL BEGIN {add} END",
    "update": "AFTER UPDATE OF {column} ON {table} BEGIN {remove} {add} END",
    "delete": "AFTER DELETE ON {table} BEGIN {remove} END",
}
_ADD = (
    "INSERT INTO {index} SELECT NEW.id, ST_MinX(NEW.{column}), ST_MaxX(NEW.{column}),"
    " ST_MinY(NEW.{column}), ST_MaxY(NEW.{column}) WHERE NEW.{column} IS NOT NULL;"
)
_REMOVE = "DELETE FROM {index} WHERE pkid = OLD.id;"


def index_name(table: str, column: str) -> str:
    """The name of the spatial index of a column, the same on both databases."""
    return f"idx_{table}_{column}"


def create_spatial_index(op: Operations, table: str, column: str) -> None:
    """Index a geometry column of a table whose primary key is the integer `id`."""
    index = index_name(table, column)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"CREATE INDEX {index} ON {table} USING gist ({column})")
        return
    op.execute(f"CREATE VIRTUAL TABLE {index} USING rtree(pkid, xmin, xmax, ymin, ymax)")
    names = {"table": table, "column": column, "index": index}
    actions = {"add": _ADD.format(**names), "remove": _REMOVE.format(**names)}
    for event, body in _TRIGGERS.items():
        op.execute(f"CREATE TRIGGER {index}_{event} {body.format(**names, **actions)}")


def drop_spatial_index(op: Operations, table: str, column: str) -> None:
    """The way back; on SQLite the triggers go with their table."""
    index = index_name(table, column)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"DROP INDEX {index}")
        return
    for event in _TRIGGERS:
        op.execute(f"DROP TRIGGER {index}_{event}")
    op.execute(f"DROP TABLE {index}")


def is_spatial_bookkeeping(name: str | None, kind: str) -> bool:
    """Whether a reflected table or index belongs to a spatial index and not to the models."""
    if name is None:
        return False
    is_index_part = name.startswith("idx_") and kind in {"index", "table"}
    return is_index_part or name in {"geometry_columns", "spatial_ref_sys"}
