"""Signs entered and put right by hand."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import select

from app.database import db
from app.geo import position_of
from app.signs.models import Sign, SignEvent
from tests.conftest import FROM_HERE


def add(keeper, place_id, **fields):
    sent = {"id": str(uuid4()), "place": str(place_id)} | fields
    return keeper.post("/signs/new", data=sent, headers=FROM_HERE)


def new_signs():
    query = select(Sign).where(Sign.state == "ordered").order_by(Sign.id)
    return db.session.scalars(query).all()


def test_one_sign_is_added_and_shown(sign_keeper, park_sign):
    answer = add(
        sign_keeper,
        park_sign.place_id,
        labels="Huskestativet",
        category="PA03",
        lat="58,97",
        lon="5.73",
    )
    (sign,) = new_signs()
    assert answer.location == f"/signs/{sign.code}"
    assert (sign.label, sign.category_code) == ("Huskestativet", "PA03")
    assert position_of(sign.point).lat == pytest.approx(58.97)


def test_n_signs_for_a_place_are_added_at_once_and_only_once(sign_keeper, park_sign):
    fields = {"id": str(uuid4()), "count": "4", "labels": "Ved brua\n\nVed porten\n"}
    for _twice in range(2):
        answer = add(sign_keeper, park_sign.place_id, **fields)
        assert answer.status_code == 303
    labels = [sign.label for sign in new_signs()]
    assert len(labels) == 4
    assert labels[:2] == ["Ved brua", "Ved porten"]
    listed = sign_keeper.get(answer.location).text
    assert all(sign.code in listed for sign in new_signs())
    assert park_sign.code not in listed


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"labels": ""}, "labels"),
        ({"labels": "x" * 121}, "labels"),
        ({"labels": "a", "count": "501"}, "count"),
        ({"labels": "a", "count": "-1"}, "count"),
        ({"labels": "a\n" * 501, "count": ""}, "count"),
        ({"labels": "a", "category": "XX99"}, "category"),
        ({"labels": "a", "lat": "58"}, "lat"),
        ({"labels": "a", "lat": "nan", "lon": "5"}, "lat"),
        ({"labels": "a", "lat": "580", "lon": "5"}, "lat"),
    ],
)
def test_what_is_wrong_comes_back_with_everything_typed(sign_keeper, park_sign, fields, wrong):
    answer = add(sign_keeper, park_sign.place_id, **fields)
    assert answer.status_code == 422
    assert f'id="{wrong}-error"' in answer.text
    assert fields["labels"][:40].splitlines()[:1] == [] or fields["labels"][:40] in answer.text
    assert not new_signs()


def test_signs_need_a_place_that_is_in_use(sign_keeper):
    assert add(sign_keeper, 4711, labels="a").status_code == 422
    assert add(sign_keeper, "x", labels="a").status_code == 422


def test_a_place_is_chosen_by_searching(sign_keeper, park_sign):
    page = sign_keeper.get("/signs/new?q=byparken")
    assert f"/signs/new?place={park_sign.place_id}" in page.text
    assert sign_keeper.get("/signs/new?q=finnes+ikke+noe+sted").status_code == 200


def test_a_sign_is_put_right_and_its_log_says_how(sign_keeper, park_sign, hall_sign):
    fields = {
        "label": "Ved porten",
        "place": hall_sign.place_id,
        "category": "",
        "lat": "",
        "lon": "",
    }
    answer = sign_keeper.post(f"/signs/{park_sign.code}/edit", data=fields, headers=FROM_HERE)
    assert answer.status_code == 303
    sign = db.session.get(Sign, park_sign.id)
    assert (sign.label, sign.place_id) == ("Ved porten", hall_sign.place_id)
    changed = select(SignEvent.text).where(SignEvent.sign_id == sign.id)
    assert {"label", "place"} <= set(db.session.scalars(changed))
    assert "Ved porten" in sign_keeper.get(answer.location).text


def test_another_place_is_looked_for_and_chosen(sign_keeper, park_sign, hall_sign):
    search = sign_keeper.get(f"/signs/{park_sign.code}/edit?q=idrettshall")
    assert f"/signs/{park_sign.code}/edit?place={hall_sign.place_id}" in search.text
    chosen = sign_keeper.get(f"/signs/{park_sign.code}/edit?place={hall_sign.place_id}")
    assert f'name="place" value="{hall_sign.place_id}"' in chosen.text


def test_a_sign_without_a_label_is_refused(sign_keeper, park_sign):
    fields = {"label": " ", "place": park_sign.place_id}
    answer = sign_keeper.post(f"/signs/{park_sign.code}/edit", data=fields, headers=FROM_HERE)
    assert answer.status_code == 422
    assert 'id="label-error"' in answer.text


def test_the_form_of_a_sign_on_a_thing_is_about_that_thing(client, park_sign):
    park_sign.category_code = "PA03"
    db.session.commit()
    page = client.get(f"/s/{park_sign.code}").text
    assert 'value="PA03" checked' in page or 'value="PA03"' in page.split(" checked")[0][-400:]
