"""All reports as columns in a DuckDB of this process: what the figures are counted from.

The databases find one report fast and count a million slowly, and SQLite knows no percentiles. The
copy is read once and then follows the timeline, to which every change of a report appends. Why so:
docs/decisions/0019.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Sequence
from typing import Any

import duckdb
import numpy as np
from flask import Flask, current_app
from sqlalchemy import BigInteger, ColumnElement, Select, case, func, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from app.database import session
from app.places.models import Place
from app.reports.models import Channel, Event, EventKind, Report
from app.reports.workflow import CLOSED, Status

# One that began earlier may be kept later than one with a higher number, by as many lines at most.
OUT_OF_ORDER = 1000
# How long a change of places, or a line kept late with no other after it, may go unseen.
LOOK_AGAIN_S = 10.0
BATCH = 50_000
# Messages that people made themselves, without the front desk: the VOF share.
SELF_SERVICE = (Channel.QR.value, Channel.WEB.value, Channel.KIOSK.value)
# Databases take only so many numbers in one question.
IDS_AT_ONCE = 5000
# Stands for “none” on the way, since a column of plain numbers is read fifty times as fast.
NONE = -1

# How many answers are kept until something changes: a page, its charts and its files ask alike.
ANSWERS_KEPT = 200

_TABLES = """
CREATE TABLE reports (
    id BIGINT PRIMARY KEY,
    day DATE, month DATE, received BIGINT, closed BIGINT, due BIGINT,
    answered_after INTEGER, closed_after INTEGER,
    category INTEGER, unit INTEGER, place INTEGER, sign INTEGER, channel VARCHAR,
    is_self_service BOOLEAN, is_work BOOLEAN, waits BOOLEAN, was_fixed BOOLEAN, reopened BOOLEAN
);
CREATE TABLE places (id INTEGER, kind INTEGER);
"""
# A duplicate is closed with the report that it doubles, or in passing; it says nothing of the work.
_INSERT = """
INSERT INTO reports
SELECT
    id, day, CAST(date_trunc('month', day) AS DATE), received, closed, due,
    CASE WHEN is_work THEN first_answer - received END,
    CASE WHEN is_work THEN closed - received END,
    category, unit, place, sign, channel, list_contains(?, channel), is_work, waits, was_fixed,
    reopened
