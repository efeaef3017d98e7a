"""A sign keeper scans a sign with the phone's camera and says what was done, network or not."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.conftest import SQLITE
from tests.faults import BadLink
from tests.journeys.people import PHONE
from tests.phone import READY_S, wait_until_ready

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("live_server", [SQLITE], indirect=True),
]

HERE = {"latitude": 58.9701, "longitude": 5.7331, "accuracy": 7}


@pytest.fixture
def phone(browser: Browser, link: BadLink) -> Iterator[BrowserContext]:
    context = browser.new_context(
        viewport=PHONE,
        locale="nb-NO",
        base_url=link.url,
        geolocation=HERE,
        permissions=["geolocation"],
    )
    yield context
    context.close()


def wait_until(page: Page, condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + READY_S
    while not condition():
        assert time.monotonic() < deadline
        page.wait_for_timeout(50)


def codes(server) -> list[str]:
    return [code for (code,) in server.ask("SELECT code FROM signs ORDER BY code LIMIT 3")]


def events_of(server, code: str) -> list[tuple]:
    query = (
        "SELECT sign_events.kind, sign_events.accuracy_m, photo_name IS NOT NULL FROM sign_events"
        " JOIN signs ON signs.id = sign_id WHERE code = :code ORDER BY sign_events.id"
    )
    return [tuple(row) for row in server.ask(query, code=code)]


def sign_in(page: Page) -> None:
    page.goto("/sign-in")
    page.locator("[name=email]").fill("sign_keeper@demo.vof")
    page.locator("[name=password]").fill("demo-sign_keeper")
    page.locator("form:has([name=password]) button").click()
    expect(page).to_have_url(re.compile("/signs"))


def test_mounted_by_scan_with_position_and_photo(live_server, phone, phone_photo):
    code = codes(live_server)[0]
    page = phone.new_page()
    sign_in(page)
    page.goto(f"/S/{code}")
    page.locator("#keeper-photo").set_input_files(phone_photo)
    page.locator("[data-island=keeper] button[value=mounted]").click()
    wait_until(page, lambda: events_of(live_server, code) == [("mounted", 7.0, 1)])
    expect(page.locator("[data-island=keeper] [role=status]")).to_have_text(
        re.compile("Det er skrevet ned|It is written")
    )


def test_a_sign_never_seen_before_is_mounted_without_network_and_sent_later(
    live_server, phone, link
):
    seen, unseen = codes(live_server)[1:3]
    page = phone.new_page()
    sign_in(page)
    page.goto(f"/S/{seen}")
    wait_until_ready(page)
    wait_until(page, lambda: "keeper-bar" in offline_page(page))
    link.offline = True
    page.goto(f"/S/{unseen}")
    bar = page.locator("[data-island=keeper]")
    expect(bar).to_contain_text(unseen)
    bar.locator("button[value=mounted]").click()
    expect(bar.locator("[role=status]")).to_contain_text("7 m")
    assert events_of(live_server, unseen) == []
    link.offline = False
    page.evaluate("dispatchEvent(new Event('online'))")
    wait_until(page, lambda: events_of(live_server, unseen) == [("mounted", 7.0, 0)])


def offline_page(page: Page) -> str:
    return page.evaluate(
        """async () => {
            for (const name of await caches.keys()) {
                const kept = await (await caches.open(name)).match('/offline?lang=nb');
                if (kept) return kept.text();
            }
            return '';
        }"""
    )


def test_a_scan_is_counted_once_and_a_keepers_own_is_not(live_server, phone):
    code = codes(live_server)[1]
    query = "SELECT sum(count) FROM sign_scans JOIN signs ON signs.id = sign_id WHERE code = :code"
    [(before,)] = live_server.ask(query, code=code)
    page = phone.new_page()
    page.goto(f"/S/{code}")
    wait_until(page, lambda: live_server.ask(query, code=code) == [(before + 1,)])
    page.reload()
    wait_until_ready(page)
    sign_in(page)
    page.goto(f"/S/{code}")
    wait_until_ready(page)
    page.wait_for_timeout(500)
    assert live_server.ask(query, code=code) == [(before + 1,)]
