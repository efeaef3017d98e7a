"""What comes between a sign and a decoder: recipes for simulated photographs.

A recipe does not know which symbol it will be used on, so every design meets the same photographs.
Strengths run evenly from slight to hopeless. They were set by what happens to signs and phones,
weakened once where our own design alone was hardly read, and frozen before any comparison.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Map = NDArray[np.float32]
Chance = np.random.Generator

# The plate as it is printed: its own side, and the symbol's on it without the quiet zone.
PLATE_PX, SYMBOL_PX = 720, 480
# The picture a decoder gets, and the symbol's width in it from straight ahead at a usual distance.
FRAME_PX, USUAL_PX = 512, 240
# Drawn twice as large and then made smaller, as a lens does: no jagged edges that help or harm.
OVERSIZE = 2
INK, PAPER, WALL = 28, 225, 95
# How far the camera is, in widths of the symbol: what makes far edges shorter than near ones.
CAMERA_WIDTHS = 3.0


@dataclass
class Photograph:
    """One recipe. Angles are in degrees, pixels are those of the frame, light is 0 to 255."""

    tilt: float = 8.0
    tilt_towards: float = 0.0
    turn: float = 0.0
    width: float = USUAL_PX
    blur: float = 0.7
    motion: tuple[float, float] = (0.0, 0.0)
    cover: Map | None = None
    cover_light: Map | None = None
    contrast: float = 1.0
    brightness: float = 0.0
    light: Map | None = None
    noise: float = 3.0
    quality: int = 85
    chance: Chance = field(default_factory=lambda: np.random.default_rng(0))


def photographs(family: str, count: int, seed: int) -> list[Photograph]:
    """`count` recipes of one family, from slight to hopeless; the same ones for a seed."""
    recipes = []
    for number in range(count):
        chance = np.random.default_rng([seed, list(FAMILIES).index(family), number])
        one = Photograph(
            tilt=chance.uniform(0, 15),
            tilt_towards=chance.uniform(0, 360),
            turn=chance.uniform(-12, 12),
            width=USUAL_PX * chance.uniform(0.85, 1.15),
            blur=chance.uniform(0.5, 0.9),
            noise=chance.uniform(2, 5),
            chance=chance,
        )
        FAMILIES[family](one, (number + 0.5) / count)
        recipes.append(one)
    return recipes


def take(photograph: Photograph, plate: Grey) -> Grey:
    """The plate as this photograph shows it."""
    seen = plate.astype(np.float32)
    if photograph.cover is not None and photograph.cover_light is not None:
        seen += photograph.cover * (photograph.cover_light - seen)
    shrunk = SYMBOL_PX / (photograph.width * OVERSIZE)
    if shrunk > 1:
        seen = cv2.GaussianBlur(seen, (0, 0), 0.4 * shrunk)
    large = FRAME_PX * OVERSIZE
    seen = cv2.warpPerspective(seen, _view(photograph), (large, large), borderValue=WALL)
    seen = cv2.resize(seen, (FRAME_PX, FRAME_PX), interpolation=cv2.INTER_AREA)
    seen = _lit(photograph, seen)
    seen = _shaken(photograph, cv2.GaussianBlur(seen, (0, 0), photograph.blur))
    grain = np.random.default_rng(photograph.chance.bit_generator.seed_seq.entropy)
    seen += grain.standard_normal(seen.shape, np.float32) * photograph.noise
    quality = [cv2.IMWRITE_JPEG_QUALITY, photograph.quality]
    _done, packed = cv2.imencode(".jpg", np.clip(seen, 0, 255).astype(np.uint8), quality)
    return cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE)


def _view(photograph: Photograph) -> Map:
    """Plate to frame: a pinhole camera before a plate that is turned, then tilted away."""
    turn, towards, tilt = np.radians([photograph.turn, photograph.tilt_towards, photograph.tilt])
    half = PLATE_PX / 2
    corners = np.array([(-half, -half), (half, -half), (half, half), (-half, half)])
    flat = corners @ _rotation(turn - towards).T
    depth = flat[:, 0] * np.sin(tilt) / (SYMBOL_PX * CAMERA_WIDTHS)
    flat[:, 0] *= np.cos(tilt)
    seen = (flat / (1 + depth[:, None])) @ _rotation(towards).T
    middle = FRAME_PX * OVERSIZE / 2
    seen = seen * (photograph.width * OVERSIZE / SYMBOL_PX) + middle
    return cv2.getPerspectiveTransform((corners + half).astype(np.float32), seen.astype(np.float32))


def _rotation(angle: float) -> NDArray[np.float64]:
    return np.array([(np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle))])


def _lit(photograph: Photograph, seen: Map) -> Map:
    middle = (INK + PAPER) / 2
    seen = (seen - middle) * photograph.contrast + middle + photograph.brightness
    return seen if photograph.light is None else seen + photograph.light


def _shaken(photograph: Photograph, seen: Map) -> Map:
    across, down = photograph.motion
    length = int(np.ceil(np.hypot(across, down)))
    if length < 2:
        return seen
    path = np.zeros((length + 2, length + 2), np.float32)
    middle = (length + 1) / 2
    half = np.array((across, down)) / 2
    start, end = (tuple(np.round(middle + way * half).astype(int).tolist()) for way in (-1, 1))
    cv2.line(path, start, end, 1.0)
    return cv2.filter2D(seen, -1, path / path.sum())


# The families. `strength` runs from 0 to 1.


def _perspective(one: Photograph, strength: float) -> None:
    """From beside or below: 25 to 75 degrees."""
    one.tilt = 25 + 50 * strength


def _blur(one: Photograph, strength: float) -> None:
    """Out of focus, or a hand that moves: up to one and a half modules of a small symbol."""
    if one.chance.random() < 0.5:
        one.blur = 1 + 5 * strength
    else:
        way = one.chance.uniform(0, 2 * np.pi)
        one.motion = tuple((4 + 20 * strength) * np.array((np.cos(way), np.sin(way))))


def _distance(one: Photograph, strength: float) -> None:
    """From across the road: the symbol 110 down to 25 points wide."""
    one.width = 110 - 85 * strength


def _dirt(one: Photograph, strength: float) -> None:
    """Splashes, dust and streaks on 2 to 22 % of the plate, darker or lighter than the paper."""
    spots = _field(one.chance, 28)
    rough = _field(one.chance, 70) + 0.6 * spots
    share = 0.02 + 0.2 * strength
    one.cover = _softly(rough > np.quantile(rough, 1 - share), 1.5) * 0.9
    one.cover_light = np.full_like(rough, one.chance.uniform(60, 150)) + 18 * spots


def _occlusion(one: Photograph, strength: float) -> None:
    """One to three stickers, leaves or patches of snow on 2 to 20 % of the symbol."""
    pieces = one.chance.integers(1, 4)
    area = (0.02 + 0.18 * strength) * SYMBOL_PX**2 / pieces
    cover = np.zeros((PLATE_PX, PLATE_PX), np.float32)
    light = np.zeros_like(cover)
    for _ in range(pieces):
        ratio = one.chance.uniform(0.5, 2)
        sides = (np.sqrt(area * ratio), np.sqrt(area / ratio))
        centre = tuple(PLATE_PX / 2 + one.chance.uniform(-0.45, 0.45, 2) * SYMBOL_PX)
        piece = np.zeros_like(cover)
        turned = (centre, sides, one.chance.uniform(0, 180))
        if one.chance.random() < 0.5:
            cv2.fillPoly(piece, [cv2.boxPoints(turned).astype(np.int32)], 1.0)
        else:
            # An ellipse of the same area is a little longer than the rectangle.
            longer = tuple(side * 2 / np.sqrt(np.pi) for side in sides)
            cv2.ellipse(piece, (centre, longer, turned[2]), 1.0, -1)
        light[piece > 0] = one.chance.choice([40, 110, 180, 240])
        cover = np.maximum(cover, piece)
    one.cover, one.cover_light = cover, light


def _glare(one: Photograph, strength: float) -> None:
    """The sun or a lamp in the surface: a round spot or a strip, up to a third of the symbol."""
    down, across = np.mgrid[:FRAME_PX, :FRAME_PX].astype(np.float32)
    x, y = FRAME_PX / 2 + one.chance.uniform(-0.4, 0.4, 2) * USUAL_PX
    angle = one.chance.uniform(0, np.pi)
    off = np.abs((across - x) * np.cos(angle) + (down - y) * np.sin(angle))
    if one.chance.random() < 0.5:
        off = np.hypot(across - x, down - y)
        radius = USUAL_PX * (0.05 + 0.2 * strength)
    else:
        radius = USUAL_PX * (0.02 + 0.1 * strength)
    one.light = 320 * np.exp(-((off / radius) ** 2) / 2)


def _low_contrast(one: Photograph, strength: float) -> None:
    """Faded ink at dusk: half of the contrast down to 4 %, uneven light, a noisy picture."""
    one.contrast = 0.5 - 0.46 * strength
    one.brightness = one.chance.uniform(-50, 40)
    way = one.chance.uniform(0, 2 * np.pi)
    down, across = np.mgrid[-1 : 1 : FRAME_PX * 1j, -1 : 1 : FRAME_PX * 1j].astype(np.float32)
    one.light = (25 * (across * np.cos(way) + down * np.sin(way))).astype(np.float32)
    one.noise = 3 + 4 * strength


def _field(chance: Chance, grain_px: float) -> Map:
    """Clouds of about this size, mean 0 and deviation 1."""
    small = max(4, round(PLATE_PX / grain_px))
    rough = chance.standard_normal((small, small)).astype(np.float32)
    clouds = cv2.resize(rough, (PLATE_PX, PLATE_PX), interpolation=cv2.INTER_CUBIC)
    return (clouds - clouds.mean()) / clouds.std()


def _softly(where: NDArray[np.bool_], blur: float) -> Map:
    return cv2.GaussianBlur(where.astype(np.float32), (0, 0), blur)


FAMILIES: dict[str, Callable[[Photograph, float], None]] = {
    "perspective": _perspective,
    "blur": _blur,
    "distance": _distance,
    "dirt": _dirt,
    "occlusion": _occlusion,
    "glare": _glare,
    "low contrast": _low_contrast,
}
