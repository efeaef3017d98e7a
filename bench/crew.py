"""The crew's app with 500 reports on its list, on a tablet with a quarter of this machine's speed.

Without network it opens what it has kept; the worker answers with the app's shell, and the list
comes from the browser's own store. Nothing else should run meanwhile.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from statistics import median
from uuid import uuid4

from playwright.sync_api import Page, sync_playwright

from bench.table import print_table
from bench.wire import Wire, counted
from tests.pictures import a_photo
from tests.server import Server
from tests.tablet import Tablet

REPORTS = 500
WITH_PHOTO = 50
RUNS = 5
CPU_SLOWDOWN = 4
FIRST_VIEW_MS, LONG_TASK_MS, NOTHING_NEW_BYTES = 1_000, 100, 1_000
MOST_SCREENS = 900
# When the first report was on screen, on the page's own clock, after its next frame.
SEEN = """
window.seen = new Promise((done) => {
  new MutationObserver((_changes, observer) => {
    if (!document.querySelector('.card')) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => done(performance.now())));
  }).observe(document, { childList: true, subtree: true });
});
window.tasks = [];
new PerformanceObserver((list) => {
  window.tasks.push(...list.getEntries().map(({ duration }) => duration));
}).observe({ type: 'longtask', buffered: true });
"""


def measure() -> None:
    """Print the first view, the longest task while scrolling, and what "nothing new" weighs."""
    with tempfile.TemporaryDirectory(prefix="vof-bench-") as name, sync_playwright() as playwright:
        folder = Path(name)
        server = Server(f"sqlite:///{folder / 'vof.sqlite3'}", folder)
        server.prepare()
        server.start()
        try:
            _fill(server)
            with counted(server.port) as wire:
                tablet = Tablet(playwright, folder / "profile", wire.url)
                tablet.signs_in()
                same = _nothing_new(tablet, wire)
                views, longest = _offline(tablet)
                tablet.is_closed()
        finally:
            server.stop()
    rows = [
        ["first view, no network, ms", median(views), max(views), FIRST_VIEW_MS],
        ["longest task while scrolling, ms", longest, longest, LONG_TASK_MS],
        ["sync of nothing new, bytes", same, same, NOTHING_NEW_BYTES],
    ]
    heads = ["what", "median", "worst", "must", ""]
    table = [[*row, "ok" if row[1] <= row[3] else "OVER"] for row in rows]
    print_table(f"A list of {REPORTS} reports, {CPU_SLOWDOWN} × slower CPU", heads, table)


def _fill(server: Server) -> None:
    for nth in range(REPORTS):
        address = f"/api/v1/reports/{uuid4()}"
        report = {"category": "PA03", "description": f"Planke {nth} er brukket. " * 4}
        report |= {"position": {"lat": 58.9 + nth / 5_000, "lon": 5.7, "accuracy_m": 5}}
        answer = json.loads(server.request("PUT", address, report)[1])
        if nth < WITH_PHOTO:
            key = {"Authorization": f"Bearer {answer['key']}", "Content-Type": "image/jpeg"}
            server.request("PUT", f"{address}/photos/{uuid4()}", a_photo(), key)


def _nothing_new(tablet: Tablet, wire: Wire) -> int:
    tablet.opens("/crew")
    tablet.page.wait_for_timeout(3_000)
    wire.exchanges.clear()
    tablet.page.evaluate("dispatchEvent(new Event('online'))")
    tablet.page.wait_for_timeout(3_000)
    return sum(one.received_bytes for one in wire.exchanges if "/worklist" in one.path)


def _offline(tablet: Tablet) -> tuple[list[float], float]:
    tablet.context.set_offline(True)
    tablet.context.add_init_script(SEEN)
    tablet.context.new_cdp_session(tablet.page).send(
        "Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWDOWN}
    )
    views = []
    for _ in range(RUNS):
        tablet.page.goto("about:blank")
        tablet.page.goto("/crew", wait_until="commit")
        views.append(float(tablet.page.evaluate("seen")))
    return views, _longest_task_while_scrolling(tablet.page)


def _longest_task_while_scrolling(page: Page) -> float:
    # The map is drawn once the list stands, and is no part of scrolling.
    page.locator(".leaflet-container canvas").wait_for()
    page.wait_for_timeout(2_000)
    page.evaluate("tasks.length = 0")
    page.mouse.move(200, 500)
    for _ in range(MOST_SCREENS):
        page.mouse.wheel(0, 800)
        page.wait_for_timeout(100)
        if page.locator(".card").count() >= REPORTS:
            break
    else:
        raise RuntimeError("the end of the list was never reached")
    return float(page.evaluate("Math.max(0, ...tasks)"))
