"""Whatever the link, the browser and the server do: what the page called kept arrives, and once.

Each round fills in one form and taps Send while something goes wrong. A bad link (`tests.faults`)
stands between the browser and a real server, so that page and worker both meet it.
"""

from __future__ import annotations

import contextlib
import os
import random
import time
from collections import Counter
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright
from playwright.sync_api import Error as BrowserError

from tests.conftest import SOAK_IN_FULL, SQLITE
from tests.faults import BadLink
from tests.journeys.people import PHONE
from tests.phone import wait_until_ready
from tests.pictures import a_photo
from tests.profile import ProfileBrowser
from tests.server import Server

pytestmark = [pytest.mark.soak, pytest.mark.browser]

ROUNDS = int(os.environ.get("SOAK_ROUNDS", "500" if SOAK_IN_FULL else "8"))
SEED = int(os.environ.get("SOAK_SEED", "20261123"))
DRAIN_S = 90
# A token is a UUID; the demo's own reports say other things.
TOKENS = {"token": "________-____-____-____-____________"}

# How a round ends, and how often: the slow ones are rare.
ENDS = {
    "stays": 5,
    "closes the tab": 4,
    "reloads at once": 5,
    "opens another tab": 3,
    "the browser is killed": 2,
    "the server is killed": 1,
}
NOTE_WHAT_IS_KEPT = """
new MutationObserver(() => {
  const token = sessionStorage.getItem('token');
  if (token && document.querySelector('[data-outbox-item]')) {
    sessionStorage.removeItem('token');
    said(token);
  }
}).observe(document, {childList: true, subtree: true});
"""


class Phone(ProfileBrowser):
    """A resident's phone; `kept` is what it has called kept."""

    def __init__(self, playwright: Playwright, profile: Path, url: str) -> None:
        super().__init__(playwright, profile, url, PHONE)
        self.kept: set[str] = set()

    def _prepare(self, context: BrowserContext) -> None:
        context.expose_function("said", self._note_kept)
        context.add_init_script(NOTE_WHAT_IS_KEPT)

    def _note_kept(self, token: str) -> None:
        self.kept.add(token)

    def opens(self, address: str) -> Page:
        page = self.context.new_page()
        page.goto(address)
        return page


class Soak:
    """Rounds of one seed, and what they should have left behind."""

    def __init__(self, server: Server, link: BadLink, phone: Phone, photo: Path) -> None:
        self._server, self._link, self._phone, self._photo = server, link, phone, photo
        self._chance = random.Random(SEED)
        self.with_photo: set[str] = set()
        self.ends: Counter[str] = Counter()
        self._codes = codes(server)

    def round(self) -> None:
        chance, link = self._chance, self._link
        link.fault_rate = chance.choice([0, 0.3, 0.5, 0.7])
        link.offline = chance.random() < 0.25
        token = str(uuid4())
        end = self._next_end()
        self.ends[end] += 1
        page = self._open_form()
        self._fill_in(page, token)
        if end == "opens another tab":
            other = self._open_form()
            other.locator("#description").fill("x")
        page.locator("form[data-report-form] button[type=submit]:visible").first.click(
            no_wait_after=True
        )
        time.sleep(chance.uniform(0, 0.12))
        self._end(end, page)
        link.offline = link.offline and chance.random() < 0.5

    def _open_form(self) -> Page:
        address = f"/s/{self._chance.choice(self._codes)}"
        try:
            return self._phone.opens(address)
        except BrowserError:
            # A browser that was killed soon after its first visit may have lost the kept pages.
            self._link.offline = False
            return self._phone.opens(address)

    def _next_end(self) -> str:
        """Each end once, the rest by chance."""
        if len(self.ends) < len(ENDS):
            return list(ENDS)[len(self.ends)]
        return self._chance.choices(list(ENDS), list(ENDS.values()))[0]

    def _fill_in(self, page: Page, token: str) -> None:
        page.evaluate("token => sessionStorage.setItem('token', token)", token)
        page.locator("[name=category]:not([data-gate])").first.check()
        page.locator("#description").fill(token)
        if self._chance.random() < 0.5:
            page.locator("input[type=file]").set_input_files(self._photo)
            self.with_photo.add(token)
            page.wait_for_timeout(self._chance.choice([0, 0, 100, 300]))

    def _end(self, end: str, page: Page) -> None:
        if end == "reloads at once":
            with contextlib.suppress(BrowserError):
                page.reload(wait_until="commit")
            page.wait_for_timeout(100)
        elif end == "the browser is killed":
            page.wait_for_timeout(self._chance.choice([0, 30, 100, 400]))
            self._phone.is_killed()
            return
        elif end == "the server is killed":
            self._server.kill()
            self._server.start()
        elif end in {"stays", "opens another tab"}:
            page.wait_for_timeout(self._chance.choice([100, 400, 900]))
        # As a finger closes it, and without waiting: a tab that is just going to another page may
        # never answer. Then it stays until the next round.
        for one in self._phone.context.pages[1:]:
            one.close(run_before_unload=True)

    def drain(self) -> None:
        """Faults are over; the pages send what is left."""
        self._link.offline = False
        self._link.fault_rate = 0
        page = self._phone.opens("/mine")
        deadline = time.monotonic() + DRAIN_S
        while time.monotonic() < deadline:
            page.wait_for_timeout(500)
            if not page.evaluate(COUNT_WAITING):
                return
            for button in page.locator("[data-part=now]:visible").all():
                with contextlib.suppress(BrowserError):
                    button.click(timeout=500)
        raise AssertionError(f"still waiting:\n{page.locator('main').inner_text()}")


