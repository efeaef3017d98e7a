"""Scripts blocked, lost or failing half way, and a phone of ten years ago: the report is sent."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.people import PHONE, Resident

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo server")]

SCRIPTS_OF_THE_OUTBOX = re.compile(r"/static/outbox-[\w-]+\.js$")
SCRIPTS = re.compile(r"/static/[\w-]+\.js$")
PAGES = re.compile(r"/(\?.*)?$|/(s|S|r|places)/\w|/report")


def lose(scripts):
    """Every such script is asked for and never comes."""
    return lambda page: page.route(scripts, lambda route: route.abort())


def break_off(page):
    """The scripts end in the middle, as when a connection breaks."""

    def half(route):
        answer = route.fetch()
        code = answer.text()
        route.fulfill(response=answer, body=code[: len(code) // 2])

    page.route(SCRIPTS, half)


def lack(*names):
    """The script starts, and finds that the browser does not have what it needs."""
    lines = "".join(f"delete window.{name}; delete Window.prototype.{name};" for name in names)
    return lambda page: page.add_init_script(lines)


def be_five_years_old(page):
    """Modules run, but no form can be asked to submit; the style has no layers and no :has()."""
    page.add_init_script(
        "delete HTMLFormElement.prototype.requestSubmit; delete window.requestIdleCallback;"
        "delete crypto.randomUUID; delete Crypto.prototype.randomUUID"
    )
    page.route(SCRIPTS_OF_THE_OUTBOX, lambda route: route.abort())
    age_pages(page, unknown_selectors=":has\\(|@layer", unknown_values="$.")


def throw_half_way(page):
    """The first island that the script starts fails."""
    page.add_init_script("Document.prototype.querySelectorAll = () => { throw new Error('old') }")


def be_ten_years_old(page):
    """No modules, and of the style only what was known in 2016."""
    age_pages(
        page,
        scripts=r'<script type="module".*?</script>',
        unknown_selectors=r":has\(|:is\(|:where\(|:focus-visible|::file-selector-button|@layer|@supports.*inset",
        unknown_values=r"(?<![\w-])(inset|appearance|gap):|\b(min|max|clamp|round)\(|color-mix|svh",
    )


def age_pages(page, *, unknown_selectors, unknown_values, scripts="$."):
    """What an old browser does not know it drops: a declaration, or a rule with its selector."""

    def as_read_then(style):
        kept = "".join(known_rules(style[2], unknown_selectors))
        kept = re.sub(rf"(?<=[;{{])[^;{{}}]*({unknown_values})[^;{{}}]*", "", kept)
        return style[1] + kept + style[3]

    def aged(route):
        # A form with photos does not survive being taken apart here.
        if route.request.method != "GET":
            return route.continue_()
        answer = route.fetch(max_redirects=0)
        if "text/html" not in answer.headers.get("content-type", ""):
            return route.fulfill(response=answer)
        body = re.sub(scripts, "", answer.text())
        body = re.sub(r"(<style>)(.*?)(</style>)", as_read_then, body, flags=re.DOTALL)
        # The policy knows the style by its hash, which is another one now.
        headers = answer.headers | {"content-security-policy": ""}
        return route.fulfill(response=answer, body=body, headers=headers)

    page.route(PAGES, aged)


def known_rules(css, unknown_selectors):
    for rule in cut_into_rules(css):
        selector, brace, block = rule.partition("{")
        if re.search(unknown_selectors, selector):
            continue
        if selector.startswith("@media"):
            yield selector + brace + "".join(known_rules(block[:-1], unknown_selectors)) + "}"
        else:
            yield rule


def cut_into_rules(css):
    depth = start = 0
    for at, character in enumerate(css):
        depth += {"{": 1, "}": -1}.get(character, 0)
        if depth == 0 and character in "};":
            yield css[start : at + 1]
            start = at + 1


TROUBLES = {
    "scripts blocked": lose(SCRIPTS),
    "the outbox lost": lose(SCRIPTS_OF_THE_OUTBOX),
    "scripts broken off": break_off,
    "a script failing half way": throw_half_way,
    "no place to keep anything": lack("indexedDB", "localStorage", "caches"),
    "no modern parts": lack("createImageBitmap", "OffscreenCanvas", "DataTransfer", "fetch"),
    "no channel between pages": lack("BroadcastChannel"),
    "no signal with a time limit": lambda page: page.add_init_script(
        "delete AbortSignal.timeout; delete window.SyncManager"
    ),
    "a phone of five years ago": be_five_years_old,
    "a phone of ten years ago": be_ten_years_old,
}


@pytest.fixture(params=TROUBLES)
def resident(request, browser, demo_server):
    # What a worker asks for would pass by the troubles that a route makes.
    person = Resident(browser, demo_server.url, PHONE, script=True, workers=False)
    TROUBLES[request.param](person.page)
    yield person
    person.page.unroute_all(behavior="wait")
    # The browser rightly complains about what was taken away, and may do so until it is closed.
    person.page.context.close()


@pytest.fixture
def code(demo_server):
    return re.search(r"a park: \S+/s/(\w{6})", demo_server.log())[1]


def test_a_report_with_a_photo_is_sent_and_followed(resident, code, phone_photo):
    resident.page.goto("/")
    resident.page.locator("[name=code]").fill(code)
    resident.page.keyboard.press("Enter")
    expect(resident.page.locator("h1")).to_contain_text("Byparken")
    resident.chooses("PA03")
    resident.describes("En planke er brukket.")
    resident.adds_photos(phone_photo)
    resident.sends()
    number = resident.reads_the_number()
    expect(resident.page.locator("main")).to_contain_text("En planke er brukket.")
    expect(resident.page.locator("main img")).to_have_count(1)
    resident.follows(number)
    expect(resident.page.locator("main")).to_contain_text("Mottatt")
    expect(resident.page.locator("main")).not_to_contain_text("En planke er brukket.")


def test_a_dangerous_fault_shows_the_phones_before_it_is_sent(resident, code):
    resident.scans_the_sign(code)
    resident.chooses("PA09")
    box = resident.page.locator("input[name=danger_seen]")
    if not box.is_visible():
        resident.sends()
    for phone in ("110", "112", "113"):
        expect(resident.page.locator(f"a[href='tel:{phone}']").first).to_be_visible()
    box.check()
    resident.sends()
    assert resident.reads_the_number()
