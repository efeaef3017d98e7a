"""A finished file, as other people's programs draw it and as its figures say."""

from __future__ import annotations

import io
import re
import subprocess

import cv2
import numpy as np
import pikepdf
import pypdfium2
import pytest

from bench.decoders import DECODERS
from qr_signs import FORMATS, Issuer, Sign, write_pdf
from qr_signs.layout import lay_out_furniture, lay_out_sign
from qr_signs.pdf import MARK_GAP_MM, MARK_LENGTH_MM, POINTS_A_MM
from qr_signs.symbol import QUIET_ZONE_MODULES, modules_of
from qr_signs.typeface import typeface

ISSUER = Issuer("https://vof.example.no", "Stavanger kommune", "51 50 70 90")
SIGN = Sign("7KQ3M8", "Mosvatnet turvei", "Ved lekeplassen på østsiden")
# OpenCV could not read these from an A4 with the mask that all signs had.
ONCE_UNREAD = ["KWQ80Y", "FNPSVZ", "D91ZVK", "H7Q803", "CCS0PQ"]
TOLERANCE_MM = 0.01
NUMBER = r"-?[\d.]+"


def with_poppler(file, dpi):
    drawn = file.with_suffix("")
    subprocess.run(
        ["pdftoppm", "-gray", "-r", str(dpi), "-singlefile", file, drawn], check=True, timeout=60
    )
    return cv2.imread(str(drawn.with_suffix(".pgm")), cv2.IMREAD_GRAYSCALE)


def with_mupdf(file, dpi):
    drawn = file.with_suffix(".mupdf.png")
    command = ["mutool", "draw", "-q", "-c", "gray", "-r", str(dpi), "-o", drawn, file, "1"]
    subprocess.run(command, check=True, timeout=60)
    return cv2.imread(str(drawn), cv2.IMREAD_GRAYSCALE)


def with_pdfium(file, dpi):
    return pdfium_page(file.read_bytes(), 0, dpi)


def pdfium_page(pdf, number, dpi):
    document = pypdfium2.PdfDocument(pdf)
    try:
        page = document[number].render(scale=dpi / 72, grayscale=True)
        return np.ascontiguousarray(page.to_numpy().squeeze())
    finally:
        document.close()


def lightest_inside_dark(picture, dpi):
    """The lightest pixel that has dark modules alone within a pixel and a half of it."""
    panel = lay_out_furniture(ISSUER, FORMATS["A5"]).panel
    modules = np.pad(np.array(modules_of(ISSUER.address(SIGN), SIGN.mask)), QUIET_ZONE_MODULES)
    module = panel.side / len(modules) * dpi / 25.4
    down, across = np.mgrid[: picture.shape[0], : picture.shape[1]]
    inside = np.ones(picture.shape, bool)
    for step_x in (-1.5, 1.5):
        for step_y in (-1.5, 1.5):
            x, y = (
                np.floor((at + 0.5 + step - start * dpi / 25.4) / module).astype(int)
                for at, step, start in ((across, step_x, panel.x), (down, step_y, panel.y))
            )
            on = (x >= 0) & (y >= 0) & (x < len(modules)) & (y < len(modules))
            inside &= on & modules[y.clip(0, len(modules) - 1), x.clip(0, len(modules) - 1)]
    assert inside.sum() > 1000
    return int(picture[inside].max())