FROM (
    SELECT
        id, CAST(timezone('Europe/Oslo', to_timestamp(received)) AS DATE) AS day, received, due,
        nullif(closed, -1) AS closed, nullif(first_answer, -1) AS first_answer,
        category, unit, nullif(place, -1) AS place, nullif(sign, -1) AS sign, channel,
        status <> 'duplicate' AS is_work, waits = 1 AS waits,
        CASE was_fixed WHEN -1 THEN NULL ELSE was_fixed = 1 END AS was_fixed,
        reopened > 0 AS reopened
    FROM batch
)
"""


class _Seconds(FunctionElement[int]):
    """Whole seconds since 1970: a report of the last half second of a day is of that day."""

    type = BigInteger()
    inherit_cache = True


@compiles(_Seconds, "sqlite")
def _on_sqlite(element: _Seconds, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST(strftime('%s', {compiler.process(element.clauses, **options)}) AS INTEGER)"


@compiles(_Seconds, "postgresql")
def _on_postgresql(element: _Seconds, compiler: SQLCompiler, **options: Any) -> str:
    moment = compiler.process(element.clauses, **options)
    return f"CAST(floor(extract(epoch FROM {moment})) AS BIGINT)"


class Facts:
    """The columns, and how far the timeline has been followed.

    One row a report that is not held as suspected spam. `received`, `closed` and `due` are seconds
    since 1970 in UTC, `day` is when it reached us by the calendar in Norway. `answered_after` and
    `closed_after` are seconds from there to the first line of its timeline that the reporter could
    read, and to its closing; none for a duplicate.
    """

    def __init__(self) -> None:
        self._columns = duckdb.connect(":memory:", config={"enable_external_access": "false"})
        self._columns.execute(_TABLES)
        self._turn = threading.Lock()
        self._seen: int | None = None
        self._looked_at = float("-inf")
        self._answers: dict[tuple[str, tuple[object, ...]], list[tuple[Any, ...]]] = {}

    def rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """What a query finds, once the columns hold what the database does.

        Several queries of one page are cheap: the timeline is asked for its last line each time.
        """
        self._follow()
        answers, asked = self._answers, (query, tuple(values))
        found = answers.get(asked)
        if found is None:
            # Each thread reads with its own cursor, and reads no change half made.
            found = self._columns.cursor().execute(query, values).fetchall()
            if len(answers) >= ANSWERS_KEPT:
                answers.clear()
            answers[asked] = found
        return found

    def _follow(self) -> None:
        last = session().scalar(select(func.max(Event.id))) or 0
        is_late = self._looked_at + LOOK_AGAIN_S < time.monotonic()
        if last == self._seen and not is_late:
            return
        with self._turn:
            self._read(last)

    def _read(self, last: int) -> None:
        work = self._columns.cursor()
        work.execute("BEGIN")
        try:
            if self._seen is None:
                _read_reports(work, _reports())
            else:
                _read_again(work, self._seen - OUT_OF_ORDER)
            _read_places(work)
            work.execute("COMMIT")
        except BaseException:
            work.execute("ROLLBACK")
            raise
        self._seen, self._looked_at, self._answers = last, time.monotonic(), {}


def init_app(app: Flask) -> None:
    """Begin with nothing; the columns are read when they are first asked for."""
    app.extensions["facts"] = None


def facts() -> Facts:
    """Those of this process. Made late, since its threads do not survive a fork."""
    if current_app.extensions["facts"] is None:
        current_app.extensions["facts"] = Facts()
    kept: Facts = current_app.extensions["facts"]
    return kept


def forget() -> None:
    """Read all anew next time: after the database was set back."""
    current_app.extensions["facts"] = None


def _read_again(work: duckdb.DuckDBPyConnection, after: int) -> None:
    """Read the reports anew whose timelines have got a line."""
    changed = session().scalars(select(Event.report_id).where(Event.id > after).distinct()).all()
    for start in range(0, len(changed), IDS_AT_ONCE):
        some = list(changed[start : start + IDS_AT_ONCE])
        work.execute("DELETE FROM reports WHERE id IN (SELECT unnest(?))", [some])
        _read_reports(work, _reports(some))


def _read_reports(work: duckdb.DuckDBPyConnection, query: Select[*tuple[Any, ...]]) -> None:
    found = session().execute(query.execution_options(yield_per=BATCH))
    for rows in found.partitions():
        columns = zip(*rows, strict=True)
        work.register(
            "batch",
            {name: _array(values) for name, values in zip(found.keys(), columns, strict=True)},
        )
        work.execute(_INSERT, [list(SELF_SERVICE)])
        work.unregister("batch")


def _read_places(work: duckdb.DuckDBPyConnection) -> None:
    rows = session().execute(select(Place.id, Place.kind_id)).all()
    work.execute("DELETE FROM places")
    if rows:
        ids, kinds = zip(*rows, strict=True)
        work.register("batch", {"id": _array(ids), "kind": _array(kinds)})
        work.execute("INSERT INTO places SELECT id, kind FROM batch")
        work.unregister("batch")


def _array(values: Iterable[Any]) -> np.ndarray[Any, Any]:
    values = list(values)
    return np.array(values, dtype=object if isinstance(values[0], str) else np.int64)


def _reports(ids: list[int] | None = None) -> Select[*tuple[Any, ...]]:
    told = _told(ids).subquery()
    query = (
        select(
            Report.id,
            _Seconds(Report.received_at).label("received"),
            _or_none(_Seconds(Report.closed_at)).label("closed"),
            _Seconds(Report.due_at).label("due"),
            _or_none(told.c.first_answer).label("first_answer"),
            Report.category_id.label("category"),
            Report.unit_id.label("unit"),
            _or_none(Report.place_id).label("place"),
            _or_none(Report.sign_id).label("sign"),
            Report.channel,
            Report.status,
            case((Report.waiting_since.is_(None), 0), else_=1).label("waits"),
            case(
                (Report.was_fixed.is_(None), NONE), (Report.was_fixed.is_(True), 1), else_=0
            ).label("was_fixed"),
            func.coalesce(told.c.reopened, 0).label("reopened"),
        )
        .outerjoin(told, told.c.report_id == Report.id)
        .where(Report.held_at.is_(None))
    )
    return query if ids is None else query.where(Report.id.in_(ids))


def _told(ids: list[int] | None) -> Select[*tuple[Any, ...]]:
    """When a report was first answered, and how often it was reopened."""
    is_answer = or_(
        (Event.kind == EventKind.STATUS) & (Event.to_value != Status.RECEIVED),
        Event.public_text != "",
    )
    # Also a question that is answered leads back to “received”.
    is_reopening = (Event.kind == EventKind.STATUS) & Event.from_value.in_(CLOSED)
    query = select(
        Event.report_id,
        func.min(case((is_answer, _Seconds(Event.at)))).label("first_answer"),
        func.sum(case((is_reopening, 1), else_=0)).label("reopened"),
    ).group_by(Event.report_id)
    return query if ids is None else query.where(Event.report_id.in_(ids))


def _or_none(value: Any) -> ColumnElement[int]:
    return func.coalesce(value, NONE)
