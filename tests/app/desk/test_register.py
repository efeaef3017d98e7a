"""The register: what it shows, how it is searched, and that paging loses and repeats nothing."""

from __future__ import annotations

import random
import re
from datetime import timedelta

import html5lib
import pytest
from sqlalchemy import select

from app.database import db, now
from app.demo.reports import add_reports
from app.languages import OSLO
from app.places.models import Place, Unit
from app.reports.deadlines import end_of_next_working_day
from app.reports.keys import report_key
from app.reports.models import Category, Channel, Report
from app.reports.register import PAGE
from app.reports.workflow import CLOSED, Status
from app.staff.models import Staff
from tests.conftest import a_report, put_report
from tests.pictures import a_photo

MOST_STATEMENTS = 13


@pytest.fixture
def many(app):
    """More reports than two pages hold, of all sorts."""
    add_reports(random.Random(4), 2 * PAGE + 30, until=now())
    db.session.commit()
    return db.session.scalars(select(Report).order_by(Report.id.desc())).all()


def numbers_on(page):
    return re.findall(r"/desk/reports/(\d{4}-\d{8})", page.text)


def next_page(page):
    tree = html5lib.parse(page.text, namespaceHTMLElements=False)
    addresses = [a.get("href") for a in tree.iter("a") if not a.get("hreflang")]
    return next((address for address in addresses if "before=" in address), None)


def all_numbers(client, address):
    """Every number from this page to the last, in order; stops at a page it has seen."""
    found, seen = [], set()
    while address and address not in seen:
        seen.add(address)
        page = client.get(address)
        found += numbers_on(page)
        address = next_page(page)
    return found


def test_the_newest_come_first_and_fifty_on_a_page(front_desk, many):
    page = front_desk.get("/desk")
    assert numbers_on(page) == [report.number for report in many[:50]]


def test_paging_loses_and_repeats_nothing(front_desk, many):
    assert all_numbers(front_desk, "/desk") == [report.number for report in many]


def test_a_report_that_arrives_meanwhile_shifts_nothing(front_desk, client, many):
    first = front_desk.get("/desk")
    put_report(client, a_report())
    second = front_desk.get(next_page(first))
    assert numbers_on(second) == [report.number for report in many[50:100]]


@pytest.mark.parametrize("count", [0, 1, PAGE, PAGE + 1])
def test_there_is_a_next_page_only_where_there_is_more(front_desk, app, count):
    add_reports(random.Random(4), count, until=now())
    db.session.commit()
    page = front_desk.get("/desk")
    assert len(numbers_on(page)) == min(count, PAGE)
    assert (next_page(page) is not None) == (count > PAGE)


@pytest.mark.parametrize("status", [*Status, "open"])
def test_the_register_is_filtered_by_state(front_desk, many, status):
    wanted = [
        report.number
        for report in many
        if report.status == status or (status == "open" and report.status not in CLOSED)
    ]
    assert all_numbers(front_desk, f"/desk?status={status}") == wanted


def test_the_register_is_filtered_by_unit_and_category_together(front_desk, many):
    unit = db.session.scalars(select(Unit).where(Unit.name == "Park og natur")).one()
    category = db.session.scalars(select(Category).where(Category.code == "PA04")).one()
    for query, fits in (
        (f"unit={unit.id}", lambda report: report.unit_id == unit.id),
        (f"category={category.id}", lambda report: report.category_id == category.id),
        (
            f"unit={unit.id}&category={category.id}&status=fixed",
            lambda report: (
                report.unit_id == unit.id
                and report.category_id == category.id
                and report.status == "fixed"
            ),
        ),
    ):
        wanted = [report.number for report in many if fits(report)]
        assert wanted, query
        assert all_numbers(front_desk, f"/desk?{query}") == wanted


def test_a_report_is_found_by_its_number_however_it_is_typed(front_desk, many):
    number = many[70].number
    for typed in (number, number.replace("-", ""), f"{number[:4]} {number[5:]}", f" {number} "):
        page = front_desk.get("/desk", query_string={"q": typed})
        assert numbers_on(page) == [number], typed
    begun = front_desk.get("/desk", query_string={"q": number[:8]})
    assert number in numbers_on(begun)


def test_reports_are_found_by_their_place(front_desk, many):
    park = db.session.scalars(select(Place).where(Place.name == "Byparken")).one()
    wanted = [report.number for report in many if report.place_id == park.id]
    assert wanted
    assert all_numbers(front_desk, "/desk?q=bypark") == wanted
    assert all_numbers(front_desk, "/desk?q=%25") == []


def test_the_next_page_keeps_the_filters_and_the_language(front_desk, many):
    address = next_page(front_desk.get("/desk?status=fixed&lang=nn"))
    assert "status=fixed" in address
    assert "lang=nn" in address


def test_what_was_chosen_is_still_chosen(front_desk, many):
    unit = db.session.scalars(select(Unit).where(Unit.name == "Park og natur")).one()
    page = front_desk.get(f"/desk?status=fixed&unit={unit.id}&q=parken")
    tree = html5lib.parse(page.text, namespaceHTMLElements=False)
    chosen = {option.get("value") for option in tree.iter("option") if "selected" in option.attrib}
    assert {"fixed", str(unit.id)} <= chosen
    assert 'value="parken"' in page.text


