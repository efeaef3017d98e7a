"""A clerk registers a call without a mouse: at most 25 key presses, the description apart."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.conftest import SQLITE

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("live_server", [SQLITE], indirect=True),
]
MOST_PRESSES = 25


class Keys:
    """A keyboard that counts."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pressed = 0

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.pressed += 1

    def type(self, letters: str) -> None:
        for letter in letters:
            self.press(letter)


def open_form(context: BrowserContext) -> Page:
    page = context.new_page()
    page.goto("/sign-in")
    page.locator("[name=email]").fill("front_desk@demo.vof")
    page.locator("[name=password]").fill("demo-front_desk")
    page.locator("form:has([name=password]) button").click()
    page.goto("/desk/new")
    return page


def test_a_call_is_registered_with_few_keys(live_server, browser: Browser):
    context = browser.new_context(locale="nb-NO", base_url=live_server.url)
    page = open_form(context)
    expect(page.locator("#where")).to_be_focused()
    keys = Keys(page)
    keys.type("bypark")
    expect(page.locator("#where-offers li").first).to_contain_text("Byparken")
    keys.press("Enter")
    expect(page.locator("#category-words")).to_be_focused()
    keys.type("sitteb")
    keys.press("Enter")
    expect(page.locator("#description")).to_be_focused()
    page.keyboard.type("Planken er knekt ved dammen")
    keys.press("Control+Enter")
    expect(page).to_have_url(re.compile("/desk/reports/.*filed=1"))
    assert keys.pressed <= MOST_PRESSES
    [row] = live_server.ask(
        "SELECT channel, description, places.name, categories.code FROM reports"
        " JOIN places ON places.id = place_id"
        " JOIN categories ON categories.id = category_id ORDER BY reports.id DESC LIMIT 1"
    )
    assert tuple(row) == ("phone", "Planken er knekt ved dammen", "Byparken", "PA03")
    context.close()


def test_a_click_on_the_map_says_where(live_server, browser: Browser):
    context = browser.new_context(locale="nb-NO", base_url=live_server.url)
    page = open_form(context)
    page.locator("[data-toggle]").click()
    page.locator(".map .leaflet-container, .map[class*=leaflet]").first.click()
    expect(page.locator("#where")).to_have_value(re.compile(r"5\d\.\d+, 5\.\d+"))
    page.locator("#description").fill("Hull i veien")
    page.keyboard.press("Control+Enter")
    expect(page).to_have_url(re.compile("/desk/reports/.*filed=1"))
    [(placed,)] = live_server.ask(
        "SELECT count(*) FROM reports WHERE description = 'Hull i veien' AND point IS NOT NULL"
    )
    assert placed == 1
    context.close()
