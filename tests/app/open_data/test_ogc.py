"""OGC API – Features, Part 1: core, GeoJSON and OpenAPI, requirement by requirement."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.open_data import ogc_arguments
from app.open_data.records import COLLECTIONS, FEWEST_AROUND, REPORTS
from app.problems import InvalidFields
from tests.app.open_data.conftest import today
from tests.conftest import sign_at

BASE = "/open/ogc"
ITEMS = f"{BASE}/collections/reports/items"
CORE = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core"


def links(content):
    return {link["rel"]: link["href"] for link in content["links"]}


def path_of(url):
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


@pytest.fixture
def codes(client):
    """The categories of the features that an address gives."""

    def read(**arguments):
        answer = client.get(ITEMS, query_string=arguments)
        assert answer.status_code == 200, answer.text
        return [one["properties"]["category"] for one in answer.json["features"]]

    return read


def at(day, hour=12):
    return {
        "received_at": datetime(*day, hour, tzinfo=UTC),
        "due_at": datetime(*day, 23, tzinfo=UTC),
    }


@pytest.fixture
def three(record):
    """Reports of three days, the newest first: VE01 (1 March), PA05 (28 February), PA03 (2024)."""
    record(**at((2024, 6, 1)))
    record({"category": "PA05"}, **at((2026, 2, 28)))
    record({"category": "VE01"}, **at((2026, 3, 1)))
    return ["VE01", "PA05", "PA03"]


def test_from_the_landing_page_everything_is_found(client, record):
    record()
    landing = client.get(f"{BASE}/")
    assert landing.headers["Content-Type"] == "application/json"
    found = links(landing.json)
    assert set(found) >= {"self", "service-desc", "service-doc", "conformance", "data", "license"}
    for rel in set(found) - {"license"}:
        assert client.get(path_of(found[rel])).status_code == 200, rel
    assert CORE in client.get(path_of(found["conformance"])).json["conformsTo"]
    told = client.get(path_of(found["data"])).json
    assert [one["id"] for one in told["collections"]] == list(COLLECTIONS)
    for one in told["collections"]:
        assert client.get(path_of(links(one)["self"])).json == one
        for rel in ("items", "describedby", "enclosure"):
            assert client.get(path_of(links(one)[rel])).status_code == 200, rel


def test_a_collection_tells_where_and_since_when(client, three, park_sign):
    told = client.get(f"{BASE}/collections/reports").json
    assert told["extent"]["temporal"]["interval"] == [["2024-06-01T00:00:00Z", None]]
    ((west, south, east, north),) = client.get(f"{BASE}/collections/places").json["extent"][
        "spatial"
    ]["bbox"]
    assert west < east
    assert south < north


def test_items_are_geojson_with_counts_and_links(client, three):
    answer = client.get(ITEMS)
    assert answer.headers["Content-Type"] == "application/geo+json"
    told = answer.json
    assert told["type"] == "FeatureCollection"
    assert told["numberMatched"] == told["numberReturned"] == len(told["features"]) == 3
    assert set(links(told)) == {"self", "collection", "license"}
    datetime.fromisoformat(told["timeStamp"])
    for feature in told["features"]:
        names = [field.name for field in REPORTS.properties]
        assert list(feature["properties"]) == names


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_following_next_gives_every_feature_once_in_order(client, three, collection):
    address = f"{BASE}/collections/{collection}/items"
    everything = client.get(f"{address}?limit=10000").json
    found, page = [], f"{address}?limit=2&lang=nn"
    while page:
        told = client.get(page).json
        assert told["numberMatched"] == everything["numberMatched"]
        assert told["numberReturned"] == len(told["features"]) <= 2
        found += told["features"]
        page = path_of(links(told)["next"]) if "next" in links(told) else None
    assert found == everything["features"]
    assert len({one["id"] for one in found}) == everything["numberMatched"]


def test_next_keeps_what_was_asked(client, record):
    for category in ("PA03", "PA05", "PA03", "PA03"):
        record({"category": category})
    told = client.get(f"{ITEMS}?category=PA03&limit=2").json
    assert told["numberMatched"] == 3
    rest = client.get(path_of(links(told)["next"])).json
    assert [one["properties"]["category"] for one in rest["features"]] == ["PA03"]


def test_one_feature_is_found_by_its_id(client, three):
    one = client.get(ITEMS).json["features"][1]
    answer = client.get(f"{ITEMS}/{one['id']}")
    assert answer.headers["Content-Type"] == "application/geo+json"
    told = answer.json
    assert set(links(told)) == {"self", "collection", "license"}
    assert {name: told[name] for name in one} == one
    place = client.get(f"{BASE}/collections/places/items").json["features"][0]
    assert client.get(f"{BASE}/collections/places/items/{place['id']}").json["id"] == place["id"]


TIMES = [
    ("2026-03-01", ["VE01"]),
    ("2026-02-28/2026-03-01", ["VE01", "PA05"]),
    ("2026-02-28/..", ["VE01", "PA05"]),
    ("2026-02-28/", ["VE01", "PA05"]),
    ("../2026-02-28", ["PA05", "PA03"]),
    ("/2024-06-01", ["PA03"]),
    # Half past eleven in the evening in Greenwich is the first of March in Norway.
    ("2026-02-28T23:30:00Z", ["VE01"]),
    ("2026-02-28T23:30:00Z/2026-03-01T10:00:00+01:00", ["VE01"]),
    ("2025-01-01/2025-12-31", []),
]


def test_datetime_takes_days_instants_and_intervals(codes, three):
    for asked, expected in TIMES:
        assert codes(datetime=asked) == expected, asked


def test_what_has_no_time_is_there_at_any_time(client):
    address = f"{BASE}/collections/places/items"
    everything = client.get(address).json["numberMatched"]
    assert client.get(f"{address}?datetime=1999-01-01").json["numberMatched"] == everything


def test_a_box_gives_what_lies_in_it(client, park_sign):
    address = f"{BASE}/collections/places/items"
    (one,) = [
        feature
        for feature in client.get(f"{address}?limit=1000").json["features"]
        if feature["id"] == park_sign.place_id
    ]
    lon, lat = one["geometry"]["coordinates"]
    ids = {
        box: {feature["id"] for feature in client.get(f"{address}?bbox={box}").json["features"]}
        for box in (
            f"{lon},{lat},{lon},{lat}",
            f"{lon - 0.1},{lat - 0.1},0,{lon + 0.1},{lat + 0.1},100",
            # Across the line where the days change: everything but a strip.
            f"{lon - 0.001},-90,{lon - 0.002},90",
            f"{lon + 0.001},-90,{lon + 0.002},90",
        )
    }
    assert [park_sign.place_id in found for found in ids.values()] == [True, True, True, False]


def test_properties_narrow_the_list(crowd, codes, record, park_sign):
    record({"sign": park_sign.code, "category": "PA05"}, status="fixed")
    hall = sign_at("Stavanger idrettshall")
    crowd({"sign": hall.code, "category": "IH06"})
    assert codes(category="PA05") == ["PA05"]
    assert codes(status="fixed") == ["PA05"]
    there = ["IH06"] * FEWEST_AROUND
    assert codes(place_kind="sports_hall") == there
    assert codes(place_id=hall.place_id) == there
    assert codes(unit="Idrett", channel="web") == codes(unit="Idrett")
    assert codes(category="PA05", status="received") == []
    assert codes(category="'; DROP TABLE reports; --") == []


REFUSED = [
    "nonsense=1",
    "limit=0",
    "limit=-1",
    "limit=ten",
    "limit=",
    "limit=1&limit=2",
    "bbox=1,2,3",
    "bbox=1,2,3,x",
    "bbox=1,2,3,nan",
    "bbox=1,4,3,2",
    "bbox=",
    "datetime=yesterday",
    "datetime=2026-13-01",
    "datetime=..",
    "datetime=../..",
    "datetime=2026-03-02/2026-03-01",
    "datetime=1/2/3",
    "datetime=0001-01-01T00:00:00%2B14:00",
    "after=1",
    "after=2026-13-01.r000000000000000000000000",
    "after=2026-01-01.' OR 1=1",
    "place_id=x",
    "place_id=99999999999",
    "number=2026-1",
    "f=html",
]


def test_what_the_standard_does_not_know_or_cannot_be_is_400(client):
    for asked in REFUSED:
        answer = client.get(f"{ITEMS}?{asked}")
        assert answer.status_code == 400, asked
        assert answer.headers["Content-Type"] == "application/json"
        assert set(answer.json) == {"code", "description"}
        assert answer.json["description"].startswith(asked.split("=")[0])
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_unknown_arguments_are_400_everywhere(client):
    for path in ("", "conformance", "api", "collections", "collections/places"):
        assert client.get(f"{BASE}/{path}?x=1").status_code == 400, path
        assert client.get(f"{BASE}/{path}?f=json").status_code == 200, path


def test_more_than_the_most_is_the_most_and_no_error(client, three):
    for limit in (100_000_000, 2**63 - 1):
        assert client.get(f"{ITEMS}?limit={limit}").json["numberReturned"] == 3


NOT_THERE = [
    "nowhere",
    "collections/signs",
    "collections/signs/items",
    "collections/signs/schema",
    "collections/reports/items/r1",
    "collections/places/items/0",
    "collections/places/items/99999999999999999999",
    "collections/places/items/1%00",
]


def test_what_is_not_there_is_404_in_json(client):
    for path in NOT_THERE:
        answer = client.get(f"{BASE}/{path}")
        assert answer.status_code == 404, path
        assert set(answer.json) == {"code", "description"}


def test_other_methods_are_405_and_other_formats_406(client):
    headers = {"Origin": "http://localhost"}
    answer = client.post(f"{BASE}/collections", headers=headers)
    assert (answer.status_code, answer.json["code"]) == (405, "method_not_allowed")
    assert client.get(ITEMS, headers={"Accept": "text/html"}).status_code == 406
    for takes in ("text/html,*/*;q=0.8", "application/json", "application/geo+json, text/html"):
        assert client.get(ITEMS, headers={"Accept": takes}).status_code == 200


def test_who_has_the_page_is_not_sent_it_again(client, three):
    first = client.get(ITEMS)
    known = {"If-None-Match": first.headers["ETag"]}
    assert client.get(ITEMS, headers=known).status_code == 304
    packed = client.get(ITEMS, headers={"Accept-Encoding": "br"} | known)
    assert packed.status_code == 304


def test_every_kind_of_json_comes_packed_for_who_can_unpack_it(client, three):
    paths = (
        ITEMS,
        f"{BASE}/api",
        f"{BASE}/collections/reports/schema",
        "/open/data/catalog.jsonld",
    )
    for path in paths:
        packed = client.get(path, headers={"Accept-Encoding": "br"})
        assert packed.headers.get("Content-Encoding") == "br", path


def test_only_the_data_are_open_to_pages_of_others(client):
    for path in ("/open/data", "/", "/privacy", "/report"):
        assert "Access-Control-Allow-Origin" not in client.get(path).headers
    for path in (f"{BASE}/", ITEMS, "/open/data/places.csv", "/open/data/catalog.jsonld"):
        assert client.get(path).headers["Access-Control-Allow-Origin"] == "*"


def test_the_definition_tells_of_every_call_and_argument(client):
    answer = client.get(f"{BASE}/api")
    assert answer.headers["Content-Type"] == "application/vnd.oai.openapi+json;version=3.0"
    told = answer.json
    assert told["openapi"].startswith("3.0")
    (server,) = told["servers"]
    ids = []
    for path, calls in told["paths"].items():
        ids.append(calls["get"]["operationId"])
        address = path_of(server["url"]) + path.replace("{featureId}", "1")
        assert client.get(address).status_code in {200, 404}, path
    assert len(set(ids)) == len(ids)
    items = told["paths"]["/collections/reports/items"]["get"]["parameters"]
    expected = {"limit", "bbox", "datetime", "after", *REPORTS.filters}
    assert {one["name"] for one in items} == expected


def test_the_schema_names_every_property(client):
    told = client.get(f"{BASE}/collections/reports/schema")
    assert told.headers["Content-Type"] == "application/schema+json"
    names = {field.name for field in REPORTS.properties}
    assert set(told.json["properties"]) == names | {"geometry"}


def test_texts_are_in_the_language_that_is_asked_for(client):
    titles = {
        client.get(f"{BASE}/collections/reports?lang={code}").json["title"]
        for code in ("nb", "nn", "en", "uk", "pl")
    }
    assert len(titles) >= 4


@settings(max_examples=60)
@given(text=st.text(max_size=40) | st.from_regex(r"[0-9TZ:+./-]{1,40}", fullmatch=True))
def test_whatever_stands_for_a_time_is_read_or_refused(whole_app, text):
    with whole_app.test_request_context():
        try:
            first, last = ogc_arguments._read_days(text)
        except InvalidFields:
            return
    assert first is None or last is None or first <= last


def test_today_is_today(codes, record):
    record()
    assert codes(datetime=today()) == ["PA03"]
