"""Every screen for every eye and hand: axe finds nothing, nothing is cut off, keys are enough."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import expect

from app.languages import LANGUAGES
from tests.conftest import SOAK_IN_FULL
from tests.journeys.people import PHONE
from tests.journeys.screens import (
    PLAIN,
    REPORT_FORM,
    SCREENS,
    choose,
    open_everything,
    send_natively,
)

# One server and one browser for all of them.
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo server")]

HERE = Path(__file__).parent
AXE = HERE.parent.parent / "pwa" / "node_modules" / "axe-core" / "axe.min.js"
# The rules of WCAG 2.0, 2.1 and 2.2 at A and AA, and what axe's authors hold to be good practice.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Those of them that another colour or another width can break; the others judge the markup.
BY_LOOKS = ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"]


class Mode(NamedTuple):
    width: int
    height: int
    rules: list[str] = BY_LOOKS
    scheme: str = "light"
    forced: str = "none"
    spaced: bool = False


MODES = {
    "light": Mode(360, 740, TAGS),
    "dark": Mode(360, 740, scheme="dark"),
    "forced colours": Mode(360, 740, forced="active"),
    # The narrowest phone, and a window of 1280 × 1024 at 400 %.
    "narrow and zoomed": Mode(320, 256),
    "narrow, zoomed and dark": Mode(320, 256, scheme="dark"),
    "text spaced": Mode(360, 740, spaced=True),
    "wide": Mode(1280, 1024),
}


@pytest.fixture(scope="module")
def tabs(browser, demo_server):
    """A tab for each role, signed in where it needs to be."""
    opened = {}

    def tab(role=None):
        if role not in opened:
            opened[role] = new_tab(browser, demo_server)
            # What was typed on one screen is not to turn up on the next.
            opened[role].add_init_script("sessionStorage.clear()")
            if role:
                account = {"email": f"{role}@demo.vof", "password": f"demo-{role}"}
                headers = {"Origin": demo_server.url}
                answer = opened[role].request.post("/sign-in", form=account, headers=headers)
                assert answer.ok
        return opened[role]

    yield tab
    for page in opened.values():
        page.context.close()


@pytest.fixture
def phone(browser, demo_server):
    """A tab of a phone that has kept nothing yet."""
    page = new_tab(browser, demo_server)
    yield page
    page.context.close()


def new_tab(browser, server):
    context = browser.new_context(
        base_url=server.url,
        viewport=PHONE,
        locale="nb-NO",
        service_workers="block",
        reduced_motion="reduce",
    )
    context.add_init_script(path=AXE)
    context.add_init_script(path=HERE / "looks.js")
    return context.new_page()


@pytest.mark.soak
@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_every_eye_can_read_and_every_finger_hit(tabs, words, screen):
    page = tabs(screen.role)
    answer = page.goto(screen.address.format(**words))
    assert answer.status == screen.status
    if screen.do:
        screen.do(page)
    findings = {name: look(page, MODES[name]) for name in modes_of(screen)}
    assert not any(findings.values()), told(findings)


def modes_of(screen):
    """All for residents; for staff those in which a page differs most, and all in `make soak`: each
    mode of their hundred screens takes half a minute and more.
    """
    return MODES if SOAK_IN_FULL or screen.role is None else ("light", "narrow, zoomed and dark")


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_tongue_can_be_read_aloud(tabs, words, code):
    page = tabs()
    for address in ("/", f"/s/{words['park']}"):
        page.goto(f"{address}?lang={code}")
        expect(page.locator("html")).to_have_attribute("lang", code)
        findings = {name: look(page, MODES[name]) for name in ("light", "narrow and zoomed")}
        assert not any(findings.values()), told(findings)
        others = page.locator(".languages [lang]").evaluate_all("all => all.map(({lang}) => lang)")
        assert set(others) | {code} == set(LANGUAGES)


def look(page, mode):
    set_mode(page, mode)
    violations = page.evaluate("rules => looks.violations(rules)", mode.rules)
    return violations + page.evaluate("[...looks.cutOff(), ...looks.small()]")


def set_mode(page, mode):
    page.set_viewport_size({"width": mode.width, "height": mode.height})
    page.emulate_media(color_scheme=mode.scheme, forced_colors=mode.forced)
    page.evaluate("on => looks.space(on)", mode.spaced)


def told(findings):
    return "\n".join(f"{mode}: {one}" for mode, found in findings.items() for one in found)


BAD = """
  <img src="/icons/icon-192.png"><p style="color: #aaa; background: #fff">pale</p>
  <button style="width: 20px; height: 20px">x</button><p style="width: 2000px">wide</p>
  <p style="height: 10px; overflow: hidden">cut off at the edge</p>
