"""Whatever link and browser do: what the crew's app called kept arrives, once, with its photo.

Each round closes a report on a tablet while something goes wrong. A bad link (`tests.faults`)
stands between the browser and a real server.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import time
from collections import Counter
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Error as BrowserError

from tests.conftest import SOAK_IN_FULL, SQLITE
from tests.faults import BadLink
from tests.pictures import a_photo
from tests.server import Server
from tests.tablet import Tablet

pytestmark = [pytest.mark.soak, pytest.mark.browser]

ROUNDS = int(os.environ.get("SOAK_ROUNDS", "200" if SOAK_IN_FULL else "12"))
SEED = int(os.environ.get("SOAK_SEED", "20261128"))
DRAIN_S = 120
KEPT_MS = 10_000

# How a round ends, and how often: the slow one is rare.
ENDS = {"stays": 6, "reloads at once": 5, "opens another tab": 3, "the browser is killed": 1}


class Shift:
    """Rounds of one seed, and what they should have left behind."""

    def __init__(self, server: Server, link: BadLink, tablet: Tablet, photo: Path) -> None:
        self._link, self._tablet, self._photo = link, tablet, photo
        self._chance = random.Random(SEED)
        self._numbers = file_reports(server, ROUNDS)
        self.kept: set[str] = set()
        self.with_photo: set[str] = set()
        self.ends: Counter[str] = Counter()

    def round(self) -> None:
        chance, link = self._chance, self._link
        link.fault_rate = chance.choice([0.3, 0.6, 0.8])
        link.offline = chance.random() < 0.25
        end = self._next_end()
        self.ends[end] += 1
        token = str(uuid4())
        self._close(self._numbers.pop(), token, wait=end != "the browser is killed")
        self._end(end)
        link.offline = link.offline and chance.random() < 0.5

    def _next_end(self) -> str:
        """Each end once, the rest by chance."""
        if len(self.ends) < len(ENDS):
            return list(ENDS)[len(self.ends)]
        return self._chance.choices(list(ENDS), list(ENDS.values()))[0]

    def _close(self, number: str, token: str, *, wait: bool) -> None:
        photo = self._photo if self._chance.random() < 0.5 else None
        if photo:
            self.with_photo.add(token)
        self._tablet.fills_in(number, token, photo)
        page = self._tablet.page
        page.locator("[data-act] button.save").click(no_wait_after=True)
        if wait or self._chance.random() < 0.5:
            page.locator(".said-now p").wait_for(timeout=KEPT_MS)
            self.kept.add(token)

    def _end(self, end: str) -> None:
        page = self._tablet.page
        page.wait_for_timeout(self._chance.choice([0, 50, 200, 600]))
        if end == "reloads at once":
            with contextlib.suppress(BrowserError):
                page.reload(wait_until="commit")
        elif end == "opens another tab":
            with contextlib.suppress(BrowserError):
                self._tablet.context.new_page().goto("/crew#waiting")
            page.wait_for_timeout(300)
        elif end == "the browser is killed":
            self._tablet.is_killed()
            # A browser that is killed forgets who is signed in, and nothing else.
            self._link.offline = False
            self._tablet.signs_in()
        for one in self._tablet.context.pages[1:]:
            one.close()

    def drain(self) -> None:
        """Faults are over; the app sends what is left."""
        self._link.offline = False
        self._link.fault_rate = 0
        self._tablet.opens("/crew#waiting")
        deadline = time.monotonic() + DRAIN_S
        while self._tablet.queue():
            assert time.monotonic() < deadline, self._tablet.page.locator("main").inner_text()
            self._tablet.page.evaluate("dispatchEvent(new Event('online'))")
            self._tablet.page.wait_for_timeout(500)


@pytest.mark.parametrize("fresh_server", [SQLITE], indirect=True)
def test_what_the_app_called_kept_arrives_once_with_its_photo(fresh_server, tmp_path, playwright):
    fresh_server.start()
    photo = tmp_path / "etter.jpg"
    photo.write_bytes(a_photo(size=(2000, 1500)))
    with BadLink(fresh_server.port, SEED).running() as link:
        tablet = Tablet(playwright, tmp_path / "profile", link.url)
        shift = Shift(fresh_server, link, tablet, photo)
        tablet.signs_in()
        for _ in range(ROUNDS):
            shift.round()
        shift.drain()
        tablet.is_closed()
    stored, photos = closings(fresh_server)
    lost = shift.kept - stored.keys()
    doubled = {token: count for token, count in stored.items() if count > 1}
    bad_photos = {token for token in stored if photos[token] != (token in shift.with_photo)}
    assert (lost, doubled, bad_photos) == (set(), {}, set())
    # A soak that keeps nothing proves nothing.
    assert len(shift.kept) > ROUNDS * 0.8
    statuses = Counter(str(status) for _path, status in link.uploads)
    print(
        f"\n{ROUNDS} rounds: {len(shift.kept)} called kept, {len(stored)} stored,"
        f" {len(shift.with_photo & shift.kept)} with a photo; uploads {dict(statuses)};"
        f" ends {dict(shift.ends)}; faults {dict(link.met)}"
    )


def file_reports(server: Server, count: int) -> list[str]:
    """Have residents report faults that the crew's unit mends; returns their numbers."""
    numbers = []
    for nth in range(count):
        content = {"category": "PA03", "address": f"Benk {nth}"}
        status, answer = server.request("PUT", f"/api/v1/reports/{uuid4()}", content)
        assert status == 201, answer
        numbers.append(json.loads(answer)["number"])
    return numbers


def closings(server: Server) -> tuple[Counter[str], Counter[str]]:
    """How often each token closed a report, and how many photos of work its report has."""
    token = "________-____-____-____-____________"
    query = "SELECT public_text FROM events WHERE to_value = 'fixed' AND public_text LIKE :token"
    with_photos = """
        SELECT public_text FROM events JOIN photos ON photos.report_id = events.report_id
        WHERE to_value = 'fixed' AND by_staff AND public_text LIKE :token
    """
    stored, photos = (
        Counter(text for (text,) in server.ask(one, token=token)) for one in (query, with_photos)
    )
    return stored, photos
