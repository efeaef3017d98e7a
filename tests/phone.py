"""What a phone has kept, seen from inside its browser."""

from __future__ import annotations

import time

from playwright.sync_api import Page

READY_S = 60
IS_READY = r"""
async () => {
  const find = (path) => caches.match(path, {ignoreVary: true});
  const paths = ['/offline', '/mine', '/form-texts', '/api/v1/directory'];
  const found = await Promise.all(paths.map((path) => find(`${path}?lang=nb`)));
  if (!found.every(Boolean)) return false;
  const files = (await found[0].text()).match(/\/static\/[\w.-]+/g);
  return (await Promise.all(files.map(find))).every(Boolean);
}
"""
# That a worker is at work; unlike `ready`, which may never come, it can be asked again and again.
AT_WORK = "async () => Boolean((await navigator.serviceWorker.getRegistration())?.active)"
# Whoever sends, page or worker, holds a lock meanwhile.
IS_QUIET = "async () => (await navigator.locks.query()).held.length === 0"


def wait_until_ready(page: Page) -> None:
    """Wait for the worker that this page has registered to have kept all it needs."""
    wait_until(page, IS_READY)


def wait_until_quiet(page: Page) -> None:
    """Wait until no upload is on its way, which may meet a network that comes back."""
    wait_until(page, IS_QUIET)


def wait_until(page: Page, condition: str) -> None:
    """Wait for a function in the page; Playwright's own needs eval, which our pages forbid."""
    deadline = time.monotonic() + READY_S
    while not page.evaluate(condition):
        assert time.monotonic() < deadline, condition
        page.wait_for_timeout(50)
