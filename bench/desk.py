"""The register with 1,000,000 reports on PostGIS and 100,000 on SQLite: list, page, search, map.

Budget: 100 ms for 95 of 100 answers, 50 ms for a report's page. Loading takes about five minutes on
PostGIS and one on SQLite, on two cores with nothing else to do.
"""

from __future__ import annotations

import os
import time
import urllib.parse
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from sqlalchemy import create_engine, text

from app import create_app
from app.config import Settings
from app.database import session
from app.reports.register import RegisterFilter, count_register, list_in_box, list_register
from bench.load import Request, timed
from bench.server import prepared_server, sign_in
from bench.table import print_table
from tests.server import Server

REPORTS = {"SQLite": 100_000, "PostGIS": 1_000_000}
PLACES, SIGNS = 2_000, 4_000
LIMIT_MS, REPORT_LIMIT_MS = 100, 50
EACH, WARMING = 40, 5
MOST_DOTS = 500

LONG_AGO = date.today() - timedelta(days=500)  # noqa: DTZ011 - any day will do
PERIOD = f"since={LONG_AGO}&until={LONG_AGO + timedelta(days=30)}"
PAGES = {
    "list": "/desk",
    "list: state, unit, category": "/desk?status=fixed&unit=4&category=3",
    "list: channel, deadline, nobody": "/desk?channel=phone&deadline=late&person=nobody",
    "list: period, state, channel": f"/desk?{PERIOD}&status=fixed&channel=email",
    "list: photo, unit, state": "/desk?photo=1&unit=4&status=no_action",
    "list: place, state, channel": "/desk?place=1&status=fixed&channel=phone",
    "list: never together": "/desk?unit=1&category=3&channel=phone",
    "next page, far back": "/desk?status=fixed&unit=4&category=3&before={middle}",
    "search: in every third": "/desk?q=det",
    "search: rare": "/desk?q=48567",
    "search: of another season": "/desk?q=islagt",
    "search: two words": "/desk?q=hekken solveien",
    "search: who reported": "/desk?q=innbygger 77777",
    "search: e-mail": "/desk?q=innbygger77777@example.org",
    "search: begun number": "/desk?q={begun}",
    "search: nothing": "/desk?q=finnesikke",
    "search: word, state, unit": "/desk?q=lyspunkt&status=open&unit=4",
    "today": "/desk/today",
    "a report": "/desk/reports/{number}",
}
CITY, PART = (5.3, 58.7, 6.2, 59.4), (5.70, 58.95, 5.76, 58.99)
STREET = (5.73, 58.968, 5.735, 58.971)
THREE = RegisterFilter(status="fixed", unit_id=4, category_id=3)
READS: dict[str, Callable[[], object]] = {
    "list": lambda: list_register(RegisterFilter()),
    "list: state, unit, category": lambda: list_register(THREE),
    "search: rare": lambda: list_register(RegisterFilter(text="48567")),
    "search: of another season": lambda: list_register(RegisterFilter(text="islagt")),
    "count up to a thousand": lambda: count_register(RegisterFilter(text="lyspunkt"), 999),
    "map: all, everything": lambda: list_in_box(RegisterFilter(), CITY, MOST_DOTS),
    "map: all, 3 filters": lambda: list_in_box(THREE, CITY, MOST_DOTS),
    "map: all, open": lambda: list_in_box(RegisterFilter(only_open=True), CITY, MOST_DOTS),
    "map: a part": lambda: list_in_box(RegisterFilter(), PART, MOST_DOTS),
    "map: a part, 3 filters": lambda: list_in_box(THREE, PART, MOST_DOTS),
    "map: a part, a word": lambda: list_in_box(RegisterFilter(text="benk"), PART, MOST_DOTS),
    "map: a street": lambda: list_in_box(RegisterFilter(), STREET, MOST_DOTS),
}


def measure() -> None:
    """Print the median and the slowest twentieth, over HTTP and of the reads alone."""
    rows: list[list[object]] = []
    for engine, reports in REPORTS.items():
        began = time.perf_counter()
        sample = ("--places", str(PLACES), "--signs", str(SIGNS), "--reports", str(reports))
        with prepared_server(engine, *sample) as server:
            _add_photos(server)
            print(f"{engine}: {reports:,} reports loaded in {time.perf_counter() - began:,.0f} s")
            print(f"load of the machine: {os.getloadavg()[0]:.1f}")
            rows += [[engine, *row] for row in _pages(server)]
            rows += [[engine, *row] for row in _reads(server)]
    heads = ["engine", "what", "p50 ms", "p95 ms", "limit", "met"]
    print_table(f"The register (load of the machine: {os.getloadavg()[0]:.1f})", heads, rows)


def _add_photos(server: Server) -> None:
    """A row for every seventh report, since filters look at rows; nobody opens these photos."""
    engine = create_engine(server.database_url)
    key = "lower(hex(randomblob(16)))" if engine.name == "sqlite" else "gen_random_uuid()"
    columns = "uuid, report_id, name, fingerprint, width_px, height_px, by_staff, created_at"
    values = f"{key}, id, 'bench-' || id, '', 1, 1, false, received_at"
    add = f"INSERT INTO photos ({columns}) SELECT {values} FROM reports WHERE id % 7 = 0"
    with engine.begin() as connection:
        connection.execute(text(add))
        connection.execute(text("ANALYZE photos"))
    engine.dispose()


def _pages(server: Server) -> Iterator[list[object]]:
    headers = {"Cookie": sign_in(server, "front_desk"), "Accept-Encoding": "br"}
    ((middle, number),) = server.ask(
        "SELECT id, number FROM reports WHERE id = (SELECT max(id) / 2 FROM reports)"
    )
    words = {"middle": middle, "number": number, "begun": number[:9]}
    for what, address in PAGES.items():
        path = urllib.parse.quote(address.format(**words), safe="/?=&")

        def ask(_n: int, path: str = path) -> Request:
            return "GET", path, None, headers

        timed(server.port, 1, WARMING, ask, 200)
        times = timed(server.port, 1, EACH, ask, 200)
        limit = REPORT_LIMIT_MS if what == "a report" else LIMIT_MS
        yield _row(what, times.percentile(50), times.percentile(95), limit)


def _reads(server: Server) -> Iterator[list[object]]:
    settings = Settings.from_environment({"DATABASE_URL": server.database_url, "DEMO": "1"})
    with create_app(settings).test_request_context():
        for what, read in READS.items():
            for _ in range(WARMING):
                _once(read)
            times = sorted(_once(read) for _ in range(EACH))
            yield _row(
                f"alone: {what}", times[len(times) // 2], times[len(times) * 95 // 100], LIMIT_MS
            )
        session().rollback()


def _once(read: Callable[[], object]) -> float:
    session().rollback()
    session().expunge_all()
    began = time.perf_counter()
    read()
    return (time.perf_counter() - began) * 1000


def _row(what: str, middle: float, slow: float, limit: int) -> list[object]:
    return [what, middle, slow, limit, "yes" if slow <= limit else "no"]
