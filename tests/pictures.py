"""Photos as phones make them, and files that only look like photos."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from PIL import Image

# Stavanger, as a phone would write it into the file.
GPS = {1: "N", 2: (58.0, 58.0, 12.0), 3: "E", 4: (5.0, 44.0, 0.0)}
ORIENTATION_TAG, GPS_TAG, MAKE_TAG = 0x0112, 0x8825, 0x010F
ROTATED_90 = 6


def a_photo(
    kind: str = "JPEG", size: tuple[int, int] = (800, 600), *, red_left: bool = False
) -> bytes:
    """A plain picture; with `red_left` its left half is red, to see which way is up."""
    image = Image.new("RGB", size, "green")
    if red_left:
        image.paste("red", (0, 0, size[0] // 2, size[1]))
    return encoded(image, kind)


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def a_phone_photo(kind: str = "JPEG") -> bytes:
    """A picture lying on its side, with the maker and the position in its metadata."""
    image = Image.new("RGB", (1200, 900), "green")
    image.paste("red", (0, 0, 1200, 300))
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = ROTATED_90
    exif[MAKE_TAG] = "Telefon"
    exif.get_ifd(GPS_TAG).update(GPS)
    return encoded(image, kind, exif=exif)


def a_transparent_png() -> bytes:
    return encoded(Image.new("RGBA", (50, 50), (0, 0, 0, 0)), "PNG")


def a_huge_png() -> bytes:
    """A PNG of a few bytes that says it is 50,000 × 50,000."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    row = zlib.compress(b"\0" * 150_001)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", row) + chunk(b"IEND", b"")


def a_jpeg_of_scans(count: int) -> bytes:
    """A small JPEG that passes over its picture so many times more, each in a few bytes."""
    whole = encoded(Image.new("L", (64, 64)), "JPEG", progressive=True)
    last = whole.rindex(b"\xff\xda")
    return whole[:last] + whole[last:-2] * count + whole[-2:]


def a_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("photo.jpg", "not a photo")
    return out.getvalue()


NOT_PHOTOS = {
    "a ZIP": a_zip(),
    "a PNG of 50,000 × 50,000": a_huge_png(),
    "half a JPEG": a_photo()[:1500],
    "a JPEG of 60 scans": a_jpeg_of_scans(60),
    "an empty file": b"",
    "a page": b"<html><script>alert(1)</script></html>",
    "a drawing": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "a GIF": encoded(Image.new("P", (10, 10)), "GIF"),
    "noise": bytes(range(256)) * 40,
}