"""


def test_what_is_bad_is_seen(phone):
    """The looks themselves, seen failing."""
    phone.goto("/")
    phone.evaluate(
        "bad => document.querySelector('main').insertAdjacentHTML('beforeend', bad)", BAD
    )
    phone.evaluate(
        """document.querySelectorAll('main [style]').forEach((part) => {
          part.style.cssText = part.getAttribute('style');
        })"""
    )
    found = "\n".join(look(phone, MODES["light"]))
    for expected in ("image-alt", "color-contrast", "px wide", "cut off", "20 × 20 px: <button"):
        assert expected in found


# What an A4 page has between margins of 10 mm.
PAPER_WIDTH = 718


def test_every_column_of_figures_stands_on_the_paper(phone):
    phone.set_viewport_size({"width": PAPER_WIDTH, "height": 1000})
    phone.emulate_media(media="print")
    phone.goto("/open/categories")
    frame = phone.locator(".table-frame")
    assert frame.evaluate("part => part.scrollWidth - part.clientWidth") == 0
    expect(frame).to_have_css("overflow-x", "visible")


ENOUGH_SEEN = 0.5
# How the form is walked through, from the top to the bottom.
ORDER = ["ds-skip-link", 'name="category"', 'name="description"', 'name="photo"', 'type="submit"']


@pytest.mark.parametrize("mode", ["light", "forced colours", "narrow and zoomed"])
def test_every_key_shows_where_it_is(phone, words, mode):
    """Tab through the form with something chosen, when the button to send follows the reader."""
    page = phone
    page.goto(f"/s/{words['park']}")
    open_everything(page)
    choose(PLAIN)(page)
    set_mode(page, MODES[mode])
    page.evaluate("document.body.tabIndex = -1; document.body.focus(); scrollTo(0, 0)")
    walked = []
    while (focused := press_tab(page))["tag"] != "BODY":
        assert focused["marked"], f"no frame: {focused}"
        assert focused["seen"] >= ENOUGH_SEEN, f"covered: {focused}"
        walked.append(focused["html"])
        assert len(walked) < 100, "the keys go round in a circle"
    order = [n for part in ORDER for n, html in enumerate(walked) if part in html]
    assert len(order) >= len(ORDER)
    assert order == sorted(order), walked


def press_tab(page):
    """What has the focus then; a browser takes a moment to scroll there."""
    page.keyboard.press("Tab")
    for _ in range(20):
        focused = page.evaluate("looks.focused()")
        if focused["marked"] and focused["seen"] >= ENOUGH_SEEN:
            break
        page.wait_for_timeout(50)
    return focused


def tab_to(page, selector, *, most=40):
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} is not within {most} tabs")


def test_keys_alone_send_a_report(phone, words):
    page = phone
    page.goto(f"/s/{words['park']}")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_class(re.compile("skip-link"))
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    tab_to(page, "input[name=category]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    tab_to(page, "[name=description]")
    page.keyboard.type("Benken er brukket.")
    tab_to(page, f"{REPORT_FORM} button[type=submit]")
    page.keyboard.press("Enter")
    expect(page.locator("[data-report-number]").first).to_be_visible()


def test_whoever_is_refused_starts_at_the_reasons(phone, words):
    page = phone
    page.goto(f"/s/{words['park']}")
    send_natively(REPORT_FORM)(page)
    expect(page.locator(".ds-error-summary")).to_be_focused()
    assert page.title().startswith("Feil")
    tab_to(page, ".ds-error-summary a", most=1)
    field = page.locator(":focus").get_attribute("href")
    page.keyboard.press("Enter")
    expect(page.locator(field)).to_be_focused()
