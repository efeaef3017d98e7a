"""What a screen reader is given, in its order: the scripts of docs/accessibility.md."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.people import PHONE
from tests.phone import wait_until_ready

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo server")]

FORM = """
- main:
  - heading "Meld fra om feil Byparken" [level=1]
  - group: /Allerede meldt her/
  - group "Hva er galt?":
    - heading "Hva er galt?" [level=2]
    - list:
      - listitem:
        - radio "Full søppeldunk"
  - textbox "Beskriv hva som er galt (valgfritt)"
  - button "Bilder (valgfritt)"
  - group: Få svar fra oss (valgfritt)
  - button "Send melding"
"""
SAME = """
- strong: /Allerede meldt for .+ siden. Er det denne\\?/
- list:
  - listitem:
    - link "Benk eller bord"
    - 'button /Jeg også: Benk eller bord, for .+ siden/'
"""
RECEIPT = """
- main:
  - heading "Takk. Vi har mottatt meldingen din." [level=1]
  - paragraph: /Meldingen din har nummeret/
  - heading "Hva skjer nå?" [level=2]
  - list:
    - listitem: Vi sender meldingen videre til Park og natur.
    - listitem: /Vi ser på det innen 5 arbeidsdager, senest \\w+ \\d+\\. \\w+\\./
  - heading "Ta vare på denne lenken" [level=2]
  - heading "Om meldingen" [level=2]
  - heading "Hva som har skjedd" [level=2]
"""
REASONS = """
- group "Noe må rettes":
  - heading "Noe må rettes" [level=2]
  - list:
    - listitem:
      - link "Velg hva som er galt."
"""
QUESTION = """
- group "Er noe løst, skarpt eller i ferd med å falle ned?":
  - heading "Er noe løst, skarpt eller i ferd med å falle ned?" [level=2]
  - list:
    - listitem:
      - radio "Ja"
    - listitem:
      - radio "Nei"
"""
PHONES = """
- alert:
  - paragraph:
    - strong: Er noen i fare? Ring 110 (brann), 112 (politi) eller 113 (ambulanse).
  - paragraph:
    - link "110 Brann"
    - link "112 Politi"
    - link "113 Ambulanse"
  - paragraph:
    - strong: Må noe sikres med en gang? Ring vakttelefonen. Ikke vent på svar her.
  - paragraph:
    - link /Vakttelefon [\\d ]+/
- checkbox "Ingen er i fare nå – gå videre med meldingen"
"""
WAITING = """
- status:
  - heading "Meldingen din er lagret på denne telefonen" [level=2]
  - paragraph:
    - strong: Venter på nett.
"""


@pytest.fixture
def page(browser, demo_server, words):
    context = browser.new_context(base_url=demo_server.url, viewport=PHONE, locale="nb-NO")
    page = context.new_page()
    page.goto(f"/s/{words['park']}")
    yield page
    context.close()


def send(page):
    page.locator("form[data-report-form] button[type=submit]:visible").first.click()


def expect_aloud(part, script):
    expect(part).to_match_aria_snapshot(script)


def test_a_report_in_two_taps(page):
    expect(page).to_have_title("Meld fra om feil ved Byparken, Ved lekeplassen – Stavanger kommune")
    expect_aloud(page.locator("body"), FORM)
    page.get_by_role("radio", name="Benk eller bord").check()
    send(page)
    expect_aloud(page.locator("body"), RECEIPT)
    page.go_back()
    page.get_by_role("radio", name="Benk eller bord").check()
    expect_aloud(page.locator(".match"), SAME)


def test_something_is_missing(page):
    send(page)
    reasons = page.locator(".ds-error-summary")
    expect_aloud(reasons.locator(".."), REASONS)
    expect(reasons).to_be_focused()
    reasons.get_by_role("link").click()
    expect(page.get_by_role("radio", name="Full søppeldunk")).to_be_focused()


def test_danger(page):
    page.locator("details.more > summary").click()
    page.get_by_role("radio", name="Lekeapparat skadd eller farlig").check()
    expect_aloud(page.locator("[aria-live]:has([data-gate-question])"), QUESTION)
    page.get_by_role("radio", name="Ja", exact=True).check()
    expect_aloud(page.locator("[data-gate-panel]"), PHONES)


def test_no_network(page):
    wait_until_ready(page)
    page.context.set_offline(True)
    page.get_by_role("radio", name="Benk eller bord").check()
    send(page)
    expect_aloud(page.locator("main"), WAITING)
