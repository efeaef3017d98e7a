"""Every symbol of a finished file read back by two independent decoders before it is handed out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import cv2
import numpy as np
import pypdfium2
import zxingcpp
from numpy.typing import NDArray

from qr_signs.formats import Format
from qr_signs.layout import Square, lay_out_furniture
from qr_signs.pdf import MARK_GAP_MM, MARK_LENGTH_MM, Progress, find_format, unwatched, write_pdf
from qr_signs.sign import Issuer, Misread, Sign

Picture = NDArray[np.uint8]

MM_AN_INCH = 25.4
POINTS_AN_INCH = 72
# A page is looked at coarsely first; what a decoder misses there it gets another look at.
QR_CODE = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
LOOKS_DPI = (100, 150, 200, 300)


def write_checked_pdf(
    signs: Sequence[Sign],
    issuer: Issuer,
    format_name: str,
    *,
    bleed: bool = False,
    copies: int = 1,
    progress: Progress = unwatched,
) -> tuple[bytes, list[Sign]]:
    """A file whose every symbol was read back, and the signs as they are drawn in it.

    A symbol that a decoder cannot get past on its page is drawn with another mask: a file for the
    wall is worth more than the mask that was asked for. Takes what `write_pdf` takes.

    Raises:
        DoesNotFit: there is no sign, or no such format.
        Misread: no mask helps, or a symbol says something else.
    """
    left = {sign.code: [mask for mask in range(8) if mask != sign.mask] for sign in signs}
    drawn = list(signs)
    while True:
        pdf = write_pdf(drawn, issuer, format_name, bleed=bleed, copies=copies, progress=progress)
        try:
            check_pdf(
                pdf, drawn, issuer, format_name, bleed=bleed, copies=copies, progress=progress
            )
        except Misread as misread:
            if misread.read or not left.get(misread.code):
                raise
            mask = left[misread.code].pop(0)
            drawn = [
                replace(sign, mask=mask) if sign.code == misread.code else sign for sign in drawn
            ]
        else:
            return pdf, drawn


def check_pdf(
    pdf: bytes,
    signs: Sequence[Sign],
    issuer: Issuer,
    format_name: str,
    *,
    bleed: bool = False,
    copies: int = 1,
    progress: Progress = unwatched,
) -> None:
    """Render every page and read every symbol at its place, twice.

    Takes what `write_pdf` took; `progress` is told the number of signs read, and may raise to stop.

    Raises:
        Misread: a symbol is not there, not readable by both, or says something else; or there are
            too many pages or symbols.
    """
    size = find_format(format_name)
    each = [sign for sign in signs for _ in range(copies)]
    panel = lay_out_furniture(issuer, size).panel
    margin = MARK_GAP_MM + MARK_LENGTH_MM if bleed else 0.0
    document = pypdfium2.PdfDocument(pdf)
    try:
        if len(document) != -(-len(each) // size.per_page):
            raise Misread(each[-1].code, len(document), "")
        for number in range(len(document)):
            on_page = each[number * size.per_page : (number + 1) * size.per_page]
            _check_page(document[number], on_page, issuer, size, panel, margin, number + 1)
            progress(number * size.per_page + len(on_page))
    finally:
        document.close()


def _check_page(  # noqa: PLR0917 - what stands where on which page
    page: pypdfium2.PdfPage,
    signs: Sequence[Sign],
    issuer: Issuer,
    size: Format,
    panel: Square,
    margin: float,
    number: int,
) -> None:
    looks: dict[int, Picture] = {}

    def look(dpi: int) -> Picture:
        if dpi not in looks:
            bitmap = page.render(scale=dpi / POINTS_AN_INCH, grayscale=True)
            looks[dpi] = np.ascontiguousarray(bitmap.to_numpy().squeeze())
        return looks[dpi]

    found = zxingcpp.read_barcodes(look(LOOKS_DPI[0]), formats=QR_CODE)
    strange = {one.text for one in found} - {issuer.address(sign) for sign in signs}
    if strange or len(found) > len(signs):
        raise Misread(signs[0].code, number, ", ".join(sorted(strange)))
    for sign, (left, top) in zip(signs, size.corners_mm, strict=False):
        at = Square(margin + left + panel.x, margin + top + panel.y, panel.side)
        for decode in (read_with_zxing, read_with_opencv):
            read = _first_reading(decode, look, at)
            if read != issuer.address(sign):
                raise Misread(sign.code, number, read)


def _first_reading(
    decode: Callable[[Picture], str], look: Callable[[int], Picture], at: Square
) -> str:
    for dpi in LOOKS_DPI:
        if read := decode(_crop(look(dpi), at, dpi)):
            return read
    return ""


def _crop(picture: Picture, at: Square, dpi: int) -> Picture:
    left, top = round(at.x * dpi / MM_AN_INCH), round(at.y * dpi / MM_AN_INCH)
    side = round(at.side * dpi / MM_AN_INCH)
    return np.ascontiguousarray(picture[top : top + side, left : left + side])


def read_with_zxing(picture: Picture) -> str:
    """What zxing-cpp reads, or nothing."""
    found = zxingcpp.read_barcodes(picture, formats=QR_CODE)
    return found[0].text if len(found) == 1 else ""


def read_with_opencv(picture: Picture) -> str:
    """What OpenCV reads, or nothing."""
    text, _corners, _straight = cv2.QRCodeDetector().detectAndDecode(picture)
    return str(text)
