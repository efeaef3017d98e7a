"""The same report many times at once is one report."""

import json
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from tests.conftest import a_report
from tests.pictures import a_photo

pytestmark = pytest.mark.soak


def test_twenty_equal_requests_from_eight_threads_make_one_report(live_server):
    report_id, body = uuid4(), a_report(contact={"email": "innbygger@example.org"})

    def put(_n):
        return live_server.request("PUT", f"/api/v1/reports/{report_id}", body)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(put, range(20)))
    assert sorted(status for status, _ in answers) == [200] * 19 + [201]
    assert len({content for _, content in answers}) == 1


def test_twenty_equal_photos_from_eight_threads_make_one_photo(live_server):
    report_id, photo_id, photo = uuid4(), uuid4(), a_photo()
    _, content = live_server.request("PUT", f"/api/v1/reports/{report_id}", a_report())
    key = {"Authorization": f"Bearer {json.loads(content)['key']}"}

    def put(_n):
        address = f"/api/v1/reports/{report_id}/photos/{photo_id}"
        return live_server.request("PUT", address, photo, key)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(put, range(20)))
    assert sorted(status for status, _ in answers) == [200] * 19 + [201]
    _, content = live_server.request("GET", f"/api/v1/reports/{report_id}", headers=key)
    assert len(json.loads(content)["photos"]) == 1


def test_other_content_at_the_same_moment_is_a_conflict_for_one(live_server):
    report_id = uuid4()

    def put(n):
        body = a_report(description=f"Nummer {n}")
        return live_server.request("PUT", f"/api/v1/reports/{report_id}", body)

    with ThreadPoolExecutor(8) as threads:
        statuses = sorted(status for status, _ in threads.map(put, range(8)))
    assert statuses == [201] + [409] * 7
