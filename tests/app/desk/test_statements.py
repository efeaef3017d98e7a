"""The number of SQL statements of a page at the desk is asserted and does not grow with rows."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import select

from app.database import db, now
from app.demo.reports import add_reports
from app.reports.models import Event, Report
from app.reports.register import (
    PAGE,
    RegisterFilter,
    count_register,
    list_in_box,
    list_register,
)

# The register also asks what can be undone, what is new, and for the versions of its rows;
# one is for a filter by place, or for a later page of a period.
MOST_OF_THE_REGISTER, MOST_OF_A_REPORT, MOST_OF_TODAY = 15, 20, 23
EVERYWHERE = (-180.0, -90.0, 180.0, 90.0)
FILTERS = (
    "",
    "status=open",
    "status=fixed&unit=4&category=3",
    "channel=phone&person=nobody&deadline=late",
    "since=2020-01-01&until=2099-01-01&status=fixed",
    "photo=1&unit=4",
    "place=1&status=fixed",
    "q=det parken",
    "q=2026",
    "status=held",
)


@pytest.fixture
def statements(front_desk, count_statements):
    """How many statements a page takes, once what a process remembers is remembered."""

    def count(address):
        for _ in range(2):
            count_statements.texts.clear()
            assert front_desk.get(address).status_code == 200
        return len(count_statements)

    return count


def add(seed, count):
    add_reports(random.Random(seed), count, until=now())
    db.session.commit()


def test_the_register_takes_as_many_for_one_report_as_for_a_full_page(
    front_desk, statements, count_statements
):
    add(4, 1)
    few = {asked: statements(f"/desk?{asked}") for asked in FILTERS}
    add(5, 2 * PAGE)
    assert front_desk.get("/desk").text.count("/desk/reports/") >= PAGE
    many = {asked: statements(f"/desk?{asked}") for asked in FILTERS}
    # Whether any of the reports has a photo is asked only where there is one.
    assert all(many[asked] - few[asked] in {0, 1} for asked in FILTERS), (few, many)
    assert max(many.values()) <= MOST_OF_THE_REGISTER, (many, count_statements.texts)
    last = db.session.scalars(select(Report.id).order_by(Report.id.desc()).offset(PAGE)).first()
    for asked in FILTERS:
        assert statements(f"/desk?{asked}&before={last}") <= MOST_OF_THE_REGISTER


def test_today_takes_as_many_for_one_report_as_for_a_hundred(statements, count_statements):
    add(4, 1)
    few = statements("/desk/today")
    add(5, 2 * PAGE)
    assert few <= statements("/desk/today") <= MOST_OF_TODAY, count_statements.texts


def test_a_reports_page_takes_as_many_with_a_long_life_as_with_a_short_one(
    statements, count_statements, filed
):
    report = filed(contact={"name": "Innbygger 1", "email": "", "phone": "00000001"})
    address = f"/desk/reports/{report.number}"
    few = statements(address)
    db.session.add_all(
        Event(report_id=report.id, kind="note", staff_id=1 + n % 4, internal_text="Sett på")
        for n in range(40)
    )
    add(5, 2 * PAGE)
    many = statements(address)
    # Who was seen in the timeline may have to be looked up once more.
    assert few <= many <= few + 1 <= MOST_OF_A_REPORT, count_statements.texts


def test_no_list_is_longer_than_it_says(app):
    add(4, 2 * PAGE)
    assert len(list_register(RegisterFilter())) == PAGE + 1
    assert len(list_register(RegisterFilter(), most=5)) == 5
    assert count_register(RegisterFilter(), 7) == 8
    dots, more = list_in_box(RegisterFilter(), EVERYWHERE, 9)
    assert (len(dots), more) == (9, True)
