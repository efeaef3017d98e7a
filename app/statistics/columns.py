"""Reports as arrays of whole numbers, which both databases hand over fastest.

A report is a row of numbers: moments are seconds since 1970, what is none is `NONE`, a channel is
its place in `CHANNELS`, and 1 stands for yes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from typing import Any

import numpy as np
from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Select,
    bindparam,
    case,
    cast,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from app.database import session
from app.places.models import Place
from app.reports.fixed import Answer, Teller
from app.reports.models import Channel, Event, EventKind, Report
from app.reports.workflow import CLOSED, Status

# A column of plain numbers is read fifty times as fast as one that also holds None.
NONE = -1
CHANNELS = [channel.value for channel in Channel]

Columns = dict[str, np.ndarray[Any, Any]]

BATCH = 50_000
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
# What PostgreSQL's binary copy begins with, and ends with: a row of no columns.
_SIGNATURE = 19
_END = b"\xff\xff"


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


def read_all_reports() -> Iterator[Columns]:
    """The reports that are not held as suspected spam, some at a time."""
    on_sqlite = session().get_bind().dialect.name == "sqlite"
    query = _reports(some=False)
    return _fetched(query) if on_sqlite else _copied(query)


def read_reports(ids: Sequence[int]) -> Iterator[Columns]:
    """Those of these reports that are not held."""
    return _fetched(_reports(some=True), {"ids": ids})


def read_kinds() -> dict[int, int]:
    """The kind of each place."""
    return dict(session().execute(select(Place.id, Place.kind_id)).all())


def _fetched(
    query: Select[*tuple[Any, ...]], values: dict[str, Any] | None = None
) -> Iterator[Columns]:
    found = session().execute(query, values, execution_options={"yield_per": BATCH})
    for rows in found.partitions():
        columns = zip(found.keys(), zip(*rows, strict=True), strict=True)
        yield {name: np.array(values, np.int64) for name, values in columns}


def _copied(query: Select[*tuple[Any, ...]]) -> Iterator[Columns]:
    """Copied out in binary, which for a million reports takes half the time of rows."""
    names = [str(column.name) for column in query.selected_columns]
    whole = select(*(cast(column, BigInteger).label(column.name) for column in query.subquery().c))
    statement = whole.compile(session().get_bind(), compile_kwargs={"literal_binds": True})
    parts = [part for name in names for part in ((f"size of {name}", ">i4"), (name, ">i8"))]
    row = np.dtype([("columns", ">i2"), *parts])
    # All reports of many years may take longer than a request is given.
    session().execute(text("SET LOCAL statement_timeout = 0"))
    connection: Any = session().connection().connection.driver_connection
    with connection.cursor().copy(f"COPY ({statement}) TO STDOUT (FORMAT binary)") as blocks:
        for rows in _rows(blocks, row):
            yield {name: rows[name].astype(np.int64) for name in names}
    session().execute(text("SET LOCAL statement_timeout TO DEFAULT"))


def _rows(blocks: Iterable[Any], row: np.dtype[Any]) -> Iterator[np.ndarray[Any, Any]]:
    blocks, left, begin = iter(blocks), b"", _SIGNATURE
    while some := b"".join(islice(blocks, BATCH)):
        content = left + some[begin:]
        count, begin = len(content) // row.itemsize, 0
        yield np.frombuffer(content, row, count)
        left = content[count * row.itemsize :]
    assert left == _END, "PostgreSQL ends its copy with a row of no columns"


# To put it together takes as long as to ask it for a few reports.
@cache
def _reports(*, some: bool) -> Select[*tuple[Any, ...]]:
    told = _told(some=some).subquery()
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
            case({name: nth for nth, name in enumerate(CHANNELS)}, value=Report.channel).label(
                "channel"
            ),
            _yes(Report.status == Status.DUPLICATE).label("is_duplicate"),
            _yes(Report.waiting_since.is_not(None)).label("waits"),
            func.coalesce(told.c.said_fixed, 0).label("said_fixed"),
            func.coalesce(told.c.said_not_fixed, 0).label("said_not_fixed"),
            func.coalesce(told.c.reopened, 0).label("is_reopened"),
        )
        .outerjoin(told, told.c.report_id == Report.id)
        .where(Report.held_at.is_(None))
    )
    return query.where(Report.id.in_(_IDS)) if some else query


def _told(*, some: bool) -> Select[*tuple[Any, ...]]:
    """When a report was first answered, whether it was reopened, and what its reporter has said to
    “was it fixed?”. The report itself forgets that with each new closing.
    """
    is_answer = or_(
        (Event.kind == EventKind.STATUS) & (Event.to_value != Status.RECEIVED),
        Event.public_text != "",
    )
    # Also a question that is answered leads back to “received”.
    is_reopening = (Event.kind == EventKind.STATUS) & Event.from_value.in_(CLOSED)
    # Of others who follow it one may mean another bench: their answers are the desk's alone.
    by_reporter = (Event.kind == EventKind.FIX_ANSWER) & (Event.from_value == Teller.REPORTER)
    query = select(
        Event.report_id,
        func.min(case((is_answer, _Seconds(Event.at)))).label("first_answer"),
        func.max(_yes(is_reopening)).label("reopened"),
        func.max(_yes(by_reporter & (Event.to_value == Answer.YES))).label("said_fixed"),
        func.max(_yes(by_reporter & (Event.to_value == Answer.NO))).label("said_not_fixed"),
    ).group_by(Event.report_id)
    return query.where(Event.report_id.in_(_IDS)) if some else query


def _yes(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)


def _or_none(value: Any) -> ColumnElement[int]:
    return func.coalesce(value, NONE)
