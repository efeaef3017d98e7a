"""What a first visit to a sign costs: everything that a real browser fetches, as it comes in."""

from __future__ import annotations

import re
import time

import pytest

from bench.budgets import COLD_BYTES, COLD_REQUESTS, PRECACHE_BYTES
from bench.wire import counted
from tests.journeys.people import PHONE
from tests.phone import AT_WORK, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo server")]
QUIET_S = 1


@pytest.fixture(params=["park", "sports hall"])
def visit(request, browser, demo_server):
    """All exchanges of a first visit, until the worker has fetched what it keeps."""
    code = re.search(rf"a {request.param}: \S+/s/(\w{{6}})", demo_server.log())[1]
    with counted(demo_server.port) as wire:
        context = browser.new_context(viewport=PHONE, locale="nb-NO", base_url=wire.url)
        page = context.new_page()
        page.goto(f"/s/{code}")
        wait_until(page, AT_WORK)
        while time.perf_counter() - wire.exchanges[-1].began < QUIET_S:
            page.wait_for_timeout(100)
        context.close()
    return wire.exchanges


def test_a_first_visit_is_light(visit):
    """As Lighthouse counts: with the manifest, and without what the worker does afterwards."""
    for exchange in visit:
        print(exchange.received_bytes, exchange.path, "by the worker" * exchange.by_worker)
    later = [exchange for exchange in visit if is_later(exchange)]
    now = [exchange for exchange in visit if not is_later(exchange)]
    print("at once:", len(now), "requests,", weight(now), "bytes; afterwards:", weight(later))
    assert weight(now) <= COLD_BYTES
    assert len(now) <= COLD_REQUESTS
    assert any(exchange.by_worker for exchange in later), "the worker keeps nothing"
    assert weight(later) <= PRECACHE_BYTES


def is_later(exchange):
    # The manifest is part of the visit, whoever asks for it first.
    is_manifest = exchange.path.startswith("/manifest.webmanifest")
    return (exchange.by_worker or exchange.path == "/worker.js") and not is_manifest


def weight(exchanges):
    return sum(exchange.received_bytes for exchange in exchanges)
