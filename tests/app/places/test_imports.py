"""Importing places: what a file would change, the change, and what is left out."""

from __future__ import annotations

import contextlib
import csv
import io
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.database import db
from app.geo import position_of
from app.imports.files import UnusableFile, Unused
from app.imports.plans import Action
from app.places.aktiv_kommune import is_of_an_office
from app.places.boundaries import UnusableShape, read_outline
from app.places.imports import carry_out, plan_import, read_places
from app.places.models import Place, PlaceEvent, PlaceKind
from app.places.rows import Row
from app.staff.models import Staff

HEADER = (
    "Ressursid,Sted,Ressurs,Hjemmeside,Epost,Gateadresse,Postnr,Poststed,Bydel,latitude,longitude"
)
TOWN = "Gata 1,4014,Stavanger,Storhaug"
HALLS = f"""{HEADER}
41,Hetlandshallen,Hovedsal,,idrett@stavanger.kommune.no,{TOWN},58.9701,5.7501
42,Hetlandshallen,Hovedsal 2,,kari.nordmann@gmail.com,{TOWN},58.9702,5.7502
43,Testbygg,Ikke bruk,,,,,,,58.97,5.75
44,Gausel,Gausel,,,,,,Hinna,12.5,99.9
"""


@pytest.fixture
def hall(app):
    return db.session.scalars(select(PlaceKind).where(PlaceKind.code == "sports_hall")).one()


@pytest.fixture
def keeper(app):
    return db.session.scalars(select(Staff)).first()


def plan(text, kind=None, **how):
    return plan_import(read_places(text.encode()), kind, **how)


def places_called(name):
    return db.session.scalars(select(Place).where(Place.name == name)).all()


def count_places():
    return db.session.scalar(select(func.count(Place.id)))


def test_a_list_of_aktiv_kommune_is_known_by_its_header(hall):
    planned = plan(HALLS, hall)
    assert [one.row.name for one in planned.rows] == [
        "Hetlandshallen, Hovedsal",
        "Hetlandshallen, Hovedsal 2",
    ]
    assert planned.counts == {Action.ADD: 2}


def test_tests_and_private_addresses_are_left_out(hall):
    planned = plan(HALLS, hall)
    office, private = planned.rows
    assert office.values["contact"] == "idrett@stavanger.kommune.no"
    assert "contact" not in private.values
    assert private.notes
    skipped = {row.line: row.by_design for row in planned.unused}
    assert skipped == {4: True, 5: False}


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("post@stavanger.kommune.no", True),
        ("booking@hall.no", True),
        ("idrettsavdelingen@stavanger.kommune.no", True),
        ("kari@stavanger.kommune.no", False),
        ("kari.nordmann@stavanger.kommune.no", False),
        ("post@gmail.com", False),
        ("ola@online.no", False),
        ("idrett-og-kultur@stavanger.kommune.no", True),
        ("vaktmester2@hall.no", True),
        ("hallvard@stavanger.kommune.no", False),
        ("hallvard.hansen@stavanger.kommune.no", False),
        ("parker.lewis@stavanger.kommune.no", False),
        ("vakt.ola.nordmann@stavanger.kommune.no", False),
        ("post@hall.no, kari.nordmann@hall.no", False),
        ("post@hall.no kari@hall.no", False),
    ],
)
def test_only_addresses_of_an_office_are_kept(address, kept):
    assert is_of_an_office(address) == kept


def test_a_dry_run_changes_nothing(hall):
    before = count_places()
    plan(HALLS, hall)
    db.session.flush()
    assert count_places() == before


def test_the_same_file_again_changes_nothing_and_a_changed_one_updates(hall, keeper):
    carry_out(plan(HALLS, hall), keeper)
    assert plan(HALLS, hall).counts == {Action.LEAVE: 2}
    moved = HALLS.replace("Hovedsal 2", "Sal B")
    again = plan(moved, hall)
    assert again.counts == {Action.LEAVE: 1, Action.CHANGE: 1}
    before = count_places()
    carry_out(again, keeper)
    assert count_places() == before
    (place,) = places_called("Hetlandshallen, Sal B")
    log = db.session.scalars(select(PlaceEvent).where(PlaceEvent.place_id == place.id)).all()
    assert [event.kind for event in log] == ["imported", "imported"]
    assert "name" in log[1].changes


def test_a_plan_has_a_mark_that_tells_it_from_any_other(hall):
    assert plan(HALLS, hall).mark == plan(HALLS, hall).mark
    assert plan(HALLS, hall).mark != plan(HALLS.replace("58.9702", "58.9703"), hall).mark


def test_csv_is_read_as_spreadsheets_write_it(hall, keeper):
    text = "sep=;\r\nId;Navn;Type;Breddegrad;Lengdegrad\r\na1;Ny plass;Idrettshall;58,971;5,74\r\n"
    for content in (text.encode("utf-8-sig"), text.encode("utf-16"), text.encode("cp1252")):
        (row,) = plan_import(read_places(content)).rows
        assert row.action is Action.ADD
    carry_out(plan_import(read_places(text.encode())), keeper)
    (place,) = places_called("Ny plass")
    assert position_of(place.point).lat == pytest.approx(58.971)
    assert place.kind_id == hall.id


