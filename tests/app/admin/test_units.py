"""Units and owners on screen: added, changed, ordered, archived when nothing hangs on them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.audit import AuditEntry
from app.database import db
from app.places.models import Owner, Place, PlaceEvent, Unit
from app.places.queries import list_units_in_use
from app.reports.models import Category, Event
from app.staff.models import Staff
from tests.conftest import FROM_HERE

UNITS, OWNERS = "/admin/units", "/admin/owners"


def post(client, address, **fields):
    return client.post(address, data=fields, headers=FROM_HERE)


def newest_entry():
    return db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()


def unit_called(name):
    db.session.expire_all()
    return db.session.scalars(select(Unit).where(Unit.name == name)).one()


def test_a_unit_is_added_with_its_lead_and_changed_and_logged(manager):
    asked = select(Staff).where(Staff.email == "manager@demo.vof")
    lead = db.session.scalars(asked).unique().one()
    fields = {"name": "Bymiljø", "email": "bymiljo@example.org", "lead": str(lead.id)}
    assert post(manager, UNITS, **fields).status_code == 303
    unit = unit_called("Bymiljø")
    assert (unit.email, unit.lead_id) == ("bymiljo@example.org", lead.id)
    assert (newest_entry().action, newest_entry().subject_id) == ("unit_added", unit.id)
    answer = post(manager, f"{UNITS}/{unit.id}", name="By og miljø", seen=newest_entry().id)
    assert answer.status_code == 303
    assert newest_entry().details == {
        "name": ["Bymiljø", "By og miljø"],
        "email": ["bymiljo@example.org", ""],
        "lead": [lead.name, None],
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"name": ""},
        {"name": "park  og NATUR"},
        {"name": "x" * 121},
        {"name": "Ny", "email": "nei"},
        {"name": "Ny", "lead": "999999"},
    ],
)
def test_what_cannot_be_is_refused_and_stays_typed(manager, fields):
    answer = post(manager, UNITS, **fields)
    assert answer.status_code == 422
    assert f'value="{" ".join(fields["name"].split())}"' in answer.text
    assert newest_entry() is None or newest_entry().action != "unit_added"


def test_a_renamed_unit_keeps_what_happened_under_its_old_name(manager, front_desk, filed):
    report, unit = filed(), unit_called("Renhold")
    front_desk.post(
        f"/desk/reports/{report.number}/unit", data={"unit": unit.id}, headers=FROM_HERE
    )
    post(manager, f"{UNITS}/{unit.id}", name="Byrenhold")
    moved = db.session.scalars(select(Event).where(Event.kind == "unit")).one()
    assert moved.to_value == "Renhold"
    assert "Byrenhold" in front_desk.get(f"/desk/reports/{report.number}").text


def test_a_unit_is_archived_only_when_nothing_is_left_with_it(manager, front_desk, filed):
    unit = unit_called("Park og natur")
    assert post(manager, f"{UNITS}/{unit.id}/archive").status_code == 409
    default = next(one for one in list_units_in_use() if one.is_default)
    assert post(manager, f"{UNITS}/{default.id}/archive").status_code == 409
    assert post(manager, UNITS, name="Tom").status_code == 303
    empty = unit_called("Tom")
    assert post(manager, f"{UNITS}/{empty.id}/archive").status_code == 303
    assert unit_called("Tom").archived_at
    report = filed()
    assert ">Tom</option>" not in front_desk.get(f"/desk/reports/{report.number}").text
    answer = front_desk.post(
        f"/desk/reports/{report.number}/unit", data={"unit": empty.id}, headers=FROM_HERE
    )
    assert answer.status_code == 422
    assert post(manager, f"{UNITS}/{empty.id}/default").status_code == 422
    assert post(manager, f"{UNITS}/{empty.id}/restore").status_code == 303
    assert unit_called("Tom").archived_at is None


def test_exactly_one_unit_takes_what_nobody_else_takes(manager):
    before = next(one for one in list_units_in_use() if one.is_default)
    unit = unit_called("Renhold")
    assert post(manager, f"{UNITS}/{unit.id}/default").status_code == 303
    db.session.expire_all()
    assert [one.name for one in list_units_in_use() if one.is_default] == ["Renhold"]
    assert newest_entry().details == {"name": [before.name, "Renhold"]}


def test_units_stand_in_the_order_that_was_chosen(manager):
    names = [one.name for one in list_units_in_use()]
    last = unit_called(names[-1])
    assert post(manager, f"{UNITS}/{last.id}/up").status_code == 303
    db.session.expire_all()
    after = [one.name for one in list_units_in_use()]
    assert after == [*names[:-2], names[-1], names[-2]]
    assert post(manager, f"{UNITS}/{last.id}/down").status_code == 303
    db.session.expire_all()
    assert [one.name for one in list_units_in_use()] == names


def test_of_two_editors_the_second_sees_what_the_first_has_done(manager, admin):
    unit = unit_called("Renhold")
    assert post(manager, f"{UNITS}/{unit.id}", name="Byrenhold", seen=0).status_code == 303
    answer = post(admin, f"{UNITS}/{unit.id}", name="Reint", seen=0)
    assert answer.status_code == 409
    assert 'value="Reint"' in answer.text
    assert "Renhold → Byrenhold" in answer.text


# ---- Owners.


def test_an_owner_is_added_renamed_with_its_places_and_archived(manager, front_desk, filed):
    fields = {"name": "DNB Arena AS", "email": "drift@arena.example", "phone": "51 00 00 99"}
    assert post(manager, OWNERS, **fields).status_code == 303
    owner = db.session.scalars(select(Owner).where(Owner.name == fields["name"])).one()
    place = db.session.scalars(select(Place).where(Place.name == "Byparken")).one()
    place.owner = owner.name
    db.session.commit()
    assert "Byparken" in manager.get(f"{OWNERS}/{owner.id}").text
    seen = newest_entry().id
    answer = post(manager, f"{OWNERS}/{owner.id}", **fields | {"name": "Arenaen"}, seen=seen)
    assert answer.status_code == 303
    db.session.expire_all()
    assert place.owner == "Arenaen"
    changes = db.session.scalars(select(PlaceEvent).order_by(PlaceEvent.id.desc())).first().changes
    assert changes == {"owner": ["DNB Arena AS", "Arenaen"]}
    assert newest_entry().details == {"name": ["DNB Arena AS", "Arenaen"]}
    report = filed(place=place.id)
    assert "Arenaen</option>" in front_desk.get(f"/desk/reports/{report.number}").text
    for _ in range(2):
        assert post(manager, f"{OWNERS}/{owner.id}/archive").status_code == 303
    assert "Arenaen</option>" not in front_desk.get(f"/desk/reports/{report.number}").text
    assert newest_entry().action == "owner_archived"
    assert post(manager, f"{OWNERS}/{owner.id}/restore").status_code == 303


@pytest.mark.parametrize(
    "fields",
    [
        {"name": ""},
        {"name": "stavanger OILERS"},
        {"name": "Ny", "email": "nei"},
        {"name": "Ny", "phone": "ring"},
        {"name": "Ny", "note": "x" * 501},
    ],
)
def test_an_owner_that_cannot_be_is_refused(manager, fields):
    assert post(manager, OWNERS, **fields).status_code == 422


def test_a_category_in_use_counts_as_the_units(manager):
    unit = unit_called("Park og natur")
    count = len(
        db.session.scalars(
            select(Category.id).where(Category.unit_id == unit.id, Category.archived_at.is_(None))
        ).all()
    )
    assert f"<dd>{count}</dd>" in manager.get(f"{UNITS}/{unit.id}").text
