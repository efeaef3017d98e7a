"""The ground of the tests: the application on both databases, each test undone after it."""

from __future__ import annotations

import gc
import json
import os
import re
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Playwright, sync_playwright
from sqlalchemy import event

from app import create_app, targets, webhooks
from app.config import Settings
from app.database import db
from app.demo.load import load_demo
from app.handed_over import HandedOver
from app.open_data.snapshots import Snapshots
from app.permissions import Role
from app.places import municipality
from app.reports import routing
from app.signs.models import Sign
from app.staff.freshness import FRESH_S
from app.statistics import facts
from tests.cluster import Cluster, running_cluster
from tests.html import inspect_page
from tests.server import Server

SQLITE = pytest.param("sqlite", id="sqlite")
POSTGIS = pytest.param("postgis", id="postgis", marks=pytest.mark.postgis)

# No test depends on how fast the machine is, and none writes into the tree.
hypothesis_settings.register_profile("vof", deadline=None, database=None)
hypothesis_settings.load_profile("vof")


# Port 1 is reserved and nobody listens there: no test asks a service outside.
NOBODY = "http://127.0.0.1:1"


def settings_for(database_url: str, folder: Path, **changes: Any) -> Settings:
    base = Settings.from_environment({"DATABASE_URL": database_url, "DEMO": "1"})
    own: dict[str, Any] = {
        "photo_store": (folder / "photos").as_uri(),
        "smtp_url": (folder / "mail").as_uri(),
        "rate_limits": False,
        "tile_cache": folder / "tiles",
        "tile_url": f"{NOBODY}/{{z}}/{{y}}/{{x}}.png",
        "address_url": NOBODY,
    }
    return replace(base, **own | changes)


MOST_OF_A_KIND = 4


class InspectingClient(FlaskClient):
    """A browser stand-in that holds the pages it gets to the rules of `tests.html`.

    A process of the tests looks at the first few of each address and status: to parse them all took
    a fifth of its time.
    """

    looked_at: ClassVar[Counter[tuple[str, int]]] = Counter()

    def open(self, *args: Any, **kwargs: Any) -> Any:
        # A context of its own for each request, as on a server: `g` holds who is signed in.
        with self.application.app_context():
            response = super().open(*args, **kwargs)
        db.session.expire_all()
        is_page = response.mimetype == "text/html" and "Content-Encoding" not in response.headers
        # The answer of a redirect has a stub of a page that nobody sees.
        if is_page and response.data and "Location" not in response.headers:
            self._inspect(response.text, response.request.path, response.status_code)
        return response

    def _inspect(self, page: str, path: str, status: int) -> None:
        kind = re.sub(r"[^/]*[0-9][^/]*", "*", path), status
        self.looked_at[kind] += 1
        if self.looked_at[kind] <= MOST_OF_A_KIND:
            inspect_page(page, path)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with running_cluster() as running:
        yield running


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """What starts browsers; a process of the tests can hold one of it."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("vof")


WEAK_HASHES = {"argon2__time_cost": 1, "argon2__memory_cost": 8, "argon2__parallelism": 1}


def prepared_app(database_url: str, folder: Path) -> Iterator[Flask]:
    app = create_app(settings_for(database_url, folder))
    app.test_client_class = InspectingClient
    # Of its own: with PostgreSQL all that run in this checkout would share one folder.
    app.extensions["handed_over"] = HandedOver(folder / "handed-over")
    app.extensions["open_data"] = Snapshots(folder / "open-data")
    # To hash one password takes a tenth of a second, as it should; these are hashed by the hundred.
    app.extensions["security"].pwd_context.update(**WEAK_HASHES)
    with app.app_context():
        upgrade()
        load_demo(reports=0)
        db.session.commit()
    yield app
    close_queue(app)
    with app.app_context():
        db.engine.dispose()


def close_queue(app: Flask) -> None:
    """Close what the application has opened to wake the worker."""
    work = app.extensions["work"]
    if work.cache_info().currsize:
        work().queue.storage.close()


@pytest.fixture(scope="session")
def sqlite_app(folder: Path) -> Iterator[Flask]:
    yield from prepared_app(f"sqlite:///{folder / 'vof.sqlite3'}", folder)


@pytest.fixture(scope="session")
def postgis_app(cluster: Cluster, folder: Path) -> Iterator[Flask]:
    yield from prepared_app(cluster.create_database("vof_tests"), folder)


@pytest.fixture(scope="session", params=[SQLITE, POSTGIS])
def whole_app(request: pytest.FixtureRequest) -> Flask:
    """The application on each database in turn, with the demo municipality and no reports."""
    app: Flask = request.getfixturevalue(f"{request.param}_app")
    return app


@pytest.fixture
def app(whole_app: Flask) -> Iterator[Flask]:
    """The application for one test; whatever the test commits is undone after it."""
    with undone(whole_app):
        yield whole_app


@contextmanager
def undone(app: Flask) -> Iterator[None]:
    """Undo at the end whatever is committed meanwhile.

    Flask-SQLAlchemy keeps its engines in a private table: putting a connection with an open
    transaction there lets requests commit into savepoints only.
    """
    with app.app_context():
        engines = db._app_engines[app]
        engine = engines[None]
        forget_settings()
        with engine.connect() as connection:
            outer = connection.begin()
            engines[None] = connection
            db.session.session_factory.configure(join_transaction_mode="create_savepoint")
            try:
                yield
            finally:
                db.session.remove()
                engines[None] = engine
                outer.rollback()
        forget_settings()


def forget_settings() -> None:
    """What a process keeps of the database for some seconds is read anew."""
    municipality.forget()
    routing.forget()
    webhooks.forget()
    targets.forget()
    facts.forget()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor without an account."""
    return app.test_client()


