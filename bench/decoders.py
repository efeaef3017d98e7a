"""The three decoders that symbols are measured with."""

from __future__ import annotations

from collections.abc import Callable

from pyzbar import pyzbar

from qr_signs.check import Picture, read_with_opencv, read_with_zxing


def read_with_zbar(picture: Picture) -> str:
    """What zbar reads, or nothing."""
    found = pyzbar.decode(picture, symbols=[pyzbar.ZBarSymbol.QRCODE])
    return found[0].data.decode() if len(found) == 1 else ""


DECODERS: dict[str, Callable[[Picture], str]] = {
    "zbar": read_with_zbar,
    "zxing": read_with_zxing,
    "OpenCV": read_with_opencv,
}
