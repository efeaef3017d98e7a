"""Signed in for long on a shared tablet: behind a PIN of one's own, and ended from afar."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.audit import AuditEntry
from app.database import db, now
from app.permissions import Role
from app.staff.models import Staff, TabletSession
from app.staff.operations import create_staff, end_sessions
from app.staff.tablets import BEHIND, COOKIE, UNUSED_FOR
from tests.app.crew.conftest import API
from tests.app.staff.conftest import give_password
from tests.conftest import SESSION_COOKIE, signed_in

PIN = "271828"
TABLET = f"{API}/tablet"
OLA = {"email": "ola@example.org", "password": "another good password"}


@pytest.fixture
def tablet(app):
    """A browser where the demo crew's person stays signed in."""
    client = app.test_client()
    client.environ_base["HTTP_ORIGIN"] = "http://localhost"
    give_password(client, "crew@demo.vof", "demo-crew")
    assert stay(client).status_code == 201
    return client


def stay(client, pin=PIN, name="Nettbrett 3"):
    return client.post(TABLET, json={"name": name, "pin": pin})


def people(client):
    return client.get(TABLET).json["people"]


def unlock(client, pin=PIN, who=0):
    return client.post(f"{TABLET}/unlock", json={"id": people(client)[who]["id"], "pin": pin})


def lock(client):
    assert client.post(f"{TABLET}/lock", json={}).status_code == 200


def code(client):
    answer = client.get(f"{API}/worklist")
    return answer.status_code if answer.status_code == 200 else answer.json["code"]


def stays():
    return db.session.scalars(select(TabletSession).order_by(TabletSession.id)).all()


def logged():
    return [one.action for one in db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))]


def crew_person():
    return db.session.scalars(select(Staff).filter_by(email="crew@demo.vof")).unique().one()


def test_a_tablet_is_locked_and_opened_by_pin_for_a_shift(tablet):
    shown = tablet.get(TABLET).json
    assert (shown["tablet"], shown["me"]["name"]) == ("Nettbrett 3", "Demo Park og natur")
    lock(tablet)
    assert code(tablet) == "sign_in_needed"
    shown = tablet.get(TABLET).json
    assert [one["name"] for one in shown["people"]] == ["Demo Park og natur"]
    assert (shown["me"], shown["tablet"]) == (None, None)
    assert unlock(tablet).json["me"]["name"] == "Demo Park og natur"
    assert code(tablet) == 200
    with tablet.session_transaction() as kept:
        kept["fs_paa"] -= 13 * 3600
    assert code(tablet) == "sign_in_needed"
    assert unlock(tablet).status_code == 200


def test_the_cookie_is_out_of_reach_of_scripts_and_the_token_is_not_kept(tablet):
    (cookie,) = [one for key, one in tablet._cookies.items() if COOKIE in str(key)]
    assert (cookie.http_only, cookie.same_site) == (True, "Lax")
    assert cookie.max_age == UNUSED_FOR.total_seconds()
    (kept,) = stays()
    assert cookie.value not in {kept.token_digest, kept.pin_hash}
    assert PIN not in kept.pin_hash


def test_the_fifth_wrong_pin_ends_the_stay(tablet):
    lock(tablet)
    for left in (4, 3, 2, 1):
        answer = unlock(tablet, "111112")
        assert (answer.status_code, answer.json["code"], answer.json["left"]) == (
            403,
            "wrong_pin",
            left,
        )
    assert unlock(tablet, "111112").json["code"] == "signed_out"
    assert people(tablet) == []
    assert code(tablet) == "signed_out"
    (kept,) = stays()
    answer = tablet.post(f"{TABLET}/unlock", json={"id": str(kept.uuid), "pin": PIN})
    assert (answer.status_code, answer.json["code"]) == (401, "signed_out")
    assert logged()[-1] == "tablet_locked"


def test_a_right_pin_starts_the_count_anew(tablet):
    for _ in range(2):
        lock(tablet)
        for _ in range(4):
            unlock(tablet, "111112")
        assert unlock(tablet).status_code == 200


def test_a_pin_opens_nothing_without_the_tablets_cookie(app, tablet):
    stranger = app.test_client()
    stranger.environ_base["HTTP_ORIGIN"] = "http://localhost"
    (kept,) = stays()
    answer = stranger.post(f"{TABLET}/unlock", json={"id": str(kept.uuid), "pin": PIN})
    assert answer.json["code"] == "signed_out"
    assert stays()[0].wrong_pins == 0
    assert code(stranger) == "sign_in_needed"


