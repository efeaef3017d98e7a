"""Two clerks at one register: many reports closed and put back, each seeing what the other does."""

from __future__ import annotations

import json
import re
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.conftest import SQLITE, a_report
from tests.server import Server

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("live_server", [SQLITE], indirect=True),
]
# A little more than the page waits before it asks again.
A_WHILE = "00:16"


def sign_in(browser: Browser, server: Server, role: str) -> tuple[BrowserContext, Page]:
    context = browser.new_context(locale="nb-NO", base_url=server.url)
    page = context.new_page()
    page.clock.install()
    page.goto("/sign-in")
    page.locator("[name=email]").fill(f"{role}@demo.vof")
    page.locator("[name=password]").fill(f"demo-{role}")
    page.locator("[name=password]").press("Enter")
    page.goto("/desk?status=open")
    return context, page


def file_report(server: Server, description: str) -> str:
    body = a_report(description=description)
    status, answer = server.request("PUT", f"/api/v1/reports/{uuid4()}", body)
    assert status == 201
    return json.loads(answer)["number"]


def test_many_are_closed_and_put_back_while_a_colleague_looks_on(live_server, browser: Browser):
    mine, clerk = sign_in(browser, live_server, "front_desk")
    theirs, manager = sign_in(browser, live_server, "manager")
    numbers = [file_report(live_server, f"Sak {n}") for n in (1, 2)]
    clerk.goto("/desk?status=open")

    # What has come is said, and shown when it is asked for; the tick stays.
    tick = manager.locator("[name=chosen]").first
    tick.check()
    manager.clock.fast_forward(A_WHILE)
    expect(manager.locator("[data-said]")).to_have_text("2 nye i utvalget")
    manager.locator("[data-show]").click()
    expect(manager.locator(f"[data-row='{numbers[1]}']")).to_be_visible()
    assert manager.locator("[name=chosen]:checked").count() == 1

    # Without a mouse: down to the first two reports, ticked, and closed.
    clerk.keyboard.press("j")
    clerk.keyboard.press("x")
    clerk.keyboard.press("j")
    clerk.keyboard.press("x")
    assert clerk.locator("[name=chosen]:checked").count() == 2
    clerk.locator("button[value=close]").click()
    clerk.locator("[name=status][value=fixed]").check()
    clerk.locator("[name=step]").click()
    expect(clerk.locator("main")).to_contain_text("2 meldinger blir endret")
    clerk.locator("main form button:not([formaction])").click()
    expect(clerk.locator("main")).to_contain_text("Du kan angre til")
    expect(clerk.locator(f"[data-row='{numbers[1]}']")).to_have_count(0)

    # The colleague's rows change where they stand, and change back.
    row = manager.locator(f"[data-row='{numbers[1]}']")
    manager.clock.fast_forward(A_WHILE)
    expect(row).to_contain_text("Utført")
    expect(row).to_contain_text("Ikke lenger i utvalget")
    clerk.locator("text=Angre").first.click()
    expect(clerk.locator("main")).to_contain_text("2 meldinger er som før")
    manager.clock.fast_forward(A_WHILE)
    expect(row).to_contain_text("Mottatt")
    [(told,)] = live_server.ask("SELECT count(*) FROM outbox WHERE kind = 'event'")
    assert told == 0

    # On an open report the colleague's change is said before anything is saved over it.
    manager.goto(f"/desk/reports/{numbers[0]}")
    manager.locator("#status-public_text").fill("Jeg skriver noe.")
    clerk.goto(f"/desk/reports/{numbers[0]}")
    clerk.locator("#note-internal_text").fill("Jeg tar denne.")
    clerk.locator("form:has(#note-internal_text) button").click()
    expect(clerk.locator(".timeline")).to_contain_text("Jeg tar denne.")
    manager.clock.fast_forward(A_WHILE)
    expect(manager.locator("[data-said]")).to_contain_text(
        "har endret meldingen siden du åpnet den"
    )
    manager.locator("[data-show]").click()
    expect(manager.locator("[data-entries]")).to_contain_text("Jeg tar denne.")
    expect(manager.locator("#status-public_text")).to_have_value("Jeg skriver noe.")
    mine.close()
    theirs.close()


def test_single_keys_are_turned_off_and_silent_while_somebody_types(live_server, browser: Browser):
    context, page = sign_in(browser, live_server, "front_desk")
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("njx?")
    expect(page.locator("#q")).to_have_value("njx?")
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.locator("dialog")).to_be_visible()
    page.locator("[data-keys-on]").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    page.keyboard.press("n")
    page.keyboard.press("/")
    expect(page.locator("#q")).not_to_be_focused()
    expect(page).to_have_url(re.compile(r"/desk\?status=open"))
    context.close()
