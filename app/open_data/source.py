"""What the records are made from, read from the database row by row.

A position without a place is made coarse by the database, so that it comes no nearer than that.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Any, TypeAlias

from flask import current_app
from sqlalchemy import case, func, select, type_coerce
from sqlalchemy.types import NullType

from app.database import session
from app.geo import FIELD_LAT, FIELD_LON
from app.languages import in_language
from app.places.models import Place, PlaceKind, Unit
from app.reports.models import Category, Report
from app.reports.queries import SHOWN

Line: TypeAlias = tuple[Any, ...]

REPORT_COLUMNS = {
    "id": "VARCHAR",
    "category_id": "INTEGER",
    "unit_id": "INTEGER",
    "place_id": "INTEGER",
    "status": "VARCHAR",
    "channel": "VARCHAR",
    "received_at": "TIMESTAMPTZ",
    "closed_at": "TIMESTAMPTZ",
    "due_at": "TIMESTAMPTZ",
    "waiting_since": "TIMESTAMPTZ",
    "follower_count": "INTEGER",
    "area_x": "DOUBLE",
    "area_y": "DOUBLE",
}
NAMED_COLUMNS = {
    "id": "INTEGER",
    "code": "VARCHAR",
    "nb": "VARCHAR",
    "nn": "VARCHAR",
    "en": "VARCHAR",
}
UNIT_COLUMNS = {"id": "INTEGER", "name": "VARCHAR"}
PLACE_COLUMNS = {
    "id": "INTEGER",
    "name": "VARCHAR",
    "kind_id": "INTEGER",
    "district": "VARCHAR",
    "approximate": "BOOLEAN",
    "listed": "BOOLEAN",
    "lon": "DOUBLE",
    "lat": "DOUBLE",
}

_AT_ONCE = 5_000
_ID_BYTES = 12


def report_lines() -> Iterator[Line]:
    """Every report that is shown, in the order of `REPORT_COLUMNS`; few are in memory at once.

    As the database has them: to make times of a million rows and to write them took a minute.
    """
    key = _key()
    without_place = Report.place_id.is_(None)
    query = select(
        Report.id,
        Report.category_id,
        Report.unit_id,
        Report.place_id,
        Report.status,
        Report.channel,
        *(type_coerce(moment, NullType) for moment in _MOMENTS),
        Report.follower_count,
        case((without_place, func.round(func.ST_X(Report.point) / FIELD_LON))),
        case((without_place, func.round(func.ST_Y(Report.point) / FIELD_LAT))),
    ).where(SHOWN)
    piecemeal = {"yield_per": _AT_ONCE}
    for row in session().connection().execute(query, execution_options=piecemeal):
        yield _record_id(key, row[0]), *row[1:]


_MOMENTS = (Report.received_at, Report.closed_at, Report.due_at, Report.waiting_since)


def _key() -> bytes:
    secret: str = current_app.config["SECRET_KEY"]
    return hmac.digest(f"open-data:{secret}".encode(), b"record", "sha256")


def _record_id(key: bytes, report_id: int) -> str:
    """A keyed digest, and a letter first, so that no spreadsheet takes it for a number."""
    return f"r{blake2b(b'%d' % report_id, key=key, digest_size=_ID_BYTES).hexdigest()}"


def category_lines() -> Iterator[Line]:
    """Every category, archived ones too: old reports are of them."""
    for row in session().execute(select(Category.id, Category.code, Category.names)):
        yield row.id, row.code, *_names(row.names)


def kind_lines() -> Iterator[Line]:
    """Every kind of place."""
    for row in session().execute(select(PlaceKind.id, PlaceKind.code, PlaceKind.names)):
        yield row.id, row.code, *_names(row.names)


def _names(names: Mapping[str, str]) -> tuple[str, str, str]:
    nb, nn, en = (in_language(dict(names), code) for code in ("nb", "nn", "en"))
    return nb, nn, en


def unit_lines() -> Iterator[Line]:
    """Every unit, archived ones too."""
    for row in session().execute(select(Unit.id, Unit.name)):
        yield tuple(row)


def place_lines() -> Iterator[Line]:
    """Every place. One that is archived or merged is known by its reports only, and not listed."""
    query = select(
        Place.id,
        Place.name,
        Place.kind_id,
        Place.district,
        Place.approximate,
        Place.archived_at.is_(None),
        func.ST_X(Place.point),
        func.ST_Y(Place.point),
    )
    for row in session().execute(query.execution_options(yield_per=_AT_ONCE)):
        yield tuple(row)
