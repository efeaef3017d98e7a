"""Figures of 1,000,000 reports on PostGIS and 100,000 on SQLite: pages, files, charts, the wall.

Budget: 300 ms for 95 of 100 answers once the columns are read; how long that takes is told too.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count

from app.statistics.views import OVERVIEW, VIEWS
from bench.load import Request, timed
from bench.server import prepared_server, sign_in
from bench.table import print_table
from tests.server import Server

_ROUNDS = count()
REPORTS = {"SQLite": 100_000, "PostGIS": 1_000_000}
LIMIT_MS = 300
EACH, WARMING = 40, 6
# Another last day each time, so that no answer is one that was kept.
ALL_TIME = "since=1990-01-01&until={until}"
PAGES = {
    **{
        f"{view}, all years": f"/statistics{'' if view == OVERVIEW else f'/{view}'}?{ALL_TIME}"
        for view in VIEWS
        if view != "service"
    },
    "overview, a year": "/statistics?since={a_year_ago}&until={until}",
    "overview, all years, a unit and a kind": f"/statistics?{ALL_TIME}&unit=4&kind=1",
    "for everybody, this year": "/open",
    "places for everybody": "/open/places",
    "other figures": "/statistics/service",
    "Excel of categories": f"/statistics/tables/categories.xlsx?{ALL_TIME}",
    "CSV of places": f"/statistics/tables/places.csv?{ALL_TIME}",
    "chart of months": f"/statistics/charts/months.svg?{ALL_TIME}",
    "chart of categories": f"/statistics/charts/categories.svg?{ALL_TIME}",
    "the wall's figures": "/statistics/wall/figures",
}


def measure() -> None:
    """Print the median and the slowest twentieth of each page, and how long the first took."""
    rows: list[list[object]] = []
    for engine, reports in REPORTS.items():
        sample = ("--places", "2000", "--signs", "4000", "--reports", str(reports))
        with prepared_server(engine, *sample) as server:
            headers = {"Cookie": sign_in(server, "manager"), "Accept-Encoding": "br"}
            rows.append([engine, "the first page, columns read", *_first(server, headers)])
            rows += [[engine, *row] for row in _pages(server, headers)]
    heads = ["engine", "what", "p50 ms", "p95 ms", "limit", "met"]
    print_table(f"Figures (load of the machine: {os.getloadavg()[0]:.1f})", heads, rows)


def _first(server: Server, headers: dict[str, str]) -> list[object]:
    began = time.perf_counter()
    timed(server.port, 1, 1, lambda _n: ("GET", "/statistics", None, headers), 200)
    took = (time.perf_counter() - began) * 1000
    return [took, took, "", ""]


def _pages(server: Server, headers: dict[str, str]) -> Iterator[list[object]]:
    for what, path in PAGES.items():

        def ask(n: int, path: str = path) -> Request:
            until = date.today() - timedelta(days=n + next(_ROUNDS))  # noqa: DTZ011 - any will do
            days = {"until": until, "a_year_ago": until - timedelta(days=364)}
            return "GET", path.format(**days), None, headers

        # Several at a time, so that each process has read its columns.
        timed(server.port, 4, WARMING, ask, 200)
        times = timed(server.port, 1, EACH, ask, 200)
        median, slow = times.percentile(50), times.percentile(95)
        yield [what, median, slow, LIMIT_MS, "yes" if slow <= LIMIT_MS else "no"]
