"""The pages of figures, their files, and what the public sees of them."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from app.database import db, now
from app.languages import speaking
from app.places.models import Unit
from app.statistics.figures import TABLES, table_of
from app.statistics.files import as_csv
from app.statistics.selection import of_year
from app.statistics.table import Column, Figure, Kind, Table, written

VIEWS = ("", "/categories", "/units", "/places", "/times", "/signs")


@pytest.mark.parametrize("view", VIEWS)
def test_each_page_shows_its_tables_with_their_files(many, manager, client, view):
    for page in (
        manager.get(f"/statistics{view}?since=2024-01-01&until=2026-12-31").text,
        client.get(f"/open{view}?year=2025").text,
    ):
        tables = re.findall(r'<h2 id="(\w+)">', page)
        assert tables
        for code in tables:
            assert f"/tables/{code}.xlsx?" in page
            assert f"/tables/{code}.csv?" in page


@pytest.mark.parametrize("code", TABLES)
def test_a_table_is_the_same_on_the_page_in_excel_and_in_csv(many, manager, code):
    query = "since=2025-01-01&until=2025-12-31&lang=nb"
    with speaking("nb"):
        table = table_of(code, of_year(2025))
    sheet = load_workbook(
        io.BytesIO(manager.get(f"/statistics/tables/{code}.xlsx?{query}").data)
    ).worksheets[0]
    lines = manager.get(f"/statistics/tables/{code}.csv?{query}").data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(lines), delimiter=";"))
    assert [cell.value for cell in sheet[1]] == rows[0] == [one.name for one in table.columns]
    assert len(rows) == sheet.max_row == len(table.all_rows) + 1
    for nth, row in enumerate(table.all_rows, start=1):
        for across, (cell, column) in enumerate(zip(row, table.columns, strict=True)):
            kind, value = column.kind, cell
            if isinstance(cell, Figure):
                kind, value = cell.kind, cell.value
            in_excel = sheet.cell(nth + 1, across + 1).value
            in_csv = rows[nth][across]
            if value is None:
                assert (in_excel, in_csv) == (None, "")
            elif isinstance(value, int | float) and kind is Kind.PERCENT:
                assert in_excel == pytest.approx(value / 100, abs=1e-9)
                assert in_csv == str(value).replace(".", ",")
            elif isinstance(value, date):
                assert (in_excel.date(), in_csv) == (value, value.isoformat())
            elif isinstance(value, int | float):
                assert in_excel == value
                assert in_csv == str(value).replace(".", ",")
            elif isinstance(value, str):
                assert (in_excel or "", in_csv) == (value, value)


def test_an_empty_cell_is_empty_in_csv_and_a_formula_is_none(app):
    cells = ("", "=1+1", "+47", "-", "@x", "a=b")
    table = Table("", [Column(name, Kind.TEXT) for name in "abcdef"], [cells])
    with speaking("nb"):
        line = as_csv(table).decode("utf-8-sig").splitlines()[1]
    assert line == ";'=1+1;'+47;'-;'@x;a=b"


def test_what_stands_on_the_page_is_what_stands_in_the_file(many, manager):
    page = manager.get("/statistics/categories?since=2025-01-01&until=2025-12-31&lang=nb").text
    cells = re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", page)
    with speaking("nb"):
        table = table_of("categories", of_year(2025))
        told = [
            written(cell, column.kind)
            for row in table.all_rows
            for cell, column in zip(row, table.columns, strict=True)
        ]
    assert cells[len(table.columns) :] == told


def test_a_period_that_makes_no_sense_is_this_year(manager):
    page = manager.get("/statistics?since=x&until=9999-99-99&unit=-1&channel=smoke").text
    assert f'value="{datetime.now(UTC).year}-01-01"' in page


@pytest.mark.parametrize(
    ("query", "since", "until"),
    [
        ("since=&until=2024-03-31", "2024-01-01", "2024-03-31"),
        ("since=2025-06-01&until=2025-02-01", "2025-02-01", "2025-06-01"),
        ("since=2024-02-29&until=2024-02-29", "2024-02-29", "2024-02-29"),
    ],
)
def test_a_period_that_is_half_or_the_wrong_way_round_is_understood(manager, query, since, until):
    page = manager.get(f"/statistics?{query}").text
    assert f'value="{since}"' in page
    assert f'value="{until}"' in page


def test_a_table_that_is_not_there_is_not_found(manager):
    assert manager.get("/statistics/tables/secrets.csv").status_code == 404
    assert manager.get("/statistics/charts/overview.svg").status_code == 404


def test_an_empty_register_has_pages_too(manager, client):
    for view in VIEWS:
        assert manager.get(f"/statistics{view}").status_code == 200
        assert client.get(f"/open{view}").status_code == 200
    for code in TABLES:
        assert manager.get(f"/statistics/tables/{code}.xlsx").status_code == 200


def test_a_chart_is_sent_once(many, manager):
    address = "/statistics/charts/channels.svg?since=2024-01-01&until=2026-12-31"
    first = manager.get(address)
    assert first.mimetype == "image/svg+xml"
    again = manager.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_the_public_is_told_few_where_there_are_fewer_than_five(entered, client):
    closed = datetime(2025, 6, 3, 10, tzinfo=UTC)
    for nth in range(9):
        entered(channel="qr" if nth < 6 else "phone", closed_at=closed, status="fixed")
    lines = client.get("/open/tables/channels.csv?year=2025&lang=en").data.decode("utf-8-sig")
    rows = {row[0]: row[1:] for row in csv.reader(io.StringIO(lines))}
    assert rows["Phone"][0] == "few"
    # Six of nine would tell that three are left.
    assert rows["QR sign"][0] == "hidden"
    assert rows["All"][0] == "9"
    assert rows["Phone"][1] == rows["QR sign"][1] == "few"


def test_the_public_sees_no_small_count_in_any_table(many, client):
    for year in (2024, 2025, 2026):
        for code in TABLES:
            lines = client.get(f"/open/tables/{code}.csv?year={year}&lang=en").data
            rows = list(csv.reader(io.StringIO(lines.decode("utf-8-sig"))))
            counted = [
                nth
                for nth, name in enumerate(rows[0])
                if not re.search(
                    r"Days|%|Share|share|Change|within|Year|per 100|Month|Figure|Difference", name
                )
            ]
            for row in rows[1:]:
                if code == "overview" and re.search(r"Days|share|deadline", row[0]):
                    continue
                small = [row[nth] for nth in counted if row[nth] in {"1", "2", "3", "4"}]
                assert not small, (code, row)


def public_rows(client, code, query="year=2025"):
    lines = client.get(f"/open/tables/{code}.csv?{query}&lang=en").data.decode("utf-8-sig")
    return {row[0]: row[1:] for row in csv.reader(io.StringIO(lines))}


def test_the_public_cannot_find_what_is_few_in_the_same_row_or_another_table(entered, client):
    for channel, count in {"qr": 6, "web": 8, "kiosk": 1, "phone": 7, "email": 5}.items():
        for _nth in range(count):
            entered(channel=channel)
    for _nth in range(2):
        entered(channel="web", status="fixed", closed_at=datetime(2025, 6, 3, 10, tzinfo=UTC))
    assert public_rows(client, "vof")["2025"] == ["hidden", "10", "few", "17", "29", "58.6"]
    channels = public_rows(client, "channels")
    assert [channels[name][0] for name in ("QR sign", "Website", "Phone", "All")] == [
        "hidden",
        "10",
        "7",
        "29",
    ]
    assert channels["QR sign"][1] == "hidden"
    figures = public_rows(client, "overview")
    assert [figures[name][0] for name in ("Messages", "Open", "Closed reports")] == [
        "29",
        "hidden",
        "few",
    ]


def test_the_public_may_ask_for_whole_years_only(entered, client):
    for nth in range(5):
        entered(datetime(2025, 6, 2 + nth, 10, tzinfo=UTC))
    all_of_it = client.get("/open/tables/channels.csv?year=2025&lang=en").data
    cut = client.get(
        "/open/tables/channels.csv?year=2025&since=2025-06-02&until=2025-06-03&lang=en"
    )
    assert cut.data == all_of_it


def test_the_wall_tells_of_today_and_fetches_itself_anew(crew, filed):
    before = crew.get("/statistics/wall/figures")
    report = filed()
    page = crew.get("/statistics/wall?lang=en").text
    assert re.search(r"<dt>New today</dt><dd>1</dd>", page)
    assert re.search(r"<dt>Open</dt><dd>1</dd>", page)
    after = crew.get("/statistics/wall/figures", headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    again = crew.get("/statistics/wall/figures", headers={"If-None-Match": after.headers["ETag"]})
    assert again.status_code == 304
    assert report.unit.name in page or "table" not in page


def test_the_wall_shows_what_an_archived_unit_has_left_and_all_for_one_that_is_none(entered, crew):
    first = entered().unit_id
    gone = db.session.scalars(select(Unit).where(Unit.id != first, ~Unit.is_default)).first()
    entered(unit_id=gone.id)
    gone.archived_at = now()
    db.session.commit()
    everything = crew.get("/statistics/wall?lang=en").text
    assert f'<th scope="row">{gone.name}</th>' in everything
    assert re.search(r"<dt>Open</dt><dd>2</dd>", everything)
    of_gone = crew.get(f"/statistics/wall?unit={gone.id}&lang=en").text
    assert gone.name in of_gone
    assert re.search(r"<dt>Open</dt><dd>1</dd>", of_gone)
    of_none = crew.get("/statistics/wall?unit=999999&lang=en").text
    assert re.search(r"<dt>Open</dt><dd>2</dd>", of_none)


def test_the_wall_counts_what_is_late_by_unit(entered, crew):
    report = entered(due_at=datetime.now(UTC) - timedelta(days=1))
    waiting = entered(
        due_at=datetime.now(UTC) - timedelta(days=1),
        status="waiting",
        waiting_since=datetime.now(UTC),
    )
    page = crew.get(f"/statistics/wall?unit={report.unit_id}&lang=en").text
    assert re.search(r"<dt>Overdue</dt><dd>1</dd>", page)
    assert re.search(r"<dt>Open</dt><dd>2</dd>", page)
    assert waiting.number not in page
