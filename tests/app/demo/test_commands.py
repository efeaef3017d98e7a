"""The operator's commands, run as an operator runs them."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from flask_security import verify_password
from geoalchemy2 import WKBElement
from sqlalchemy import func, select

from app.database import Base, db
from app.demo.load import FOLDER
from app.geo import position_of
from app.permissions import Role
from app.places.models import Municipality, Place, Unit
from app.places.municipality import forget, municipality
from app.reports.models import Category, Event, Report
from app.signs.models import Sign, SignEvent, SignScans
from app.staff.models import Staff
from tests.conftest import a_report, put_report

Command = Callable[..., Result]
PASSWORD = "a good long password"


@pytest.fixture
def vof(app: Flask) -> Command:
    """Runs `flask vof …` and returns what it said."""

    def run(*arguments: object, typed: str = "") -> Result:
        result = app.test_cli_runner().invoke(
            args=["vof", *map(str, arguments)], input=typed, catch_exceptions=False
        )
        db.session.expire_all()
        return result

    return run


def test_whoever_has_lost_everything_gets_a_link_on_the_command_line(vof, client):
    result = vof("staff", "reset", " Admin@demo.vof")
    assert result.exit_code == 0, result.output
    page = re.search(r"https?://[^/]+(/sign-in/link/\S+)", result.output)[1]
    assert client.get(page).status_code == 200
    assert vof("staff", "reset", "nobody@demo.vof").exit_code == 1


@pytest.fixture
def brought(tmp_path: Path) -> Path:
    """A municipality's folder to change."""
    return Path(shutil.copytree(FOLDER, tmp_path / "municipality"))


def snapshot() -> dict[str, list]:
    """All rows as they are in the database, geometries as text."""
    return {
        table.name: [
            [value.desc if isinstance(value, WKBElement) else value for value in row]
            for row in db.session.execute(
                select(*table.columns).order_by(*table.primary_key.columns)
            )
        ]
        for table in Base.metadata.sorted_tables
    }


def demand_refusal(result: Result, *words: str) -> None:
    """A sentence and a failing exit; no traceback, nothing of the driver."""
    assert result.exit_code == 1, result.output
    assert "Error: " in result.output
    assert not re.search("Traceback|sqlite|psycopg", result.output)
    for word in words:
        assert word in result.output


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def feature(**changes) -> dict:
    properties = {"name": "Ny park", "kind": "park"} | changes.pop("properties", {})
    geometry = {"type": "Point", "coordinates": [5.73, 58.97]}
    return {
        "type": "Feature",
        "id": "x-1",
        "geometry": geometry,
        "properties": properties,
    } | changes


def a_file(tmp_path: Path, *features: dict) -> Path:
    file = tmp_path / "places.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)}), "utf-8")
    return file


def test_loading_a_folder_again_changes_nothing(vof, brought):
    before = snapshot()
    result = vof("municipality", brought)
    assert result.exit_code == 0, result.output
    assert snapshot() == before


def test_loading_a_changed_folder_brings_all_up_to_date(vof, brought):
    (brought / "settings.json").write_text(
        (brought / "settings.json").read_text("utf-8").replace("Stavanger", "Sola"), "utf-8"
    )
    categories = (brought / "categories.csv").read_text("utf-8")
    (brought / "categories.csv").write_text(categories.replace("Benk eller bord", "Benk"), "utf-8")
    before = count(Category), count(Place)
    assert vof("municipality", brought).exit_code == 0
    assert municipality().name == "Sola kommune"
    bench = db.session.scalars(select(Category).where(Category.code == "PA03")).one()
    assert bench.names["nb"] == "Benk"
    assert (count(Category), count(Place)) == before
    forget()


def drop_column(file: Path) -> None:
    file.write_text(file.read_text("utf-8").replace("unit,priority,", "unit,prio,", 1), "utf-8")


def replaced(name: str, old: str, new: str) -> Callable[[Path], object]:
    def change(folder: Path) -> None:
        file = folder / name
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new), "utf-8")

    return change


UNUSABLE_FOLDERS: dict[str, Callable[[Path], object]] = {
    "no settings": lambda folder: (folder / "settings.json").unlink(),
    "no boundary": lambda folder: (folder / "municipality.geojson").unlink(),
    "no units": lambda folder: (folder / "units.csv").unlink(),
    "no kinds": lambda folder: (folder / "place_kinds.csv").unlink(),
    "no categories": lambda folder: (folder / "categories.csv").unlink(),
    "settings that are no JSON": lambda folder: (folder / "settings.json").write_text("{", "utf-8"),
    "settings that are a list": lambda folder: (folder / "settings.json").write_text("[]", "utf-8"),
    "settings without a name": replaced("settings.json", '"name"', '"title"'),
    "a boundary without a number": replaced(
        "municipality.geojson", '"municipality_number"', '"number"'
    ),
    "a missing column": lambda folder: drop_column(folder / "categories.csv"),
    "a unit nobody knows": replaced("categories.csv", "Park og natur", "Park og sjø"),
    "a priority nobody knows": replaced("categories.csv", ",P3,", ",P9,"),
    "no default unit": replaced("units.csv", "any", ""),
    "bytes that are no text": lambda folder: (folder / "units.csv").write_bytes(b"\xff\xfe\x00"),
}


