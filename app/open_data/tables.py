"""From lines of the database to the two published tables, as GeoParquet files.

DuckDB joins and sorts, and takes to the disk what does not fit into a small memory: a million
reports need no more than ten thousand.
"""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyproj

from app.geo import FIELD_LAT, FIELD_LON
from app.languages import OSLO
from app.open_data import source
from app.open_data.records import (
    AROUND_DAYS,
    BANDS,
    COLLECTIONS,
    FEWEST_AROUND,
    Bounds,
    Collection,
    names_of,
)

MEMORY = "256MB"
THREADS = 2
_ROWS_IN_GROUP = 50_000
_STEPS = " ".join(f"WHEN follower_count >= {least} THEN '{name}'" for least, name in BANDS)

# Days are those of the calendar in Norway; what is open is late as of the moment that is asked for.
# The last column counts how many came from the same place, or field, within a year before or after:
# a report that was alone there points at whoever lives there.
_LINES = f"""
CREATE TABLE lines AS
SELECT *, {FEWEST_AROUND} <= count(*) OVER (
    PARTITION BY place_id, area_lon, area_lat ORDER BY received
    RANGE BETWEEN INTERVAL {AROUND_DAYS} DAY PRECEDING AND INTERVAL {AROUND_DAYS} DAY FOLLOWING
) AS is_told
FROM (
    SELECT id, category_id, unit_id, place_id, status, channel,
        CAST(received_at AT TIME ZONE '{OSLO.key}' AS DATE) AS received,
        CAST(closed_at AT TIME ZONE '{OSLO.key}' AS DATE) AS closed,
        CASE
            WHEN closed_at IS NOT NULL THEN closed_at > due_at
            ELSE waiting_since IS NULL AND due_at < $moment
        END AS overdue,
        CASE {_STEPS} END AS followers,
        round(area_x * {FIELD_LON}, 2) AS area_lon,
        round(area_y * {FIELD_LAT}, 2) AS area_lat
    FROM report_lines
)
"""  # noqa: S608 - the numbers are ours
_REPORTS = """
CREATE TABLE reports AS
SELECT r.id, r.received, r.closed, r.status, r.overdue,
    c.code AS category, c.nb AS category_nb, c.nn AS category_nn, c.en AS category_en,
    u.name AS unit, r.channel, r.followers,
    p.id AS place_id, p.name AS place, k.code AS place_kind, p.district,
    CASE
        WHEN p.lon IS NOT NULL THEN 'place'
        WHEN r.is_told AND r.area_lon IS NOT NULL THEN 'area'
    END AS position_accuracy,
    coalesce(p.lon, CASE WHEN r.is_told THEN r.area_lon END) AS lon,
    coalesce(p.lat, CASE WHEN r.is_told THEN r.area_lat END) AS lat
FROM lines r
JOIN category_lines c ON c.id = r.category_id
JOIN unit_lines u ON u.id = r.unit_id
LEFT JOIN place_lines p ON p.id = r.place_id AND r.is_told
LEFT JOIN kind_lines k ON k.id = p.kind_id
"""
_PLACES = """
CREATE TABLE places AS
SELECT p.id, p.name, k.code AS kind, k.nb AS kind_nb, k.nn AS kind_nn, k.en AS kind_en,
    p.district, p.approximate, p.lon, p.lat
FROM place_lines p JOIN kind_lines k ON k.id = p.kind_id WHERE p.listed
"""


