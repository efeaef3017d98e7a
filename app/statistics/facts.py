"""All reports as columns in a DuckDB of this process: what the figures are counted from.

The databases find one report fast and count a million slowly, and SQLite knows no percentiles. The
copy is read once and then follows the timeline, to which every change of a report appends. Why so:
docs/decisions/0019.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import duckdb
import numpy as np
from flask import Flask, current_app, g, has_request_context
from sqlalchemy import func, select

from app.database import session
from app.reports.models import Channel, Event
from app.statistics.columns import CHANNELS, Columns, read_all_reports, read_kinds, read_reports

Answer = TypeVar("Answer")
# A report's columns by their names, and the kind of its place.
Fact = dict[str, Any]
Takes = Callable[[Fact], bool]

# One that began earlier may be kept later than one with a higher number, by as many lines at most:
# of a place that is merged each report has one, all kept at once. To read so many takes 10 ms.
OUT_OF_ORDER = 10_000
# How long a change of places, or a line kept after one with a higher number, may go unseen.
LOOK_AGAIN_S = 10.0
# Messages that people made themselves, without the front desk: the VOF share.
SELF_SERVICE = (Channel.QR.value, Channel.WEB.value, Channel.KIOSK.value)
# Databases take only so many numbers in one question.
IDS_AT_ONCE = 5000

# How many answers are kept until something changes: a page, its charts and its files ask alike.
ANSWERS_KEPT = 200
# Of more changes at once nobody asks which answers they leave true.
MOST_CHANGES = 100

# What every figure asks is a column of yes or no: to work it out anew took twice the counting.
_TABLES = f"""
CREATE TYPE channel AS ENUM ({", ".join(f"'{name}'" for name in CHANNELS)});
CREATE TABLE reports (
    id BIGINT PRIMARY KEY,
    day DATE, month DATE, received BIGINT, closed BIGINT, late_after BIGINT,
    answer_tenths INTEGER, closing_tenths INTEGER,
    category INTEGER, unit INTEGER, place INTEGER, sign INTEGER, channel channel,
    is_self_service BOOLEAN, is_open BOOLEAN, is_duplicate BOOLEAN, is_handled BOOLEAN,
    is_in_time BOOLEAN, is_reopened BOOLEAN, said_fixed BOOLEAN, said_not_fixed BOOLEAN
);
CREATE TABLE places (id INTEGER, kind INTEGER);
"""
# A duplicate is closed with the report that it doubles, or in passing; it says nothing of the work.
_INSERT = """
INSERT INTO reports BY NAME
WITH told AS (
    SELECT * REPLACE (
        nullif(closed, -1) AS closed, nullif(first_answer, -1) AS first_answer,
        nullif(place, -1) AS place, nullif(sign, -1) AS sign,
        CAST(list_extract(?, channel + 1) AS channel) AS channel,
        is_duplicate = 1 AS is_duplicate, waits = 1 AS waits, is_reopened = 1 AS is_reopened,
        said_fixed = 1 AS said_fixed, said_not_fixed = 1 AS said_not_fixed
    ),
    CAST(timezone('Europe/Oslo', to_timestamp(received)) AS DATE) AS day
    FROM batch
)
SELECT
    * EXCLUDE (due, first_answer, waits),
    CAST(date_trunc('month', day) AS DATE) AS month,
    list_contains(?, channel) AS is_self_service,
    closed IS NULL AS is_open,
    CASE WHEN closed IS NULL AND NOT waits THEN due END AS late_after,
    closed IS NOT NULL AND NOT is_duplicate AS is_handled,
    coalesce(closed <= due, FALSE) AND NOT is_duplicate AS is_in_time,
    CASE WHEN NOT is_duplicate THEN round((first_answer - received) / 8640) END AS answer_tenths,
    CASE WHEN NOT is_duplicate THEN round((closed - received) / 8640) END AS closing_tenths
