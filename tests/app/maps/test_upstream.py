"""Nobody waits long for a service outside."""

import time

import pytest

from app.maps import addresses, tiles
from app.maps.upstream import Upstream, UpstreamAway


@pytest.mark.parametrize("mood", ["silent", "dripping"])
def test_a_slow_service_is_given_up(outside, mood):
    outside.mood = mood
    slow = Upstream("slow", timeout_s=0.5, most_bytes=1000)
    begun = time.monotonic()
    with pytest.raises(UpstreamAway):
        slow.fetch(outside.url, lambda _kind, body: body)
    assert 0.4 < time.monotonic() - begun < 1.5


def test_a_service_that_is_down_is_known_at_once():
    away = Upstream("away", timeout_s=4, most_bytes=1000)
    begun = time.monotonic()
    with pytest.raises(UpstreamAway):
        away.fetch("http://127.0.0.1:1/", lambda _kind, body: body)
    assert time.monotonic() - begun < 0.5


def test_the_limits_are_those_people_bear():
    assert tiles.TIMEOUT_S <= 4
    assert addresses.TIMEOUT_S <= 2
