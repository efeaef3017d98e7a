"""The map shows what the list shows, inside the part of it that is in sight."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.database import db, now
from app.desk import map as desk_map
from app.reports.operations import change_status
from app.staff.models import Staff

HERE = {"lat": 58.9701, "lon": 5.7333, "accuracy_m": 5}
AROUND = "5.73,58.96,5.74,58.98"
ELSEWHERE = "5.60,58.90,5.61,58.91"


def pins(client, query=""):
    return client.get(f"/desk/points?box={AROUND}&lang=en{query}").json


@pytest.fixture
def here(filed):
    return filed(address="", position=HERE)


def test_a_report_stands_where_it_was_marked(front_desk, here):
    [pin] = pins(front_desk)["reports"]
    assert (pin["number"], pin["url"]) == (here.number, f"/desk/reports/{here.number}?lang=en")
    assert (pin["lat"], pin["lon"]) == (HERE["lat"], HERE["lon"])
    assert (pin["mark"], pin["status"], pin["due"]) == ("open", "Received", "")
    assert front_desk.get(f"/desk/points?box={ELSEWHERE}").json["reports"] == []
    assert len(front_desk.get("/desk/points").json["reports"]) == 1


def test_the_filter_is_that_of_the_list(front_desk, here):
    for query, fits in (
        ("&status=open", 1),
        ("&status=fixed", 0),
        ("&q=brukket", 1),
        ("&q=xyz", 0),
    ):
        assert len(pins(front_desk, query)["reports"]) == fits, query
        assert (here.number in front_desk.get(f"/desk?{query}").text) == bool(fits)


@pytest.mark.parametrize("mark", ["late", "waiting", "closed"])
def test_each_mark_can_be_told_from_the_others(front_desk, here, mark):
    staff = db.session.query(Staff).first()
    if mark == "late":
        here.due_at = now() - timedelta(days=3)
    elif mark == "waiting":
        change_status(here, "waiting", staff, public_text="Hvor?")
    else:
        change_status(here, "fixed", staff)
    db.session.commit()
    [pin] = pins(front_desk)["reports"]
    assert pin["mark"] == mark
    assert bool(pin["due"]) == (mark == "late")


def test_more_than_the_map_shows_is_said(front_desk, filed, monkeypatch):
    monkeypatch.setattr(desk_map, "MOST_DOTS", 2)
    reports = [filed(address="", position=HERE) for _ in range(3)]
    found = pins(front_desk)
    assert found["more"] is True
    assert [pin["number"] for pin in found["reports"]] == [one.number for one in reports[:0:-1]]


@pytest.mark.parametrize("box", ["", "1,2,3", "a,b,c,d", "5,58,5,58", "nan,58,6,59"])
def test_a_box_that_is_none_is_refused(front_desk, box):
    assert front_desk.get(f"/desk/points?box={box}").status_code == 400


@pytest.mark.parametrize(("view", "maps"), [("", 0), ("map", 1), ("both", 1), ("moon", 0)])
def test_the_address_says_whether_there_is_a_map(front_desk, here, view, maps):
    page = front_desk.get(f"/desk?status=open&view={view}").text
    assert page.count('data-island="register-map"') == maps
    # Without a script the list is all there is, so it is always there.
    assert here.number in page
    if maps:
        assert f'name="view" value="{view}"' in page
