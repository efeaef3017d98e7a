"""What a published record says, and what it can never say."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from app.database import db, now
from app.geo import FIELD_LAT, FIELD_LON
from app.open_data.records import FEWEST_AROUND, REPORTS
from app.places.models import Place
from app.reports.models import Category
from app.reports.operations import add_note
from app.reports.photos import keep_photo, prepare_photo
from tests.app.open_data.conftest import rows_of, today, whole
from tests.pictures import a_photo

HOME = {"lat": 58.93217, "lon": 5.71843, "accuracy_m": 5}
SECRETS = ["Kari Hemmeligsen", "kari@hemmelig.example", "90012345", "Huset mitt brenner", "Lia 14"]
FORMATS = ("geojson", "csv", "parquet")


def at_home(**more):
    return {"sign": None, "place": None, "address": "", "position": HOME} | more


def test_a_record_of_a_report_at_a_place_has_the_point_of_the_place(crowd, published, park_sign):
    crowd({"sign": park_sign.code, "position": HOME, "channel": "qr"})
    (found,) = published().values()
    place = park_sign.place
    assert found["properties"] == {
        "received": today(),
        "closed": None,
        "status": "received",
        "overdue": False,
        "category": "PA03",
        "category_nb": "Benk eller bord",
        "category_nn": "Benk eller bord",
        "category_en": "Bench or table",
        "unit": "Park og natur",
        "channel": "qr",
        "followers": "0",
        "place_id": place.id,
        "place": place.name,
        "place_kind": "park",
        "district": place.district,
        "position_accuracy": "place",
    }
    shape = db.session.scalar(db.select(db.func.ST_X(Place.point)).where(Place.id == place.id))
    assert found["geometry"]["type"] == "Point"
    assert found["geometry"]["coordinates"][0] == shape


def test_a_spot_is_told_as_a_field_and_only_where_there_are_enough(record, published):
    for _ in range(FEWEST_AROUND - 1):
        record(at_home())
    (found,) = published().values()
    assert found["geometry"] is None
    assert found["properties"]["position_accuracy"] is None
    record(at_home(category="VE01"))
    found = published()
    assert found["VE01"]["geometry"] == {"type": "Point", "coordinates": [5.72, 58.93]}
    assert found["VE01"]["properties"]["position_accuracy"] == "area"


def test_a_place_where_few_report_is_not_named(record, published, park_sign):
    """As a count of fewer than five is hidden in the figures for everybody."""
    reports = [record({"sign": park_sign.code}) for _ in range(FEWEST_AROUND - 1)]
    (found,) = published().values()
    names = ("place_id", "place", "place_kind", "district", "position_accuracy")
    assert [found["properties"][name] for name in names] == [None] * len(names)
    assert found["geometry"] is None
    record({"sign": park_sign.code, "category": "VE01"}, received_at=now() - timedelta(days=365))
    assert {one["properties"]["place"] for one in published().values()} == {park_sign.place.name}
    reports[0].received_at = now() + timedelta(days=1)
    assert published()["VE01"]["properties"]["place"] is None


def test_reports_at_places_do_not_make_a_field_a_crowd(record, published, park_sign):
    record(at_home(category="VE01"))
    for _ in range(FEWEST_AROUND):
        record(at_home(sign=park_sign.code))
    assert published()["VE01"]["geometry"] is None


def test_a_place_without_a_point_has_no_position_even_where_the_report_has(
    record, published, park_sign
):
    for _ in range(FEWEST_AROUND):
        record(at_home(sign=park_sign.code))
    park_sign.place.point = None
    (found,) = published().values()
    assert (found["geometry"], found["properties"]["place"]) == (None, park_sign.place.name)


def test_words_alone_are_no_position(record, published):
    record({"sign": None, "address": "ved inngangen"})
    (found,) = published().values()
    assert found["geometry"] is None


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 3, 28, 23, 30, tzinfo=UTC), "2026-03-29"),
        (datetime(2026, 3, 29, 21, 59, tzinfo=UTC), "2026-03-29"),
        (datetime(2026, 3, 29, 22, 0, tzinfo=UTC), "2026-03-30"),
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), "2026-10-25"),
        (datetime(2026, 10, 25, 23, 0, tzinfo=UTC), "2026-10-26"),
    ],
)
def test_days_are_those_of_norway(record, published, moment, day):
    record(received_at=moment, closed_at=moment, due_at=moment, status="fixed")
    (found,) = published().values()
    assert (found["properties"]["received"], found["properties"]["closed"]) == (day, day)


@pytest.mark.parametrize(
    ("changes", "late"),
    [
        ({"due_at": -1}, True),
        ({"due_at": 1}, False),
        ({"due_at": -1, "waiting_since": -2}, False),
        ({"due_at": -2, "closed_at": -1, "status": "fixed"}, True),
        ({"due_at": -1, "closed_at": -2, "status": "fixed"}, False),
    ],
)
def test_overdue_means_the_deadline_passed_before_it_was_closed(record, published, changes, late):
    moved = {
        name: now() + timedelta(days=value) if isinstance(value, int) else value
        for name, value in changes.items()
    }
    record(**moved)
    (found,) = published().values()
    assert found["properties"]["overdue"] is late


def test_held_reports_are_published_when_they_are_released(record, published):
    report = record(held_at=now(), held_reason="links")
    assert published() == {}
    report.held_at = None
    assert list(published()) == ["PA03"]


@pytest.mark.parametrize(
    ("count", "told"), [(0, "0"), (1, "1-4"), (4, "1-4"), (5, "5-19"), (19, "5-19"), (20, "20+")]
)
def test_what_followers_there_are_is_blurred(record, published, count, told):
    record(follower_count=count)
    (found,) = published().values()
    assert found["properties"]["followers"] == told


def test_every_position_lies_in_the_field_it_is_told_as(crowd, published):
    for category, lon, lat in [("PA03", 5.7089, 58.9349), ("VE01", 5.6911, 58.9251)]:
        crowd(at_home(category=category, position={"lon": lon, "lat": lat, "accuracy_m": 5}))
        middle = published()[category]["geometry"]["coordinates"]
        assert abs(middle[0] - lon) <= FIELD_LON / 2 + 1e-9
        assert abs(middle[1] - lat) <= FIELD_LAT / 2 + 1e-9
        assert middle == [round(one, 2) for one in middle]


def test_a_record_keeps_its_name_and_the_name_leads_nowhere(record, published, client):
    report = record()
    (first,) = published().values()
    report.status = "planned"
    (second,) = published().values()
    assert first["id"] == second["id"] != ""
    others = {report.uuid.hex, str(report.uuid), report.number, str(report.id)}
    assert not any(other in first["id"] for other in others - {str(report.id)})
    assert client.get(f"/r/{first['id']}").status_code == 404


def test_a_category_without_a_name_in_a_language_has_another_one(record, published):
    record()
    category = db.session.query(Category).filter_by(code="PA03").one()
    category.names = {"nb": "Benk"}
    (found,) = published().values()
    names = [found["properties"][f"category_{code}"] for code in ("nb", "nn", "en")]
    assert names == ["Benk", "Benk", "Benk"]


def test_what_is_exactly_where_and_by_whom_is_in_no_byte_of_any_file(
    app, record, publish, client, snapshots
):
    """Also not in what lies in the folder, nor in the API, the page and the catalogue."""
    contact = {"name": SECRETS[0], "email": SECRETS[1], "phone": SECRETS[2]}
    for _ in range(FEWEST_AROUND):
        sent = at_home(description=SECRETS[3], address=SECRETS[4], contact=contact)
        report = record(sent)
    photo = keep_photo(report.uuid, prepare_photo(a_photo()), report)
    add_note(report, None, public_text="Vi ringer Kari", internal_text="Bor i Lia 14")
    publish()
    answers = [client.get(f"/open/data/reports.{one}?year={now().year}") for one in FORMATS]
    answers += [client.get(f"/open/data/{name}") for name in ("reports.csv", "catalog.jsonld")]
    answers += [client.get(f"/open/data/places.{one}") for one in FORMATS]
    answers += [client.get(f"/open/{path}") for path in ("data", "ogc/", "ogc/api")]
    answers.append(client.get("/open/ogc/collections/reports/items"))
    assert {answer.status_code for answer in answers} == {200}
    told = [whole(answer) for answer in answers]
    # What a file keeps packed is read as well.
    with duckdb.connect() as reader:
        for file in snapshots.folder.rglob("*.parquet"):
            rows = reader.execute("SELECT * FROM read_parquet(?)", [str(file)]).fetchall()
            told += [repr(rows).encode(), file.read_bytes()]
    secrets = [
        *SECRETS,
        "Vi ringer Kari",
        str(HOME["lat"])[:7],
        str(HOME["lon"])[:6],
        report.number,
        report.number.replace("-", ""),
        str(report.uuid),
        report.uuid.hex,
        photo.name,
        str(photo.uuid),
        report.fingerprint,
        f"{report.received_at:%H:%M}",
    ]
    found = {one for one in secrets for text in told[:4] if one.encode() in text}
    found |= {one for one in secrets[:-1] for text in told if one.encode() in text}
    assert found == set()
    assert any(b"5.72" in text for text in told)


def test_the_formats_say_the_same(record, client, park_sign):
    record({"sign": park_sign.code})
    record(at_home(category="VE01"))
    told = client.get("/open/data/reports.geojson").json["features"]
    lines = rows_of(client.get("/open/data/reports.csv"))
    assert list(lines[0]) == [field.name for field in REPORTS.fields]
    assert len(told) == len(lines) == 2
    for feature, line in zip(told, lines, strict=True):
        assert feature["id"] == line["id"]
        for name, value in feature["properties"].items():
            assert line[name] == (
                "" if value is None else json.dumps(value, ensure_ascii=False).strip('"')
            )
        lon_lat = [line["lon"], line["lat"]]
        spot = feature["geometry"]
        assert lon_lat == ([repr(one) for one in spot["coordinates"]] if spot else ["", ""])
