"""What a page may weigh on the wire: tests hold the limits, measurements print the room."""

from __future__ import annotations

# Ten TCP segments of 1,460 bytes: what a server sends before it must wait for the phone.
PAGE_BYTES, PAGE_AIM_BYTES = 14_600, 12_000
# A first visit as a browser makes it, the worker and what it fetches by itself included.
COLD_BYTES, COLD_AIM_BYTES = 20_000, 15_000
COLD_REQUESTS, COLD_AIM_REQUESTS = 6, 5
# What the worker fetches in the background, once, so that any sign works without a network.
PRECACHE_BYTES = 60_000
