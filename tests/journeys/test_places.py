"""A sign keeper draws the outline of a place on the map: by taps, by keys, never by accident."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

CORNERS = ((80, 80), (240, 80), (240, 200), (80, 200))
TWO_PARTS = {
    "type": "MultiPolygon",
    "coordinates": [
        [[[5.728, 58.968], [5.736, 58.968], [5.736, 58.972], [5.728, 58.968]]],
        [[[5.74, 58.968], [5.745, 58.968], [5.745, 58.972], [5.74, 58.968]]],
    ],
}


@pytest.fixture
def page(browser: Browser, demo_server) -> Iterator[Page]:
    context = browser.new_context(base_url=demo_server.url, locale="nb-NO")
    page = context.new_page()
    page.goto("/sign-in")
    page.locator("[name=email]").fill("sign_keeper@demo.vof")
    page.locator("[name=password]").fill("demo-sign_keeper")
    page.locator("form:has([name=password]) button").click()
    expect(page).to_have_url(re.compile("/signs"))
    yield page
    context.close()


def open_place(page: Page, name: str) -> None:
    page.goto(f"/places?q={name}")
    page.locator("main table a").first.click()
    expect(page.locator("[name=name]")).to_be_visible()


def open_map(page: Page) -> None:
    page.locator("[data-toggle]").click()
    expect(page.locator("[data-canvas] .leaflet-container")).to_be_visible()
    page.locator("[name=tap][value=outline]").check()


def outline(page: Page) -> dict:
    return json.loads(page.locator("[name=boundary]").input_value())


def test_an_outline_is_tapped_moved_by_keys_and_kept(page):
    open_place(page, "byparken")
    open_map(page)
    expect(page.locator("[data-middle]")).to_be_hidden()
    for number, (x, y) in enumerate(CORNERS, start=1):
        page.locator("[data-canvas]").click(position={"x": x, "y": y})
        expect(page.locator(".map-corner")).to_have_count(number)
    drawn = outline(page)
    assert len(drawn["coordinates"][0]) == len(CORNERS) + 1
    page.locator(".map-corner").first.press("ArrowUp")
    assert outline(page) != drawn
    page.locator(".map-corner").nth(1).press("Delete")
    expect(page.locator(".map-corner")).to_have_count(3)
    # Whoever works with keys goes on from where they were.
    expect(page.locator(".map-corner").nth(1)).to_be_focused()
    wanted = outline(page)
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator(".ds-alert [role=status]")).to_be_visible()
    assert outline(page) == wanted


def test_a_tap_does_not_undo_an_outline_that_cannot_be_drawn_by_hand(page):
    open_place(page, "kiellandshagen")
    page.locator("details:has([name=boundary]) summary").click()
    page.locator("[name=boundary]").fill(json.dumps(TWO_PARTS))
    open_map(page)
    page.locator("[data-canvas]").click(position={"x": 160, "y": 140})
    page.locator("[data-add-corner]").click()
    page.locator("[data-undo-corner]").click()
    assert outline(page) == TWO_PARTS
    page.locator("[data-clear]").click()
    expect(page.locator("[name=boundary]")).to_have_value("")
    page.locator("[data-add-corner]").click()
    expect(page.locator(".map-corner")).to_have_count(1)


def test_a_map_that_is_closed_takes_no_room(page):
    page.set_viewport_size({"width": 1180, "height": 820})
    page.goto("/places")
    expect(page.locator("[data-toggle]")).to_be_visible()
    expect(page.locator("[data-frame]")).to_be_hidden()
    page.locator("[data-toggle]").click()
    expect(page.locator("[data-list]")).to_contain_text("Byparken")
    page.locator("[data-toggle]").click()
    expect(page.locator("[data-frame]")).to_be_hidden()


def test_a_name_is_a_text_on_the_map_whatever_it_looks_like(page):
    name = "<img src=x alt=HTML><b>Fet</b>"
    page.goto("/places/new")
    page.locator("[name=name]").fill(name)
    page.locator("[name=kind]").select_option(index=1)
    page.locator("[name=lat]").fill("58.9")
    page.locator("[name=lon]").fill("5.7")
    page.locator("main form button[type=submit]").click()
    expect(page).to_have_url(re.compile("saved=new"))
    page.goto("/places?q=alt%3DHTML")
    page.locator("[data-toggle]").click()
    page.locator("path.leaflet-interactive").hover()
    # One that fades away while the map draws anew is there for a moment, too.
    expect(page.locator(".leaflet-tooltip")).to_have_count(1)
    expect(page.locator(".leaflet-tooltip")).to_have_text(name)