@pytest.mark.parametrize("pin", ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", "111111", "123456",
                                 "987654", "890123", "121212", "112211", "471471"])  # fmt: skip
def test_a_pin_that_is_easy_to_guess_is_refused(crew, pin):
    answer = stay(crew, pin)
    assert (answer.status_code, list(answer.json["fields"])) == (422, ["pin"])
    assert stays() == []


def test_a_tablet_has_a_name(crew):
    assert list(stay(crew, name=" ").json["fields"]) == ["name"]
    assert list(stay(crew, name="x" * 61).json["fields"]) == ["name"]


def test_who_signed_in_long_ago_shows_first_who_they_are(tablet):
    with tablet.session_transaction() as kept:
        kept["fs_paa"] -= 3600
    assert stay(tablet).json["code"] == "confirm_needed"
    confirmed = tablet.post("/staff/confirm?next=/crew", data={"password": "demo-crew"})
    assert confirmed.location == "/crew"
    assert stay(tablet).status_code == 201


def test_a_pin_is_not_enough_to_change_what_lets_one_in(tablet):
    lock(tablet)
    unlock(tablet)
    assert "/staff/confirm" in tablet.get("/staff/account/app").location
    assert stay(tablet).json["code"] == "confirm_needed"
    tablet.post("/staff/confirm", data={"password": "demo-crew"})
    assert tablet.get("/staff/account/app").status_code == 200


def test_a_new_stay_on_the_same_tablet_takes_the_place_of_the_old_one(tablet):
    assert stay(tablet, "314159").status_code == 201
    first, second = stays()
    assert first.ended_at is not None
    lock(tablet)
    assert [one["id"] for one in people(tablet)] == [str(second.uuid)]
    assert unlock(tablet, "314159").status_code == 200


def test_two_people_share_a_tablet_and_each_opens_only_their_own(tablet):
    create_staff(OLA["email"], "Ola", OLA["password"], Role.CREW)
    db.session.commit()
    lock(tablet)
    give_password(tablet, **OLA)
    assert tablet.get(TABLET).json["tablet"] is None
    assert stay(tablet, "314159").status_code == 201
    lock(tablet)
    assert [one["name"] for one in people(tablet)] == ["Demo Park og natur", "Ola"]
    assert unlock(tablet, "314159", who=0).status_code == 403
    assert unlock(tablet, "314159", who=1).json["me"]["name"] == "Ola"
    assert unlock(tablet, PIN, who=0).json["me"]["name"] == "Demo Park og natur"
    left = tablet.delete(TABLET, json={}).json
    assert [one["name"] for one in left["people"]] == ["Ola"]
    assert code(tablet) == "sign_in_needed"


def test_signing_out_after_the_shift_ends_the_stay_as_well(tablet):
    with tablet.session_transaction() as kept:
        kept["fs_paa"] -= 13 * 3600
    assert code(tablet) == "sign_in_needed"
    left = tablet.delete(TABLET, json={"person": crew_person().id})
    assert (left.status_code, left.json["people"]) == (200, [])
    assert stays()[0].ended_at is not None
    assert people(tablet) == []


def test_signing_out_leaves_a_colleague_who_is_signed_in_alone(tablet):
    create_staff(OLA["email"], "Ola", OLA["password"], Role.CREW)
    db.session.commit()
    lock(tablet)
    give_password(tablet, **OLA)
    left = tablet.delete(TABLET, json={"person": crew_person().id}).json
    assert (left["people"], left["me"]["name"]) == ([], "Ola")
    assert code(tablet) == 200


def test_a_lock_that_comes_late_ends_nobody_elses_sign_in(tablet):
    create_staff(OLA["email"], "Ola", OLA["password"], Role.CREW)
    db.session.commit()
    lock(tablet)
    give_password(tablet, **OLA)
    late = tablet.post(f"{TABLET}/lock", json={"person": crew_person().id})
    assert (late.status_code, late.json["me"]["name"]) == (200, "Ola")
    assert code(tablet) == 200


def test_the_ordinary_sign_in_opens_the_tablet_as_well(tablet):
    lock(tablet)
    give_password(tablet, "crew@demo.vof", "demo-crew")
    assert tablet.get(TABLET).json["tablet"] == "Nettbrett 3"


