"""A report as a person with an ordinary phone lives it: how long each step lets them wait.

The phone is this machine with a quarter of its speed; slow 4G is Lighthouse's: 562 ms a request,
1,475 kbit/s down, 675 up. Where the link is slow the worker is left out, since the browser slows
down only what a page itself asks for. Nothing else should run meanwhile.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, Page, Request, sync_playwright

from bench.phone_photo import a_photo_of_12_megapixels
from bench.table import print_table
from tests.journeys.conftest import FLAGS
from tests.journeys.people import PHONE
from tests.server import Server

RUNS = 5
CPU_SLOWDOWN = 4
SLOW_4G = {
    "offline": False,
    "latency": 562.5,
    "downloadThroughput": 1_474_560 / 8,
    "uploadThroughput": 675_000 / 8,
}
# Tells, on the page's own clock, when Send is tapped and when the report shows as kept.
TELL = """
const now = () => performance.timeOrigin + performance.now();
addEventListener('click', (event) => {
  if (event.target.closest('form[data-report-form] [type=submit]')) tell('tapped', now());
}, true);
new MutationObserver((_changes, observer) => {
  if (!document.querySelector('[data-outbox-item]')) return;
  observer.disconnect();
  requestAnimationFrame(() => setTimeout(() => tell('kept', now())));
}).observe(document, { childList: true, subtree: true });
"""
FIRST_PAINT = """new Promise((done) => new PerformanceObserver((list) => {
  done(list.getEntries()[0].startTime);
}).observe({ type: 'paint', buffered: true }))"""


@dataclass(frozen=True, slots=True)
class Phone:
    """A browser, the sign in front of it, and a photo it has taken."""

    browser: Browser
    sign: str
    photo: Path


def measure() -> None:
    """Print what each step takes."""
    with tempfile.TemporaryDirectory(prefix="vof-bench-") as name, sync_playwright() as playwright:
        folder = Path(name)
        photo = folder / "photo.jpg"
        photo.write_bytes(a_photo_of_12_megapixels())
        server = Server(f"sqlite:///{folder / 'vof.sqlite3'}", folder)
        server.prepare()
        server.start()
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        try:
            code = re.search(r"a park: \S+/s/(\w{6})", server.log())[1]  # type: ignore[index]
            phone = Phone(browser, f"{server.url}/s/{code}", photo)
            rows = [_row(phone, *step) for step in STEPS]
        finally:
            browser.close()
            server.stop()
    heads = ["step", "median ms", "worst ms", "must ms", "aim ms", ""]
    print_table(f"A report with a 12 MP photo, {CPU_SLOWDOWN} × slower CPU", heads, rows)


def _row(
    phone: Phone, what: str, step: Callable[[Phone], float], must: int, aim: int
) -> list[object]:
    times = [step(phone) for _ in range(RUNS)]
    middle = median(times)
    return [what, middle, max(times), must, aim, "ok" if middle <= must else "OVER"]


def _form_visible(phone: Phone) -> float:
    with _page(phone, slow_link=True) as (page, _told):
        page.goto(phone.sign)
        return float(page.evaluate(FIRST_PAINT))


def _kept(phone: Phone) -> float:
    """With the photo made small while the rest of the form was filled in."""
    with _page(phone) as (page, told):
        _fill_in(page, phone)
        return _tap_until_kept(page, told)


def _kept_at_once(phone: Phone) -> float:
    """With Send tapped before the photo has been made small."""
    with _page(phone) as (page, told):
        _fill_in(page, phone, wait_for_photo=False)
        return _tap_until_kept(page, told)


def _kept_offline(phone: Phone) -> float:
    with _page(phone) as (page, told):
        _fill_in(page, phone)
        page.context.set_offline(True)
        return _tap_until_kept(page, told)


def _text_received(phone: Phone) -> float:
    return _received(phone, r"/api/v1/reports/[0-9a-f-]+(\?|$)")


def _photo_received(phone: Phone) -> float:
    return _received(phone, r"/photos/[0-9a-f-]+(\?|$)")


def _received(phone: Phone, address: str) -> float:
    """From the tap until the server's answer to this request is there."""
    with _page(phone, slow_link=True) as (page, told):
        _fill_in(page, phone)
        with page.expect_request_finished(lambda one: _is_upload(one, address)) as finished:
            _tap_send(page)
        timing = finished.value.timing
        return timing["startTime"] + timing["responseEnd"] - told["tapped"]


def _is_upload(request: Request, address: str) -> bool:
    return request.method == "PUT" and re.search(address, request.url) is not None


STEPS: list[tuple[str, Callable[[Phone], float], int, int]] = [
    ("scan → form visible, slow 4G", _form_visible, 3000, 1200),
    ("Send → kept on this phone", _kept, 1000, 200),
    ("Send → kept, tapped right after the photo", _kept_at_once, 1000, 200),
    ("Send → kept, no network", _kept_offline, 1000, 200),
    ("Send → text received, slow 4G", _text_received, 1500, 1100),
    ("Send → photo received, slow 4G", _photo_received, 8000, 5000),
]


@contextmanager
def _page(phone: Phone, *, slow_link: bool = False) -> Iterator[tuple[Page, dict[str, float]]]:
    """A phone that has kept nothing yet, and what its page tells of itself."""
    workers: Any = "block" if slow_link else "allow"
    context = phone.browser.new_context(viewport=PHONE, locale="nb-NO", service_workers=workers)
    told: dict[str, float] = {}

    def tell(what: str, at: float) -> None:
        told.setdefault(what, at)

    context.expose_function("tell", tell)
    context.add_init_script(TELL)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWDOWN})
    if slow_link:
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", SLOW_4G)
    yield page, told
    context.close()


def _fill_in(page: Page, phone: Phone, *, wait_for_photo: bool = True) -> None:
    page.goto(phone.sign)
    page.locator("input[name=category][value=PA03]").check()
    page.locator("[name=description]").fill("En planke er brukket.")
    # The form is the script's own once its texts have come.
    page.wait_for_load_state("networkidle")
    page.locator("input[type=file][name=photo]").set_input_files(phone.photo)
    if wait_for_photo:
        page.locator(".photos canvas, .photos img").first.wait_for()
        page.wait_for_timeout(SHRINKING_MS)


# A person needs longer than this from the photo to Send.
SHRINKING_MS = 3000


def _tap_send(page: Page) -> None:
    page.locator("form[data-report-form] button[type=submit]:visible").first.click(
        no_wait_after=True
    )


def _tap_until_kept(page: Page, told: dict[str, float]) -> float:
    _tap_send(page)
    deadline = time.monotonic() + LONGEST_S
    while "kept" not in told and time.monotonic() < deadline:
        page.wait_for_timeout(50)
    return told["kept"] - told["tapped"]


LONGEST_S = 30