@pytest.mark.parametrize("case", UNUSABLE_FOLDERS)
def test_a_folder_that_does_not_fit_is_refused_whole(vof, brought, case):
    before = snapshot()
    UNUSABLE_FOLDERS[case](brought)
    demand_refusal(vof("municipality", brought))
    assert snapshot() == before


def test_the_boundary_is_replaced(vof, tmp_path):
    ring = [[5.0, 58.0], [6.0, 58.0], [6.0, 59.0], [5.0, 58.0]]
    file = a_file(tmp_path, feature(geometry={"type": "Polygon", "coordinates": [ring]}))
    assert vof("boundary", file).exit_code == 0
    assert municipality().boundary.bounds == (5.0, 58.0, 6.0, 59.0)
    forget()


BOW_TIE = [[5.0, 58.0], [6.0, 59.0], [6.0, 58.0], [5.0, 59.0], [5.0, 58.0]]


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "Point", "coordinates": [5.7, 58.9]},
        {"type": "Polygon", "coordinates": [BOW_TIE]},
        {"type": "Polygon"},
        {"type": "Polygon", "coordinates": [[[5.0, 58.0]]]},
        {"type": "Circle", "coordinates": []},
        None,
        "here",
    ],
)
def test_what_is_no_boundary_is_refused(vof, tmp_path, geometry):
    before = db.session.scalar(select(Municipality.boundary)).data
    demand_refusal(vof("boundary", a_file(tmp_path, feature(geometry=geometry))))
    assert db.session.scalar(select(Municipality.boundary)).data == before


def test_a_file_without_a_feature_is_no_boundary(vof, tmp_path):
    demand_refusal(vof("boundary", a_file(tmp_path)), "no polygon")


def test_places_are_added_changed_and_left_alone(vof, tmp_path):
    file = FOLDER / "places.geojson"
    assert "0 added, 0 changed, 42 unchanged." in vof("places", "import", file).output
    one = a_file(tmp_path, feature())
    assert "1 added, 0 changed, 0 unchanged." in vof("places", "import", one).output
    assert "0 added, 0 changed, 1 unchanged." in vof("places", "import", one).output
    moved = {"type": "Point", "coordinates": [5.74, 58.97]}
    one = a_file(tmp_path, feature(geometry=moved, properties={"name": "Nyparken"}))
    assert "0 added, 1 changed, 0 unchanged." in vof("places", "import", one).output
    place = db.session.scalars(select(Place).where(Place.external_id == "x-1")).one()
    assert place.name == "Nyparken"
    assert count(Place) == 43


def test_a_dry_run_says_it_and_keeps_nothing(vof, tmp_path):
    result = vof("places", "import", "--dry-run", a_file(tmp_path, feature()))
    assert result.exit_code == 0
    assert "1 added" in result.output
    assert "Nothing was kept" in result.output
    assert count(Place) == 42


SHEET = """id;navn;type;bydel
s-1;Nyparken;Park;Hinna
s-2;Nyhallen;;Hinna
s-3;;Park;Hinna
"""


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    file = tmp_path / "steder.csv"
    file.write_text(SHEET, "utf-8")
    return file


def test_a_sheet_is_told_row_by_row_before_it_is_imported(vof, sheet):
    said = vof("places", "import", "--dry-run", "--kind", "sports_hall", sheet).output
    assert "2  add  s-1  Nyparken" in said
    assert "3  add  s-2  Nyhallen" in said
    assert "2 added" in said
    assert "Left out: 4" in said
    assert count(Place) == 42


def test_a_sheet_with_a_bad_row_is_imported_without_it_when_that_is_wanted(vof, sheet):
    demand_refusal(vof("places", "import", "--kind", "sports_hall", sheet), "steder.csv: 4")
    demand_refusal(vof("places", "import", "--leave-out", "--kind", "volcano", sheet), "volcano")
    assert count(Place) == 42
    said = vof("places", "import", "--leave-out", "--kind", "sports_hall", sheet).output
    assert "2 added, 0 changed, 0 unchanged." in said
    hall = db.session.scalars(select(Place).where(Place.external_id == "s-2")).one()
    assert hall.kind.code == "sports_hall"
    sheet.write_text(SHEET.replace("Hinna", "Madla"), "utf-8")
    changes = vof("places", "import", "--leave-out", "--dry-run", sheet).output
    assert "district: Hinna → Madla" in changes


UNUSABLE_PLACES = {
    "no id": feature(id=None),
    "no name": feature(properties={"name": " "}),
    "no kind": feature(properties={"kind": None}),
    "a kind nobody knows": feature(properties={"kind": "volcano"}),
    "a kind that is a list": feature(properties={"kind": ["park"]}),
    "no properties": feature() | {"properties": None},
    "properties that are a list": feature() | {"properties": ["name"]},
    "an area": feature(
        geometry={"type": "Polygon", "coordinates": [[[5, 58], [6, 58], [6, 59], [5, 58]]]}
    ),
    "no geometry": feature(geometry=None),
    "no coordinates": feature(geometry={"type": "Point"}),
    "a point that is empty": feature(geometry={"type": "Point", "coordinates": []}),
    "coordinates that are words": feature(geometry={"type": "Point", "coordinates": ["a", "b"]}),
    "a name too long": feature(properties={"name": "x" * 161}),
    "an accuracy that is a word": feature(properties={"accuracy_m": "about"}),
    "a latitude beyond the pole": feature(geometry={"type": "Point", "coordinates": [5, 99]}),
    "not a feature": ["x"],
}


