"""The register of places as keepers use it."""

from __future__ import annotations

import io
import re
from uuid import uuid4

import pytest
from sqlalchemy import select

from app.database import db
from app.geo import position_of
from app.places.models import Place, PlaceEvent, PlaceKind
from app.reports.models import Report
from app.signs.models import Sign
from tests.conftest import FROM_HERE
from tests.pictures import a_photo

SQUARE = '{"type":"Polygon","coordinates":[[[5.73,58.97],[5.74,58.97],[5.74,58.98],[5.73,58.97]]]}'


def kind_id(code="park"):
    return db.session.scalar(select(PlaceKind.id).where(PlaceKind.code == code))


def form(**changes):
    usual = {
        "name": "Ny park",
        "kind": str(kind_id()),
        "unit": "",
        "lat": "58.971",
        "lon": "5,74",
        "boundary": "",
        "district": "Storhaug",
        "owner": "",
        "contact": "",
        "version": "1",
    }
    return usual | changes


def post(keeper, address, **fields):
    return keeper.post(address, data=fields, headers=FROM_HERE)


def entered(keeper, **changes):
    answer = post(keeper, "/places/new", **form(**changes))
    assert answer.status_code == 303, answer.text
    return db.session.get(Place, int(re.search(r"/places/(\d+)/", answer.location)[1]))


def test_a_place_is_entered_found_and_shown_to_everybody(client, sign_keeper):
    place = entered(sign_keeper, boundary=SQUARE)
    assert position_of(place.point).lon == pytest.approx(5.74)
    assert place.boundary is not None
    assert "Ny park" in sign_keeper.get("/places?q=storhaug").text
    assert "Ny park" in sign_keeper.get("/places?q=NY+PARK").text
    assert client.get(f"/places/{place.id}").status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 161),
        ("kind", ""),
        ("kind", "4711"),
        ("unit", "4711"),
        ("lat", "nord"),
        ("lat", "12"),
        ("lat", ""),
        ("boundary", "{}"),
        ("boundary", '{"type":"Point","coordinates":[5.73,58.97]}'),
        ("contact", "x" * 201),
    ],
)
def test_what_is_wrong_comes_back_with_everything_typed(sign_keeper, field, value):
    sent = form(owner="Eigersund kommune", **{field: value})
    answer = post(sign_keeper, "/places/new", **sent)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert "Eigersund kommune" in answer.text


def test_a_namesake_is_asked_about_once(sign_keeper):
    entered(sign_keeper)
    again = post(sign_keeper, "/places/new", **form(name="NY PARK"))
    assert again.status_code == 422
    assert 'name="namesake"' in again.text
    entered(sign_keeper, name="NY PARK", namesake="1")


def test_every_change_is_in_the_log(sign_keeper):
    place = entered(sign_keeper)
    post(sign_keeper, f"/places/{place.id}/edit", **form(name="Annet navn", contact="Vaktmester"))
    events = db.session.scalars(select(PlaceEvent).where(PlaceEvent.place_id == place.id)).all()
    assert [event.kind for event in events] == ["created", "edited"]
    assert events[1].changes == {
        "name": ["Ny park", "Annet navn"],
        "contact": [None, "Vaktmester"],
    }
    page = sign_keeper.get(f"/places/{place.id}/edit").text
    assert "Annet navn" in page
    assert "Demo Skiltansvarlig" in page


def test_of_two_who_write_the_second_is_told_and_loses_nothing(sign_keeper):
    place = entered(sign_keeper)
    address = f"/places/{place.id}/edit"
    assert post(sign_keeper, address, **form(owner="Lyse")).status_code == 303
    late = post(sign_keeper, address, **form(contact="Vaktmester"))
    assert late.status_code == 409
    assert 'value="Vaktmester"' in late.text
    assert 'value="Lyse"' in late.text
    version = re.search(r'name="version" value="(\d+)"', late.text)[1]
    both = form(contact="Vaktmester", owner="Lyse", version=version)
    assert post(sign_keeper, address, **both).status_code == 303
    db.session.expire_all()
    assert (place.owner, place.contact) == ("Lyse", "Vaktmester")


def test_a_photo_survives_a_refused_form_and_is_for_keepers_alone(client, sign_keeper, front_desk):
    photo = (io.BytesIO(a_photo()), "park.jpg")
    refused = post(sign_keeper, "/places/new", **form(name="", photo=photo))
    kept = re.search(r'name="kept_photo" value="([^"]+)"', refused.text)[1]
    place = entered(sign_keeper, kept_photo=kept)
    address = f"/places/{place.id}/photo/thumbnail"
    assert sign_keeper.get(address).mimetype == "image/jpeg"
    assert front_desk.get(address).status_code == 403
    assert client.get(address).status_code in {302, 303}


