"""The register's reads: what lies in a box of the map."""

from __future__ import annotations

from datetime import timedelta

from app.database import db, now
from app.reports import register
from app.reports.register import RegisterFilter, list_in_box

HERE, THERE = {"lat": 58.9690, "lon": 5.7310}, {"lat": 58.9400, "lon": 5.7000}
AROUND_HERE = (5.72, 58.96, 5.74, 58.98)
EVERYWHERE = (5.0, 58.0, 7.0, 60.0)


def at(spot, **changes):
    return {"position": spot | {"accuracy_m": 5}, "address": ""} | changes


def numbers(dots):
    return [dot.number for dot in dots]


def test_what_fits_the_filter_and_lies_in_the_box_is_drawn_newest_first(filed):
    first, second = filed(**at(HERE)), filed(**at(HERE, category="PA04"))
    elsewhere, nowhere = filed(**at(THERE)), filed()
    closed = filed(**at(HERE))
    closed.status, closed.closed_at = "fixed", now()
    db.session.commit()
    dots, more = list_in_box(RegisterFilter(only_open=True), AROUND_HERE, 10)
    assert (numbers(dots), more) == ([second.number, first.number], False)
    dots, _more = list_in_box(RegisterFilter(category_id=first.category_id), EVERYWHERE, 10)
    assert numbers(dots) == [closed.number, elsewhere.number, first.number]
    assert nowhere.number not in numbers(list_in_box(RegisterFilter(), EVERYWHERE, 10)[0])


def test_no_more_than_asked_for_are_drawn_and_that_there_are_more_is_told(filed):
    reports = [filed(**at(HERE)) for _ in range(3)]
    dots, more = list_in_box(RegisterFilter(), AROUND_HERE, 2)
    assert (numbers(dots), more) == ([reports[2].number, reports[1].number], True)
    assert list_in_box(RegisterFilter(), AROUND_HERE, 3)[1] is False


def test_a_box_is_drawn_alike_whichever_way_its_reports_are_found(filed, monkeypatch):
    first, second, _elsewhere = filed(**at(HERE)), filed(**at(HERE)), filed(**at(THERE))
    wanted = [second.number, first.number]
    assert numbers(list_in_box(RegisterFilter(), AROUND_HERE, 2)[0]) == wanted
    for name in ("NEWEST", "ON_SQLITE_NEWEST"):
        monkeypatch.setattr(register, name, 1)
    assert numbers(list_in_box(RegisterFilter(), AROUND_HERE, 1)[0]) == wanted[:1]
    assert numbers(list_in_box(RegisterFilter(), AROUND_HERE, 2)[0]) == wanted
    monkeypatch.setattr(register, "FEW", 0)
    assert numbers(list_in_box(RegisterFilter(), AROUND_HERE, 2)[0]) == wanted


def test_a_dot_says_where_it_is_and_how_it_stands(filed):
    late, waiting = filed(**at(HERE)), filed(**at(THERE))
    for report in (late, waiting):
        report.due_at = now() - timedelta(days=1)
    waiting.waiting_since = now()
    db.session.commit()
    (of_waiting, of_late), _more = list_in_box(RegisterFilter(), EVERYWHERE, 10)
    assert (of_late.position.lat, of_late.position.lon) == (HERE["lat"], HERE["lon"])
    assert (of_late.status, of_late.is_open, of_late.priority) == ("received", True, late.priority)
    assert of_late.due_at == late.due_at
    assert of_late.category_names["nb"]
    assert of_late.runs_late
    assert not of_waiting.runs_late
