"""A browser, and a running server on each database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, expect

from tests.conftest import Demos
from tests.faults import BadLink
from tests.journeys.people import PHONE, TABLET, FrontDesk, Resident
from tests.journeys.screens import furnish
from tests.pictures import a_phone_photo
from tests.server import Server

# Without the windows that a browser draws for people, a journey takes two thirds of the time.
CHROMIUM = "/usr/bin/chromium-headless-shell"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
]

# No journey is about time: two browsers, two servers and a database may share one slow core.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield running
    running.close()


@pytest.fixture(scope="session")
def demo_server(demos: Demos, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server for what is the same on both databases: how pages look and load."""
    server = demos.server("sqlite", tmp_path_factory.mktemp("demo"))
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="session")
def words(demo_server: Server) -> dict[str, str]:
    """The words in the addresses of the screens, whose reports are filed once on that server."""
    return furnish(demo_server)


@pytest.fixture
def phone_photo(tmp_path: Path) -> Path:
    file = tmp_path / "bilde.jpg"
    file.write_bytes(a_phone_photo())
    return file


@pytest.fixture(params=[True, False], ids=["with script", "without script"])
def script(request: pytest.FixtureRequest) -> bool:
    return request.param


@pytest.fixture
def resident(browser: Browser, live_server: Server, script: bool) -> Iterator[Resident]:
    person = Resident(browser, live_server.url, PHONE, script=script)
    yield person
    person.leave()


@pytest.fixture
def front_desk(browser: Browser, live_server: Server) -> Iterator[FrontDesk]:
    person = FrontDesk(browser, live_server.url, TABLET, script=True)
    yield person
    person.leave()


@pytest.fixture
def link(live_server: Server) -> Iterator[BadLink]:
    """A network that can be lost."""
    with BadLink(live_server.port).running() as running:
        yield running
