"""A fault without a sign: near me, by name, on the map, or in words."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from tests.conftest import SQLITE
from tests.journeys.people import PHONE, Resident
from tests.journeys.test_accessibility import AXE, HERE, TAGS
from tests.outside import running_outside

pytestmark = pytest.mark.browser

MOSVATNET = {"latitude": 58.9585, "longitude": 5.7146}
OSLO = {"latitude": 59.9139, "longitude": 10.7522}
RULES = [*TAGS]


@pytest.fixture(scope="module")
def outside():
    with running_outside() as running:
        yield running


@pytest.fixture(scope="module", params=[SQLITE])
def server_outside(request, outside, demos, tmp_path_factory):
    folder = tmp_path_factory.mktemp("server")
    running = demos.server(request.param, folder, **outside.environment)
    running.start()
    yield running
    running.kill()


class Wanderer(Resident):
    """Somebody outdoors, whose phone knows where it is when it is allowed to."""

    def __init__(self, browser, url, *, script=True):
        super().__init__(browser, url, PHONE, script=script)
        self.sent = []
        self.page.add_init_script(path=AXE)
        self.page.add_init_script(path=HERE / "looks.js")
        self.page.on("request", self._note_report)

    def _note_report(self, request):
        if request.method == "PUT" and re.search(
            "/api/v1/reports/[0-9a-f-]{36}([?]|$)", request.url
        ):
            self.sent.append(json.loads(request.post_data))

    def _note_console(self, message):
        # A busy server owes a picture of the map rather than keep somebody's report waiting.
        if "/tiles/" not in message.location["url"]:
            super()._note_console(message)

    def stands_at(self, place, accuracy=12):
        self.page.context.grant_permissions(["geolocation"])
        self.page.context.set_geolocation(place | {"accuracy": accuracy})

    def asks_where_it_is(self):
        self.page.locator("[data-locate]").click()

    def opens_the_map(self):
        self.page.locator("[data-toggle]").click()
        expect(self.page.locator(".leaflet-tile-loaded").first).to_be_visible()

    def finds_nothing_in_the_way(self):
        assert self.page.evaluate("rules => looks.violations(rules)", RULES) == []

    def position(self):
        fields = (self.page.locator(f"form [name={name}]") for name in ("lat", "lon"))
        return tuple(float(field.input_value() or "nan") for field in fields)

    def reports(self, category="PA03"):
        self.chooses(category)
        self.sends()
        number = self.reads_the_number()
        (body,) = self.sent
        return number, body


@pytest.fixture
def resident(browser, server_outside):
    person = Wanderer(browser, server_outside.url)
    yield person
    person.leave()


@pytest.fixture
def without_script(browser, server_outside):
    person = Wanderer(browser, server_outside.url, script=False)
    yield person
    person.leave()


@pytest.fixture
def away(outside):
    outside.mood = "broken"
    yield
    outside.mood = "well"


def test_a_place_near_me_is_chosen_and_the_report_sent_there(resident):
    resident.stands_at(MOSVATNET)
    resident.page.goto("/report")
    resident.asks_where_it_is()
    expect(resident.page.get_by_text("innenfor 12")).to_be_visible()
    nearest = resident.page.locator("[data-island=near-me] li a")
    expect(nearest.first).to_contain_text("Mosvatnet turvei")
    resident.finds_nothing_in_the_way()
    nearest.first.click()
    expect(resident.page.locator("h1")).to_contain_text("Mosvatnet turvei")
    number, body = resident.reports()
    assert body["place"]
    resident.follows(number)
    expect(resident.page.locator("main")).to_contain_text("Mosvatnet turvei")


def test_a_form_that_is_begun_stays_where_it_is(resident):
    resident.stands_at(MOSVATNET)
    resident.page.goto("/report")
    resident.describes("Benken er brukket.")
    resident.asks_where_it_is()
    resident.page.locator("[data-island=near-me] li a").first.click()
    expect(resident.page.locator("[data-summary]")).to_contain_text("Mosvatnet turvei")
    expect(resident.page.locator("[data-change]")).to_be_focused()
    _number, body = resident.reports()
    assert body["place"]
    assert body["description"] == "Benken er brukket."


def test_my_position_itself_is_sent_with_its_accuracy(resident):
    resident.stands_at(MOSVATNET, accuracy=18)
    resident.page.goto("/report")
    resident.asks_where_it_is()
    resident.page.locator("[data-found] > button").click()
    expect(resident.page.locator("[data-summary]")).to_contain_text("18")
    _number, body = resident.reports()
    assert body["position"] == {"lat": 58.9585, "lon": 5.7146, "accuracy_m": 18}
    assert body["place"] is None


def test_a_poor_position_is_said_to_be_poor(resident):
    resident.stands_at(MOSVATNET, accuracy=850)
    resident.page.goto("/report")
    resident.asks_where_it_is()
    expect(resident.page.locator("[data-island=near-me] [role=status]")).to_contain_text("850")
    poor = resident.page.locator("[data-island=near-me]").get_attribute("data-poor")
    said = resident.page.locator("[data-island=near-me] [role=status]").inner_text()
    assert said.split("850")[0] == poor.split("{metres}")[0]


def test_outside_the_municipality_nothing_is_offered(resident):
    resident.stands_at(OSLO)
    resident.page.goto("/report")
    resident.asks_where_it_is()
    expect(resident.page.get_by_text("utenfor Stavanger kommune").first).to_be_visible()
    expect(resident.page.locator("[data-island=near-me] li")).to_have_count(0)


def test_whoever_keeps_the_position_to_themselves_is_shown_other_ways(resident):
    resident.page.goto("/report")
    resident.asks_where_it_is()
    denied = resident.page.locator("[data-island=near-me]").get_attribute("data-denied")
    expect(resident.page.locator("[data-island=near-me] [role=status]")).to_have_text(denied)
    resident.page.locator("[name=address]").fill("ved porten bak skolen")
    _number, body = resident.reports()
    assert body["address"] == "ved porten bak skolen"


def test_the_pin_is_put_dragged_and_moved_by_keys_and_its_position_sent(resident):
    resident.page.goto("/report")
    assert not resident.page.evaluate(
        "performance.getEntriesByType('resource').some(({name}) => /map-|tiles/.test(name))"
    )
    resident.opens_the_map()
    canvas = resident.page.locator(".leaflet-container")
    canvas.click(position={"x": 160, "y": 160})
    summary = resident.page.locator("[data-summary-text]")
    expect(summary).to_contain_text(" fra ")
    first = resident.position()
    resident.finds_nothing_in_the_way()

    pin = resident.page.locator(".map-pin")
    pin.scroll_into_view_if_needed()
    box = pin.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    resident.page.mouse.move(x, y)
    resident.page.mouse.down()
    resident.page.mouse.move(x + 60, y + 40, steps=6)
    resident.page.mouse.up()
    resident.page.wait_for_function(
        "lat => Number(document.querySelector('[name=lat]').value) !== lat", arg=first[0]
    )
    dragged = resident.position()
    assert dragged[0] < first[0], "south"
    assert dragged[1] > first[1], "east"

    pin.focus()
    resident.page.keyboard.press("ArrowUp")
    resident.page.wait_for_function(
        "lat => Number(document.querySelector('[name=lat]').value) > lat", arg=dragged[0]
    )
    chosen = resident.position()
    assert chosen[1] == dragged[1]
    _number, body = resident.reports()
    assert (body["position"]["lat"], body["position"]["lon"]) == chosen
    assert body["place"] is None


def test_the_map_opens_where_the_phone_is_and_keys_alone_can_put_the_pin(resident):
    resident.page.goto("/report")
    resident.opens_the_map()
    resident.page.locator("[data-middle]").press("Enter")
    expect(resident.page.locator(".map-pin")).to_be_focused()
    expect(resident.page.locator("[data-summary]")).to_be_visible()
    resident.page.locator("[data-change]").press("Enter")
    resident.page.locator("[data-toggle]").press("Enter")
    expect(resident.page.locator(".leaflet-container")).to_have_count(0)
    assert str(resident.position()) == "(nan, nan)"

    resident.stands_at(MOSVATNET)
    resident.asks_where_it_is()
    expect(resident.page.locator("[data-island=near-me] li").first).to_be_visible()
    resident.opens_the_map()
    expect(resident.page.locator("[data-summary-text]")).to_contain_text("Mosvatnet turvei")
    assert resident.position() == pytest.approx((58.9585, 5.7146), abs=1e-4)


def test_an_address_is_found_as_it_is_typed(resident):
    resident.page.goto("/report")
    resident.page.locator("[name=q]").press_sequentially("kongsgata 1")
    resident.page.locator("[data-island=search] li a", has_text="Kongsgata 12B").click()
    expect(resident.page.locator("[data-summary]")).to_contain_text("Kongsgata 12B")
    _number, body = resident.reports()
    assert body["address"] == "Kongsgata 12B, 4005 Stavanger"
    assert body["position"]["lat"] == 58.97013


def test_an_address_from_the_start_page_is_there_despite_an_older_draft(resident):
    resident.page.goto("/report")
    resident.describes("Et gammelt utkast.")
    resident.page.goto("/")
    resident.page.locator("[name=q]").fill("kongsgata 10")
    resident.page.locator("[data-island=search] li a").first.click()
    expect(resident.page.locator("[data-summary]")).to_contain_text("Kongsgata 10")
    assert resident.position() == (58.97001, 5.73411)


def test_without_the_address_service_words_do(resident, away):
    resident.page.goto("/report")
    resident.page.locator("[name=q]").fill("byparken")
    said = resident.page.locator("[data-island=search] [role=status]")
    gone = resident.page.locator("[data-island=search]").get_attribute("data-away")
    expect(said).to_contain_text(gone)
    expect(resident.page.locator("[data-island=search] li a").first).to_contain_text("Byparken")
    resident.page.locator("[name=address]").fill("Kongsgata, ved apoteket")
    _number, body = resident.reports()
    assert body["address"] == "Kongsgata, ved apoteket"


def test_without_network_words_and_the_list_are_left(resident):
    resident.page.goto("/report")
    resident.page.context.set_offline(offline=True)
    resident.page.locator("[name=q]").fill("byparken")
    island = resident.page.locator("[data-island=search]")
    expect(island.locator("[role=status]")).to_have_text(island.get_attribute("data-offline"))
    island = resident.page.locator("[data-island=map]")
    resident.page.locator("[data-toggle]").click()
    expect(island.locator("[role=status]")).to_have_text(island.get_attribute("data-offline"))
    expect(resident.page.locator("select[name=place]")).to_be_visible()
    resident.page.context.set_offline(offline=False)
    # The browser itself reports each request that found no network.
    about = re.compile("INTERNET|fetching the script")
    resident.complaints = [one for one in resident.complaints if not about.search(one)]


def test_the_start_page_shows_what_is_near(resident):
    resident.stands_at(MOSVATNET)
    resident.page.goto("/")
    resident.asks_where_it_is()
    nearest = resident.page.locator("[data-island=near-me] li a")
    expect(nearest.first).to_contain_text("Mosvatnet turvei")
    resident.finds_nothing_in_the_way()
    nearest.first.click()
    expect(resident.page.locator("h1")).to_contain_text("Mosvatnet turvei")
    resident.opens_the_map()
    resident.finds_nothing_in_the_way()


def test_a_place_is_handed_on(resident):
    resident.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    resident.page.goto("/places/18?from=chat")
    resident.page.evaluate("delete Navigator.prototype.share")
    resident.page.locator("[data-island=share]").click()
    expect(resident.page.locator("[data-shared]")).not_to_be_empty()
    assert resident.page.evaluate("navigator.clipboard.readText()").endswith("/places/18")


def test_without_a_script_an_address_is_searched_for_and_reported(without_script):
    page = without_script.page
    page.goto("/report")
    for part in ("[data-locate]", "[data-toggle]"):
        expect(page.locator(part)).to_be_hidden()
    page.locator("[name=q]").fill("kongsgata 1")
    page.locator("[name=q]").press("Enter")
    page.locator("main a", has_text="Kongsgata 12B").click()
    expect(page.locator("[data-summary]")).to_contain_text("Kongsgata 12B")
    without_script.chooses("PA03")
    without_script.sends()
    assert without_script.reads_the_number()
