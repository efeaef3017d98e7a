"""People: invited, changed, closed out and let in again, and somebody who can is always left."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from app.database import db
from app.permissions import Role
from app.places.models import Unit
from app.staff.models import StaffLink
from app.staff.operations import create_staff, invite_staff
from tests.app.staff.conftest import (
    EMAIL,
    PASSWORD,
    add_passkey,
    age,
    browser,
    give_password,
    is_signed_in,
    logged,
    person,
    set_up_app,
    signed_in_as,
    waiting_links,
)
from tests.conftest import FROM_HERE

ADMIN = "admin@demo.vof"


@pytest.fixture
def kari(app):
    made = create_staff(EMAIL, "Kari", PASSWORD, Role.FRONT_DESK)
    db.session.commit()
    return made


def address(email=EMAIL, rest=""):
    return f"/admin/people/{person(email).id}{rest}"


def form(**changes):
    return {"name": "Kari", "email": EMAIL, "roles": ["front_desk"], "unit": ""} | changes


def link_on(answer):
    assert answer.status_code == 200, answer.text
    return re.search(r"<code>https?://[^/]+(/sign-in/link/\S+)</code>", answer.text)[1]


def test_the_list_tells_who_has_what(app, admin, kari):
    set_up_app(signed_in_as(app))
    page = admin.get("/admin/people?q=kari+innbygger").text
    assert EMAIL in page
    assert "crew@demo.vof" not in page
    assert ">App" in page
    assert "crew@demo.vof" in admin.get("/admin/people?q=park+og+natur").text
    assert EMAIL not in admin.get("/admin/people?closed=1").text


def test_managers_look_and_change_nothing(manager, admin, kari):
    page = manager.get("/admin/people").text
    assert EMAIL in page
    assert address() not in page
    assert manager.get(address()).status_code == 403


def test_the_list_asks_the_database_the_same_however_many_there_are(app, admin, count_statements):
    counts = []
    admin.get("/admin/people")
    for more in (0, 5):
        for number in range(more):
            invite_staff(f"x{number}@example.org", f"X {number}", [Role.CREW], 1)
        db.session.commit()
        count_statements.texts.clear()
        admin.get("/admin/people")
        counts.append(len(count_statements))
    assert counts[0] == counts[1] <= 8, count_statements.texts


def test_somebody_is_invited_and_chooses_the_password(app, admin):
    unit = db.session.scalars(select(Unit)).first()
    roles = {"roles": ["front_desk", "crew"], "unit": str(unit.id), "send": "1"}
    answer = admin.post("/admin/people/new", data=form(**roles))
    page = link_on(answer)
    made = person()
    assert made.password is None
    assert {role.name for role in made.roles} == {"front_desk", "crew"}
    assert len(waiting_links()) == 1
    assert give_password(browser(app), password="").status_code == 200
    client = browser(app)
    assert "Velkommen" in client.get(page).text
    client.post(page, data={"password": PASSWORD})
    assert give_password(browser(app)).status_code == 302
    [invited] = logged("person_invited")
    assert invited.details["roles"] == ["crew", "front_desk"]
    assert made.email in admin.get("/admin/log?action=person_invited").text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"email": "x"}, "email"),
        ({"email": "Crew@demo.vof"}, "email"),
        ({"roles": []}, "roles"),
        ({"roles": ["king"]}, "roles"),
        ({"roles": ["crew"]}, "unit"),
        ({"unit": "9999"}, "unit"),
    ],
)
def test_what_is_missing_is_told_beside_it_and_what_was_typed_comes_back(admin, changes, field):
    answer = admin.post("/admin/people/new", data=form(**changes))
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert not logged("person_invited")
    assert not waiting_links()


def test_a_change_is_logged_as_before_and_after_and_holds_at_once(app, admin, kari):
    client = signed_in_as(app)
    assert client.get("/desk").status_code == 200
    changed = form(name="Kari Nordmann", roles=["sign_keeper"])
    assert admin.post(address(), data=changed).status_code == 303
    assert client.get("/desk").status_code == 403
    assert client.get("/signs").status_code == 200
    [change] = logged("person_changed")
    assert change.details == {
        "name": ["Kari", "Kari Nordmann"],
        "roles": [["front_desk"], ["sign_keeper"]],
    }


def test_nobody_is_left_without_a_role(admin, kari):
    answer = admin.post(address(), data=form(roles=[]))
    assert answer.status_code == 422
    assert 'id="roles-error"' in answer.text
    assert [role.name for role in person().roles] == ["front_desk"]


def test_another_address_ends_the_links_that_went_to_the_old_one(app, admin):
    page = link_on(admin.post("/admin/people/new", data=form()))
    admin.post(address(), data=form(email="kari.n@example.org"))
    assert browser(app).get(page).status_code == 404


def test_nobody_overwrites_what_a_colleague_has_changed(app, admin, kari):
    create_staff("other@example.org", "Ola", PASSWORD, Role.ADMIN)
    db.session.commit()
    other = signed_in_as(app, "other@example.org")
    [seen] = re.findall(r'name="seen" value="(\d+)"', other.get(address()).text)[:1]
    admin.post(address(), data=form(name="Kari Nordmann"))
    answer = other.post(address(), data=form(name="Kari N.", seen=seen))
    assert answer.status_code == 409
    assert "Kari → Kari Nordmann" in answer.text
    assert 'value="Kari N."' in answer.text
    assert person().name == "Kari Nordmann"


def test_a_closed_account_is_out_at_once_and_its_reports_go_to_somebody_else(
    app, admin, kari, filed
):
    client = signed_in_as(app)
    report = filed()
    report.assignee_id = kari.id
    db.session.commit()
    page = admin.get(address()).text
    assert report.number in page
    heir = person("manager@demo.vof")
    answer = admin.post(address(rest="/close"), data={"heir": heir.id})
    assert answer.status_code == 303
    assert not is_signed_in(client)
    assert report.assignee_id == heir.id
    assert report.events[-1].to_value == heir.name
    assert give_password(browser(app)).status_code == 200
    assert EMAIL in admin.get("/admin/people?closed=1").text
    assert admin.post(address(rest="/open")).status_code == 303
    assert give_password(browser(app)).status_code == 302
    assert [one.action for one in logged("person_deactivated", "person_reactivated")] == [
        "person_deactivated",
        "person_reactivated",
    ]


def test_a_link_of_a_closed_account_opens_nothing_and_none_is_made(app, admin, kari):
    page = link_on(admin.post(address(rest="/link")))
    admin.post(address(rest="/close"))
    assert browser(app).get(page).status_code == 404
    assert admin.post(address(rest="/link")).status_code == 404


def test_an_administrator_helps_whoever_has_lost_everything(app, admin, kari):
    client = signed_in_as(app)
    set_up_app(client)
    add_passkey(client)
    answer = admin.post(address(rest="/link"))
    assert not waiting_links(), "it is sent only where that is asked for"
    page = link_on(answer)
    browser(app).post(page, data={"password": "another long password"}, headers=FROM_HERE)
    assert not person().has_second_factor
    assert give_password(browser(app), password="another long password").status_code == 302
    assert len(db.session.scalars(select(StaffLink)).all()) == 1
    assert [one.details for one in logged("link_made")] == [{"kind": "recovery"}]


def test_factors_are_ended_and_people_signed_out_everywhere(app, admin, kari):
    client = signed_in_as(app)
    set_up_app(client)
    assert admin.post(address(rest="/sign-out")).status_code == 303
    assert not is_signed_in(client)
    assert admin.post(address(rest="/reset-factors")).status_code == 303
    assert give_password(browser(app)).status_code == 302
    assert len(logged("person_signed_out", "factors_reset")) == 2


def test_nobody_changes_their_own_roles_or_closes_their_own_account(admin):
    own = form(name="Demo Admin", email=ADMIN, roles=["crew"], unit="")
    for roles in (["crew"], []):
        answer = admin.post(address(ADMIN), data=own | {"unit": "1", "roles": roles})
        assert answer.status_code == 303
    assert [role.name for role in person(ADMIN).roles] == ["admin"]
    assert admin.post(address(ADMIN, "/close")).status_code == 409
    assert person(ADMIN).active


def test_somebody_who_can_administer_is_always_left(app, admin):
    create_staff("other@example.org", "Ola", PASSWORD, Role.ADMIN)
    invite_staff("third@example.org", "Per", [Role.ADMIN])
    db.session.commit()
    other = signed_in_as(app, "other@example.org")
    closed = admin.post(address("other@example.org", "/close"))
    assert closed.status_code == 303
    assert not is_signed_in(other)
    admin.post(address("other@example.org", "/open"))
    other = signed_in_as(app, "other@example.org")
    assert other.post(address(ADMIN, "/close")).status_code == 303
    person(ADMIN).active = True
    person("other@example.org").active = False
    person("other@example.org").roles = []
    db.session.commit()
    # Only who is no administrator any more could still try, in the same moment.
    from app.problems import LastAdmin  # noqa: PLC0415
    from app.staff.operations import demand_admin_left  # noqa: PLC0415

    with pytest.raises(LastAdmin):
        demand_admin_left(person(ADMIN))


def test_before_it_changes_who_gets_in_the_administrator_shows_who_it_is(app, kari):
    admin = signed_in_as(app, ADMIN, "demo-admin")
    age(admin, 31)
    for page in ("", "/close", "/link", "/reset-factors"):
        answer = admin.post(address(rest=page), data=form())
        assert answer.location.startswith("/staff/confirm?next=/admin/people/"), page
    assert person().active


def test_a_role_is_made_to_need_a_second_factor(app, admin, kari):
    page = admin.get("/admin/second-factor").text
    assert "har ingen" in page
    answer = admin.post("/admin/second-factor", data={"roles": ["front_desk"]})
    assert answer.status_code == 303
    client = signed_in_as(app)
    assert client.get("/desk").location == "/staff/account?demanded=1"
    assert "Mangler en ekstra innloggingsmåte" in admin.get("/admin/people").text
    admin.post("/admin/second-factor", data={})
    assert client.get("/desk").status_code == 200
    assert [one.details for one in logged("second_factor_demanded")] == [
        {"roles": [[], ["front_desk"]]},
        {"roles": [["front_desk"], []]},
    ]
