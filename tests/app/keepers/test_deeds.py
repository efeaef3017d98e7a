"""What a keeper does with a sign on the spot, from a phone's outbox or a form without script."""

from __future__ import annotations

import io
from uuid import uuid4

import pytest
from sqlalchemy import select

from app.database import db
from app.geo import position_of
from app.signs.models import Sign, SignEvent
from tests.conftest import FROM_HERE
from tests.pictures import a_photo


def put(keeper, sign, deed_id=None, **content):
    return keeper.put(
        f"/api/v1/signs/{sign.code}/events/{deed_id or uuid4()}", json=content, headers=FROM_HERE
    )


def events_of(sign):
    query = select(SignEvent).where(SignEvent.sign_id == sign.id).order_by(SignEvent.id)
    return db.session.scalars(query).all()


def test_a_sign_is_mounted_where_the_phone_stands(sign_keeper, park_sign):
    position = {"lat": 58.97, "lon": 5.73, "accuracy_m": 6}
    answer = put(sign_keeper, park_sign, kind="mounted", position=position)
    assert answer.status_code == 201
    assert answer.json["number"] == park_sign.code
    sign = db.session.get(Sign, park_sign.id)
    assert position_of(sign.point).lon == pytest.approx(5.73)
    assert sign.accuracy_m == 6
    assert events_of(sign)[-1].staff.name == "Demo Skiltansvarlig"


def test_the_same_again_is_answered_as_the_first_time(sign_keeper, park_sign):
    deed_id = uuid4()
    content = {"kind": "replaced", "at": "2026-11-24T08:00:00Z"}
    first = put(sign_keeper, park_sign, deed_id, **content)
    again = put(sign_keeper, park_sign, deed_id, **content)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json
    assert first.json["replaced_by"]
    other = put(sign_keeper, park_sign, deed_id, kind="checked")
    assert (other.status_code, other.json["code"]) == (409, "id_used")


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"kind": "printed"},
        {"kind": "tampered"},
        {"kind": "checked", "position": {"lat": 91, "lon": 0}},
        {"kind": "checked", "at": "yesterday"},
        {"kind": "checked", "text": "x" * 1001},
        {"kind": "checked", "surprise": 1},
    ],
)
def test_what_makes_no_sense_is_refused_with_its_field(sign_keeper, park_sign, content):
    answer = put(sign_keeper, park_sign, **content)
    assert answer.status_code == 422
    assert answer.json["fields"]
    assert not events_of(park_sign)


def test_an_unknown_sign_and_a_stranger_are_refused(client, sign_keeper, front_desk, park_sign):
    assert put(client, park_sign, kind="checked").status_code == 401
    assert put(front_desk, park_sign, kind="checked").status_code == 403
    unknown = sign_keeper.put(
        f"/api/v1/signs/000000/events/{uuid4()}", json={"kind": "checked"}, headers=FROM_HERE
    )
    assert unknown.status_code == 404


def test_a_photo_follows_its_deed_and_is_seen_by_keepers_alone(
    client, sign_keeper, front_desk, park_sign
):
    deed_id = uuid4()
    put(sign_keeper, park_sign, deed_id, kind="damaged")
    address = f"/api/v1/signs/{park_sign.code}/events/{deed_id}/photos/{uuid4()}"
    for status in (201, 200):
        answer = sign_keeper.put(address, data=a_photo(), headers=FROM_HERE)
        assert answer.status_code == status
    assert answer.json["id"] in address
    other = sign_keeper.put(address, data=a_photo(red_left=True), headers=FROM_HERE)
    assert other.status_code == 409
    event = events_of(park_sign)[-1]
    photo = f"/signs/events/{event.id}/photo"
    assert photo in sign_keeper.get(f"/signs/{park_sign.code}").text
    assert sign_keeper.get(photo).mimetype == "image/jpeg"
    assert client.get(photo).status_code in {302, 303}
    assert front_desk.get(photo).status_code == 403


def test_a_photo_for_no_deed_is_refused(sign_keeper, hall_sign, park_sign):
    deed_id = uuid4()
    put(sign_keeper, park_sign, deed_id, kind="damaged")
    for code, event_id in ((park_sign.code, uuid4()), (hall_sign.code, deed_id)):
        address = f"/api/v1/signs/{code}/events/{event_id}/photos/{uuid4()}"
        assert sign_keeper.put(address, data=a_photo(), headers=FROM_HERE).status_code == 404


def say(keeper, sign, **fields):
    return keeper.post(f"/signs/{sign.code}/events", data=fields, headers=FROM_HERE)


def test_without_script_a_form_says_the_same(sign_keeper, park_sign):
    photo = (io.BytesIO(a_photo()), "skilt.jpg")
    deed_id = str(uuid4())
    answer = say(sign_keeper, park_sign, id=deed_id, kind="damaged", text="Knust", photo=photo)
    assert answer.status_code == 303
    say(sign_keeper, park_sign, id=deed_id, kind="damaged", text="Knust")
    (event,) = events_of(park_sign)
    assert (event.kind, event.text) == ("damaged", "Knust")
    assert event.photo_name
    page = sign_keeper.get(answer.location)
    assert "Knust" in page.text


def test_a_form_that_is_refused_keeps_what_was_typed(sign_keeper, park_sign):
    photo = (io.BytesIO(b"no picture"), "skilt.jpg")
    answer = say(sign_keeper, park_sign, kind="damaged", text="Knust", photo=photo)
    assert answer.status_code == 422
    assert "Knust" in answer.text
    assert "photo-error" in answer.text
    assert not events_of(park_sign)
    assert say(sign_keeper, park_sign, kind="printed").status_code == 422
