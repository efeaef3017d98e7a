"""The mask of a symbol: eight are allowed, and some make one decoder stumble over some codes.

What the standard's penalty prefers does not tell which (docs/decisions/0008), so the symbol is
looked at the way a phone does: tilted, blurred, small, noisy.
"""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from qr_signs.check import Picture, read_with_opencv, read_with_zxing
from qr_signs.false_finders import has_false_finder
from qr_signs.sign import Misread
from qr_signs.symbol import QUIET_ZONE_MODULES, modules_of

MASKS = range(8)
LOOKS = 8
MODULE_PX = 4
# As large as on a page that is checked: some symbols defeat a decoder only when they are clear.
CLEAR_MODULE_PX = 12
# Fixed, so that a sign gets the same mask whenever and wherever it is chosen.
SEED = 7410

cv2.setNumThreads(1)


def best_mask(address: str) -> int:
    """The mask (0–7) with which OpenCV reads this symbol most often when disturbed, among those
    without a false finder that both decoders read when it is clear; always the same for an address.

    Raises:
        Misread: there is none.
    """
    masks = [mask for mask in MASKS if not has_false_finder(modules_of(address, mask))] or MASKS
    seen = {mask: _times_read(address, mask) for mask in masks}
    for mask in sorted(masks, key=lambda mask: (-seen[mask], mask)):
        clear = draw(address, mask, CLEAR_MODULE_PX)
        if read_with_opencv(clear) == read_with_zxing(clear) == address:
            return mask
    raise Misread(address.rpartition("/")[2], 0, "")


def _times_read(address: str, mask: int) -> int:
    """How many of the looks OpenCV reads; zxing does not mind which mask it is."""
    picture = draw(address, mask, MODULE_PX)
    looks = (_seen(picture, number) for number in range(LOOKS))
    return sum(read_with_opencv(look) == address for look in looks)


def draw(address: str, mask: int, module_px: int) -> Picture:
    """The symbol with its quiet zone, without any disturbance."""
    dark = np.pad(np.array(modules_of(address, mask)), QUIET_ZONE_MODULES)
    pixels = np.where(dark, 20, 235).astype(np.uint8)
    drawn: Picture = np.kron(pixels, np.ones((module_px, module_px), np.uint8))
    return drawn


def _seen(picture: Picture, number: int) -> Picture:
    """The symbol as one of a few fixed looks shows it."""
    tilt, blur, shrink, noise = _looks()[number]
    side = picture.shape[0]
    straight = np.array([(0, 0), (side, 0), (side, side), (0, side)], np.float32)
    warp = cv2.getPerspectiveTransform(straight, straight * shrink + tilt * side)
    shape = (round(side * 1.25), round(side * 1.25))
    warped = cv2.warpPerspective(picture, warp, shape, borderValue=90)
    blurred = cv2.GaussianBlur(warped, (0, 0), blur).astype(np.float32)
    disturbed = np.clip(blurred + noise * _grain(shape[0]), 0, 255)
    return disturbed.astype(np.uint8)


@cache
def _grain(side: int) -> NDArray[np.float32]:
    return np.random.default_rng(SEED).normal(0, 1, (side, side)).astype(np.float32)


@cache
def _looks() -> list[tuple[NDArray[np.float32], float, float, float]]:
    """Tilt of each corner as a part of the side, blur in pixels, size, and noise."""
    chance = np.random.default_rng(SEED)
    return [
        (
            (chance.uniform(-0.08, 0.08, (4, 2)) + 0.12).astype(np.float32),
            float(chance.uniform(0.6, 1.7)),
            float(chance.uniform(0.65, 0.95)),
            float(chance.uniform(2, 9)),
        )
        for _ in range(LOOKS)
    ]
