"""Photos: decoded, turned upright, stripped of everything but pixels, and stored.

Not public until a person releases them. Nothing of the original file survives, so neither does the
place and time a phone writes into it.
"""

from __future__ import annotations

import hashlib
import io
import math
import re
import threading
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import pillow_heif
from PIL import Image, ImageDraw, ImageOps

from app.database import free_connection, now, session
from app.permissions import MB
from app.problems import ReusedId, TooManyPhotos, UnreadablePhoto
from app.reports.models import DeletedPhoto, Photo, Report
from app.reports.photo_store import photo_store

MAX_BYTES = 15 * MB
MAX_PER_REPORT = 3
MAX_SIDE_PX = 2048
THUMBNAIL_SIDE_PX = 400
JPEG_QUALITY = 82

# What is unpacked: three bytes a pixel, and four where it is transparent, which takes copies too.
# JPEG in one scan is decoded at a fraction of its size; else each scan passes over all of it.
MAX_JPEG_PIXELS = 220_000_000
MAX_PIXELS = 60_000_000
MAX_TRANSPARENT_PIXELS = 25_000_000
MAX_SCANS = 50

_FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
# What begins a part of a JPEG; a stuffed zero and the marks within a scan are none.
_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])", re.DOTALL)
_START, _END, _SCAN = 0xD8, 0xD9, 0xDA

# One picture at a time in each server process: unpacked pixels are the largest thing it ever holds.
_one_at_a_time = threading.Semaphore(1)

pillow_heif.register_heif_opener()
# Our own limits below are checked on the header, before any pixel is unpacked.
Image.MAX_IMAGE_PIXELS = None


@dataclass(frozen=True, slots=True)
class PreparedPhoto:
    """A photo re-encoded in both sizes; `fingerprint` is the SHA-256 of what was sent."""

    fingerprint: str
    photo: bytes
    thumbnail: bytes
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of a picture, in per cent of its width and height."""

    left: float
    top: float
    width: float
    height: float

    def corners_px(self, width_px: int, height_px: int) -> tuple[int, int, int, int]:
        """The first and the last pixel: whatever is touched is covered, to the picture's edge."""
        right = min(self.left + self.width, 100)
        bottom = min(self.top + self.height, 100)
        return (
            math.floor(self.left * width_px / 100),
            math.floor(self.top * height_px / 100),
            math.ceil(right * width_px / 100) - 1,
            math.ceil(bottom * height_px / 100) - 1,
        )


def fingerprint_of(content: bytes) -> str:
    """The SHA-256 that tells one upload from another."""
    return hashlib.sha256(content).hexdigest()


def prepare_photo(content: bytes) -> PreparedPhoto:
    """Re-encode an upload; touches no database.

    Raises:
        UnreadablePhoto: it is no JPEG, PNG, WebP or HEIC, it is damaged, or it has too many pixels.
    """
    with _one_at_a_time:
        return _in_both_sizes(_decode(content), content)


def prepare_aside(content: bytes) -> PreparedPhoto:
    """The same for a request that has written nothing yet.

    Decoding takes its time; meanwhile others can write. What was read before is read anew.

    Raises:
        UnreadablePhoto
    """
    free_connection()
    return prepare_photo(content)


def black_out(content: bytes, areas: Sequence[Area]) -> PreparedPhoto:
    """A stored photo with areas painted over in both sizes; touches no database.

    The pixels below are gone before anything is encoded: no size is made from what was there.

    Raises:
        UnreadablePhoto: it is damaged.
    """
    with _one_at_a_time:
        image = _decode(content)
        brush = ImageDraw.Draw(image)
        for area in areas:
            brush.rectangle(area.corners_px(image.width, image.height), fill="black")
        return _in_both_sizes(image, content)


