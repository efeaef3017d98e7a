"""Where a report is: seen on a map, and put right by the desk, its unit with it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.database import db, now
from app.geo import position_of
from app.places.models import Place, Unit
from app.reports.models import EventKind, Report, RoutingRule
from app.reports.routing import forget
from app.staff.models import Staff
from tests.conftest import FROM_HERE

HERE = {"lat": 58.9690, "lon": 5.7331}
# In Sandnes.
OUTSIDE = {"lat": "58.8510", "lon": "5.7390"}


def move(desk, report, **fields):
    address = f"/desk/reports/{report.number}/where"
    return desk.post(address, data=fields, headers=FROM_HERE)


def fresh(report):
    db.session.expire_all()
    return db.session.get(Report, report.id)


def kinds(report):
    return [event.kind for event in fresh(report).events]


@pytest.fixture
def spotted(filed):
    return filed(position=HERE, address="ved benken")


def test_a_pin_is_moved_and_the_timeline_tells_from_where(front_desk, spotted, client):
    answer = move(front_desk, spotted, lat="58,97", lon="5,7300", address="ved lekeplassen")
    assert answer.status_code == 303
    report = fresh(spotted)
    position = position_of(report.point)
    assert (round(position.lat, 5), round(position.lon, 5)) == (58.97, 5.73)
    assert report.address == "ved lekeplassen"
    moved = report.events[-1]
    assert moved.kind == EventKind.MOVED
    assert moved.from_value == "ved benken, 58.96900 5.73310"
    assert moved.to_value == "ved lekeplassen, 58.97000 5.73000"
    assert "Flyttet til ved lekeplassen" in front_desk.get(f"/desk/reports/{report.number}").text
    assert "Flyttet til" not in client.get(f"/r/{report.number}").text


def test_the_same_again_changes_nothing(front_desk, spotted):
    fields = {"lat": "58.969000", "lon": "5.733100", "address": "ved benken"}
    assert move(front_desk, spotted, **fields).status_code == 303
    assert kinds(spotted) == [EventKind.RECEIVED]


def test_a_place_of_the_same_name_and_spot_is_another_place(front_desk, filed):
    place = db.session.scalars(select(Place).where(Place.name == "Byparken")).one()
    position = position_of(place.point)
    where = {"lat": position.lat, "lon": position.lon}
    report = filed(position=where, address=place.name)
    assert fresh(report).place_id is None
    fields = {"spot": f"place:{place.id}", "address": place.name, **where}
    assert move(front_desk, report, **fields).status_code == 303
    assert fresh(report).place_id == place.id
    # The figures follow the timeline.
    assert kinds(report) == [EventKind.RECEIVED, EventKind.MOVED]
    page = front_desk.get(f"/desk/reports/{report.number}").text
    assert "Begge stedene heter Byparken" in page


def test_what_lies_outside_the_municipality_is_refused_and_stays_typed(front_desk, spotted):
    answer = move(front_desk, spotted, **OUTSIDE, address="")
    assert answer.status_code == 422
    assert 'value="58.8510"' in answer.text
    assert "utenfor Stavanger kommune" in answer.text
    assert kinds(spotted) == [EventKind.RECEIVED]


@pytest.mark.parametrize("lat", ["x", "", "nan", "91"])
def test_half_a_position_or_none_at_all_is_refused(front_desk, spotted, lat):
    assert move(front_desk, spotted, lat=lat, lon="5.73", address="her").status_code == 422
    assert move(front_desk, spotted, spot="none", address="").status_code == 422


def test_a_sign_takes_the_report_to_its_place(front_desk, spotted, park_sign):
    found = front_desk.get(f"/desk/reports/{spotted.number}/where?q={park_sign.code}").text
    assert f"spot=sign%3A{park_sign.code}" in found or f"spot=sign:{park_sign.code}" in found
    page = front_desk.get(f"/desk/reports/{spotted.number}/where?spot=sign:{park_sign.code}")
    assert f'value="sign:{park_sign.code}" checked' in page.text
    assert move(front_desk, spotted, spot=f"sign:{park_sign.code}").status_code == 303
    report = fresh(spotted)
    assert (report.sign_id, report.place_id) == (park_sign.id, park_sign.place_id)
    assert position_of(report.point) == position_of(report.sign.point or report.place.point)


def test_no_place_at_all_leaves_the_words(front_desk, filed, park_sign):
    report = filed(sign=park_sign.code)
    assert move(front_desk, report, spot="none", address="ved Breiavatnet").status_code == 303
    report = fresh(report)
    assert (report.sign_id, report.place_id, report.point) == (None, None, None)
    assert move(front_desk, report, spot="place:999999", address="x").status_code == 422
    assert move(front_desk, report, spot="sign:ZZZZZZ", address="x").status_code == 422


@pytest.mark.parametrize("by_hand", [False, True])
def test_the_unit_follows_where_the_table_had_chosen_it(front_desk, manager, filed, by_hand):
    report = filed(position=HERE)
    place = db.session.scalars(select(Place).where(Place.name == "Byparken")).one()
    other, third = db.session.scalars(
        select(Unit).where(Unit.id != report.unit_id, ~Unit.is_default).limit(2)
    ).all()
    crew = db.session.scalars(select(Staff).where(Staff.email == "crew@demo.vof")).unique().one()
    rule = RoutingRule(sort_order=1, place_id=place.id, unit_id=other.id, staff_id=crew.id)
    db.session.add(rule)
    db.session.commit()
    forget()
    if by_hand:
        fields = {"unit": third.id}
        front_desk.post(f"/desk/reports/{report.number}/unit", data=fields, headers=FROM_HERE)
    fresh(report).escalated_at = now()
    db.session.commit()
    assert move(front_desk, report, spot=f"place:{place.id}").status_code == 303
    where_to = (third.id, None) if by_hand else (other.id, crew.id)
    assert (fresh(report).unit_id, report.assignee_id) == where_to
    # Another unit's lead has not been told yet that it is late.
    assert bool(report.escalated_at) == by_hand


def test_of_two_who_move_it_the_second_sees_what_the_first_has_done(front_desk, manager, spotted):
    seen = max(event.id for event in spotted.events)
    fields = {"lat": "58.97", "lon": "5.73", "address": "her", "seen": seen}
    assert move(manager, spotted, **fields).status_code == 303
    answer = move(front_desk, spotted, **fields | {"address": "der"})
    assert answer.status_code == 409
    assert "Flyttet til her" in answer.text
    assert "der</textarea>" in answer.text


def test_the_map_shows_the_sign_and_what_is_open_around(front_desk, filed, park_sign):
    report, other = filed(sign=park_sign.code), filed(sign=park_sign.code)
    far = filed(position={"lat": 58.90, "lon": 5.70})
    found = front_desk.get(f"/desk/reports/{report.number}/nearby").json
    numbers = [one["url"].rpartition("/")[2] for one in found["reports"]]
    assert other.number in numbers
    assert not {far.number, report.number} & set(numbers)
    page = front_desk.get(f"/desk/reports/{report.number}").text
    assert 'data-island="report-map"' in page
    assert 'href="geo:' in page


def test_an_address_that_was_found_fills_the_fields(front_desk, spotted):
    spot = "at:58.970100,5.730200,Nygata 1"
    page = front_desk.get(f"/desk/reports/{spotted.number}/where", query_string={"spot": spot}).text
    assert 'value="58.970100"' in page
    assert "Nygata 1</textarea>" in page
