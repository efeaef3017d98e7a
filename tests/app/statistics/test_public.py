"""Figures for everybody: what pages, files and filters tell together."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.database import db
from app.places.models import Place
from app.reports.models import Category
from app.statistics import selection

JULY = datetime(2025, 7, 7, 10, tzinfo=UTC)


@pytest.fixture
def rows(client):
    """The rows of a public table, by what they are of."""

    def read(code, query="", year=2025):
        answer = client.get(f"/open/tables/{code}.csv?year={year}&lang=en{query}")
        assert answer.status_code == 200
        lines = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
        return {row[0]: row[1:] for row in lines}

    return read


@pytest.fixture
def two_places(entered):
    """Six reports in July at one place, one at another of the same kind, and thirty elsewhere."""
    places = db.session.scalars(select(Place).order_by(Place.id)).all()
    many = places[0]
    few = next(one for one in places[1:] if one.kind_id == many.kind_id)
    for place, count in ((many, 6), (few, 1), (None, 30)):
        for _nth in range(count):
            entered(JULY, place_id=place.id if place else None)
    return many, few


@pytest.fixture
def in_july_2026(monkeypatch):
    monkeypatch.setattr(selection, "now", lambda: datetime(2026, 7, 15, 10, tzinfo=UTC))


def category(code):
    return db.session.scalars(select(Category).where(Category.code == code)).one()


def test_a_place_with_few_messages_is_no_place_to_any_table_or_filter(two_places, rows, client):
    many, few = two_places
    kind = f"&kind={many.kind_id}"
    assert rows("months", kind)["2025-07-01"][0] == "6"
    assert rows("channels", kind)["All"][0] == "6"
    places = rows("places")
    assert places[many.name][0] == "6"
    assert few.name not in places
    assert rows("kinds")["No place named"][0] == "31"
    for address in ("/open/tables/months.csv", "/open/charts/months.svg", "/open", "/open/places"):
        assert client.get(f"{address}?year=2025&place={many.id}").status_code == 400
        assert client.get(f"{address}?year=2025{kind}&place={many.id}").status_code == 400


@pytest.mark.parametrize("year", ["019901", "02026000", "0", "1989", "9999", "٢٠٢٥", "x", "²"])
def test_a_year_that_is_none_is_this_year(client, year):
    answer = client.get("/open", query_string={"year": year})
    assert answer.status_code == 200
    assert f'<option value="{selection.today().year}" selected>' in answer.text


def test_staff_see_every_place(two_places, manager):
    many, few = two_places
    query = f"since=2025-01-01&until=2025-12-31&lang=en&kind={many.kind_id}&channel=qr"
    lines = manager.get(f"/statistics/tables/places.csv?{query}").data.decode("utf-8-sig")
    assert f"{few.name},1," in lines
    assert f"{many.name},6," in lines


def test_the_public_narrows_by_one_thing_at_a_time(two_places, client):
    unit, chosen = category("PA03").unit_id, category("PA03").id
    answer = client.get(f"/open?year=2025&category={chosen}&unit={unit}&lang=en")
    assert answer.status_code == 400
    assert "at a time" in answer.text
    page = client.get(f"/open?year=2025&only=category-{chosen}&lang=en")
    assert page.status_code == 200
    assert f'value="category-{chosen}" selected' in page.text
    assert f"/open/categories?year=2025&amp;category={chosen}" in page.text
    assert re.findall(r'<select id="(\w+)"', page.text) == ["year", "only"]


def test_what_a_filter_leaves_of_a_count_is_not_told(entered, rows):
    lamps, benches = category("PA03"), category("PA05")
    for month, kept, left in ((7, 20, 2), (8, 20, 20), (9, 9, 9)):
        for nth in range(kept + left):
            entered(JULY.replace(month=month), category_id=(lamps if nth < kept else benches).id)
    months = rows("months", f"&category={lamps.id}")
    assert months["2025-07-01"][0] == "hidden"
    assert months["2025-08-01"][0] == "20"
    # Or July would be what the others leave of all.
    assert months["2025-09-01"][0] == "hidden"


def test_a_filter_tells_nothing_that_the_table_of_all_hides(entered, rows, client):
    lamps, benches = category("PA03"), category("PA05")
    others = category("PA01")
    for one, count in ((lamps, 3), (benches, 6), (others, 30)):
        for _nth in range(count):
            entered(category_id=one.id)
    table = rows("categories")
    assert sorted(row[0] for row in table.values() if row[0].isalpha()) == [
        "Messages",
        "few",
        "hidden",
    ]
    for one in (lamps, benches):
        file = client.get(f"/open/tables/months.csv?year=2025&category={one.id}&lang=en")
        assert file.status_code == 404
        page = client.get(f"/open?year=2025&category={one.id}&lang=en")
        assert page.status_code == 200
        assert "so few messages" in page.text
    assert rows("months", f"&category={others.id}")["All"][0] == "30"


def test_while_a_year_runs_the_public_compares_with_the_same_days(entered, rows, in_july_2026):
    for month in (3, 7, 12):
        for nth in range(6):
            entered(datetime(2025, month, 20 + nth, 10, tzinfo=UTC))
            entered(datetime(2026, min(month, 7), 1, 10, tzinfo=UTC) + timedelta(hours=nth))
    assert rows("channels", year=2026)["All"][:4] == ["18", "100.0", "6", "200.0"]
    assert rows("overview", year=2026)["Messages"] == ["18", "6", "200.0"]