def _in_both_sizes(image: Image.Image, content: bytes) -> PreparedPhoto:
    thumbnail = image.copy()
    thumbnail.thumbnail((THUMBNAIL_SIDE_PX, THUMBNAIL_SIDE_PX))
    return PreparedPhoto(
        fingerprint=fingerprint_of(content),
        photo=_as_jpeg(image),
        thumbnail=_as_jpeg(thumbnail),
        width_px=image.width,
        height_px=image.height,
    )


def _decode(content: bytes) -> Image.Image:
    try:
        image: Image.Image = Image.open(io.BytesIO(content), formats=_FORMATS)
        if image.format in {"JPEG", "MPO"}:
            _draft(image, content)
        _refuse_too_many_pixels(image)
        # From here on it has the size that was drafted; to make it smaller would draft it anew.
        image.load()
        if image.mode not in {"RGB", "RGBA", "L"}:
            image = image.convert("RGBA" if image.has_transparency_data else "RGB")
        image.thumbnail((MAX_SIDE_PX, MAX_SIDE_PX))
        return _on_white(ImageOps.exif_transpose(image))
    except UnreadablePhoto:
        raise
    except Exception as error:
        # Decoders meet hostile files with many kinds of errors; each means the same to the sender.
        raise UnreadablePhoto from error


def _draft(image: Image.Image, content: bytes) -> None:
    """Have a JPEG decoded at a fraction of its size, as far as its shorter side allows."""
    scans = _count_scans(content)
    most = MAX_JPEG_PIXELS if scans == 1 else MAX_PIXELS
    if scans > MAX_SCANS or image.width * image.height > most:
        raise UnreadablePhoto
    image.draft("RGB", (MAX_SIDE_PX, MAX_SIDE_PX))


def _count_scans(content: bytes) -> int:
    """How often a JPEG passes over its picture; one more than are read where it is more."""
    at = scans = 0
    while scans <= MAX_SCANS and (marker := _MARKER.search(content, at)):
        at, kind = marker.end(), marker[1][0]
        if kind == _END:
            break
        scans += kind == _SCAN
        if kind != _START:
            at += int.from_bytes(content[at : at + 2])
    return scans


def _refuse_too_many_pixels(image: Image.Image) -> None:
    most = MAX_TRANSPARENT_PIXELS if image.has_transparency_data else MAX_PIXELS
    if image.width * image.height > most:
        raise UnreadablePhoto


def _on_white(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    transparent = image.convert("RGBA")
    page = Image.new("RGBA", transparent.size, "white")
    return Image.alpha_composite(page, transparent).convert("RGB")


def _as_jpeg(image: Image.Image) -> bytes:
    # A fresh image has no metadata to carry over.
    bare = Image.new("RGB", image.size)
    bare.paste(image)
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=JPEG_QUALITY, optimize=True, progressive=True)
    return out.getvalue()


def keep_photo(
    photo_uuid: uuid.UUID,
    prepared: PreparedPhoto,
    report: Report | None,
    *,
    by_staff: bool = False,
    moment: str | None = None,
) -> Photo:
    """Store a prepared photo for a report, or for nobody yet (`report=None`)."""
    photo = Photo(
        uuid=photo_uuid,
        report_id=None if report is None else report.id,
        name=photo_store().put(prepared.photo, prepared.thumbnail),
        fingerprint=prepared.fingerprint,
        width_px=prepared.width_px,
        height_px=prepared.height_px,
        by_staff=by_staff,
        moment=moment,
        created_at=now(),
    )
    session().add(photo)
    session().flush()
    return photo


def refuse_other_content(known: Photo | DeletedPhoto, report: Report, fingerprint: str) -> None:
    """A photo id seen before stands for the same photo of the same report, or is refused.

    Raises:
        ReusedId: it stands for something else.
    """
    if known.report_id != report.id or known.fingerprint != fingerprint:
        raise ReusedId


def refuse_a_fourth(count: int) -> None:
    """Three photos say what a report needs.

    Raises:
        TooManyPhotos: the reporter has sent that many already.
    """
    if count >= MAX_PER_REPORT:
        raise TooManyPhotos(most=MAX_PER_REPORT)