def signed_in(app: Flask, role: Role) -> FlaskClient:
    """A client with a session of this role; it outlives a test, and is renewed before it is asked
    whether it is still the same person."""
    client = app.test_client()
    client.environ_base["HTTP_ORIGIN"] = "http://localhost"
    sessions = app.extensions.setdefault("sessions of the tests", {})
    if sessions.get(role, ("", 0))[1] < time.monotonic():
        account = {"email": f"{role}@demo.vof", "password": f"demo-{role}"}
        assert client.post("/sign-in", data=account).status_code == 302
        sessions[role] = client.get_cookie(SESSION_COOKIE).value, time.monotonic() + FRESH_S / 2
    client.set_cookie(SESSION_COOKIE, sessions[role][0])
    return client


SESSION_COOKIE = "vof_staff"
FROM_HERE = {"Origin": "http://localhost"}


@pytest.fixture
def front_desk(app: Flask) -> FlaskClient:
    return signed_in(app, Role.FRONT_DESK)


@pytest.fixture
def crew(app: Flask) -> FlaskClient:
    return signed_in(app, Role.CREW)


@pytest.fixture
def sign_keeper(app: Flask) -> FlaskClient:
    return signed_in(app, Role.SIGN_KEEPER)


@pytest.fixture
def park_sign(app: Flask) -> Sign:
    return sign_at("Byparken")


@pytest.fixture
def hall_sign(app: Flask) -> Sign:
    return sign_at("Stavanger idrettshall")


def sign_at(place: str) -> Sign:
    return db.session.query(Sign).filter(Sign.place.has(name=place)).order_by(Sign.id).first()


def a_report(**changes: Any) -> dict[str, Any]:
    """The body of a report that is accepted as it is."""
    return {
        "category": "PA03",
        "address": "ved inngangen",
        "description": "Benken er brukket.",
    } | changes


def put_report(client: FlaskClient, body: dict[str, Any], report_id: Any = None) -> Any:
    return client.put(
        f"/api/v1/reports/{report_id or uuid4()}",
        data=json.dumps(body),
        content_type="application/json",
    )


