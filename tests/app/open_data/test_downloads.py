"""The files: formats, years, conditional requests, and that they are made once."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import duckdb
import pytest
from shapely import from_wkb

from app.database import db, now
from app.open_data import downloads, pages
from app.open_data.downloads import FORMS, file_of
from app.open_data.records import REPORTS
from app.open_data.snapshots import RETRY_AFTER_S, Snapshot, beside
from app.open_data.turns import turn
from tests.app.open_data.conftest import rows_of, whole
from tests.conftest import sign_at

REPORTS_AS = "/open/data/reports"
TYPES = {
    "geojson": "application/geo+json",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}


def write(folder, answer):
    file = folder / "file.parquet"
    file.write_bytes(answer.data)
    return file


@pytest.mark.parametrize("form", TYPES)
def test_a_file_says_what_it_is_and_under_which_licence(record, client, form):
    record()
    answer = client.get(f"{REPORTS_AS}.{form}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == TYPES[form]
    assert answer.headers["Content-Disposition"] == f'attachment; filename="reports.{form}"'
    assert answer.headers["Link"] == '<http://data.norge.no/nlod/no/2.0>; rel="license"'
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Accept-Encoding" in answer.headers["Vary"]


def test_geojson_is_what_its_standard_asks_for(record, client, park_sign):
    record({"sign": park_sign.code})
    record({"sign": None, "address": "i veien"})
    told = json.loads(whole(client.get(f"{REPORTS_AS}.geojson")), parse_constant=pytest.fail)
    assert told["type"] == "FeatureCollection"
    assert len(told["features"]) == 2
    for feature in told["features"]:
        assert set(feature) == {"type", "id", "geometry", "properties"}
    assert "crs" not in told


def test_geoparquet_has_points_and_says_where_and_in_which_system(
    record, crowd, client, park_sign, tmp_path
):
    crowd({"sign": park_sign.code})
    crowd({"sign": sign_at("Stavanger idrettshall").code})
    record({"sign": None, "address": "i veien"})
    file = write(tmp_path, client.get(f"{REPORTS_AS}.parquet"))
    with duckdb.connect() as reader:
        query = "SELECT value::VARCHAR FROM parquet_kv_metadata(?) WHERE key::VARCHAR = 'geo'"
        (text,) = reader.execute(query, [str(file)]).fetchone()
        rows = reader.execute(
            "SELECT lon, lat, ST_AsWKB(geometry) FROM read_parquet(?)", [str(file)]
        ).fetchall()
    geo = json.loads(text.encode().decode("unicode_escape"))
    column = geo["columns"][geo["primary_column"]]
    assert geo["version"] == "1.1.0"
    assert (column["encoding"], column["geometry_types"]) == ("WKB", ["Point"])
    assert column["crs"]["id"] == {"authority": "OGC", "code": "CRS84"}
    points = [from_wkb(wkb) for _lon, _lat, wkb in rows if wkb]
    assert sorted((one.x, one.y) for one in points) == sorted(
        (lon, lat) for lon, lat, _wkb in rows if lon is not None
    )
    west, south, east, north = column["bbox"]
    assert (west, east) == (min(one.x for one in points), max(one.x for one in points))
    assert (south, north) == (min(one.y for one in points), max(one.y for one in points))


@pytest.mark.parametrize("form", TYPES)
def test_without_a_single_report_the_files_are_whole(client, form, tmp_path):
    answer = client.get(f"{REPORTS_AS}.{form}")
    assert answer.status_code == 200
    if form == "geojson":
        assert json.loads(whole(answer))["features"] == []
    elif form == "csv":
        assert rows_of(answer) == []
    else:
        with duckdb.connect() as reader:
            rows = reader.execute("FROM read_parquet(?)", [str(write(tmp_path, answer))])
            assert rows.fetchall() == []


def test_a_year_has_the_reports_that_came_in_it(record, client):
    record(received_at=datetime(2024, 12, 31, 23, 30, tzinfo=UTC))
    record({"category": "VE01"}, received_at=datetime(2024, 12, 31, 22, 30, tzinfo=UTC))
    for year, category in [(2025, "PA03"), (2024, "VE01")]:
        (line,) = rows_of(client.get(f"{REPORTS_AS}.csv?year={year}"))
        assert line["category"] == category
        (feature,) = client.get(f"{REPORTS_AS}.geojson?year={year}").json["features"]
        assert feature["properties"]["category"] == category
    answer = client.get(f"{REPORTS_AS}.parquet?year=2024")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="reports-2024.parquet"'
    page = client.get("/open/data").text
    assert page.index("reports.csv?year=2025") < page.index("reports.csv?year=2024")


def test_a_year_without_reports_is_not_found(record, client):
    record()
    for year in ["2023", "1", "-2025", "../../x", "2025.0", "٢٠٢٥", "9" * 50]:
        answer = client.get(f"{REPORTS_AS}.csv", query_string={"year": year})
        assert answer.status_code == 404, year


def test_other_files_are_not_found(client):
    for path in ("reports.xml", "signs.csv", "reports", "reports.csv.gz", "x.csv"):
        assert client.get(f"/open/data/{path}").status_code == 404, path


def test_places_are_there_without_those_that_are_archived(client, park_sign):
    park_sign.place.archived_at = now()
    park_sign.place.contact = "Kari Vaktmester"
    db.session.commit()
    answer = client.get("/open/data/places.csv")
    names = {line["name"] for line in rows_of(answer)}
    assert "Stavanger idrettshall" in names
    assert park_sign.place.name not in names
    assert b"Vaktmester" not in whole(answer)


@pytest.mark.parametrize("form", TYPES)
@pytest.mark.parametrize("takes", ["", "br", "br, gzip"])
def test_who_has_the_newest_file_is_not_sent_it_again(
    record, client, publish, form, takes, park_sign
):
    report = record({"sign": park_sign.code})
    headers = {"Accept-Encoding": takes}
    address = f"{REPORTS_AS}.{form}"
    first = client.get(address, headers=headers)
    mark = first.headers["ETag"]
    known = headers | {"If-None-Match": mark}
    assert client.get(address, headers=known).status_code == 304
    since = headers | {"If-Modified-Since": first.headers["Last-Modified"]}
    assert client.get(address, headers=since).status_code == 304
    # Made anew, and the same: the mark is of what it holds.
    publish()
    again = client.get(address, headers=known)
    assert (again.status_code, again.data) == (304, b"")
    report.status = "planned"
    publish()
    changed = client.get(address, headers=known)
    assert (changed.status_code, changed.headers["ETag"] != mark) == (200, True)


def test_text_comes_packed_for_who_can_unpack_it(record, client):
    record()
    packed = client.get(f"{REPORTS_AS}.csv", headers={"Accept-Encoding": "br, gzip"})
    plain = client.get(f"{REPORTS_AS}.csv")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert whole(packed) == plain.data
    assert packed.headers["ETag"] != plain.headers["ETag"]


def test_a_file_is_unpacked_as_it_is_sent(record, client, monkeypatch):
    record()
    monkeypatch.setattr(downloads, "_PIECE_BYTES", 16)
    read = []

    def counted(file):
        for piece in downloads.unpacked(file):
            read.append(piece)
            yield piece

    monkeypatch.setattr(pages, "unpacked", counted)
    answer = client.get(f"{REPORTS_AS}.geojson", buffered=False)
    assert len(read) < 3
    answer.close()


def aged(snapshots, age):
    """As if the newest snapshot had been made so long ago."""
    newest = snapshots._folders()[-1]
    at = now() - age
    made_by = newest.name.partition("-")[2]
    return newest.rename(newest.with_name(f"{int(at.timestamp() * 1_000_000)}-{made_by}"))


def test_files_are_kept_for_some_minutes_then_followed_by_new_ones(record, client, snapshots):
    record()
    assert len(rows_of(client.get(f"{REPORTS_AS}.csv"))) == 1
    record()
    assert len(rows_of(client.get(f"{REPORTS_AS}.csv"))) == 1
    aged(snapshots, timedelta(minutes=11))
    # Whoever asks now gets the old ones at once, and the next one the new.
    answer = client.get(f"{REPORTS_AS}.csv")
    assert len(rows_of(answer)) == 1
    answer.close()
    assert len(snapshots._folders()) == 2
    assert len(rows_of(client.get(f"{REPORTS_AS}.csv"))) == 2


def test_after_a_quiet_hour_the_first_asker_waits_for_new_ones(record, client, snapshots):
    record()
    client.get(f"{REPORTS_AS}.csv")
    record()
    aged(snapshots, timedelta(hours=2))
    assert len(rows_of(client.get(f"{REPORTS_AS}.csv"))) == 2
    aged(snapshots, timedelta(hours=3))
    client.get(f"{REPORTS_AS}.csv")
    assert len(snapshots._folders()) == 2


def test_what_other_rules_have_made_is_not_served_on(record, client, snapshots):
    record()
    client.get(f"{REPORTS_AS}.csv")
    newest = snapshots._folders()[-1]
    newest.rename(newest.with_name(f"{newest.name.partition('-')[0]}-{'0' * 16}"))
    record()
    assert len(rows_of(client.get(f"{REPORTS_AS}.csv"))) == 2
    assert len([one for one in snapshots.folder.iterdir() if one.is_dir()]) == 1


def test_what_a_killed_process_left_is_cleared_away(record, client, snapshots):
    left = snapshots.folder / "making" / "work"
    left.mkdir(parents=True)
    (left / "report_lines.csv").write_text("half")
    record()
    assert len(rows_of(client.get(f"{REPORTS_AS}.csv"))) == 1
    assert not (snapshots.folder / "making").exists()


def test_whoever_asks_while_the_first_are_made_is_told_to_come_back(client, snapshots, monkeypatch):
    monkeypatch.setattr("app.open_data.snapshots.WAIT_S", 0.1)
    with turn(snapshots.folder / "turn", 0) as is_ours:
        assert is_ours
        answer = client.get(f"{REPORTS_AS}.csv")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == str(RETRY_AFTER_S)


def test_while_newer_ones_are_made_the_old_ones_are_served(record, client, snapshots):
    record()
    client.get(f"{REPORTS_AS}.csv")
    aged(snapshots, timedelta(days=2))
    with turn(snapshots.folder / "turn", 0):
        assert client.get(f"{REPORTS_AS}.csv").status_code == 200


def test_twenty_who_ask_for_a_file_have_it_written_once(record, client, snapshots, monkeypatch):
    record()
    client.get(f"{REPORTS_AS}.parquet")
    snapshot: Snapshot = snapshots.current()
    written = []

    def count(*arguments):
        written.append(arguments)
        write_csv(*arguments)

    write_csv = downloads._WRITERS["csv"]
    monkeypatch.setitem(downloads._WRITERS, "csv", count)
    with ThreadPoolExecutor(20) as pool:
        files = list(pool.map(lambda _: file_of(snapshot, REPORTS, FORMS["csv"], None), range(20)))
    assert len(set(files)) == len(written) == 1


def test_each_database_has_a_folder_of_its_own():
    first, second = (beside(f"postgresql+psycopg://vof@db/{name}") for name in ("one", "two"))
    assert first != second
    assert first.parent == second.parent
    assert str(beside("sqlite:////srv/vof.sqlite3")) == "/srv/vof.sqlite3-open-data"
