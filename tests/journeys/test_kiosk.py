"""The screen at the service desk: a report by touch, and nothing of it for the next person."""

import re

import pytest
from playwright.sync_api import expect

from tests.conftest import SQLITE
from tests.journeys.people import TABLET, Resident

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("live_server", [SQLITE], indirect=True),
]
LEAST_TARGET_PX = 60


@pytest.fixture
def visitor(browser, live_server, script):
    person = Resident(browser, live_server.url, TABLET, script=script)
    yield person
    person.leave()


def finds_byparken(visitor):
    visitor.page.goto("/kiosk")
    assert small_targets(visitor.page) == []
    visitor.page.get_by_role("link", name="Park", exact=True).click()
    visitor.page.get_by_role("link", name="Byparken").click()
    expect(visitor.page.locator("h1")).to_contain_text("Byparken")


def small_targets(page):
    """What is smaller than a finger needs; a field together with its label counts as one."""
    return page.evaluate(
        """least => [...document.querySelectorAll('a, button, summary, input, textarea')]
        .map(one => [one, one.closest('.tiles label, .ds-field') ?? one])
        .filter(([one, target]) => one.checkVisibility()
            && !one.matches('.ds-skip-link, [type="hidden"], .unseen *')
            && target.getBoundingClientRect().height < least)
        .map(([one]) => one.outerHTML.slice(0, 80))""",
        LEAST_TARGET_PX,
    )


def test_a_report_by_touch_ends_with_its_number_and_leaves_no_way_back(visitor, script):
    page = visitor.page
    finds_byparken(visitor)
    visitor.chooses("PA03")
    visitor.describes("Planken er løs.")
    assert small_targets(page) == []
    visitor.sends()
    number = visitor.reads_the_number()
    expect(page).to_have_url(re.compile(f"/kiosk/done/{number}"))
    assert small_targets(page) == []
    page.go_back()
    if script:
        expect(page).to_have_url(re.compile("/kiosk$"))
    else:
        expect(page.locator("[name=description]")).to_have_value("")
    assert page.evaluate("() => localStorage.length + sessionStorage.length") == 0
    assert page.context.cookies() == []


@pytest.mark.parametrize("script", [True], indirect=True)
def test_who_goes_away_is_asked_and_then_forgotten(visitor):
    page = visitor.page
    page.clock.install()
    finds_byparken(visitor)
    visitor.describes("Noe personlig")
    question = page.locator("dialog")
    page.clock.run_for(59_000)
    expect(question).to_be_hidden()
    page.clock.run_for(2_000)
    expect(question).to_be_visible()
    question.get_by_role("button").click()
    expect(question).to_be_hidden()
    expect(page.locator("[name=description]")).to_have_value("Noe personlig")
    page.clock.run_for(81_000)
    expect(page).to_have_url(re.compile("/kiosk$"))
    page.clock.run_for(200_000)
    expect(question).to_be_hidden()


@pytest.mark.parametrize("script", [True], indirect=True)
def test_a_refused_form_cannot_be_gone_back_to(visitor):
    page = visitor.page
    finds_byparken(visitor)
    visitor.chooses("PA03")
    page.locator("[name=email]").fill("kari@")
    visitor.sends()
    expect(page.locator("[name=email]")).to_have_value("kari@")
    page.locator("[name=email]").fill("")
    visitor.sends()
    visitor.reads_the_number()
    page.go_back()
    expect(page).to_have_url(re.compile("/kiosk$"))
    assert "kari@" not in page.content()


@pytest.mark.parametrize("script", [True], indirect=True)
def test_without_network_the_screen_clears_itself_and_comes_back_later(visitor):
    page = visitor.page
    page.clock.install()
    finds_byparken(visitor)
    visitor.describes("Noe personlig")
    page.context.set_offline(True)
    page.clock.run_for(90_000)
    expect(page.locator("[name=description]")).to_have_value("")
    expect(page).to_have_url(re.compile("/kiosk/report"))
    page.context.set_offline(False)
    page.clock.run_for(5_000)
    expect(page).to_have_url(re.compile("/kiosk$"))
    # The browser complains of the network that was not there.
    visitor.complaints.clear()
