"""The icon as pictures: some phones take no SVG for their home screen.

Drawn from the same figures as `pwa/src/icon.svg`: a pin with a tick in it, on 32 by 32 units.
"""

from __future__ import annotations

import io
from functools import cache

from PIL import Image, ImageDraw

GREEN = "#0d7a5f"
WHITE = "#ffffff"
UNITS = 32
# The pin's head, the point it ends in, and the tick.
HEAD = (16.0, 12.9, 12.0)
TIP = ((5.6, 18.8), (26.4, 18.8), (16.0, 31.0))
TICK = ((10.5, 13.0), (14.5, 17.0), (21.5, 9.5))
TICK_WIDTH = 3.2
# A phone may cut a maskable icon to a circle four fifths as wide as the picture.
MASKABLE_SHARE = 0.6
# Drawn larger and scaled down, since Pillow does not smooth edges.
OVERSAMPLING = 4
# Two colours and the steps between them.
COLOURS = 16

SIZES_PX = (180, 192, 512)


@cache
def icon(size_px: int, *, maskable: bool) -> bytes:
    """The icon as PNG: a green pin, or for maskable ones a white pin on green to the edges."""
    pin, tick, ground = (WHITE, GREEN, GREEN) if maskable else (GREEN, WHITE, WHITE)
    side = size_px * OVERSAMPLING
    share = MASKABLE_SHARE if maskable else 0.86
    scale, shift = side * share / UNITS, side * (1 - share) / 2

    def at(x: float, y: float) -> tuple[float, float]:
        return shift + x * scale, shift + y * scale

    picture = Image.new("RGB", (side, side), ground)
    draw = ImageDraw.Draw(picture)
    x, y, radius = HEAD
    draw.ellipse((at(x - radius, y - radius), at(x + radius, y + radius)), fill=pin)
    draw.polygon([at(*corner) for corner in TIP], fill=pin)
    points = [at(*corner) for corner in TICK]
    draw.line(points, fill=tick, width=round(TICK_WIDTH * scale), joint="curve")
    for end in points:
        draw.circle(end, TICK_WIDTH * scale / 2, fill=tick)
    content = io.BytesIO()
    small = picture.resize((size_px, size_px), Image.Resampling.LANCZOS)
    small.quantize(COLOURS).save(content, "PNG", optimize=True)
    return content.getvalue()