FROM told
"""


class _Kept(NamedTuple):
    """What was found, and whether a report has a part in it."""

    found: list[Any]
    takes: Takes


def _any_report(_one: Fact) -> bool:
    return True


class Facts:
    """The columns, and how far the timeline has been followed.

    One row a report that is not held as suspected spam. `received`, `closed` and `late_after` are
    seconds since 1970 in UTC, the last of them of what is open and waits for nobody; `day` is when
    it reached us by the calendar in Norway. `answer_tenths` and `closing_tenths` are tenths of days
    from there to the first line of its timeline that the reporter could read, and to its closing;
    none for a duplicate.
    """

    def __init__(self) -> None:
        self._columns = duckdb.connect(":memory:", config={"enable_external_access": "false"})
        self._columns.execute(_TABLES)
        self._turn = threading.Lock()
        self._seen: int | None = None
        # The lines read among the last ones, by which one that comes late is known.
        self._lines: set[int] = set()
        self._kinds: dict[int, int] = {}
        self._looked_at = float("-inf")
        self._answers: dict[Hashable, _Kept] = {}

    def rows(
        self, query: str, values: Sequence[object] = (), takes: Takes = _any_report
    ) -> list[tuple[Any, ...]]:
        """What a query finds, once the columns hold what the database does.

        The database is asked for news once a request, so that all of a page is of one moment.

        Args:
            query: on the tables of the columns.
            values: what stands for its question marks.
            takes: whether a report has a part in the answer; a change of others leaves it true.
        """
        # Each thread reads with its own cursor, and reads no change half made.
        given = [list(one) if isinstance(one, tuple) else one for one in values]
        cursor = self._columns.cursor
        return self.kept((query, *values), lambda: cursor().execute(query, given).fetchall(), takes)

    def kept(
        self, asked: Hashable, find: Callable[[], list[Answer]], takes: Takes = _any_report
    ) -> list[Answer]:
        """What was found before, as long as the columns hold the same; nobody may change it.

        Args:
            asked: all that the answer depends on besides the columns.
            find: finds it by `rows`.
            takes: as there.
        """
        self._follow_once()
        # Whatever is found while the columns change is kept with what is found before.
        answers = self._answers
        known = answers.get(asked)
        if known is None:
            known = _Kept(find(), takes)
            if len(answers) >= ANSWERS_KEPT:
                answers.clear()
            answers[asked] = known
        return known.found

    def kinds(self) -> Mapping[int, int]:
        """The kind of each place."""
        self._follow_once()
        return self._kinds

    def _follow_once(self) -> None:
        if not has_request_context():
            self.follow()
        elif "figures_follow" not in g:
            self.follow()
            g.figures_follow = True

    def follow(self) -> None:
        """Read what has changed since; all of it the first time."""
        last = session().scalar(select(func.max(Event.id))) or 0
        if self._knows(last):
            return
        with self._turn:
            # Whoever had the turn before may have read it.
            if not self._knows(last):
                self._read(last)

    def _knows(self, last: int) -> bool:
        return last == self._seen and not self._looks_again()

    def _looks_again(self) -> bool:
        return self._looked_at + LOOK_AGAIN_S < time.monotonic()

    def _read(self, last: int) -> None:
        look_again = self._looks_again()
        seen = last if self._seen is None else self._seen
        # Read before the reports, so that a line which comes in between is read again.
        lines = _read_lines(seen - OUT_OF_ORDER if look_again else seen, last)
        kinds = read_kinds() if look_again else self._kinds
        has_moved = kinds != self._kinds
        changed: list[Fact] = []
        with _one_change(self._columns) as work:
            if has_moved:
                _keep_kinds(work, kinds)
            if self._seen is None:
                _keep(work, read_all_reports())
            else:
                new = {report for line, report in lines.items() if line not in self._lines}
                changed = _read_again(work, sorted(new), kinds)
        self._answers = {} if has_moved else self._still_true(changed)
        self._lines = {one for one in self._lines | lines.keys() if one > last - OUT_OF_ORDER}
        self._seen, self._kinds = last, kinds
        if look_again:
            self._looked_at = time.monotonic()

    def _still_true(self, changed: list[Fact]) -> dict[Hashable, _Kept]:
        if len(changed) > MOST_CHANGES:
            return {}
        # Others keep theirs meanwhile.
        answers = self._answers.copy()
        return {asked: one for asked, one in answers.items() if not any(map(one.takes, changed))}


def init_app(app: Flask) -> None:
    """Begin with nothing; a server reads ahead, whatever else asks reads at its first question."""
    app.extensions["facts"] = None


def facts() -> Facts:
    """Those of this process. Made late, since its threads do not survive a fork."""
    if current_app.extensions["facts"] is None:
        current_app.extensions["facts"] = Facts()
    kept: Facts = current_app.extensions["facts"]
    return kept


def read_ahead(app: Flask) -> threading.Thread:
    """Read the columns beside the first requests, so that nobody who asks for a figure waits."""
    # Made before any request can ask for them, or both would read all.
    with app.app_context():
        columns = facts()

    def read() -> None:
        with app.app_context():
            columns.follow()

    thread = threading.Thread(target=read, name="facts", daemon=True)
    thread.start()
    return thread


def forget() -> None:
    """Read all anew next time: after the database was set back."""
    current_app.extensions["facts"] = None


@contextlib.contextmanager
def _one_change(columns: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """What is written through it is seen all at once, or never."""
    work = columns.cursor()
    work.execute("BEGIN")
    try:
        yield work
    except BaseException:
        work.execute("ROLLBACK")
        raise
    work.execute("COMMIT")


def _read_lines(after: int, last: int) -> dict[int, int]:
    """Lines of the timeline, and the report of each."""
    query = select(Event.id, Event.report_id).where(Event.id > after, Event.id <= last)
    return dict(session().execute(query).all())


def _read_again(
    work: duckdb.DuckDBPyConnection, ids: Sequence[int], kinds: Mapping[int, int]
) -> list[Fact]:
    """Read these reports anew, and tell of those that are no longer the same both versions."""
    changed: list[Fact] = []
    for start in range(0, len(ids), IDS_AT_ONCE):
        some = ids[start : start + IDS_AT_ONCE]
        before = _facts_of(work, some)
        work.execute("DELETE FROM reports WHERE id IN (SELECT unnest(?))", [some])
        _keep(work, read_reports(some))
        after = _facts_of(work, some)
        versions = ((before.get(one), after.get(one)) for one in some)
        changed += [one for both in versions if both[0] != both[1] for one in both if one]
    return [one | {"kind": kinds.get(one["place"])} for one in changed]


def _facts_of(work: duckdb.DuckDBPyConnection, ids: Sequence[int]) -> dict[int, Fact]:
    query = "SELECT id, reports FROM reports WHERE id IN (SELECT unnest(?))"
    return dict(work.execute(query, [ids]).fetchall())


def _keep_kinds(work: duckdb.DuckDBPyConnection, kinds: Mapping[int, int]) -> None:
    work.execute("DELETE FROM places")
    work.register("batch", {"id": np.array([*kinds]), "kind": np.array([*kinds.values()])})
    work.execute("INSERT INTO places SELECT id, kind FROM batch")


def _keep(work: duckdb.DuckDBPyConnection, batches: Iterable[Columns]) -> None:
    for batch in batches:
        work.register("batch", batch)
        work.execute(_INSERT, [CHANNELS, list(SELF_SERVICE)])
