"""A photo as a phone of today takes it: 12 million points, lying on its side, with its position."""

from __future__ import annotations

import numpy as np
from PIL import Image

from tests.pictures import GPS, GPS_TAG, MAKE_TAG, ORIENTATION_TAG, ROTATED_90, encoded

WIDTH_PX, HEIGHT_PX = 4032, 3024
SEED = 20261123
# Chosen so that the file weighs as a real photo does: 5.5 MB as taken, 0.27 MB at 1280 px and 0.7.
GRAIN, SLOPE, CONTRAST, QUALITY = 3.0, 1.1, 42.0, 90


def a_photo_of_12_megapixels() -> bytes:
    """Noise with the spectrum of real photos, fine grain on top; the same bytes each time."""
    random = np.random.default_rng(SEED)
    light = _pink(random) * CONTRAST + 120
    channels = [
        light + _pink(random, 4) * CONTRAST / 3 + random.normal(0, GRAIN, light.shape)
        for _ in range(3)
    ]
    pixels = np.clip(np.dstack(channels), 0, 255).astype(np.uint8)
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = ROTATED_90
    exif[MAKE_TAG] = "Telefon"
    exif.get_ifd(GPS_TAG).update(GPS)
    return encoded(Image.fromarray(pixels), "JPEG", quality=QUALITY, exif=exif)


def _pink(random: np.random.Generator, coarse: int = 1) -> np.ndarray:
    """Noise that is the weaker the finer it is; `coarse` times coarser than a point."""
    height, width = HEIGHT_PX // coarse, WIDTH_PX // coarse
    distance = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None, :])
    distance[0, 0] = np.inf
    spectrum = np.fft.rfft2(random.normal(size=(height, width))) / distance**SLOPE
    field = np.fft.irfft2(spectrum, s=(height, width))
    field /= field.std()
    return field if coarse == 1 else np.kron(field, np.ones((coarse, coarse)))
