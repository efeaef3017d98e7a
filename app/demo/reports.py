"""Reports of two years in bulk, a million in a few minutes (`app.demo.cases` makes them up)."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import func, select, text

from app.database import session
from app.demo.bulk import insert_all
from app.demo.cases import draw_case
from app.demo.days import start_of_day
from app.demo.town import WINTER, Case, Town
from app.languages import OSLO
from app.reports.deadlines import local_day
from app.reports.models import Contact, Event, Report

DAYS = 730
CHUNK = 5_000

# Storm days bring four times the usual; a few each winter.
STORM_FACTOR = 4
STORMS_PER_WINTER_MONTH = 0.04

_WEEKDAY_WEIGHT = [1.6, 1.1, 1.0, 1.0, 1.0, 0.7, 0.8]


def add_reports(rng: random.Random, count: int, *, until: datetime) -> None:
    """Insert `count` reports received in the two years before the day of `until`, oldest first."""
    until = start_of_day(until)
    session().flush()
    if session().get_bind().dialect.name == "postgresql":
        # A million rows, and looking at them, take longer than a request may.
        session().execute(text("SET LOCAL statement_timeout = 0"))
    town = Town.as_it_is(until)
    first_id = (session().scalar(select(func.max(Report.id))) or 0) + 1
    moments = sorted(_moments(rng, count, local_day(until)))
    cases = (draw_case(rng, town, first_id + at, moment) for at, moment in enumerate(moments))
    for chunk in _chunks(cases, town):
        insert_all(Report, [case.report for case in chunk])
        insert_all(Event, [event for case in chunk for event in case.events])
        insert_all(Contact, [case.contact for case in chunk if case.contact])
    _continue_numbering()
    if count >= CHUNK:
        # What the planner knows is far from what is there, until somebody looks again.
        session().execute(text("ANALYZE"))


def _moments(rng: random.Random, count: int, today: date) -> list[datetime]:
    days = [today - timedelta(days=offset) for offset in range(1, DAYS + 1)]
    chosen = rng.choices(days, weights=[_day_weight(rng, day) for day in days], k=count)
    return [_daytime(rng, day) for day in chosen]


def _day_weight(rng: random.Random, day: date) -> float:
    storm = day.month in WINTER and rng.random() < STORMS_PER_WINTER_MONTH
    return _WEEKDAY_WEIGHT[day.weekday()] * (STORM_FACTOR if storm else 1)


def _daytime(rng: random.Random, day: date) -> datetime:
    hour = min(max(rng.gauss(13, 3.5), 0), 23.9)
    clock = time(int(hour), rng.randrange(60), rng.randrange(60))
    return datetime.combine(day, clock, OSLO).astimezone(UTC)


def _chunks(cases: Iterator[Case], town: Town) -> Iterator[list[Case]]:
    chunk: list[Case] = []
    for case in cases:
        chunk.append(case)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
            # What is inserted cannot be pointed to as a duplicate's kept report any more.
            town.kept.clear()
    if chunk:
        yield chunk


def _continue_numbering() -> None:
    """PostgreSQL's sequence does not notice ids that were given by hand."""
    if session().get_bind().dialect.name == "postgresql":
        session().execute(
            text("SELECT setval(pg_get_serial_sequence('reports', 'id'), max(id)) FROM reports")
        )
