"""The demo municipality: the same for everybody who loads it on a day, and believable."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import func, select

from app import create_app
from app.database import db, now
from app.demo.load import FOLDER, REPORTS, example_signs, is_empty, load_demo
from app.languages import LANGUAGES, OSLO
from app.permissions import Role
from app.places.models import Place, PlaceKind, Unit
from app.places.municipality import municipality
from app.reports.models import Category, Contact, Event, ReplyTemplate, Report
from app.reports.workflow import CLOSED, TRANSITIONS, Status
from app.signs.codes import check_fits
from app.signs.health import Reason, find_concerns, list_concerns
from app.signs.models import Sign
from app.staff.models import Staff
from tests.conftest import settings_for

# What is drawn at random for safety, or says when the row was made.
LEFT_OUT = {("staff", "password"), ("staff", "fs_uniquifier"), ("*", "created_at")}


def loaded(folder: Path) -> Flask:
    app = create_app(settings_for(f"sqlite:///{folder / 'vof.sqlite3'}", folder))
    with app.app_context():
        upgrade()
        load_demo()
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    return app


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> Iterator[Flask]:
    """The whole demo, loaded once; its tests only read."""
    app = loaded(tmp_path_factory.mktemp("demo"))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def dump(app: Flask) -> dict[str, list]:
    """Every row of every table but what is left out."""
    with sqlite3.connect(
        app.extensions["settings"].database_url.removeprefix("sqlite:///")
    ) as file:
        names = [
            name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type='table'")
        ]
        rows = {name: rows_of(file, name) for name in names if not name.startswith("idx_")}
    file.close()
    return rows


def rows_of(file: sqlite3.Connection, table: str) -> list:
    columns = [row[1] for row in file.execute(f"PRAGMA table_info({table})")]
    kept = [
        f'"{column}"'
        for column in columns
        if (table, column) not in LEFT_OUT
        and (("*", column) not in LEFT_OUT or table in {"reports", "signs"})
    ]
    return file.execute(f"SELECT {', '.join(kept)} FROM {table}").fetchall()


def count(model, *conditions) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*conditions))


def test_two_loads_on_a_day_give_the_same(demo, tmp_path):
    first, second = dump(demo), dump(loaded(tmp_path))
    assert first.keys() == second.keys()
    for table, rows in first.items():
        assert rows == second[table], f"{table} differs (unless midnight has passed between)"
    assert len(first["reports"]) == REPORTS == 2_000


def test_the_demo_has_what_the_issue_asks_for(demo):
    assert count(Place) == 42
    assert count(Sign) == 84
    assert count(Report) == 2_000
    assert count(Staff) == len(Role)
    assert count(PlaceKind) == 10
    assert count(Unit, Unit.is_default) == 1
    assert count(Category, Category.code == "AN01") == 1
    assert municipality().name == "Stavanger kommune"
    assert municipality().boundary is not None
    assert not is_empty()


def test_every_place_has_two_mounted_signs_with_labels_of_their_own(demo):
    per_place = Counter(db.session.scalars(select(Sign.place_id)))
    assert set(per_place.values()) == {2}
    for sign in db.session.scalars(select(Sign)):
        assert check_fits(sign.code)
        assert sign.label
        assert sign.mounted_at
    assert Counter(db.session.scalars(select(Sign.state))).keys() == {"mounted", "missing"}
    labels = db.session.execute(select(Sign.place_id, Sign.label)).all()
    assert len(set(labels)) == len(labels)


def test_some_signs_are_to_be_looked_at_and_those_to_try_first_are_well(demo):
    concerns = list_concerns(find_concerns())
    found = {reason for concern in concerns for reason in concern.reasons}
    assert found >= {Reason.TAMPERED, Reason.MISSING, Reason.DAMAGED, Reason.SILENT}
    assert len(concerns) < 10
    to_try = {sign.id for sign in example_signs().values()}
    assert not to_try & {concern.sign.id for concern in concerns}


def test_guessed_positions_are_shown_as_such(demo):
    assert 0 < count(Place, Place.approximate) < 42
    assert all(
        place.accuracy_m for place in db.session.scalars(select(Place).where(Place.approximate))
    )


def test_a_park_and_a_hall_are_there_to_try(demo):
    kinds = [sign.place.kind.category_group for sign in example_signs().values()]
    assert kinds == ["park", "sports_hall"]


def test_the_crew_belongs_to_park_og_natur(demo):
    crew = db.session.scalars(select(Staff).where(Staff.email == "crew@demo.vof")).unique().one()
    assert db.session.get(Unit, crew.unit_id).name == "Park og natur"
    for role in Role:
        account = select(Staff).where(Staff.email == f"{role}@demo.vof")
        (one,) = db.session.scalars(account).unique()
        assert [row.name for row in one.roles] == [role]


def test_every_category_and_kind_speaks_every_language(demo):
    for category in db.session.scalars(select(Category)):
        assert category.names.keys() == LANGUAGES.keys(), category.code
        assert all(category.names.values()), category.code
        if category.danger_question:
            assert category.danger_question.keys() == LANGUAGES.keys()
            assert all(category.danger_question.values())
    for kind in db.session.scalars(select(PlaceKind)):
        assert kind.names.keys() == LANGUAGES.keys()
        assert all(kind.names.values())


def test_first_tiles_are_known_and_at_most_eight(demo):
    codes = set(db.session.scalars(select(Category.code)))
    for kind in db.session.scalars(select(PlaceKind)):
        assert 0 < len(kind.first_tiles) <= 8
        assert set(kind.first_tiles) <= codes


def test_reports_are_of_the_last_two_years_and_in_order(demo):
    received = db.session.scalars(select(Report.received_at).order_by(Report.id)).all()
    assert received == sorted(received)
    assert received[0] > now() - timedelta(days=732)
    assert received[-1] < now()
    assert count(Event, Event.at > now()) == 0


def test_most_reports_are_closed_and_some_of_every_usual_state_are_there(demo):
    states = Counter(db.session.scalars(select(Report.status)))
    closed = sum(states[state.value] for state in CLOSED)
    assert closed > 0.9 * REPORTS
    assert states["fixed"] > 0.7 * closed
    for state in Status:
        assert states[state.value] > 0, state
    channels = Counter(db.session.scalars(select(Report.channel)))
    share = (channels["qr"] + channels["web"] + channels["kiosk"]) / REPORTS
    assert 0.3 < share < 0.42


def test_every_timeline_leads_to_the_state_of_its_report(demo):
    timelines: dict[int, list[Event]] = {}
    for event in db.session.scalars(select(Event).order_by(Event.id)):
        timelines.setdefault(event.report_id, []).append(event)
    for report in db.session.scalars(select(Report)):
        state = Status.RECEIVED
        first, *all_steps = timelines[report.id]
        assert (first.kind, first.at) == ("received", report.received_at)
        steps = [step for step in all_steps if step.kind == "status"]
        for step, before in zip(steps, [first, *steps], strict=False):
            assert step.from_value == state
            assert Status(step.to_value) in TRANSITIONS[state]
            assert step.at >= before.at
            state = Status(step.to_value)
        assert state == report.status
        assert (report.closed_at is not None) == (state in CLOSED)


def test_every_duplicate_points_to_another_report_which_counts_and_tells_it(demo):
    reports = {one.id: one for one in db.session.scalars(select(Report))}
    merged = [one for one in reports.values() if one.merged_into_id]
    assert merged
    assert {one.status for one in merged} == {"duplicate"}
    assert len(merged) == count(Report, Report.status == "duplicate")
    behind = Counter(one.merged_into_id for one in merged)
    assert not set(behind) & {one.id for one in merged}
    assert behind == {one.id: one.follower_count for one in reports.values() if one.follower_count}
    told = db.session.scalars(select(Event.to_value).where(Event.kind == "merged"))
    assert sorted(told) == sorted(one.number for one in merged)


def test_whoever_is_made_up_can_be_nobody(demo):
    contacts = db.session.scalars(select(Contact)).all()
    assert contacts
    assert all(one.name.startswith("Innbygger ") for one in contacts)
    assert all(one.email.endswith("@example.org") for one in contacts if one.email)
    # No number in Norway begins with a nought.
    assert all(one.phone.startswith("00") for one in contacts)
    assert all(one.erase_on > now().date() - timedelta(days=1) for one in contacts)


def by_season(codes: set[str]) -> tuple[int, int]:
    """How many of these categories came in the winter and in the summer months."""
    months = [
        received.astimezone(OSLO).month
        for received, code in db.session.execute(
            select(Report.received_at, Category.code).join(Report.category)
        )
        if code in codes
    ]
    return (
        sum(month in {11, 12, 1, 2} for month in months),
        sum(month in {5, 6, 7, 8} for month in months),
    )


def test_lamps_and_ice_are_of_the_winter_and_litter_and_glass_of_the_summer(demo):
    winter, summer = by_season({"PA10", "PA18", "PA16"})
    assert winter > 1.5 * summer > 0
    winter, summer = by_season({"PA04", "PA05", "PA08"})
    assert summer > 1.5 * winter > 0


def test_mondays_are_the_busiest(demo):
    days = Counter(
        received.astimezone(OSLO).weekday()
        for received in db.session.scalars(select(Report.received_at))
    )
    assert max(days, key=days.__getitem__) == 0


def test_the_folder_of_the_demo_is_an_example_for_others():
    assert {file.name for file in FOLDER.iterdir()} >= {
        "settings.json",
        "municipality.geojson",
        "units.csv",
        "place_kinds.csv",
        "categories.csv",
        "places.geojson",
    }


def test_the_demo_has_texts_in_three_languages_for_all_and_for_some_categories(app):
    templates = db.session.scalars(select(ReplyTemplate)).all()
    assert {code for one in templates for code in one.texts} == {"nb", "nn", "en"}
    assert all(all(one.texts.values()) for one in templates)
    assert {one.category_id is None for one in templates} == {True, False}