def test_two_places_with_one_id_are_refused(vof, tmp_path):
    demand_refusal(vof("places", "import", a_file(tmp_path, feature(), feature())), "same id")
    assert count(Place) == 42


@pytest.mark.parametrize("case", UNUSABLE_PLACES)
def test_a_file_with_one_bad_place_is_refused_whole(vof, tmp_path, case):
    file = a_file(tmp_path, feature(id="x-2"), UNUSABLE_PLACES[case])
    demand_refusal(vof("places", "import", file), "places.geojson")
    assert count(Place) == 42


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"features": 1}', b"\xff", b"null"])
def test_what_is_no_feature_collection_is_refused(vof, tmp_path, content):
    file = tmp_path / "places.geojson"
    file.write_bytes(content)
    demand_refusal(vof("places", "import", file), "places.geojson")


def test_a_file_that_is_not_there_is_told(vof, tmp_path):
    result = vof("places", "import", tmp_path / "gone.geojson")
    assert result.exit_code == 2
    assert "does not exist" in result.output


def create(vof: Command, email="kari@example.org", *more: str, password=PASSWORD) -> Result:
    arguments = ["staff", "create", email, "--name", "Kari", "--role", "crew", *more]
    return vof(*arguments, typed=f"{password}\n{password}\n")


def test_an_account_is_created_and_can_sign_in(vof, client):
    result = create(vof, "kari@example.org", "--unit", "Idrett")
    assert result.exit_code == 0, result.output
    assert PASSWORD not in result.output
    made = db.session.scalars(select(Staff).where(Staff.email == "kari@example.org")).unique().one()
    assert verify_password(PASSWORD, made.password)
    assert [role.name for role in made.roles] == [Role.CREW]
    assert db.session.get(Unit, made.unit_id).name == "Idrett"
    account = {"email": "kari@example.org", "password": PASSWORD}
    assert client.post("/sign-in", data=account).status_code == 302
    assert client.get("/crew", headers={"Accept-Language": "en"}).status_code == 200


def test_an_account_that_cannot_be_is_refused(vof):
    before = count(Staff)
    demand_refusal(create(vof, "crew@demo.vof"), "already has an account")
    demand_refusal(create(vof, "kari@example.org", password="short"))
    demand_refusal(create(vof, "kari@example.org", "--unit", "Finnes ikke"), "Finnes ikke")
    assert create(vof, "kari@example.org", "--role", "king").exit_code == 2
    assert count(Staff) == before


def test_sample_data_comes_on_top_of_what_is_there(vof, client):
    result = vof("sample-data", "--reports", 30, "--places", 5, "--signs", 100, "--seed", 3)
    assert result.exit_code == 0, result.output
    assert (count(Place), count(Sign), count(Report)) == (47, 184, 30)
    assert vof("sample-data", "--reports", 10, "--seed", 4).exit_code == 0
    assert count(Report) == 40
    assert put_report(client, a_report()).status_code == 201, "the numbering goes on"
    assert count(Report) == 41


def test_made_up_places_lie_inside_the_boundary(vof):
    vof("sample-data", "--places", 40, "--seed", 5)
    forget()
    for place in db.session.scalars(select(Place).where(Place.external_id.is_(None))):
        assert municipality().holds(position_of(place.point))
        assert place.approximate


def test_the_same_seed_gives_the_same_data(vof):
    made = []
    for _ in range(2):
        assert vof("sample-data", "--reports", 40, "--seed", 9).exit_code == 0
        columns = (Report.number, Report.uuid, Report.received_at)
        rows = db.session.execute(select(*columns).order_by(Report.number)).all()
        made.append([tuple(row) for row in rows])
        db.session.query(Event).delete()
        db.session.query(Report).delete()
        db.session.commit()
    assert made[0] == made[1]


def test_sample_data_needs_a_municipality_and_places(vof, app):
    assert vof("sample-data", "--reports", -1).exit_code == 2
    for table in (Event, Report, SignScans, SignEvent, Sign, Place, Municipality):
        db.session.query(table).delete()
    db.session.commit()
    demand_refusal(vof("sample-data", "--reports", 1), "municipality")


@pytest.mark.parametrize(
    "command",
    [
        (),
        ("staff",),
        ("staff", "create"),
        ("places", "import"),
        ("municipality",),
        ("boundary",),
        ("sample-data",),
        ("prepare",),
        ("worker",),
        ("serve",),
    ],
)
def test_every_command_explains_itself(vof, command):
    result = vof(*command, "--help")
    assert result.exit_code == 0
    assert "Usage:" in result.output
    assert len(result.output.splitlines()) > 3
