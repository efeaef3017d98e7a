"""Features of a snapshot: a page at a time by key, each as the text that it has in GeoJSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.open_data.downloads import feature
from app.open_data.ogc_arguments import Wanted
from app.open_data.records import Collection
from app.open_data.snapshots import Snapshot
from app.open_data.tables import in_order


@dataclass(frozen=True, slots=True)
class Page:
    """Some features, how many there are in all, and the key to go on with where there are more."""

    features: list[str]
    matched: int
    after: str | None


def list_features(snapshot: Snapshot, collection: Collection, wanted: Wanted) -> Page:
    """A page of what is wanted."""
    conditions, values = _conditions(collection, wanted)
    rows = snapshot.rows(collection)
    where = _where(conditions)
    ((matched,),) = snapshot.ask(f"SELECT count(*) FROM {rows}{where}", values)  # noqa: S608
    if wanted.after:
        condition, key = _beyond(collection, wanted.after)
        conditions, values = [*conditions, condition], [*values, *key]
    order = f"ORDER BY {in_order(collection)}"
    # One more than wanted tells whether there is a next page. Chosen first and written as text
    # then: the other way round a hundred thousand texts were made and all but a page thrown away.
    chosen = f"SELECT * FROM {rows}{_where(conditions)} {order} LIMIT {wanted.limit + 1}"  # noqa: S608
    keys = ", ".join(collection.key)
    query = f"SELECT {keys}, {feature(collection)} FROM ({chosen}) {order}"  # noqa: S608
    found = snapshot.ask(query, values)
    shown = found[: wanted.limit]
    after = ".".join(map(str, shown[-1][:-1])) if len(found) > len(shown) else None
    return Page([row[-1] for row in shown], matched, after)


def find_feature(snapshot: Snapshot, collection: Collection, feature_id: str) -> str | None:
    """One feature by its id; None where there is none, or where that could be nobody's."""
    found = snapshot.ask(
        f"SELECT {feature(collection)} FROM {snapshot.rows(collection)}"  # noqa: S608
        " WHERE CAST(id AS VARCHAR) = ?",
        [feature_id],
    )
    return found[0][0] if found else None


def _where(conditions: list[str]) -> str:
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def _conditions(collection: Collection, wanted: Wanted) -> tuple[list[str], list[Any]]:
    conditions = [f"{name} = ?" for name in wanted.equal]
    values: list[Any] = list(wanted.equal.values())
    if wanted.box:
        west, south, east, north = wanted.box
        sides = "lon BETWEEN ? AND ?" if west <= east else "(lon >= ? OR lon <= ?)"
        conditions += [sides, "lat BETWEEN ? AND ?"]
        values += [west, east, south, north]
    # What has no time is there at any time.
    if collection.day and wanted.first:
        conditions.append(f"{collection.day} >= ?")
        values.append(wanted.first)
    if collection.day and wanted.last:
        conditions.append(f"{collection.day} <= ?")
        values.append(wanted.last)
    return conditions, values


def _beyond(collection: Collection, after: tuple[Any, ...]) -> tuple[str, list[Any]]:
    """What comes after a key. The first part alone as well: by it DuckDB skips most of the file."""
    if not collection.newest_first:
        return f"{collection.key[0]} > ?", list(after)
    day, name = collection.key
    condition = f"{day} <= ? AND ({day} < ? OR {name} < ?)"
    return condition, [after[0], after[0], after[1]]