def test_a_line_says_when_it_is_urgent_late_or_has_a_photo(front_desk, client, filed):
    urgent = filed(category="PA01", answers={"danger": "yes"})
    urgent.due_at = now() - timedelta(days=2)
    db.session.commit()
    page = front_desk.get("/desk?lang=en").text
    assert "Urgent" in page
    assert "Overdue" in page
    assert ">Photo<" not in page
    add_photo(client, urgent)
    assert ">Photo<" in front_desk.get("/desk?lang=en").text


def add_photo(client, report):
    headers = {"Authorization": f"Bearer {report_key(report.uuid)}"}
    address = f"/api/v1/reports/{report.uuid}/photos/{report.uuid}"
    assert client.put(address, data=a_photo(), headers=headers).status_code == 201


def day_of(moment):
    return moment.astimezone(OSLO).date().isoformat()


def runs(report):
    return report.is_open and not report.waiting_since


def put_aside(reports):
    """Some reports in somebody's care, waiting, due soon and of every channel."""
    desk = db.session.scalars(select(Staff).where(Staff.email == "front_desk@demo.vof"))
    me = desk.unique().one()
    for number, report in enumerate(reports):
        report.assignee_id = me.id if number % 3 == 0 else None
        report.channel = list(Channel)[number % len(Channel)].value
        if number % 2:
            continue
        report.status, report.closed_at = "received", None
        report.waiting_since = now() if number % 5 == 0 else None
        report.due_at = now() + timedelta(hours=1 if number % 4 else -1)
    db.session.commit()
    return me


@pytest.mark.parametrize("name", ["mine", "nobody", "channel", "late", "soon", "period", "place"])
def test_each_filter_shows_exactly_what_fits(front_desk, many, name):
    me = put_aside(many)
    middle = many[len(many) // 2]
    soonest = end_of_next_working_day(now())
    address, fits = {
        "mine": ("person=me", lambda one: one.assignee_id == me.id),
        "nobody": ("person=nobody", lambda one: one.assignee_id is None),
        "channel": ("channel=counter", lambda one: one.channel == "counter"),
        "late": ("deadline=late", lambda one: runs(one) and one.due_at < now()),
        "soon": (
            "deadline=soon",
            lambda one: runs(one) and now() <= one.due_at <= soonest,
        ),
        "period": (
            f"since={day_of(middle.received_at)}&until={day_of(middle.received_at)}",
            lambda one: day_of(one.received_at) == day_of(middle.received_at),
        ),
        "place": (f"place={middle.place_id}", lambda one: one.place_id == middle.place_id),
    }[name]
    wanted = [one.number for one in many if fits(one)]
    assert wanted
    assert len(wanted) < len(many)
    assert all_numbers(front_desk, f"/desk?{address}") == wanted


def test_paging_through_a_period_loses_and_repeats_nothing(front_desk, many):
    # Whatever was entered later than it came, and two that came in one instant.
    many[3].received_at, many[70].received_at = many[-5].received_at, many[71].received_at
    db.session.commit()
    address = f"since={day_of(many[-1].received_at)}&until={day_of(many[0].received_at)}"
    in_order = sorted(many, key=lambda one: (one.received_at, one.id), reverse=True)
    assert all_numbers(front_desk, f"/desk?{address}") == [one.number for one in in_order]


def test_filters_narrow_each_other(front_desk, many):
    put_aside(many)
    wanted = [
        one.number
        for one in many
        if one.assignee_id is None and one.channel == "web" and one.is_open
    ]
    assert wanted
    assert all_numbers(front_desk, "/desk?person=nobody&channel=web&status=open") == wanted


def test_only_those_with_a_photo(front_desk, client, filed):
    plain, pictured = filed(), filed()
    add_photo(client, pictured)
    found = all_numbers(front_desk, "/desk?photo=1")
    assert pictured.number in found
    assert plain.number not in found


@pytest.mark.parametrize("text", ["RUSTEN", "Solveien", "kari nordmann", "kari@", "41234567"])
def test_reports_are_found_by_what_is_written_and_by_who_reported(front_desk, filed, text):
    contact = {"name": "Kari Nordmann", "email": "kari@example.org", "phone": "41234567"}
    meant = filed(description="En rusten bolt", address="Ved Solveien 3", contact=contact)
    filed(description="Noe annet")
    assert all_numbers(front_desk, f"/desk?q={text}") == [meant.number]


@pytest.mark.parametrize(
    "address",
    [
        "person=x",
        "person=99999999999",
        "channel=fax",
        "deadline=never",
        "since=i+går",
        "until=0001-01-01",
        "place=nowhere",
        "place=2147483647",
    ],
)
def test_a_filter_that_makes_no_sense_breaks_nothing(front_desk, filed, address):
    filed()
    assert front_desk.get(f"/desk?{address}").status_code == 200


def test_the_views_of_the_morning_are_one_tap_away(front_desk, filed):
    filed(category="")
    page = front_desk.get("/desk")
    tree = html5lib.parse(page.text, namespaceHTMLElements=False)
    views = {a.text: a.get("href") for a in tree.iter("a")}
    unsorted = front_desk.get(views["Ikke sortert ennå"])
    assert len(numbers_on(unsorted)) == 1
    assert numbers_on(front_desk.get(views["Mine"])) == []