def test_a_place_with_signs_is_not_archived(sign_keeper, park_sign):
    address = f"/places/{park_sign.place_id}/archive"
    assert post(sign_keeper, address).status_code == 409
    empty = entered(sign_keeper)
    assert post(sign_keeper, f"/places/{empty.id}/archive").status_code == 303
    assert "Ny park" not in sign_keeper.get("/places?q=ny+park").text
    assert "Ny park" in sign_keeper.get("/places?q=ny+park&shelf=archived").text
    assert post(sign_keeper, f"/places/{empty.id}/restore").status_code == 303
    assert "Ny park" in sign_keeper.get("/places?q=ny+park").text


def merge(keeper, merged, kept):
    return post(
        keeper,
        f"/places/{merged.id}/merge",
        into=kept.id,
        version=merged.version,
        into_version=kept.version,
    )


def test_two_places_become_one_with_signs_and_reports(client, sign_keeper, park_sign, filed):
    report = filed(sign=park_sign.code)
    merged, kept = park_sign.place, entered(sign_keeper)
    preview = sign_keeper.get(f"/places/{merged.id}/merge?into={kept.id}")
    assert preview.status_code == 200
    assert merge(sign_keeper, merged, kept).status_code == 303
    db.session.expire_all()
    assert db.session.get(Sign, park_sign.id).place_id == kept.id
    assert db.session.get(Report, report.id).place_id == kept.id
    lead = client.get(f"/places/{merged.id}")
    assert lead.status_code == 308
    assert str(kept.id) in lead.location
    assert "Ny park" in client.get(f"/s/{park_sign.code}").text
    log = sign_keeper.get(f"/signs/{park_sign.code}").text
    assert "Ny park" in log


def test_a_merge_that_makes_no_sense_is_refused(sign_keeper, park_sign):
    place, other = park_sign.place, entered(sign_keeper)
    assert merge(sign_keeper, place, place).status_code == 409
    stale = {"into": other.id, "version": 99, "into_version": 1}
    assert post(sign_keeper, f"/places/{place.id}/merge", **stale).status_code == 409
    assert post(sign_keeper, f"/places/{place.id}/merge").status_code == 404
    assert merge(sign_keeper, place, other).status_code == 303
    db.session.expire_all()
    assert merge(sign_keeper, place, other).status_code == 409


def test_the_map_answers_a_box_and_refuses_nonsense(sign_keeper):
    answer = sign_keeper.get("/places/points?box=5,58,7,60&q=byparken")
    assert [place["name"] for place in answer.json["places"]] == ["Byparken"]
    for box in ("", "1,2,3", "a,b,c,d", "nan,0,1,1", "5,58,5,58", "7,60,5,58"):
        assert sign_keeper.get(f"/places/points?box={box}").status_code == 400


def test_an_unknown_place_is_a_404(sign_keeper):
    for page in ("edit", "merge", "photo/photo"):
        assert sign_keeper.get(f"/places/2147483647/{page}").status_code == 404
    assert post(sign_keeper, "/places/2147483647/edit", **form()).status_code == 404


def test_nonsense_in_the_address_shows_the_whole_list(sign_keeper):
    for query in ("kind=x&unit=none&shelf=x", "after=99999999999", "q=%00", f"q={uuid4()}"):
        assert sign_keeper.get(f"/places?{query}").status_code == 200


def test_the_list_is_json_for_nobody_but_keepers(client, front_desk):
    assert front_desk.get("/places/points?box=5,58,7,60").status_code == 403
    assert client.get("/places/points?box=5,58,7,60").status_code in {302, 303}


def test_a_place_merged_meanwhile_shows_what_was_typed(sign_keeper):
    merged, kept = entered(sign_keeper), entered(sign_keeper, name="Hovedparken")
    version = merged.version
    assert merge(sign_keeper, merged, kept).status_code == 303
    late = form(contact="Vaktmester Kari", boundary=SQUARE, version=version)
    answer = post(sign_keeper, f"/places/{merged.id}/edit", **late)
    assert answer.status_code == 409
    assert "Vaktmester Kari" in answer.text
    assert "Hovedparken" in answer.text


def test_what_was_merged_twice_leads_to_the_last(client, sign_keeper):
    names = ("Første", "Andre", "Tredje")
    first, second, third = (entered(sign_keeper, name=name) for name in names)
    assert merge(sign_keeper, first, second).status_code == 303
    db.session.expire_all()
    assert merge(sign_keeper, second, third).status_code == 303
    assert client.get(f"/places/{first.id}").location.endswith(f"/places/{third.id}")


def test_a_report_about_a_merged_place_is_one_about_the_kept(client, sign_keeper, filed):
    merged, kept = entered(sign_keeper), entered(sign_keeper, name="Hovedparken")
    assert merge(sign_keeper, merged, kept).status_code == 303
    # A phone without network may have kept the place from before.
    assert filed(place=merged.id).place_id == kept.id
    assert "Hovedparken" in client.get(f"/report?place={merged.id}").text
