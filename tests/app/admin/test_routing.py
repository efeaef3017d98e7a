"""The routing table on screen: lines added, changed, moved, removed and tried."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.audit import AuditEntry
from app.database import db, now
from app.places.models import Unit
from app.reports.models import RoutingRule
from tests.conftest import FROM_HERE

ROUTING = "/admin/routing"


def post(client, address=ROUTING, **fields):
    return client.post(address, data=fields, headers=FROM_HERE)


def lines():
    db.session.expire_all()
    query = select(RoutingRule).order_by(RoutingRule.sort_order)
    return db.session.scalars(query).unique().all()


def newest_entry():
    return db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()


@pytest.fixture
def units(app):
    return db.session.scalars(select(Unit).order_by(Unit.id)).all()


def test_a_line_is_added_changed_and_removed_and_each_is_logged(manager, units):
    fields = {
        "category": "PA03",
        "place": "byparken",
        "days": ["6", "7"],
        "from_time": "16:00",
        "until_time": "08:00",
        "unit": str(units[0].id),
        "note": "Helgevakt",
    }
    assert post(manager, **fields).status_code == 303
    [line] = lines()
    assert (line.category.code, line.place.name, line.days) == ("PA03", "Byparken", [6, 7])
    assert (line.from_time, line.until_time, line.unit_id) == ("16:00", "08:00", units[0].id)
    added = newest_entry()
    assert (added.action, added.subject_id) == ("rule_added", line.id)
    page = manager.get(ROUTING).text
    assert "Helgevakt" in page
    assert "lør, søn" in page
    seen = {"seen": added.id}
    answer = post(manager, f"{ROUTING}/{line.id}", **fields | {"unit": str(units[1].id)} | seen)
    assert answer.status_code == 303
    assert newest_entry().details == {"unit": [units[0].name, units[1].name]}
    assert post(manager, f"{ROUTING}/{line.id}/remove", seen=newest_entry().id).status_code == 303
    assert lines() == []
    assert newest_entry().action == "rule_removed"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"unit": ""}, "unit"),
        ({"unit": "99999"}, "unit"),
        ({"category": "XX99"}, "category"),
        ({"kind": "castle"}, "kind"),
        ({"person": "99999"}, "person"),
        ({"place": "Finnes ikke noe sted"}, "place"),
        ({"place": "stavanger"}, "place"),
        ({"from_time": "25:00", "until_time": "08:00"}, "from_time"),
        ({"from_time": "16:00"}, "until_time"),
        ({"from_time": "16:00", "until_time": "16:00"}, "until_time"),
    ],
)
def test_what_cannot_be_meant_comes_back_with_everything_typed(manager, units, fields, wrong):
    sent = {"unit": str(units[0].id), "note": "Helgevakt", "days": ["6"]} | fields
    answer = post(manager, **sent)
    assert answer.status_code == 422
    assert f'id="{wrong}-error"' in answer.text
    assert 'value="Helgevakt"' in answer.text
    assert 'id="day-6" value="6" checked' in answer.text
    assert lines() == []


def test_lines_change_places_and_stop_at_the_ends(manager, units):
    for note in "abc":
        post(manager, unit=str(units[0].id), note=note)

    def notes():
        return "".join(line.note for line in lines())

    def move(note, way):
        line = next(one for one in lines() if one.note == note)
        answer = post(manager, f"{ROUTING}/{line.id}/{way}", seen=newest_entry().id)
        assert answer.status_code == 303

    move("c", "up")
    assert notes() == "acb"
    move("a", "down")
    assert notes() == "cab"
    move("c", "up")
    move("b", "down")
    assert notes() == "cab"


def test_of_two_people_the_second_is_told(manager, admin, units):
    post(manager, unit=str(units[0].id), note="Min")
    answer = post(admin, unit=str(units[1].id), note="Din", seen=0)
    assert answer.status_code == 409
    assert 'value="Din"' in answer.text
    assert "Noen andre har endret dette" in answer.text
    assert len(lines()) == 1
    answer = post(admin, unit=str(units[1].id), note="Din", seen=newest_entry().id)
    assert answer.status_code == 303


def test_an_example_tells_which_line_counts_and_why_not_the_others(manager, units):
    post(manager, category="PA08", unit=str(units[0].id))
    post(manager, place="Byparken", days=["7"], unit=str(units[1].id))
    post(manager, place="Byparken", unit=str(units[2].id))
    asked = {"category": "PA03", "place": "Byparken", "at": "2026-11-24T12:00"}
    page = manager.get(ROUTING, query_string=asked).text
    told = page[page.index("Den går til") :]
    assert units[2].name in told[:200]
    assert told.index("En annen kategori") < told.index("En annen dag")
    assert "denne linjen gjelder" in told
    page = manager.get(ROUTING, query_string=asked | {"place": ""}).text
    assert "Ingen linje passer" in page


def test_a_line_that_can_never_count_is_marked(manager, units):
    post(manager, category="PA03", unit=str(units[0].id))
    post(manager, category="PA03", place="Byparken", unit=str(units[1].id))
    post(manager, category="PA08", unit=str(units[1].id))
    page = manager.get(ROUTING).text
    assert page.count("Gjelder aldri: linje 1 tar alt") == 1
    units[0].archived_at = now()
    db.session.commit()
    assert "Gjelder aldri" not in manager.get(ROUTING).text


def test_the_table_takes_few_statements_however_long_it_is(manager, units, count_statements):
    def statements():
        manager.get(ROUTING)
        count_statements.texts.clear()
        manager.get(ROUTING)
        return len(count_statements)

    post(manager, category="PA03", place="Byparken", unit=str(units[0].id))
    few = statements()
    for code in ("PA04", "PA05", "PA08"):
        post(manager, category=code, place="Mosvatnet", unit=str(units[1].id))
    assert statements() == few <= 14, count_statements.texts
