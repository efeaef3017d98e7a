"""What a resident's page weighs as sent: one round trip, in every language."""

from __future__ import annotations

import pytest

from app.languages import LANGUAGES
from bench.budgets import PAGE_BYTES

# Offers what is wrong at every kind of place; it is opened on purpose, not by a camera.
SIGNLESS_BYTES = 17_000

PAGES = {
    "a park's sign": "/s/{park}",
    "a hall's sign": "/s/{hall}",
    "no sign": "/report",
    "start": "/",
    "a place": "/places/{place}",
}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_comes_in_one_round_trip_in_every_language(
    client, park_sign, hall_sign, filed, page
):
    for _ in range(5):
        filed(sign=park_sign.code)
        filed(sign=hall_sign.code, category="IH03")
    words = {"park": park_sign.code, "hall": hall_sign.code, "place": park_sign.place_id}
    address = PAGES[page].format(**words)
    sizes = {code: weight(client, f"{address}?lang={code}") for code in LANGUAGES}
    print(page, sizes)
    most = SIGNLESS_BYTES if page == "no sign" else PAGE_BYTES
    assert max(sizes.values()) <= most, sizes


def weight(client, address):
    answer = client.get(address, headers={"Accept-Encoding": "br"})
    assert answer.status_code == 200
    assert answer.headers["Content-Encoding"] == "br"
    return len(answer.data)
