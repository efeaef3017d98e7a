"""The columns: read before they are asked for, and following the timeline."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime
from unittest.mock import Mock

import pytest
from sqlalchemy import func, select, update

from app.database import session
from app.geo import position_of
from app.places.models import Place, PlaceKind, Unit
from app.reports.filing import Spot
from app.reports.models import Category, Event, Report
from app.reports.moving import move_report
from app.reports.operations import assign_unit, change_status, recategorise
from app.reports.workflow import Status
from app.staff.models import Staff
from app.statistics import counting, facts
from app.statistics.discretion import LEAST
from app.statistics.figures import TABLES, table_of
from app.statistics.selection import Selection, of_year, today

ALL_YEARS = Selection(date(1990, 1, 1), date(2100, 12, 31))
LAST_YEAR = of_year(today().year - 1)


@pytest.fixture
def nothing_read(monkeypatch):
    def refuse(*_batches):
        raise AssertionError("read again")

    return lambda: monkeypatch.setattr(facts, "_keep", refuse)


def test_a_server_has_read_the_columns_before_anybody_asks(app, many, nothing_read):
    facts.read_ahead(app).join()
    nothing_read()
    [(counted,)] = facts.facts().rows("SELECT count(*) FROM reports")
    assert counted == session().scalar(
        select(func.count(Report.id)).where(Report.held_at.is_(None))
    )
    assert counted


def count_reports():
    return facts.facts().rows("SELECT count(*) FROM reports")[0][0]


def renumber(report, event_id):
    session().execute(update(Event).where(Event.report_id == report.id).values(id=event_id))
    session().commit()


def test_a_line_that_is_kept_after_a_later_one_is_seen_when_the_last_are_looked_at_again(
    entered, monkeypatch
):
    renumber(entered(), 900_000)
    before = count_reports()
    # One of the first of thousands that are kept at once.
    renumber(entered(), 895_000)
    assert count_reports() == before
    monkeypatch.setattr(facts, "LOOK_AGAIN_S", -1)
    assert count_reports() == before + 1


def test_more_lines_than_are_looked_at_again_are_all_read(entered, monkeypatch):
    renumber(entered(), 900_000)
    before = count_reports()
    renumber(entered(), 900_001)
    renumber(entered(), 900_001 + facts.OUT_OF_ORDER)
    monkeypatch.setattr(facts, "LOOK_AGAIN_S", -1)
    assert count_reports() == before + 2


def test_a_selection_takes_the_reports_that_its_condition_finds(app, many):
    columns = facts.facts()
    query = "SELECT reports, kind FROM reports LEFT JOIN places ON places.id = reports.place"
    known = [report | {"kind": kind} for report, kind in columns.rows(query)]
    chosen = known[7] if known[7]["place"] else next(one for one in known if one["place"])
    names = ("category", "unit", "place", "channel", "kind")
    selections = [LAST_YEAR, *(replace(ALL_YEARS, **{name: chosen[name]}) for name in names)]
    selections += [replace(ALL_YEARS, unit=chosen["unit"], channel=chosen["channel"])]
    for wanted in selections:
        condition, values = wanted.condition()
        found = columns.rows(f"SELECT id FROM reports WHERE {condition}", values)
        assert {one["id"] for one in known if wanted.takes(one)} == {one for (one,) in found}
        assert 0 < len(found) < len(known)


@pytest.fixture
def staff(app):
    return session().scalars(select(Staff).order_by(Staff.id)).unique().first()


def recategorised(report, staff):
    others = session().scalars(select(Category).order_by(Category.id)).all()
    recategorise(report, others[report.id % len(others)], staff)


def given_away(report, staff):
    others = session().scalars(select(Unit).order_by(Unit.id)).all()
    assign_unit(report, others[report.id % len(others)], staff)


def closed(report, staff):
    change_status(report, Status.RECEIVED if report.closed_at else Status.FIXED, staff)


def noted(report, staff):
    report.events.append(Event(kind="note", staff_id=staff.id, internal_text="Sett på."))


def moved(report, staff):
    others = session().scalars(select(Place).order_by(Place.id)).all()
    place = others[report.id % len(others)]
    move_report(report, Spot(None, place, position_of(place.point)), place.name, staff)


def of_another_kind(report, staff):
    kinds = session().scalars(select(PlaceKind.id).order_by(PlaceKind.id)).all()
    place = report.place or session().scalars(select(Place).order_by(Place.id)).first()
    place.kind_id = kinds[(kinds.index(place.kind_id) + 1) % len(kinds)]


DEEDS = [recategorised, given_away, closed, noted, moved, of_another_kind]


def test_what_is_kept_is_what_would_be_counted_anew(app, many, entered, staff, monkeypatch):
    kind = session().scalar(select(Place.kind_id).order_by(Place.id))
    unit = session().scalar(select(Unit.id).order_by(Unit.id))
    everybody = replace(LAST_YEAR, least=LEAST)
    selections = [everybody, replace(everybody, kind=kind), replace(LAST_YEAR, unit=unit)]
    monkeypatch.setattr(counting, "_minute", lambda: 1_790_000_000)

    def told():
        with monkeypatch.context() as later:
            later.setattr(facts, "LOOK_AGAIN_S", -1)
            facts.facts().follow()
        return [
            table_of(code, wanted)
            for wanted in selections
            for code in TABLES
            if code not in {"stated_messages", "stated_service"}
        ]

    chance = random.Random(5)
    reports = session().scalars(select(Report).order_by(Report.id)).all()
    changes = 0
    before = told()
    for turn in range(14):
        if turn % 6 == 5:
            entered(chance.choice(reports).received_at, channel="phone")
        else:
            chance.choice(DEEDS)(chance.choice(reports), staff)
            session().commit()
        kept, columns = told(), facts.facts()
        facts.forget()
        assert kept == told(), turn
        app.extensions["facts"] = columns
        changes += kept != before
        before = kept
    assert changes > 7


def test_an_answer_is_kept_until_a_report_changes_that_has_a_part_in_it(
    entered, staff, monkeypatch
):
    old, asked = entered(), []

    def find():
        asked.append("found")
        return asked

    def times_found():
        session().commit()
        facts.facts().kept("a figure of 2025", find, lambda one: one["day"].year == 2025)
        return len(asked)

    assert times_found() == times_found() == 1
    entered(datetime(2026, 3, 1, tzinfo=UTC))
    noted(old, staff)
    assert times_found() == 1
    closed(old, staff)
    assert times_found() == 2
    monkeypatch.setattr(facts, "MOST_CHANGES", 0)
    entered(datetime(2026, 3, 1, tzinfo=UTC))
    assert times_found() == 3
    monkeypatch.setattr(facts, "LOOK_AGAIN_S", -1)
    assert times_found() == 3
    of_another_kind(old, staff)
    assert times_found() == 4


def test_what_could_not_be_read_is_read_the_next_time(entered, monkeypatch):
    before = count_reports()
    entered()
    with monkeypatch.context() as broken:
        broken.setattr(facts, "read_reports", Mock(side_effect=TimeoutError))
        with pytest.raises(TimeoutError):
            count_reports()
    assert count_reports() == before + 1
