"""The registers with 10,000 places and 50,000 signs on each database: list, search and map.

Budget: 100 ms for 95 of 100 answers.
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterator

from bench.load import Request, timed
from bench.server import prepared_server, sign_in
from bench.table import print_table
from tests.server import Server

PLACES, SIGNS = 10_000, 50_000
LIMIT_MS = 100
EACH = 60
PAGES = {
    "places: list": "/places",
    "places: search, a common word": "/places?q=park",
    "places: search, few": "/places?q=mosvatnet",
    "places: search, none": "/places?q=finnesikke",
    "places: map, all of it": "/places/points?box=5.3,58.7,6.2,59.4",
    "places: map, a part": "/places/points?box=5.70,58.95,5.76,58.99",
    "signs: list": "/signs",
    "signs: by state": "/signs?state=missing",
    "signs: search by code, part": "/signs?q=7K",
    "signs: search by place": "/signs?q=mosvatnet",
    "signs: search, none": "/signs?q=finnesikke",
    "signs to look at": "/signs/health",
}


def measure() -> None:
    """Print the median and the slowest twentieth."""
    rows: list[list[object]] = []
    for engine in ("SQLite", "PostGIS"):
        sample = ("--places", str(PLACES), "--signs", str(SIGNS))
        with prepared_server(engine, *sample) as server:
            rows += [[engine, *row] for row in _measured(server)]
    heads = ["engine", "what", "p50 ms", "p95 ms", f"≤ {LIMIT_MS} ms"]
    print_table(f"With {PLACES:,} places and {SIGNS:,} signs", heads, rows)


def _measured(server: Server) -> Iterator[list[object]]:
    headers = {"Cookie": sign_in(server, "sign_keeper"), "Accept-Encoding": "br"}
    for what, address in PAGES.items():
        path = urllib.parse.quote(address, safe="/?=&,.")

        def ask(_n: int, path: str = path) -> Request:
            return "GET", path, None, headers

        timed(server.port, 1, 5, ask, 200)
        times = timed(server.port, 1, EACH, ask, 200)
        slow = times.percentile(95)
        yield [what, times.percentile(50), slow, "yes" if slow <= LIMIT_MS else "no"]