class Statements:
    """The SQL statements between `with count_statements(app) as statements:` and its end."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def __len__(self) -> int:
        return len(self.texts)


@pytest.fixture
def count_statements(app: Flask) -> Iterator[Statements]:
    """Counts statements from the moment `.texts` is cleared; savepoints of the tests left out."""
    statements = Statements()

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not re.match(r"(RELEASE |ROLLBACK TO )?SAVEPOINT|BEGIN|ROLLBACK|RELEASE", statement):
            statements.texts.append(statement)

    connection = db._app_engines[app][None]
    event.listen(connection, "before_cursor_execute", note)
    yield statements
    event.remove(connection, "before_cursor_execute", note)


SOAK_IN_FULL = os.environ.get("SOAK") == "full"


class Demos:
    """The demo municipality, prepared once on each database and copied for every server."""

    def __init__(self, folder: Path, cluster: Callable[[], Cluster]) -> None:
        self._folder = folder
        self._cluster = cluster
        self._prepared: dict[str, Path] = {}

    def server(
        self, kind: str, folder: Path, database: str | None = None, **environment: str
    ) -> Server:
        """A prepared server that is not running yet; its database and photos lie in `folder`, or
        on PostGIS in a database of this name.
        """
        if kind not in self._prepared:
            self._prepared[kind] = self._prepare(kind)
        shutil.copytree(self._prepared[kind], folder, dirs_exist_ok=True)
        if kind == "sqlite":
            url = _sqlite_url(folder)
        else:
            name = database or f"vof_{uuid4().hex[:8]}"
            url = self._cluster().create_database(name, template=TEMPLATE)
        return Server(url, folder, **environment)

    def _prepare(self, kind: str) -> Path:
        folder = self._folder / kind
        folder.mkdir()
        is_file = kind == "sqlite"
        url = _sqlite_url(folder) if is_file else self._cluster().create_database(TEMPLATE)
        Server(url, folder).prepare()
        return folder


TEMPLATE = "vof_template"


def _sqlite_url(folder: Path) -> str:
    return f"sqlite:///{folder / 'vof.sqlite3'}"


@pytest.fixture(scope="session")
def demos(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Demos:
    return Demos(tmp_path_factory.mktemp("demos"), lambda: request.getfixturevalue("cluster"))


@pytest.fixture(params=[SQLITE, POSTGIS])
def fresh_server(request: pytest.FixtureRequest, demos: Demos, tmp_path: Path) -> Iterator[Server]:
    """A prepared server of one's own that is not running yet, on each database in turn."""
    server = demos.server(request.param, tmp_path)
    yield server
    server.kill()


@pytest.fixture(scope="module", params=[SQLITE, POSTGIS])
def live_server(
    request: pytest.FixtureRequest, demos: Demos, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A running server that the tests of a module share, on each database in turn."""
    server = demos.server(request.param, tmp_path_factory.mktemp("server"))
    server.start()
    yield server
    # To end with good manners takes seconds; tests/app/test_serve.py looks at that.
    server.kill()


def pytest_collection_finish() -> None:
    """What is collected lives to the end: not to look through it for garbage again and again."""
    gc.freeze()


def pytest_sessionfinish() -> None:
    gc.unfreeze()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests that share a server on one process, which then starts it once, and begin with
    the longest, lest one process end alone.
    """
    items.sort(key=lambda item: item.get_closest_marker("soak") is None)
    for item in items:
        shared = SHARED_SERVERS & set(getattr(item, "fixturenames", ()))
        if shared and item.get_closest_marker("xdist_group") is None:
            database = item.callspec.params[min(shared)]
            item.add_marker(pytest.mark.xdist_group(f"{item.path.name} {database}"))


# Fixtures that live as long as their module, by name.
SHARED_SERVERS = {"live_server", "server_outside"}
