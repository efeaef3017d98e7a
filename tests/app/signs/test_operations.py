"""The life of a sign: each change is kept, late ones never undo what came after, and none twice."""

from __future__ import annotations

import random
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from app.database import db, now
from app.geo import Position, position_of
from app.problems import ReusedId
from app.signs.codes import check_fits
from app.signs.models import Sign, SignEvent, SignEventKind, SignState
from app.signs.operations import (
    Deed,
    add_event_photo,
    edit_sign,
    mark_printed,
    order_signs,
    record_deed,
)
from app.staff.models import Staff

MOUNTED, CHECKED = SignEventKind.MOUNTED, SignEventKind.CHECKED
DAMAGED, MISSING = SignEventKind.DAMAGED, SignEventKind.MISSING
RETIRED, REPLACED = SignEventKind.RETIRED, SignEventKind.REPLACED
HERE = Position(lon=5.73, lat=58.97, accuracy_m=8.0)


@pytest.fixture
def keeper(app):
    return db.session.scalars(select(Staff)).first()


@pytest.fixture
def new_sign(park_sign, keeper):
    return order_signs(park_sign.place, ["Ved brua"], keeper, uuid4())[0]


def kinds_of(sign):
    query = select(SignEvent.kind).where(SignEvent.sign_id == sign.id).order_by(SignEvent.id)
    return list(db.session.scalars(query))


def test_ordered_signs_have_codes_of_their_own_that_check(park_sign, keeper):
    signs = order_signs(park_sign.place, [f"Skilt {n}" for n in range(40)], keeper, uuid4())
    assert len({sign.code for sign in signs}) == 40
    assert all(check_fits(sign.code) for sign in signs)
    assert {sign.state for sign in signs} == {SignState.ORDERED}
    assert kinds_of(signs[7]) == ["ordered"]


def test_the_same_form_sent_again_orders_nothing_new(park_sign, keeper):
    form = uuid4()
    first = order_signs(park_sign.place, ["a", "b"], keeper, form)
    again = order_signs(park_sign.place, ["a", "b"], keeper, form)
    assert [sign.code for sign in again] == [sign.code for sign in first]


def test_a_code_that_is_taken_is_never_given_out(park_sign, keeper, monkeypatch):
    codes = iter([park_sign.code, park_sign.code, "7KQ3MB"])
    monkeypatch.setattr("app.signs.operations.new_code", lambda: next(codes))
    (sign,) = order_signs(park_sign.place, ["Ved brua"], keeper, uuid4())
    assert sign.code == "7KQ3MB"


def test_printing_moves_a_new_sign_on_and_leaves_one_that_hangs(new_sign, park_sign, keeper):
    mark_printed(new_sign, keeper)
    mark_printed(park_sign, keeper)
    assert (new_sign.state, park_sign.state) == ("printed", "mounted")
    assert new_sign.printed_at


def test_mounting_takes_the_position_with_its_accuracy(new_sign, keeper):
    record_deed(new_sign, Deed(MOUNTED, keeper, uuid4(), position=HERE))
    assert new_sign.state == "mounted"
    assert new_sign.mounted_at == new_sign.checked_at
    assert position_of(new_sign.point).lat == pytest.approx(58.97)
    assert new_sign.accuracy_m == 8.0


def test_a_deed_sent_twice_is_written_once(new_sign, keeper):
    deed = Deed(DAMAGED, keeper, uuid4(), text="Knust")
    first, created = record_deed(new_sign, deed)
    again, created_again = record_deed(new_sign, deed)
    assert (created, created_again) == (True, False)
    assert first.id == again.id
    assert kinds_of(new_sign) == ["ordered", "damaged"]


def test_an_id_that_stands_for_something_else_is_refused(new_sign, park_sign, keeper):
    deed_id = uuid4()
    record_deed(new_sign, Deed(CHECKED, keeper, deed_id))
    with pytest.raises(ReusedId):
        record_deed(new_sign, Deed(DAMAGED, keeper, deed_id))
    with pytest.raises(ReusedId):
        record_deed(park_sign, Deed(CHECKED, keeper, deed_id))


