"""Who gets a report: the first line of the table that fits, else the category's unit."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from app.database import db, now
from app.languages import OSLO
from app.places.models import PlaceKind, Unit
from app.reports import routing
from app.reports.deadlines import due_at
from app.reports.models import Category, RoutingRule
from app.reports.routing import Case, Misfit, Rule, Table
from app.staff.models import Staff
from tests.conftest import FROM_HERE

MONDAY = datetime(2026, 11, 23, 12, 0, tzinfo=OSLO)


def a_rule(**changes):
    facts = {
        "id": 1,
        "category_id": None,
        "place_id": None,
        "kind_id": None,
        "days": frozenset(),
        "from_time": None,
        "until_time": None,
        "unit_id": 7,
        "staff_id": None,
        "unit_works": True,
    }
    return Rule(**facts | changes)


def a_case(at=MONDAY, **changes):
    return Case(**{"category_id": 1, "place_id": 2, "kind_id": 3, "at": at} | changes)


@pytest.mark.parametrize(
    ("rule", "misfit"),
    [
        ({}, None),
        ({"category_id": 1, "place_id": 2, "kind_id": 3}, None),
        ({"category_id": 9}, Misfit.CATEGORY),
        ({"place_id": 9}, Misfit.PLACE),
        ({"kind_id": 9}, Misfit.KIND),
        ({"days": frozenset({1})}, None),
        ({"days": frozenset({2, 7})}, Misfit.DAY),
        ({"from_time": "08:00", "until_time": "12:01"}, None),
        ({"from_time": "08:00", "until_time": "12:00"}, Misfit.TIME),
        ({"from_time": "22:00", "until_time": "06:00"}, Misfit.TIME),
        ({"unit_works": False}, Misfit.UNIT_ARCHIVED),
    ],
)
def test_a_line_says_why_it_does_not_count(rule, misfit):
    assert a_rule(**rule).misfit(a_case()) == misfit


def test_a_night_belongs_to_the_day_it_began():
    night = a_rule(days=frozenset({7}), from_time="22:00", until_time="06:00")
    assert night.misfit(a_case(datetime(2026, 11, 22, 23, 0, tzinfo=OSLO))) is None
    assert night.misfit(a_case(datetime(2026, 11, 23, 5, 59, tzinfo=OSLO))) is None
    assert night.misfit(a_case(datetime(2026, 11, 23, 6, 0, tzinfo=OSLO))) is not None
    assert night.misfit(a_case(datetime(2026, 11, 23, 23, 0, tzinfo=OSLO))) is Misfit.DAY


def test_a_public_holiday_counts_as_a_sunday():
    sunday, friday = a_rule(days=frozenset({7})), a_rule(days=frozenset({5}))
    may_day = a_case(datetime(2026, 5, 1, 12, 0, tzinfo=OSLO))
    assert (sunday.misfit(may_day), friday.misfit(may_day)) == (None, Misfit.DAY)
    night = a_rule(days=frozenset({7}), from_time="22:00", until_time="06:00")
    assert night.misfit(a_case(datetime(2026, 5, 2, 5, 0, tzinfo=OSLO))) is None
    assert night.misfit(a_case(datetime(1, 1, 1, 5, 0, tzinfo=OSLO))) is Misfit.DAY


CLOCKS = st.integers(0, 1439).map(lambda minute: f"{minute // 60:02}:{minute % 60:02}")


@given(st.tuples(CLOCKS, CLOCKS).filter(lambda pair: pair[0] != pair[1]), st.integers(0, 1439))
def test_each_minute_is_either_in_a_span_or_in_the_rest_of_the_day(span, minute):
    at = MONDAY.replace(hour=minute // 60, minute=minute % 60)
    inside = a_rule(from_time=span[0], until_time=span[1]).misfit(a_case(at))
    outside = a_rule(from_time=span[1], until_time=span[0]).misfit(a_case(at))
    assert (inside is None) != (outside is None)


def test_the_first_line_that_fits_counts():
    lines = (a_rule(id=1, place_id=9, unit_id=1), a_rule(id=2, unit_id=2), a_rule(id=3, unit_id=3))
    found = Table(lines, frozenset(), None).find(a_case(), 5)
    assert (found.unit_id, found.rule_id) == (2, 2)


def test_where_no_line_fits_the_category_decides_and_then_the_default():
    empty = Table((), frozenset({5}), 8)
    assert empty.find(a_case(), 4).unit_id == 4
    assert empty.find(a_case(), 5).unit_id == 8


# ---- In the register.


def line(**facts):
    rule = RoutingRule(**{"sort_order": 1, "days": [], "note": ""} | facts)
    db.session.add(rule)
    db.session.commit()
    routing.forget()
    return rule


def another_unit(category):
    own = category_with(category).unit_id
    return db.session.scalars(select(Unit).where(Unit.id != own).order_by(Unit.id)).first()


def category_with(code):
    return db.session.scalars(select(Category).where(Category.code == code)).one()


def test_a_report_goes_where_the_table_says(filed, park_sign):
    kind = db.session.get(PlaceKind, park_sign.place.kind_id)
    unit = another_unit("PA03")
    crew = db.session.scalars(select(Staff).where(Staff.email == "crew@demo.vof")).unique().one()
    line(category_id=category_with("PA03").id, kind_id=kind.id, unit_id=unit.id, staff_id=crew.id)
    report = filed(sign=park_sign.code)
    assert (report.unit_id, report.assignee_id) == (unit.id, crew.id)
    assert filed().unit_id == category_with("PA03").unit_id


def test_who_has_left_gets_nothing(filed):
    crew = db.session.scalars(select(Staff).where(Staff.email == "crew@demo.vof")).unique().one()
    crew.active = False
    unit = another_unit("PA03")
    line(unit_id=unit.id, staff_id=crew.id)
    report = filed()
    assert (report.unit_id, report.assignee_id) == (unit.id, None)


def test_an_archived_units_reports_go_to_the_default_one(filed):
    default = db.session.scalars(select(Unit).where(Unit.is_default)).one()
    own = db.session.get(Unit, category_with("PA03").unit_id)
    assert own is not default
    own.archived_at = now()
    line(unit_id=own.id)
    assert filed().unit_id == default.id


def test_a_report_that_is_sorted_elsewhere_goes_where_the_table_says(front_desk, filed):
    unit = another_unit("PA08")
    crew = db.session.scalars(select(Staff).where(Staff.email == "crew@demo.vof")).unique().one()
    line(category_id=category_with("PA08").id, unit_id=unit.id, staff_id=crew.id)
    report = filed()

    def sorted_to(category):
        address = f"/desk/reports/{report.number}/category"
        front_desk.post(address, data={"category": category}, headers=FROM_HERE)
        return report.unit_id, report.assignee_id

    assert sorted_to("PA08") == (unit.id, crew.id)
    assert sorted_to("PA03") == (category_with("PA03").unit_id, None)


def test_a_person_who_was_chosen_by_hand_stays_when_the_table_names_another(front_desk, filed):
    people = db.session.scalars(select(Staff).order_by(Staff.id).limit(2)).unique().all()
    line(
        category_id=category_with("PA08").id, unit_id=another_unit("PA08").id, staff_id=people[0].id
    )
    report = filed()
    report.assignee_id = people[1].id
    db.session.commit()
    address = f"/desk/reports/{report.number}/category"
    front_desk.post(address, data={"category": "PA08"}, headers=FROM_HERE)
    assert report.assignee_id == people[1].id


def test_a_category_may_have_a_deadline_of_its_own(filed, client):
    category = category_with("PA03")
    category.working_days = 30
    db.session.commit()
    report = filed()
    assert report.due_at == due_at(report.received_at, "P3", 30)
    assert report.due_at - report.received_at > timedelta(days=39)
    page = client.get(f"/r/{report.number}").text
    assert "innen 30 arbeidsdager" in page


def test_danger_does_not_wait_for_a_categorys_own_deadline(filed):
    category = category_with("PA01")
    category.working_days = 30
    db.session.commit()
    report = filed(category="PA01", answers={"danger": "yes"})
    assert report.due_at == due_at(report.received_at, "P0")