def feature(geometry, **properties):
    known = {"name": "Ny park", "kind": "park"} | properties
    return {"type": "Feature", "id": "p1", "properties": known, "geometry": geometry}


def collection(*features):
    return json.dumps({"type": "FeatureCollection", "features": features})


SQUARE = {
    "type": "Polygon",
    "coordinates": [[[5.73, 58.97], [5.74, 58.97], [5.74, 58.98], [5.73, 58.98], [5.73, 58.97]]],
}


def test_a_polygon_becomes_an_outline_with_a_point_inside(app, keeper):
    carry_out(plan(collection(feature(SQUARE))), keeper)
    (place,) = places_called("Ny park")
    here = position_of(place.point)
    assert 5.73 < here.lon < 5.74
    assert 58.97 < here.lat < 58.98


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        {"type": "Point", "coordinates": [5.73, 95]},
        {"type": "Point", "coordinates": [0, 0]},
        {"type": "LineString", "coordinates": [[5.73, 58.97], [5.74, 58.98]]},
        {
            "type": "Polygon",
            "coordinates": [
                [[5.73, 58.97], [5.74, 58.98], [5.74, 58.97], [5.73, 58.98], [5.73, 58.97]]
            ],
        },
    ],
)
def test_a_geometry_that_no_place_can_have_is_told_with_its_row(app, geometry):
    planned = plan(collection(feature(geometry)))
    assert not planned.rows
    assert planned.refused[0].reason


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01", b"hei", b"[]", b'{"type": "x"}', b"{", b"Navn\n", b'a;b\n"c']
)
def test_what_is_no_list_of_places_is_refused_or_empty(app, content):
    with contextlib.suppress(UnusableFile):
        assert not plan_import(read_places(content)).rows


def test_an_id_twice_counts_once(app):
    twice = collection(
        feature(SQUARE), feature({"type": "Point", "coordinates": [5.73, 58.97]}, name="To")
    )
    rows = read_places(twice.encode())
    assert [type(row) for row in rows] == [Row, Unused]


def test_a_merged_or_archived_place_is_not_brought_back(app, keeper):
    carry_out(plan(collection(feature(SQUARE))), keeper)
    (place,) = places_called("Ny park")
    place.archived_at = place.created_at
    db.session.flush()
    changed = plan(collection(feature(SQUARE, name="Annet")))
    assert not changed.rows
    assert changed.refused


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(content=st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode()))
def test_no_file_breaks_the_reading(app, content):
    with contextlib.suppress(UnusableFile):
        assert all(isinstance(row, Row | Unused) for row in read_places(content))


@pytest.mark.parametrize(
    "coordinates", [[10**400, 58.97], [[[10**400, 58.97], [5.74, 58.97], [5.74, 58.98]]]]
)
def test_a_number_beyond_all_numbers_is_told_with_its_row(app, coordinates):
    kind = "Point" if isinstance(coordinates[0], int) else "Polygon"
    planned = plan(collection(feature({"type": kind, "coordinates": coordinates})))
    assert planned.refused[0].reason
    with pytest.raises(UnusableShape):
        read_outline(json.dumps({"type": kind, "coordinates": coordinates}))


@pytest.mark.parametrize("content", [b"a" * 200_000, b"id;name\n1;" + b"x" * 200_000])
def test_a_cell_of_endless_length_is_refused(app, content):
    with pytest.raises(UnusableFile):
        read_places(content)


def test_what_nobody_sees_in_a_name_is_no_part_of_it(app):
    text = "id;navn;type\n1;\ufeffMos\u00advatnet\u00a0 øst\u200b;Park\n"
    (row,) = plan(text).rows
    assert row.row.name == "Mosvatnet øst"


def test_a_name_that_no_page_could_show_is_shown_without(app):
    (unused,) = plan(collection(feature(None, name="Ny\ud800 \x00park"))).refused
    assert unused.name == "Ny park"


def test_an_id_may_stand_among_the_properties(app):
    one = feature(SQUARE) | {"id": None}
    one["properties"]["id"] = 17
    assert plan(collection(one)).rows[0].row.external_id == "17"


WORDS = st.lists(
    st.text(st.characters(categories=["L", "Nd", "Po", "Ps"]), min_size=1, max_size=12),
    min_size=1,
    max_size=5,
).map(" ".join)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80)
@given(
    names=st.lists(WORDS, min_size=1, max_size=6),
    separator=st.sampled_from(";,\t"),
    end=st.sampled_from(["\r\n", "\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_a_spreadsheet_writes_is_what_is_read(app, names, separator, end, encoding):
    written = io.StringIO()
    writer = csv.writer(written, delimiter=separator, lineterminator=end)
    writer.writerow(["id", "navn", "type"])
    writer.writerows([number, name, "Park"] for number, name in enumerate(names))
    rows = read_places(written.getvalue().encode(encoding))
    assert [(row.external_id, row.name) for row in rows] == [
        (str(number), name) for number, name in enumerate(names)
    ]