def test_a_late_message_is_written_down_but_undoes_nothing(new_sign, keeper):
    record_deed(new_sign, Deed(MOUNTED, keeper, uuid4()))
    yesterday = now() - timedelta(days=1)
    event, _created = record_deed(new_sign, Deed(MISSING, keeper, uuid4(), at=yesterday))
    assert new_sign.state == "mounted"
    assert event.at == yesterday


def test_a_clock_that_is_ahead_does_not_write_the_future(new_sign, keeper):
    tomorrow = now() + timedelta(days=1)
    event, _created = record_deed(new_sign, Deed(CHECKED, keeper, uuid4(), at=tomorrow))
    assert event.at <= now()


def test_who_stands_before_a_missing_sign_brings_it_back(park_sign, keeper):
    record_deed(park_sign, Deed(MISSING, keeper))
    assert park_sign.state == "missing"
    record_deed(park_sign, Deed(CHECKED, keeper))
    assert park_sign.state == "mounted"


def test_damage_stays_until_somebody_finds_the_sign_in_order(park_sign, keeper):
    record_deed(park_sign, Deed(DAMAGED, keeper))
    assert park_sign.damaged_at
    assert park_sign.state == "mounted"
    record_deed(park_sign, Deed(CHECKED, keeper))
    assert park_sign.damaged_at is None


def test_a_sign_is_replaced_once_and_taken_down_when_the_new_one_hangs(park_sign, keeper):
    first, _created = record_deed(park_sign, Deed(REPLACED, keeper, uuid4()))
    second, _created = record_deed(park_sign, Deed(REPLACED, keeper, uuid4()))
    assert first.to_value == second.to_value
    new = db.session.scalars(select(Sign).where(Sign.code == first.to_value)).one()
    assert (new.place_id, new.label, new.state) == (park_sign.place_id, park_sign.label, "ordered")
    assert park_sign.state == "mounted"
    record_deed(new, Deed(MOUNTED, keeper, uuid4(), position=HERE))
    assert park_sign.state == "retired"
    assert kinds_of(park_sign)[-1] == "retired"


def test_every_change_by_hand_is_a_line_of_the_log(new_sign, hall_sign, keeper):
    changes = {
        "label": "Ved porten",
        "place": hall_sign.place,
        "category_code": "PA03",
        "position": HERE,
    }
    assert edit_sign(new_sign, keeper, **changes)
    lines = db.session.scalars(
        select(SignEvent).where(SignEvent.sign_id == new_sign.id, SignEvent.kind == "edited")
    ).all()
    assert {line.text for line in lines} == changes.keys()
    assert not edit_sign(new_sign, keeper, **changes)


def test_a_line_shows_one_photo(new_sign, keeper):
    event, _created = record_deed(new_sign, Deed(CHECKED, keeper))
    add_event_photo(event, "a" * 32, "1" * 64)
    add_event_photo(event, "a" * 32, "1" * 64)
    with pytest.raises(ReusedId):
        add_event_photo(event, "b" * 32, "2" * 64)


AFTER = {MOUNTED: "mounted", CHECKED: "mounted", MISSING: "missing", RETIRED: "retired"}


@pytest.mark.parametrize("seed", range(12))
def test_the_last_thing_seen_says_how_a_sign_stands_in_whatever_order_it_is_told(
    park_sign, keeper, seed
):
    chance = random.Random(seed)
    started = now() - timedelta(days=2)
    minutes = chance.sample(range(1, 500), chance.randint(1, 6))
    deeds = [(chance.choice([*AFTER, DAMAGED]), at) for at in minutes]
    for kind, at in deeds:
        record_deed(park_sign, Deed(kind, keeper, uuid4(), at=started + timedelta(minutes=at)))
    latest, _at = max(deeds, key=lambda deed: deed[1])
    if latest is DAMAGED:
        assert park_sign.damaged_at is not None
    else:
        assert park_sign.state == AFTER[latest]
        assert park_sign.damaged_at is None
    assert len(kinds_of(park_sign)) == len(deeds)