def write_tables(folder: Path, moment: datetime) -> None:
    """Write `reports.parquet` and `places.parquet`.

    Args:
        folder: is empty, and holds nothing else afterwards.
        moment: for which the lines hold.
    """
    work = folder / "work"
    work.mkdir()
    with open_duckdb(work, str(work / "tables.duckdb")) as tables:
        # The reports first: what they name is there whenever it is read after them.
        _load(tables, work, "report_lines", source.REPORT_COLUMNS, source.report_lines())
        _load(tables, work, "category_lines", source.NAMED_COLUMNS, source.category_lines())
        _load(tables, work, "unit_lines", source.UNIT_COLUMNS, source.unit_lines())
        _load(tables, work, "kind_lines", source.NAMED_COLUMNS, source.kind_lines())
        _load(tables, work, "place_lines", source.PLACE_COLUMNS, source.place_lines())
        tables.execute(_LINES, {"moment": moment})
        tables.execute(_REPORTS)
        tables.execute(_PLACES)
        for collection in COLLECTIONS.values():
            rows = f"SELECT {names_of(collection.fields)} FROM {collection.id}"  # noqa: S608
            write_parquet(tables, collection, rows, folder / f"{collection.id}.parquet")
    shutil.rmtree(work)


def open_duckdb(spill: Path, database: str = ":memory:") -> duckdb.DuckDBPyConnection:
    """A connection that stays small, fetches nothing from elsewhere and puts spill in a folder."""
    connection = duckdb.connect(
        database,
        config={
            "memory_limit": MEMORY,
            "threads": THREADS,
            "temp_directory": str(spill),
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )
    # Times without a zone, as SQLite has them, are in UTC.
    return connection.execute("SET TimeZone = 'UTC'")


def _load(
    tables: duckdb.DuckDBPyConnection,
    work: Path,
    name: str,
    columns: Mapping[str, str],
    lines: Iterable[tuple[Any, ...]],
) -> None:
    """By way of a file: row by row into DuckDB a million lines took minutes."""
    file = work / f"{name}.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(lines)
    typed = ", ".join(f"'{column}': '{kind}'" for column, kind in columns.items())
    tables.execute(
        f"CREATE TABLE {name} AS SELECT * FROM read_csv(?, header = false, delim = ',',"  # noqa: S608
        f" quote = '\"', escape = '\"', auto_detect = false, nullstr = '',"
        f" columns = {{{typed}}})",
        [str(file)],
    )
    file.unlink()


def write_parquet(
    tables: duckdb.DuckDBPyConnection, collection: Collection, rows: str, file: Path
) -> None:
    """Rows of a collection, which SQL of ours gives, as GeoParquet 1.1 in the order of its key."""
    bounds = read_bounds(tables, rows)
    point = "('POINT(' || lon || ' ' || lat || ')')::GEOMETRY"
    tables.execute(
        f"COPY (SELECT *, CASE WHEN lon IS NOT NULL THEN ST_AsWKB({point}) END AS geometry"  # noqa: S608
        f" FROM ({rows}) ORDER BY {in_order(collection)}) TO {in_quotes(str(file))}"
        f" (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_ROWS_IN_GROUP},"
        f" KV_METADATA {{geo: {in_quotes(json.dumps(_geo(bounds)))}}})"
    )


def in_order(collection: Collection) -> str:
    """How a collection is sorted, as SQL."""
    direction = " DESC" if collection.newest_first else ""
    return ", ".join(f"{name}{direction}" for name in collection.key)


def read_bounds(tables: duckdb.DuckDBPyConnection, rows: str) -> Bounds | None:
    """West, south, east and north of rows; None where no row has a position."""
    found = tables.execute(
        f"SELECT min(lon), min(lat), max(lon), max(lat) FROM ({rows})"  # noqa: S608
    ).fetchone()
    return found if found and found[0] is not None else None


# The column is what GeoParquet calls WKB. DuckDB would write the header of version 1.0.
def _geo(bounds: Bounds | None) -> dict[str, Any]:
    longitude_first = pyproj.CRS.from_user_input("OGC:CRS84").to_json_dict()
    column = {"encoding": "WKB", "geometry_types": ["Point"], "crs": longitude_first}
    if bounds:
        column["bbox"] = list(bounds)
    return {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}


def in_quotes(text: str) -> str:
    """A text of ours as SQL has it, where no value can be handed over."""
    return "'" + text.replace("'", "''") + "'"
