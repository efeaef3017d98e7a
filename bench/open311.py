"""Open311 with 100,000 reports on each database: a list of 1,000 requests in XML and in JSON.

Budget: 250 ms for 95 of 100 answers, and the server's memory does not grow with them.
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.load import Request, timed
from bench.server import REPORTS, prepared_server
from bench.table import print_table
from tests.server import Server

LIMIT_MS = 250
EACH = 40
ROUNDS = 3


def measure() -> None:
    """Print the median, the slowest twentieth, and the memory before and after."""
    for engine in ("SQLite", "PostGIS"):
        with prepared_server(engine, "--reports", str(REPORTS)) as server:
            key = server.flask("api-key", "create", "--name", "bench").splitlines()[-1]
            heads = ["what", "p50 ms", "p95 ms", f"≤ {LIMIT_MS} ms"]
            title = f"Open311 on {engine} with {REPORTS:,} reports"
            print_table(title, heads, list(_measured(server, key)))
            heads = [f"MB after {EACH * n}" for n in range(1, ROUNDS + 1)]
            print_table("Memory of the server's processes", heads, [list(_memory(server))])


def _pages() -> dict[str, str]:
    since = f"{datetime.now(UTC) - timedelta(days=30):%Y-%m-%dT%H:%M:%SZ}"
    return {
        "1,000 requests": "",
        "1,000 open ones of two services": "status=open&service_code=PA03,PA01",
        "1,000 with extensions": "extensions=true",
        "page 5 of 1,000": "page=5",
        "changed in 30 days": f"updated_after={since}",
        "within 1,000 m": "lat=58.9689&long=5.7334&radius=1000",
    }


def _measured(server: Server, key: str) -> Iterator[list[object]]:
    for what, arguments in _pages().items():
        for form in ("xml", "json"):
            for who, more in (("", ""), (", with a key", f"api_key={key}")):
                if who and arguments:
                    continue
                ask = _ask(form, "&".join(filter(None, [arguments, more])))
                timed(server.port, 1, 3, ask, 200)
                times = timed(server.port, 1, EACH, ask, 200)
                slow = times.percentile(95)
                verdict = "yes" if slow <= LIMIT_MS else "no"
                yield [f"{what}, {form}{who}", times.percentile(50), slow, verdict]


def _ask(form: str, arguments: str) -> Callable[[int], Request]:
    path = f"/open311/v2/requests.{form}?{urllib.parse.quote(arguments, safe='=&,')}"

    def ask(_n: int) -> Request:
        return "GET", path, None, {}

    return ask


def _memory(server: Server) -> Iterator[float]:
    for _round in range(ROUNDS):
        for form in ("xml", "json"):
            timed(server.port, 4, EACH // 8, _ask(form, "extensions=true"), 200)
        yield _resident_mb(server.process.pid)


def _resident_mb(pid: int) -> float:
    """What the server and the processes below it hold."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    own = Path(f"/proc/{pid}/status").read_text()
    kilobytes = int(own.partition("VmRSS:")[2].split()[0])
    return kilobytes / 1024 + sum(_resident_mb(int(child)) for child in children)
