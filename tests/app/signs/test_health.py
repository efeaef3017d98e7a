"""Signs to look at: each reason is found, and a sign that is well is left alone."""

from __future__ import annotations

import random
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import delete, select, update

from app.database import db, now
from app.geo import Position, ewkt
from app.signs.health import (
    HISTORY_DAYS,
    RECENT_DAYS,
    Reason,
    Scans,
    find_concerns,
    find_silent,
    list_concerns,
)
from app.signs.models import Sign, SignEvent, SignEventKind, SignScans, SignState
from app.signs.operations import Deed, record_deed
from app.signs.rounds import walk
from app.staff.models import Staff


@pytest.fixture
def well(park_sign):
    """A sign that is well, as are all others."""
    db.session.execute(delete(SignScans))
    db.session.execute(delete(SignEvent))
    db.session.execute(
        update(Sign).values(
            state="mounted", damaged_at=None, checked_at=now(), printed_at=now(), mounted_at=now()
        )
    )
    db.session.expire_all()
    return park_sign


@pytest.fixture
def keeper(app):
    return db.session.scalars(select(Staff)).first()


def reasons_of(sign):
    db.session.flush()
    found = {concern.sign.id: concern.reasons for concern in list_concerns(find_concerns())}
    assert not found or set(found) == {sign.id}
    return found.get(sign.id, [])


def test_signs_that_are_well_are_left_alone(well):
    assert reasons_of(well) == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"state": SignState.MISSING.value}, Reason.MISSING),
        ({"damaged_at": timedelta(days=1)}, Reason.DAMAGED),
        ({"state": "printed", "printed_at": timedelta(days=61)}, Reason.UNMOUNTED),
        ({"checked_at": timedelta(days=401)}, Reason.UNCHECKED),
        ({"checked_at": None, "mounted_at": timedelta(days=401)}, Reason.UNCHECKED),
        ({"printed_at": timedelta(days=5 * 365 + 1)}, Reason.OLD),
    ],
)
def test_each_state_that_needs_a_look_is_found(well, changes, reason):
    for name, value in changes.items():
        setattr(well, name, now() - value if isinstance(value, timedelta) else value)
    assert reasons_of(well) == [reason]


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "printed", "printed_at": timedelta(days=59)},
        {"checked_at": timedelta(days=399)},
        {"state": "retired", "checked_at": timedelta(days=4000), "damaged_at": timedelta(days=9)},
    ],
)
def test_what_is_not_due_yet_is_left_alone(well, changes):
    for name, value in changes.items():
        setattr(well, name, now() - value if isinstance(value, timedelta) else value)
    assert reasons_of(well) == []


def test_what_a_resident_says_stands_until_a_keeper_has_seen_to_it(well, keeper):
    hour = timedelta(hours=1)
    record_deed(well, Deed(SignEventKind.TAMPERED, None, what="covered", at=now() - 2 * hour))
    assert reasons_of(well) == [Reason.TAMPERED]
    record_deed(well, Deed(SignEventKind.CLEARED, keeper))
    assert reasons_of(well) == []


def test_a_sign_seen_far_from_where_it_hangs_may_be_moved_or_copied(well, keeper):
    well.mounted_at = now() - timedelta(days=9)
    well.point, well.accuracy_m = ewkt(Position(lon=5.73, lat=58.97)), 5
    db.session.flush()
    db.session.expire_all()
    near, far = Position(5.7301, 58.9701, 10), Position(5.74, 58.97, 10)
    record_deed(well, Deed(SignEventKind.CHECKED, keeper, uuid4(), position=near))
    assert reasons_of(well) == []
    record_deed(well, Deed(SignEventKind.CHECKED, keeper, uuid4(), position=far))
    assert reasons_of(well) == [Reason.MOVED]


def scanned(sign, days_ago):
    today = now().date()
    db.session.add_all(
        SignScans(sign_id=sign.id, day=today - timedelta(days=ago), count=1) for ago in days_ago
    )


def test_a_sign_that_fell_silent_is_found_and_one_that_goes_on_is_not(well):
    well.mounted_at = now() - timedelta(days=900)
    neighbour = db.session.scalars(
        select(Sign).where(Sign.place_id == well.place_id, Sign.id != well.id)
    ).first()
    neighbour.mounted_at = well.mounted_at
    scanned(well, range(RECENT_DAYS + 2, RECENT_DAYS + HISTORY_DAYS, 5))
    scanned(neighbour, range(1, RECENT_DAYS + HISTORY_DAYS, 5))
    assert reasons_of(well) == [Reason.SILENT]


def test_nobody_is_silent_when_everybody_stays_at_home():
    winter = [Scans(number, number % 7, 0, 12.0) for number in range(40)]
    assert find_silent(winter) == []


def test_a_sign_beside_busy_ones_is_silent_and_one_that_is_seldom_scanned_is_not():
    busy = [Scans(number, 1, 11, 12.0) for number in range(5)]
    assert find_silent([*busy, Scans(9, 1, 0, 12.0)]) == [9]
    assert find_silent([*busy, Scans(9, 1, 0, 3.0)]) == []


def test_chance_alone_makes_hardly_any_sign_silent():
    chance = random.Random(5)
    scans = [
        Scans(number, number % 50, sum(chance.random() < 0.1 for _ in range(60)), 6.0)
        for number in range(2_000)
    ]
    assert len(find_silent(scans)) <= 12


def test_a_round_goes_from_each_sign_to_the_nearest(well):
    signs = db.session.scalars(select(Sign).order_by(Sign.id).limit(12)).unique().all()
    stops = walk(signs)
    assert {stop.sign.id for stop in stops} == {sign.id for sign in signs}
    assert stops[0].metres is None
    away = sum(stop.metres or 0 for stop in stops)
    in_any_order = sum(stop.metres or 0 for stop in reversed(stops))
    assert away == pytest.approx(in_any_order)
    assert walk([]) == []
