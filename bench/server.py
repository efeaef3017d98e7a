"""The server with 100,000 reports on each database: a sign's page, filing a report, the register.

For scale: Signalen (the peer in its own production set-up) made 25 reports a second on two cores
with 48 SQL statements each, and 4 list pages of 50 a second with 377.
"""

from __future__ import annotations

import http.client
import json
import re
import tempfile
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy import create_engine, text

from bench.load import Request, timed
from bench.table import print_table
from tests.cluster import running_cluster
from tests.server import Server

REPORTS = 100_000
PAGE_LIMIT_MS, CREATE_LIMIT_MS = 25, 60
PEER_REPORTS_PER_S, PEER_LISTS_PER_S = 25, 4


def measure() -> None:
    """Print p50, p95 and rates on SQLite and on PostGIS."""
    rows = []
    for engine in ("SQLite", "PostGIS"):
        with prepared_server(engine, "--reports", str(REPORTS)) as server:
            rows += [[engine, *row] for row in _measured(server)]
    heads = ["engine", "what", "clients", "p50 ms", "p95 ms", "per second", "limit p95", "peer /s"]
    print_table(f"With {REPORTS:,} reports", heads, rows)


@contextmanager
def prepared_server(engine: str, *sample: str) -> Iterator[Server]:
    """A running server on SQLite or PostGIS with sample data, as `vof sample-data` takes it."""
    with tempfile.TemporaryDirectory(prefix="vof-bench-") as name:
        folder = Path(name)
        if engine == "SQLite":
            yield from _running(f"sqlite:///{folder / 'vof.sqlite3'}", folder, sample)
        else:
            with running_cluster(durable=True) as cluster:
                yield from _running(cluster.create_database("vof"), folder, sample)


def _running(database_url: str, folder: Path, sample: tuple[str, ...]) -> Iterator[Server]:
    server = Server(database_url, folder)
    server.prepare(*sample)
    _settle(database_url)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _settle(database_url: str) -> None:
    """What PostgreSQL would else do by itself in the first minute after so much has come in."""
    engine = create_engine(database_url, isolation_level="AUTOCOMMIT")
    if engine.name == "postgresql":
        with engine.connect() as connection:
            connection.execute(text("VACUUM ANALYZE"))
    engine.dispose()


def _measured(server: Server) -> Iterator[list[object]]:
    code = re.search(r"/s/(\w{6})", server.log())[1]  # type: ignore[index]
    cookie = sign_in(server, "front_desk")

    def page(_n: int) -> Request:
        return "GET", f"/s/{code}", None, {"Accept-Encoding": "br"}

    def create(n: int) -> Request:
        return (
            "PUT",
            f"/api/v1/reports/{uuid4()}",
            _body(code, n),
            {"Content-Type": "application/json"},
        )

    def register(_n: int) -> Request:
        return "GET", "/desk", None, {"Cookie": cookie, "Accept-Encoding": "br"}

    def filtered(_n: int) -> Request:
        return "GET", "/desk?status=fixed&unit=4&category=3", None, {"Cookie": cookie}

    timed(server.port, 4, 25, page, 200)
    yield _row("a sign's page", 1, timed(server.port, 1, 300, page, 200), PAGE_LIMIT_MS, "")
    yield _row("a sign's page", 4, timed(server.port, 4, 150, page, 200), "", "")
    timed(server.port, 4, 25, create, 201)
    yield _row("file a report", 1, timed(server.port, 1, 200, create, 201), "", PEER_REPORTS_PER_S)
    yield _row(
        "file a report",
        4,
        timed(server.port, 4, 150, create, 201),
        CREATE_LIMIT_MS,
        PEER_REPORTS_PER_S,
    )
    timed(server.port, 4, 10, register, 200)
    yield _row("register of 50", 4, timed(server.port, 4, 50, register, 200), "", PEER_LISTS_PER_S)
    yield _row("register, 3 filters", 4, timed(server.port, 4, 50, filtered, 200), "", "")


def _row(what: str, clients: int, times, limit: object, peer: object) -> list[object]:  # noqa: ANN001
    return [
        what,
        clients,
        times.percentile(50),
        times.percentile(95),
        times.per_second,
        limit,
        peer,
    ]


def _body(code: str, n: int) -> bytes:
    """About 600 bytes, as the peer's measurement had it."""
    text = f"Nummer {n}: benken ved lekeplassen er brukket, en planke ligger på bakken. " * 4
    contact = {"name": "", "email": f"innbygger{n}@example.org", "phone": "51 00 00 00"}
    body = {
        "category": "PA03",
        "sign": code,
        "place": None,
        "position": {"lat": 58.9689, "lon": 5.7334, "accuracy_m": 12},
        "address": "",
        "description": text[:300],
        "language": "nb",
        "contact": contact,
        "answers": {},
        "channel": "qr",
    }
    return json.dumps(body).encode()


def sign_in(server: Server, role: str) -> str:
    """The session cookie of a demo account."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    form = urllib.parse.urlencode({"email": f"{role}@demo.vof", "password": f"demo-{role}"})
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/sign-in", form, headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return str(answer.headers["Set-Cookie"]).partition(";")[0]