def end_at_admin(app, tablet):
    admin = signed_in(app, Role.ADMIN)
    person, (kept,) = crew_person(), stays()
    page = admin.get(f"/admin/people/{person.id}").text
    address = f"/admin/people/{person.id}/tablets/{kept.id}/end"
    assert address in page
    assert "Nettbrett 3" in page
    assert admin.post(address, data={"seen": "0"}).status_code == 303
    assert address not in admin.get(f"/admin/people/{person.id}").text
    assert stays()[0].ended_by_id != person.id
    assert {"tablet_ended", "person_off_tablet"} <= set(logged())
    assert "Nettbrett 3" in admin.get("/admin/log").text


def end_at_account(app, tablet):
    elsewhere = signed_in(app, Role.CREW)
    (kept,) = stays()
    address = f"/staff/account/tablets/{kept.id}/end"
    assert address in elsewhere.get("/staff/account").text
    answer = elsewhere.post(address)
    assert "Nettbrett 3" not in elsewhere.get(answer.location).text


def end_everywhere(app, tablet):
    end_sessions(crew_person())
    db.session.commit()


def change_roles(app, tablet):
    admin = signed_in(app, Role.ADMIN)
    person = crew_person()
    form = {"seen": "0", "name": person.name, "email": person.email, "roles": "sign_keeper"}
    assert admin.post(f"/admin/people/{person.id}", data=form).status_code == 303


def leave_unused(app, tablet):
    stays()[0].last_used_at = now() - UNUSED_FOR - timedelta(minutes=1)
    db.session.commit()


@pytest.mark.parametrize(
    "end", [end_at_admin, end_at_account, end_everywhere, change_roles, leave_unused]
)
@pytest.mark.parametrize("locked", [False, True])
def test_a_tablet_that_was_signed_out_from_afar_is_told_so_and_opens_no_more(
    app, tablet, end, locked
):
    if locked:
        lock(tablet)
    end(app, tablet)
    assert code(tablet) == "signed_out"
    shown = tablet.get(TABLET).json
    assert (shown["people"], shown["ended"]) == ([], [str(stays()[0].uuid)])
    assert tablet.get("/crew").status_code == 303
    give_password(tablet, "crew@demo.vof", "demo-crew")
    with tablet.session_transaction() as kept:
        assert BEHIND not in kept


def close_account(app):
    crew_person().active = False
    db.session.commit()


def sign_out_everywhere(app):
    end_sessions(crew_person())
    db.session.commit()


@pytest.mark.parametrize("end", [close_account, sign_out_everywhere])
@pytest.mark.parametrize("hours", [0, 13])
def test_who_has_no_pin_is_told_apart_from_whose_shift_is_over(app, crew, end, hours):
    with crew.session_transaction() as kept:
        kept["fs_paa"] -= hours * 3600
    assert code(crew) == ("sign_in_needed" if hours else 200)
    assert crew.get(TABLET).json["signed_out"] == []
    person = crew_person().id
    end(app)
    answer = crew.get(f"{API}/worklist")
    assert (answer.json["code"], answer.json["people"]) == ("signed_out", [person])
    assert crew.get(TABLET).json["signed_out"] == [person]


def test_a_colleague_whose_stay_was_ended_is_named_alone(app, tablet):
    create_staff(OLA["email"], "Ola", OLA["password"], Role.CREW)
    db.session.commit()
    end_everywhere(app, tablet)
    assert tablet.get(f"{API}/worklist").json["people"] == [crew_person().id]
    give_password(tablet, **OLA)
    with tablet.session_transaction() as kept:
        kept["fs_paa"] -= 13 * 3600
    assert tablet.get(f"{API}/worklist").json.get("people") == [crew_person().id]


def test_nobody_ends_the_stay_of_somebody_else(front_desk, tablet):
    (kept,) = stays()
    assert front_desk.post(f"/staff/account/tablets/{kept.id}/end").status_code == 404
    assert stays()[0].ended_at is None


def test_a_browser_without_its_session_learns_it_from_the_tablets_cookie(app, tablet):
    end_everywhere(app, tablet)
    tablet.delete_cookie(SESSION_COOKIE)
    assert code(tablet) == "signed_out"


def test_use_is_noted_once_an_hour(tablet, filed_here):
    (kept,) = stays()
    kept.last_used_at = earlier = now() - timedelta(hours=2)
    db.session.commit()
    tablet.put(f"{API}/actions/0", json={})
    tablet.get(f"{API}/worklist")
    assert stays()[0].last_used_at == earlier
    tablet.put(f"{API}/reports/{kept.uuid}", json={"address": "her", "category": "PA03"})
    assert stays()[0].last_used_at > earlier
