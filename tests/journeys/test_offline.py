"""Without network, on a bad one, and with a script that fails: the report arrives all the same."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.conftest import SQLITE
from tests.faults import BadLink, Fault
from tests.journeys.people import PHONE
from tests.phone import wait_until, wait_until_quiet, wait_until_ready

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("live_server", [SQLITE], indirect=True),
]

NOT_DANGEROUS = "[name=category]:not([data-gate])"


@pytest.fixture
def phone(browser: Browser, link: BadLink) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=PHONE, locale="nb-NO", base_url=link.url)
    yield context
    context.close()


@pytest.fixture
def signs(live_server) -> list[tuple[str, str, str]]:
    """Code, place and label of every sign."""
    query = (
        "SELECT code, places.name, label FROM signs JOIN places ON places.id = place_id"
        " ORDER BY places.name, code"
    )
    return [tuple(row) for row in live_server.ask(query)]


def stored(server, description: str) -> list[tuple[str, int]]:
    """The code of the sign and the number of photos of each report with this description."""
    query = """
        SELECT signs.code, count(photos.id) FROM reports
        LEFT JOIN signs ON signs.id = reports.sign_id
        LEFT JOIN photos ON photos.report_id = reports.id
        WHERE description = :description GROUP BY reports.id, signs.code
    """
    return [tuple(row) for row in server.ask(query, description=description)]


def first_visit(phone: BrowserContext, address: str) -> None:
    page = phone.new_page()
    page.goto(address)
    wait_until_ready(page)
    page.close()


def report(page: Page, description: str, photo=None) -> None:
    page.locator(NOT_DANGEROUS).first.check()
    page.locator("#description").fill(description)
    if photo:
        page.locator("input[type=file]").set_input_files(photo)
    send(page)


def send(page: Page) -> None:
    page.locator("form[data-report-form] button[type=submit]:visible").first.click()


def read_number(page: Page) -> str:
    expect(page).to_have_url(re.compile(r"/r/\d"))
    return re.search(r"\d{4}-\d{8}", page.locator("[data-report-number]").first.inner_text())[0]


def test_a_sign_never_visited_works_without_network_and_is_sent_later(
    live_server, link, phone, signs, phone_photo
):
    (first, *_), (code, place, label) = signs[0], signs[-1]
    first_visit(phone, f"/s/{first}")
    link.offline = True
    page = phone.new_page()
    page.goto(f"/S/{code.lower()}")
    expect(page.locator("h1")).to_contain_text(place)
    expect(page.locator("main")).to_contain_text(label)
    expect(page).to_have_title(re.compile(re.escape(place)))
    report(page, "Uten nett", phone_photo)
    expect(page.locator("[data-outbox-item]")).to_contain_text("nett")
    expect(page.locator("[data-outbox-item]")).to_be_focused()
    page.close()
    assert stored(live_server, "Uten nett") == []

    link.offline = False
    page = phone.new_page()
    page.goto("/mine")
    expect(page.locator("[data-part=number]")).to_have_text(re.compile(r"\d{4}-\d{8}"))
    expect(page.locator("[data-outbox-item]")).to_have_count(0)
    expect(page.locator("main")).to_contain_text(place)
    assert stored(live_server, "Uten nett") == [(code, 1)]


def test_a_code_that_the_phone_does_not_know_is_said_so(link, phone, signs):
    first_visit(phone, f"/s/{signs[0][0]}")
    link.offline = True
    page = phone.new_page()
    page.goto("/s/ABC123")
    expect(page.locator("[data-when=unknown]")).to_contain_text("ABC123")
    assert page.locator("[name=sign_code]").input_value() == "ABC123"


@pytest.mark.parametrize("fault", [Fault.LOGIN, Fault.REDIRECT, Fault.LOST_ANSWER, Fault.BROKEN])
def test_only_our_own_receipt_counts(live_server, link, phone, signs, fault):
    first_visit(phone, f"/s/{signs[0][0]}")
    page = phone.new_page()
    page.goto(f"/s/{signs[0][0]}")
    link.faults.append(fault)
    report(page, f"Mot {fault}")
    expect(page.locator("[data-outbox-item]")).to_be_visible()
    read_number(page)
    assert stored(live_server, f"Mot {fault}") == [(signs[0][0], 0)]
    assert not link.faults


def test_a_refused_report_is_corrected_and_sent(live_server, link, phone, signs, phone_photo):
    first_visit(phone, f"/s/{signs[0][0]}")
    link.offline = True
    page = phone.new_page()
    page.goto("/s/ABC123")
    report(page, "Ukjent skilt", phone_photo)
    expect(page.locator("[data-outbox-item]")).to_be_visible()
    page.close()
    link.offline = False
    page = phone.new_page()
    page.goto("/mine")
    page.locator("[data-part=again]").click()
    page.wait_for_url("**/report?*")
    expect(page.locator(".ds-error-summary")).to_be_focused()
    expect(page.locator("#description")).to_have_value("Ukjent skilt")
    expect(page.locator(".photos canvas")).to_have_count(1)
    page.locator("[name=address]").fill("Ved den nye benken")
    send(page)
    read_number(page)
    assert stored(live_server, "Ukjent skilt") == [(None, 1)]
    page.goto("/mine")
    expect(page.locator("[data-part=number]")).to_have_count(1)
    expect(page.locator("[data-outbox-item]")).to_have_count(0)


def test_a_waiting_report_can_be_thrown_away_and_taken_back(live_server, link, phone, signs):
    first_visit(phone, f"/s/{signs[0][0]}")
    link.offline = True
    page = phone.new_page()
    page.goto(f"/s/{signs[0][0]}")
    report(page, "Kastes")
    expect(page.locator("[data-outbox-item]")).to_be_visible()
    page.goto("/mine")
    page.locator("[data-part=away]").click()
    expect(page.locator("[data-outbox-item]")).to_have_count(0)
    page.locator("[data-part=undo]").click()
    expect(page.locator("[data-outbox-item]")).to_have_count(1)
    page.locator("[data-part=away]").click()
    expect(page.locator("[data-outbox-item]")).to_have_count(0)
    wait_until_quiet(page)
    link.offline = False
    page.goto("/mine")
    page.wait_for_timeout(500)
    assert stored(live_server, "Kastes") == []


def test_two_tabs_send_each_report_once(live_server, link, phone, signs):
    first_visit(phone, f"/s/{signs[0][0]}")
    link.offline = True
    pages = [phone.new_page(), phone.new_page()]
    for number, page in enumerate(pages):
        page.goto(f"/s/{signs[number][0]}")
        report(page, f"Fane {number}")
        expect(page.locator("[data-outbox-item]")).to_be_visible()
    link.offline = False
    for page in pages:
        # Both have been told before either goes on to another page.
        page.evaluate("void setTimeout(() => dispatchEvent(new Event('online')), 500)")
    for page in pages:
        read_number(page)
    assert [stored(live_server, f"Fane {n}") for n in (0, 1)] == [
        [(signs[n][0], 0)] for n in (0, 1)
    ]


def test_a_double_tap_is_one_report_and_the_way_back_leads_to_an_empty_form(
    live_server, phone, signs
):
    page = phone.new_page()
    page.goto(f"/s/{signs[0][0]}")
    page.locator(NOT_DANGEROUS).first.check()
    page.locator("#description").fill("To trykk")
    page.evaluate(
        "() => { const send = document.querySelector('[data-report-form] .send button');"
        " send.click(); send.click(); }"
    )
    read_number(page)
    assert stored(live_server, "To trykk") == [(signs[0][0], 0)]
    page.go_back()
    expect(page.locator("form[data-report-form]")).to_be_visible()
    expect(page.locator("#description")).to_have_value("")
    expect(page.locator("[name=category]:checked")).to_have_count(0)


def test_what_is_missing_is_said_before_anything_is_sent(link, phone, signs):
    first_visit(phone, f"/s/{signs[0][0]}")
    page = phone.new_page()
    page.goto("/report")
    page.locator("#description").fill("Hva?")
    send(page)
    summary = page.locator(".ds-error-summary")
    expect(summary).to_be_focused()
    expect(summary.locator("li")).to_have_count(2)
    expect(page.locator("#category")).to_have_attribute("aria-invalid", "true")
    assert link.uploads == []


def test_what_was_typed_survives_a_page_that_the_phone_ends(phone, signs):
    page = phone.new_page()
    page.goto(f"/s/{signs[0][0]}")
    page.locator(NOT_DANGEROUS).nth(1).check()
    page.locator("#description").fill("Halvveis")
    wait_until(page, "() => Object.values(sessionStorage).join().includes('Halvveis')")
    page.goto(f"/s/{signs[0][0]}")
    expect(page.locator("#description")).to_have_value("Halvveis")
    expect(page.locator(NOT_DANGEROUS).nth(1)).to_be_checked()


def test_a_photo_is_removed_and_put_back(phone, signs, phone_photo):
    page = phone.new_page()
    page.goto(f"/s/{signs[0][0]}")
    page.locator("input[type=file]").set_input_files(phone_photo)
    photos = page.locator(".photos canvas")
    expect(photos).to_have_count(1)
    page.locator(".photos button").click()
    expect(photos).to_have_count(0)
    page.get_by_role("button", name="Angre").click()
    expect(photos).to_have_count(1)


def test_the_language_is_remembered_on_the_phone(link, phone, signs):
    page = phone.new_page()
    page.goto(f"/s/{signs[0][0]}")
    page.locator(".languages summary").click()
    page.locator("a[hreflang=uk]").click()
    page.goto(f"/s/{signs[1][0]}")
    page.wait_for_url("**?lang=uk")
    expect(page.locator("html")).to_have_attribute("lang", "uk")
    assert phone.cookies() == []


@pytest.mark.parametrize("what", ["outbox", "site", "store", "texts"])
def test_a_report_can_be_sent_whatever_script_fails(live_server, phone, signs, what):
    page = phone.new_page()
    if what == "store":
        page.add_init_script("Object.defineProperty(window, 'indexedDB', {value: undefined});")
    else:
        part = {"texts": "form-texts"}.get(what, f"static/{what}-")
        page.route(re.compile(part), lambda route: route.abort())
    page.goto(f"/s/{signs[0][0]}")
    report(page, f"Uten {what}")
    read_number(page)
    assert stored(live_server, f"Uten {what}") == [(signs[0][0], 0)]