COUNT_WAITING = """
() => new Promise((resolve, reject) => {
  const opening = indexedDB.open('vof');
  opening.onsuccess = () => {
    const count = opening.result.transaction('outbox').objectStore('outbox').count();
    count.onsuccess = () => { resolve(count.result); opening.result.close(); };
  };
  opening.onerror = reject;
})
"""


@pytest.mark.parametrize("fresh_server", [SQLITE], indirect=True)
def test_what_the_page_called_kept_arrives_once_with_its_photo(fresh_server, tmp_path, playwright):
    fresh_server.start()
    photo = tmp_path / "bilde.jpg"
    photo.write_bytes(a_photo(size=(2000, 1500)))
    with BadLink(fresh_server.port, SEED).running() as link:
        phone = Phone(playwright, tmp_path / "profile", link.url)
        soak = Soak(fresh_server, link, phone, photo)
        get_ready(phone, soak)
        for _ in range(ROUNDS):
            soak.round()
        soak.drain()
        phone.is_closed()
    stored, photos = reports(fresh_server)
    lost = phone.kept - stored.keys()
    doubled = {token: count for token, count in stored.items() if count > 1}
    bad_photos = {
        token: photos[token]
        for token in stored
        if photos[token] != (token in soak.with_photo and token in phone.kept)
        and (token in phone.kept or photos[token] > 1)
    }
    assert (lost, doubled, bad_photos) == (set(), {}, {})
    # A soak that keeps nothing proves nothing.
    assert len(phone.kept) > ROUNDS * 0.6
    statuses = Counter(str(status) for _path, status in link.uploads)
    print(
        f"\n{ROUNDS} rounds: {len(phone.kept)} called kept, {len(stored)} stored,"
        f" {len(soak.with_photo & phone.kept)} with a photo; uploads {dict(statuses)};"
        f" ends {dict(soak.ends)}; faults {dict(link.met)}"
    )


def get_ready(phone: Phone, soak: Soak) -> None:
    """One visit with network, as everybody has before the first report without it."""
    page = phone.opens(f"/s/{soak._codes[0]}")
    wait_until_ready(page)
    page.close()


def codes(server: Server) -> list[str]:
    return [code for (code,) in server.ask("SELECT code FROM signs ORDER BY code")]


def reports(server: Server) -> tuple[Counter[str], Counter[str]]:
    """How many reports carry each token as their description, and how many photos those have."""
    reports_only = "SELECT description FROM reports"
    with_photos = "SELECT description FROM photos JOIN reports ON reports.id = photos.report_id"
    stored, photos = (
        Counter(text for (text,) in server.ask(f"{query} WHERE description LIKE :token", **TOKENS))
        for query in (reports_only, with_photos)
    )
    return stored, photos
