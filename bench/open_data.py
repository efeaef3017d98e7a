"""Open data of 1,000,000 reports on PostGIS and 100,000 on SQLite: making, files, pages of the API.

Budget: 300 ms for 95 of 100 pages of 1,000 features. The memory is that of the server's processes
at its highest while files are made.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.load import Request, timed
from bench.server import prepared_server
from bench.table import print_table
from tests.server import Server

REPORTS = {"SQLite": 100_000, "PostGIS": 1_000_000}
LIMIT_MS = 300
EACH, WARMING = 40, 5
FILES = ("csv", "geojson", "parquet")
ITEMS = "/open/ogc/collections/reports/items"
PAGES = {
    "1,000 features": f"{ITEMS}?limit=1000",
    "of a category and a status": f"{ITEMS}?limit=1000&category=PA05&status=fixed",
    "in a box": f"{ITEMS}?limit=1000&bbox=5.70,58.95,5.74,58.98",
    "of a month": f"{ITEMS}?limit=1000&datetime=2026-03-01/2026-03-31",
    "never together": f"{ITEMS}?limit=1000&category=IH18&channel=open311&place_id=1",
    "far back": "{far}",
    "one feature": "{one}",
    "a collection": "/open/ogc/collections/reports",
    "the page for people": "/open/data",
}


def measure() -> None:
    """Print how long files take and how large they are, the memory, and the pages of the API."""
    for engine, reports in REPORTS.items():
        with prepared_server(engine, "--places", "2000", "--reports", str(reports)) as server:
            load = f"load of the machine: {os.getloadavg()[0]:.1f}"
            heads = ["file", "s at first", "s again", "MB as sent", "MB in memory at most"]
            title = f"Open data of {reports:,} reports on {engine} ({load})"
            print_table(title, heads, list(_files(server)))
            heads = ["page", "p50 ms", "p95 ms", f"≤ {LIMIT_MS} ms"]
            print_table("OGC API – Features", heads, list(_pages(server)))


def _files(server: Server) -> Iterator[list[object]]:
    yield ["before", "", "", "", _peak_mb(_pid(server))]
    for form in ("first snapshot", *FILES):
        path = f"/open/data/reports.{form}" if form in FILES else "/open/data/places.csv"
        first, size = _fetched(server, path)
        again, size = _fetched(server, path)
        yield [form, first, again, size / 1e6, _peak_mb(_pid(server))]


def _fetched(server: Server, path: str) -> tuple[float, int]:
    began = time.perf_counter()
    status, body = server.request("GET", path, headers={"Accept-Encoding": "gzip"})
    if status != 200:
        raise RuntimeError(f"{path}: {status} {body[:300]!r}")
    return time.perf_counter() - began, len(body)


def _pid(server: Server) -> int:
    if server.process is None:
        raise RuntimeError("the server does not run")
    return server.process.pid


def _peak_mb(pid: int) -> float:
    """What the server and the processes below it have held at most, added up."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    own = Path(f"/proc/{pid}/status").read_text()
    kilobytes = int(own.partition("VmHWM:")[2].split()[0])
    return kilobytes / 1024 + sum(_peak_mb(int(child)) for child in children)


def _pages(server: Server) -> Iterator[list[object]]:
    found = json.loads(server.request("GET", f"{ITEMS}?datetime=../2025-06-30&limit=2")[1])
    last = found["features"][0]
    words = {
        "far": f"{ITEMS}?limit=1000&after={last['properties']['received']}.{last['id']}",
        "one": f"{ITEMS}/{last['id']}",
    }
    for what, address in PAGES.items():
        ask = _ask(address.format(**words))
        timed(server.port, 1, WARMING, ask, 200)
        times = timed(server.port, 1, EACH, ask, 200)
        slow = times.percentile(95)
        yield [what, times.percentile(50), slow, "yes" if slow <= LIMIT_MS else "no"]


def _ask(path: str) -> Callable[[int], Request]:
    return lambda _n: ("GET", path, None, {"Accept-Encoding": "br"})
