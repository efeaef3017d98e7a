"""From the scan to the answer, as people live it."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.people import TABLET, Crew

pytestmark = pytest.mark.browser


@pytest.fixture
def crew(browser, live_server, script):
    person = Crew(browser, live_server.url, TABLET, script=script)
    yield person
    person.leave()


@pytest.fixture
def park_code(live_server):
    return re.search(r"a park: \S+/s/(\w{6})", live_server.log())[1]


def test_a_fault_is_scanned_reported_closed_and_seen_closed(
    resident, front_desk, crew, park_code, phone_photo
):
    resident.scans_the_sign(park_code)
    expect(resident.page.locator("h1")).to_contain_text("Byparken")
    resident.chooses("PA03")
    resident.describes("En planke er brukket.")
    resident.adds_photos(phone_photo)
    resident.sends()
    number = resident.reads_the_number()
    expect(resident.page.locator("main")).to_contain_text("arbeidsdager")

    front_desk.signs_in("front_desk")
    front_desk.opens(number)
    expect(front_desk.page.locator("main")).to_contain_text("En planke er brukket.")
    front_desk.sets_status("in_progress")
    front_desk.assigns("Idrett")
    front_desk.assigns("Park og natur")

    resident.follows(number)
    expect(resident.page.locator("main")).to_contain_text("Under arbeid")
    expect(resident.page.locator("main")).not_to_contain_text("En planke er brukket.")

    crew.signs_in("crew")
    crew.opens(number)
    crew.closes_as_fixed("Planken er byttet.", phone_photo, release=True)

    resident.follows(number)
    expect(resident.page.locator("main")).to_contain_text("Utført")
    expect(resident.page.locator("main")).to_contain_text("Planken er byttet.")
    photos = resident.page.locator("main img")
    expect(photos).to_have_count(1)
    expect(photos).to_have_js_property("complete", value=True)
    assert photos.evaluate("image => image.naturalWidth") > 0


def test_a_photo_that_is_not_released_stays_inside(resident, crew, park_code, phone_photo):
    resident.scans_the_sign(park_code)
    resident.chooses("PA05")
    resident.sends()
    number = resident.reads_the_number()
    crew.signs_in("crew")
    crew.opens(number)
    crew.closes_as_fixed("Ryddet.", phone_photo, release=False)
    resident.follows(number)
    expect(resident.page.locator("main")).to_contain_text("Ryddet.")
    expect(resident.page.locator("main img")).to_have_count(0)


def test_two_taps_are_enough(resident, park_code):
    resident.scans_the_sign(park_code)
    resident.chooses("PA04")
    resident.sends()
    assert resident.reads_the_number()


def test_a_dangerous_fault_shows_the_emergency_phones_first(resident, park_code):
    resident.scans_the_sign(park_code)
    resident.chooses("PA09")
    for phone in ("110", "112", "113"):
        expect(resident.page.locator(f"a[href='tel:{phone}']").first).to_be_visible()
    resident.page.locator("input[name=danger_seen]").check()
    resident.sends()
    assert resident.reads_the_number()


def test_a_question_of_danger_is_asked_first(resident, park_code, script):
    resident.scans_the_sign(park_code)
    resident.chooses("PA01")
    if not script:
        resident.sends()
    resident.page.locator("input[name='answers-danger'][value=no]").check()
    resident.sends()
    assert resident.reads_the_number()


def test_the_back_button_and_another_report_make_two(resident, park_code):
    resident.scans_the_sign(park_code)
    resident.chooses("PA04")
    resident.sends()
    first = resident.reads_the_number()
    resident.page.go_back()
    resident.chooses("PA05")
    resident.sends()
    assert resident.reads_the_number() != first


def test_keyboard_alone_is_enough(resident, park_code):
    resident.scans_the_sign(park_code)
    resident.page.keyboard.press("Tab")
    expect(resident.page.locator(":focus")).to_contain_text(re.compile("Hopp til"))
    resident.page.locator("input[name=category]").first.focus()
    resident.page.keyboard.press("Space")
    resident.page.keyboard.press("ArrowDown")
    resident.page.locator("form[data-report-form] button[type=submit]:visible").first.focus()
    resident.page.keyboard.press("Enter")
    assert resident.reads_the_number()
