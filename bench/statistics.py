"""Figures of 1,000,000 reports on PostGIS and 100,000 on SQLite: pages, files, charts, the wall.

Budget: 300 ms for 95 of 100 answers once the columns are read; how long that takes is told too.
Before each question a report arrives and a crew closes an older one, so that of what was kept only
figures of other years are still true.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from datetime import date
from http import HTTPStatus
from uuid import uuid4

from app.statistics.views import OVERVIEW, VIEWS
from bench.load import Request, timed
from bench.server import prepared_server, sign_in
from bench.table import print_table
from tests.server import Server

REPORTS = {"SQLite": 100_000, "PostGIS": 1_000_000}
LIMIT_MS = 300
EACH, WARMING = 40, 6
ALL_TIME = "since=1990-01-01&until=2030-12-31"
THIS_YEAR = date.today().year  # noqa: DTZ011 - not measured at midnight
REPORT = {"category": "PA03", "position": {"lat": 58.97, "lon": 5.73, "accuracy_m": 5}}
PAGES = {
    **{
        f"{view}, all years": f"/statistics{'' if view == OVERVIEW else f'/{view}'}?{ALL_TIME}"
        for view in VIEWS
        if view != "service"
    },
    "overview, this year": "/statistics",
    "overview, all years, a unit and a kind": f"/statistics?{ALL_TIME}&unit=4&kind=1",
    "for everybody, this year": "/open",
    "for everybody, one kind of place": "/open?kind=1",
    "places for everybody": "/open/places",
    "other figures": "/statistics/service",
    "Excel of categories": f"/statistics/tables/categories.xlsx?{ALL_TIME}",
    "annual report, this year": f"/statistics/annual/{THIS_YEAR}",
    "annual report, last year": f"/statistics/annual/{THIS_YEAR - 1}",
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
    crew = {"Cookie": sign_in(server, "crew"), "Sec-Fetch-Site": "same-origin"}
    work = _open_reports(server, crew)
    for what, path in PAGES.items():

        def ask(_n: int, path: str = path) -> Request:
            return "GET", path, None, headers

        def change() -> None:
            _put(server, f"reports/{uuid4()}", REPORT)
            _put(server, f"crew/actions/{uuid4()}", next(work), crew)

        # Several at a time, so that each process has read its columns.
        timed(server.port, 4, WARMING, ask, 200)
        times = sorted(_asked_after(change, server, ask) for _ in range(EACH))
        median, slow = times[EACH // 2], times[EACH * 95 // 100]
        yield [what, median, slow, LIMIT_MS, "yes" if slow <= LIMIT_MS else "no"]


def _open_reports(server: Server, crew: dict[str, str]) -> Iterator[dict[str, object]]:
    """What a crew's tablet sends to close each of its open reports."""
    while True:
        _status, content = server.request("GET", "/api/v1/crew/worklist", headers=crew)
        for one in json.loads(content)["reports"]:
            known = {"report": one["number"], "version": one["version"]}
            yield known | {"kind": "status", "status": "fixed", "public_text": "Byttet."}


def _put(
    server: Server, path: str, content: dict[str, object], headers: dict[str, str] | None = None
) -> None:
    status, answer = server.request("PUT", f"/api/v1/{path}", content, headers)
    if status != HTTPStatus.CREATED:
        raise RuntimeError(f"no change before the question: {status} {answer[:300]!r}")


def _asked_after(
    change: Callable[[], None], server: Server, ask: Callable[[int], Request]
) -> float:
    change()
    return timed(server.port, 1, 1, ask, 200).sorted_ms[0]
