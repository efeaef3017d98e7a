"""Somebody answers what a category asks, and a condition brings one question more."""

import re

import pytest
from playwright.sync_api import expect

from tests.conftest import SQLITE

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("live_server", [SQLITE], indirect=True),
]


def test_the_desk_reads_how_many_lamps_are_dark(resident, front_desk, script):
    page = resident.page
    how_many = page.locator("[name='answers-how_many']")
    send = page.locator(".send button")
    page.goto("/report")
    page.locator("[name=address]").fill("Kirkegata 1")
    resident.chooses("VE03")
    if not script:
        send.click()
    page.locator("[name='answers-danger'][value=no]").check()
    expect(how_many).to_be_hidden()
    page.locator("[name='answers-what'][value=dark]").check()
    if not script:
        send.click()
    expect(how_many).to_be_visible()
    how_many.fill("3")
    send.click()
    page.wait_for_url("**/r/**")
    number = resident.reads_the_number()

    front_desk.signs_in("front_desk")
    front_desk.opens(number)
    facts = front_desk.page.locator("main")
    expect(facts).to_contain_text("Hva er galt med lyset?")
    expect(facts).to_contain_text("Det er mørkt")
    expect(facts).to_contain_text(re.compile(r"Hvor mange lamper er mørke\?\s*3"))


@pytest.mark.parametrize("script", [True], indirect=True)
def test_another_answer_takes_the_question_away_again(resident):
    page = resident.page
    how_many = page.locator("[name='answers-how_many']")
    page.goto("/report")
    resident.chooses("VE03")
    page.locator("[name='answers-danger'][value=no]").check()
    page.locator("[name='answers-what'][value=dark]").check()
    expect(how_many).to_be_visible()
    page.locator("[name='answers-what'][value=flickers]").check()
    expect(how_many).to_be_hidden()
    resident.chooses("PA04")
    expect(page.locator("[data-questions]:visible")).to_have_count(0)
