"""Whole files: GeoJSON, CSV and GeoParquet, each written when it is first asked for."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import duckdb

from app.open_data.records import Collection, Field, names_of
from app.open_data.snapshots import RETRY_AFTER_S, WAIT_S, Snapshot
from app.open_data.tables import in_order, in_quotes, write_parquet
from app.open_data.turns import turn
from app.problems import NotMadeYet

LICENCE = "http://data.norge.no/nlod/no/2.0"
_ROWS_AT_ONCE = 2_000
_GZIP_LEVEL = 5
_PIECE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Form:
    """A format. Text is kept packed; GeoParquet is packed by itself."""

    name: str
    title: str
    mimetype: str
    packed: bool = True


FORMS = {
    one.name: one
    for one in (
        Form("geojson", "GeoJSON", "application/geo+json"),
        Form("csv", "CSV", "text/csv"),
        Form("parquet", "GeoParquet", "application/vnd.apache.parquet", packed=False),
    )
}


def file_of(snapshot: Snapshot, collection: Collection, form: Form, year: int | None) -> Path:
    """A file of a snapshot, packed where its format is; written now where it is not there.

    With a year, the reports that were received in it.

    Raises:
        NotMadeYet: somebody else is writing it.
    """
    if form.name == "parquet" and year is None:
        return snapshot.file(collection)
    name = f"{collection.id}-{year or 'all'}.{form.name}"
    file = snapshot.folder / (f"{name}.gz" if form.packed else name)
    if file.exists():
        return file
    with turn(snapshot.folder / f"{name}.turn", WAIT_S) as is_ours:
        if not file.exists():
            if not is_ours:
                raise NotMadeYet(retry_after_s=RETRY_AFTER_S)
            part = file.with_name(f"{uuid4().hex}.part")
            with snapshot.reader.cursor() as cursor:
                _WRITERS[form.name](cursor, collection, _rows(snapshot, collection, year), part)
            part.replace(file)
    return file


def _rows(snapshot: Snapshot, collection: Collection, year: int | None) -> str:
    names = names_of(collection.fields)
    rows = f"SELECT {names} FROM {snapshot.rows(collection)}"  # noqa: S608 - names of ours
    return rows if year is None else f"{rows} WHERE year({collection.day}) = {year:d}"


def unpacked(file: Path) -> Iterator[bytes]:
    """What a packed file holds, piece by piece."""
    with gzip.open(file) as packed:
        while piece := packed.read(_PIECE_BYTES):
            yield piece


def _write_geojson(
    cursor: duckdb.DuckDBPyConnection, collection: Collection, rows: str, file: Path
) -> None:
    head = json.dumps(
        {"type": "FeatureCollection", "name": collection.id, "license": LICENCE, "features": []}
    ).removesuffix("]}")
    cursor.execute(
        f"SELECT {feature(collection)} FROM ({rows}) ORDER BY {in_order(collection)}"  # noqa: S608
    )
    with gzip.open(file, "wb", _GZIP_LEVEL) as out:
        out.write(head.encode())
        between = "\n"
        while found := cursor.fetchmany(_ROWS_AT_ONCE):
            out.write((between + ",\n".join(text for (text,) in found)).encode())
            between = ",\n"
        out.write(b"\n]}\n")


def _write_csv(
    cursor: duckdb.DuckDBPyConnection, collection: Collection, rows: str, file: Path
) -> None:
    cursor.execute(
        f"COPY ({rows} ORDER BY {in_order(collection)}) TO {in_quotes(str(file))}"
        " (FORMAT csv, HEADER, COMPRESSION gzip)"
    )


_WRITERS = {"geojson": _write_geojson, "csv": _write_csv, "parquet": write_parquet}


def feature(collection: Collection) -> str:
    """A record as GeoJSON has it: SQL that gives its text."""
    point = "json_object('type', 'Point', 'coordinates', json_array(lon, lat))"
    return (
        f"json_object('type', 'Feature', 'id', id, 'geometry',"
        f" CASE WHEN lon IS NOT NULL THEN {point} END,"
        f" 'properties', json_object({_pairs(collection.properties)}))"
    )


def _pairs(fields: list[Field]) -> str:
    return ", ".join(f"'{field.name}', {field.name}" for field in fields)