@pytest.mark.parametrize("draw", [with_poppler, with_pdfium, with_mupdf])
@pytest.mark.parametrize("dpi", [73, 97, 137, 173])
def test_no_light_seam_runs_between_dark_modules(tmp_path, draw, dpi):
    file = tmp_path / "sign.pdf"
    file.write_bytes(write_pdf([SIGN], ISSUER, "A5"))
    picture = draw(file, dpi)
    # Black ink alone is drawn as a dark grey of its own by each.
    darkest = int(picture.min())
    assert lightest_inside_dark(picture, dpi) <= darkest + 12


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_read_by_three_decoders_at_100_dpi(name):
    size = FORMATS[name]
    signs = [Sign(code, "Mosvatnet 3", "Ved lekeplassen 5") for code in ONCE_UNREAD]
    pdf = write_pdf(signs, ISSUER, name)
    for number, sign in enumerate(signs):
        page = pdfium_page(pdf, number // size.per_page, 100)
        if size.is_sheet:
            left, top = size.corners_mm[number % size.per_page]
            rim = 1.5
            x, y = (max(0, round((at - rim) * 100 / 25.4)) for at in (left, top))
            end_x, end_y = (
                round((at + side + rim) * 100 / 25.4)
                for at, side in ((left, size.width_mm), (top, size.height_mm))
            )
            page = np.ascontiguousarray(page[y:end_y, x:end_x])
        read = {decoder: decode(page) for decoder, decode in DECODERS.items()}
        assert read == dict.fromkeys(DECODERS, ISSUER.address(sign))


@pytest.mark.parametrize("bleed", [False, True])
@pytest.mark.parametrize("name", FORMATS)
def test_symbol_and_texts_stand_within_a_hundredth_of_a_millimetre(name, bleed):
    """Read from the operators of the page, with the matrices that they are under."""
    size = FORMATS[name]
    signs = [SIGN] * size.per_page
    opened = pikepdf.open(io.BytesIO(write_pdf(signs, ISSUER, name, bleed=bleed)))
    (page,) = opened.pages
    content = page.Contents.read_bytes().decode()
    margin = MARK_GAP_MM + MARK_LENGTH_MM if bleed else 0
    high = size.page_mm[1] + margin
    starts = re.findall(rf"^q ({NUMBER}) 0 0 \1 ({NUMBER}) ({NUMBER}) cm$", content, re.MULTILINE)
    assert len(starts) == size.per_page
    for corner, (scale, x, y) in zip(size.corners_mm, starts, strict=True):
        near(float(x) / POINTS_A_MM - margin, corner[0])
        near(high - float(y) / POINTS_A_MM, corner[1])
        # What is wrong with the scale grows to the far edge.
        near(float(scale) / POINTS_A_MM * size.height_mm, size.height_mm)
    furniture = lay_out_furniture(ISSUER, size)
    for texts, drawn in (
        (lay_out_sign(SIGN, ISSUER, size) * size.per_page, content),
        (furniture.texts, page.Resources.XObject.F.read_bytes().decode()),
    ):
        pattern = rf"/(\w) ({NUMBER}) Tf ({NUMBER}) ({NUMBER}) Td <(\w+)> Tj"
        for text, (font, letters, x, y, glyphs) in zip(
            texts, re.findall(pattern, drawn), strict=True
        ):
            near(float(x), text.x)
            near(-float(y), text.y)
            near(
                width_in_file(page.Resources.Font[f"/{font}"], glyphs) * float(letters),
                typeface(text.font).width(text.content, text.size),
            )
    modules = modules_of(ISSUER.address(SIGN), SIGN.mask)
    module = furniture.panel.side / (len(modules) + 2 * QUIET_ZONE_MODULES)
    symbols = re.findall(rf"({NUMBER}) 0 0 -\1 ({NUMBER}) ({NUMBER}) cm (.*?) f Q", content)
    assert len(symbols) == size.per_page
    for scale, left, top, drawn in symbols:
        near(float(left), furniture.panel.x + QUIET_ZONE_MODULES * module)
        near(-float(top), furniture.panel.y + QUIET_ZONE_MODULES * module)
        near(float(scale) * len(modules), module * len(modules))
        painted = np.zeros((len(modules), len(modules)), bool)
        for x, y, width, height in re.findall(r"(\d+) (\d+) (\d+) (\d+) re", drawn):
            painted[int(y) : int(y) + int(height), int(x) : int(x) + int(width)] = True
        assert (painted == np.array(modules)).all()


def width_in_file(font, glyphs):
    """How wide a reader of the file sets a text of size 1."""
    widths = font.DescendantFonts[0].W[1]
    numbers = (int(glyphs[at : at + 4], 16) for at in range(0, len(glyphs), 4))
    return sum(float(widths[number]) for number in numbers) / 1000


def near(measured, stated):
    assert abs(measured - stated) <= TOLERANCE_MM
