"""The API as QGIS and its kin use it: GDAL's client of OGC API – Features against a real server."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest
from pyogrio import list_layers, read_info
from pyogrio.raw import read

from app.open_data.snapshots import beside


@pytest.fixture(scope="module")
def address(live_server):
    """Where the API is."""
    return f"OAPIF:{live_server.url}/open/ogc/"


@pytest.fixture(scope="module")
def count(live_server):
    """How many reports fit, as the API itself says."""

    def matched(**arguments):
        asked = urlencode({"limit": 1} | arguments)
        path = f"/open/ogc/collections/reports/items?{asked}"
        return json.loads(live_server.request("GET", path)[1])["numberMatched"]

    return matched


def column(address, layer, name, **asked):
    """The values of a property, and how many features have a point."""
    meta, _ids, geometries, values = read(address, layer=layer, **asked)
    index = list(meta["fields"]).index(name)
    return list(values[index]), sum(one is not None for one in geometries)


def test_twenty_who_come_first_have_the_files_made_once(live_server):
    def ask(_n):
        return live_server.request("GET", "/open/data/reports.csv")

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(ask, range(20)))
    assert {status for status, _body in answers} == {200}
    assert len({body for _status, body in answers}) == 1
    folder = beside(live_server.database_url)
    assert len([one for one in folder.iterdir() if one.is_dir()]) == 1


def test_gdal_lists_the_collections_and_knows_their_properties(address, count):
    assert [list(layer) for layer in list_layers(address)] == [
        ["reports", "Point"],
        ["places", "Point"],
    ]
    told = read_info(address, layer="reports")
    types = dict(zip(told["fields"], told["ogr_types"], strict=True))
    assert types["received"] == types["closed"] == "OFTDate"
    assert (types["place_id"], types["category"]) == ("OFTInteger", "OFTString")
    assert told["features"] == count() > 1000


@pytest.mark.parametrize("page_size", [300, 10_000])
def test_gdal_reads_every_feature_over_pages_of_any_size(address, count, page_size):
    ids, points = column(address, "reports", "id", PAGE_SIZE=page_size)
    assert len(ids) == len(set(ids)) == count()
    assert 0 < points < count()


def test_gdal_asks_for_a_box_and_for_properties(address, count):
    box = (5.70, 58.95, 5.74, 58.98)
    found = column(address, "reports", "id", bbox=box)[0]
    assert 0 < len(found) == count(bbox=",".join(map(str, box))) < count()
    assert column(address, "reports", "id", bbox=(7, 60, 8, 61))[0] == []
    found = column(address, "reports", "category", where="category = 'PA05'")[0]
    assert found == ["PA05"] * count(category="PA05") != []


@pytest.mark.parametrize("form", ["geojson", "csv"])
def test_gdal_opens_the_files(live_server, count, form, tmp_path):
    file = tmp_path / f"reports.{form}"
    file.write_bytes(live_server.request("GET", f"/open/data/reports.{form}")[1])
    assert read_info(file)["features"] == count()
