"""What comes out of the print shop can be printed, read and trusted."""

from __future__ import annotations

import hashlib
import io
import re
import subprocess
import sys

import numpy as np
import pikepdf
import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.config import ROOT
from qr_signs import FORMATS, DoesNotFit, Issuer, Misread, Sign, write_pdf
from qr_signs.check import (
    check_pdf,
    read_with_opencv,
    read_with_zxing,
    write_checked_pdf,
)
from qr_signs.formats import Format
from qr_signs.layout import lay_out_furniture, lay_out_sign
from qr_signs.pdf import POINTS_A_MM
from qr_signs.picture import write_png, write_svg
from qr_signs.symbol import QUIET_ZONE_MODULES, modules_of, outline_path, rectangles
from qr_signs.typeface import REGULAR, typeface
from tests.qr_signs.outlines import filled

LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 1h7v5H1z"/></svg>'
ISSUER = Issuer("https://vof.example.no", "Stavanger kommune", "51 50 70 90", logo_svg=LOGO)
SIGNS = [
    Sign("7KQ3M8", "Mosvatnet turvei og friluftsområde", "Ved lekeplassen på østsiden"),
    Sign("ABCDEF", "Stavanger idrettshall", "Ved hovedinngangen", 6),
    Sign("Z9Z9Z9", "Æ", "Ø"),
]
LONGEST = Sign("WWWWWW", "Nedre Ålgård " * 12, "Ved Øvre Æresport " * 7)


def rendered(pdf, page=0, dpi=100):
    document = pypdfium2.PdfDocument(pdf)
    try:
        return document[page].render(scale=dpi / 72, grayscale=True).to_numpy().squeeze().copy()
    finally:
        document.close()


def text_of(pdf, page=0):
    document = pypdfium2.PdfDocument(pdf)
    try:
        return document[page].get_textpage().get_text_bounded()
    finally:
        document.close()


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("bleed", [False, True])
def test_every_symbol_of_every_format_is_read_by_both_decoders(name, bleed):
    signs = [*SIGNS, LONGEST] * 2
    check_pdf(write_pdf(signs, ISSUER, name, bleed=bleed), signs, ISSUER, name, bleed=bleed)


def test_a_symbol_that_says_something_else_stops_the_order():
    pdf = write_pdf(SIGNS, ISSUER, "A5")
    others = [SIGNS[0], Sign("7KQ3M9", "x", "y"), SIGNS[2]]
    with pytest.raises(Misread, match="7KQ3M9 on page 2"):
        check_pdf(pdf, others, ISSUER, "A5")
    with pytest.raises(Misread):
        check_pdf(pdf, SIGNS[:2], ISSUER, "A5")
    with pytest.raises(Misread):
        check_pdf(pdf, SIGNS, Issuer("https://vof.example.com", "", ""), "A5")


def test_a_symbol_that_cannot_be_read_stops_the_order():
    pdf = pikepdf.open(io.BytesIO(write_pdf(SIGNS[:1], ISSUER, "A5")))
    page = pdf.pages[0]
    covered = b"\nq 0 0 0 0 k 0 200 250 300 re f Q"
    page.Contents = pikepdf.Stream(pdf, page.Contents.read_bytes() + covered)
    out = io.BytesIO()
    pdf.save(out)
    with pytest.raises(Misread, match="cannot be read"):
        check_pdf(out.getvalue(), SIGNS[:1], ISSUER, "A5")


def test_the_same_order_gives_the_same_bytes_in_any_process():
    here = [hashlib.sha256(write_pdf(SIGNS, ISSUER, name)).hexdigest() for name in FORMATS]
    script = (
        "import hashlib; from tests.qr_signs.test_print_shop import *;"
        "print(*[hashlib.sha256(write_pdf(SIGNS, ISSUER, n)).hexdigest() for n in FORMATS])"
    )
    there = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert there.stdout.split() == here


def test_the_symbol_of_an_a5_is_110_mm_wide_and_stands_where_it_should():
    picture = rendered(write_pdf(SIGNS[:1], ISSUER, "A5"), dpi=1000)
    panel = lay_out_furniture(ISSUER, FORMATS["A5"]).panel
    module = panel.side / (29 + 2 * QUIET_ZONE_MODULES)
    left, top = (edge + QUIET_ZONE_MODULES * module for edge in (panel.x, panel.y))
    side = 29 * module
    assert side >= 110
    a_mm = 1000 / 25.4
    row = picture[round((top + module / 2) * a_mm)]
    inside = np.flatnonzero(row[: round((left + side + 5) * a_mm)] < 128)
    inside = inside[inside > (panel.x + 1) * a_mm]
    assert inside[0] / a_mm == pytest.approx(left, abs=0.03)
    assert inside[-1] / a_mm == pytest.approx(left + side, abs=0.05)


def test_the_symbol_is_one_fill_of_black_ink_alone():
    pdf = pikepdf.open(io.BytesIO(write_pdf(SIGNS[:1], ISSUER, "A5")))
    content = pdf.pages[0].Contents.read_bytes().decode()
    (symbol,) = re.findall(r"/Figure .*? EMC", content)
    assert symbol.count(" k ") == symbol.count("0 0 0 1 k") == 1
    assert symbol.count(" f ") == 1
    assert not re.search(r"\b(rg|RG|g|G|sh|Do)\b", symbol)
    assert " rg" not in content


def test_texts_are_text_in_an_embedded_typeface():
    pdf = write_pdf(SIGNS, ISSUER, "A5")
    said = text_of(pdf)
    for text in (
        "Mosvatnet turvei",
        "Ved lekeplassen på østsiden",
        "7KQ3M8",
        "vof.example.no/s/7KQ3M8",
        "Meld feil her",
        "Report a fault here",
        "Adressen skal begynne med vof.example.no. Vi ber aldri om betaling eller BankID.",
        "Adressa skal byrje med vof.example.no.",
        "We never ask for payment or BankID.",
        "51 50 70 90",
        "Stavanger kommune",
    ):
        assert text in said
    assert "Æ" in text_of(pdf, 2)
    assert "Ø" in text_of(pdf, 2)
    opened = pikepdf.open(io.BytesIO(pdf))
    fonts = opened.pages[0].Resources.Font
    for font in fonts.values():
        assert "/FontFile2" in font.DescendantFonts[0].FontDescriptor


def test_the_file_says_its_title_its_language_and_what_each_symbol_opens():
    pdf = pikepdf.open(io.BytesIO(write_pdf(SIGNS, ISSUER, "A5")))
    assert pdf.Root.MarkInfo.Marked
    assert str(pdf.Root.Lang) == "nb"
    assert pdf.docinfo["/Title"] == "Skilt fra Stavanger kommune"
    tags = pdf.Root.StructTreeRoot.K.K
    symbols = [str(tag.Alt) for tag in tags if tag.S == "/Figure"]
    assert symbols == [f"QR-kode som åpner {ISSUER.address(sign)}" for sign in SIGNS]
    assert [str(tag.S) for tag in tags[:3]] == ["/H1", "/Figure", "/P"]
    for number, page in enumerate(pdf.pages):
        assert page.StructParents == number
        for tag in pdf.Root.StructTreeRoot.ParentTree.Nums[2 * number + 1]:
            assert tag.Pg.objgen == page.obj.objgen


def test_trim_and_bleed_are_said_and_marks_stay_outside():
    opened = pikepdf.open(io.BytesIO(write_pdf(SIGNS, ISSUER, "A5", bleed=True)))
    page = opened.pages[0]
    media, bleed, trim = (
        [float(edge) / POINTS_A_MM for edge in page[name]]
        for name in ("/MediaBox", "/BleedBox", "/TrimBox")
    )
    assert trim[2] - trim[0] == pytest.approx(148, abs=0.001)
    assert trim[3] - trim[1] == pytest.approx(210, abs=0.001)
    assert [abs(a - b) for a, b in zip(trim, bleed, strict=True)] == pytest.approx(
        [3] * 4, abs=1e-3
    )
    assert media[2] > bleed[2]
    picture = rendered(write_pdf(SIGNS[:1], ISSUER, "A5", bleed=True), dpi=254)
    row = picture[round((media[3] - trim[3] + 10) * 10)]
    assert row[round((bleed[0] + 0.5) * 10)] < 100, "the band goes on into the bleed"
    assert row[round((bleed[0] - 0.8) * 10)] > 200, "and no further"


@given(st.sampled_from([one for one in FORMATS.values() if one.sheet]))
def test_labels_of_a_sheet_stay_on_it_and_apart(size: Format):
    corners = size.corners_mm
    width, height = size.page_mm
    for left, top in corners:
        assert left >= 0
        assert top >= 0
        assert left + size.width_mm <= width + 1e-9
        assert top + size.height_mm <= height + 1e-9
    for one in corners:
        for other in corners:
            apart = (
                abs(one[0] - other[0]) >= size.width_mm - 1e-9
                or abs(one[1] - other[1]) >= size.height_mm - 1e-9
            )
            assert one == other or apart


words = st.text(st.characters(codec="utf-8"), max_size=160)


@given(st.sampled_from(list(FORMATS.values())), words, words)
def test_no_text_leaves_the_sign_or_meets_the_symbol_or_another_text(size, place, label):
    sign = Sign("WWWWWW", place, label)
    furniture = lay_out_furniture(ISSUER, size)
    lines = [*furniture.texts, *lay_out_sign(sign, ISSUER, size)]
    boxes = []
    for line in lines:
        face = typeface(line.font)
        right = line.x + face.width(line.content, line.size)
        # What stands above a capital or below the line is a quarter of the size at most.
        boxes.append((line.x, line.y - face.cap_height * line.size, right, line.y))
        assert line.x >= 1
        assert right <= size.width_mm - 1
        assert line.y <= size.height_mm - 0.8
    panel = furniture.panel
    symbol = (panel.x, panel.y, panel.x + panel.side, panel.y + panel.side)
    for number, box in enumerate(boxes):
        for other in [*boxes[number + 1 :], symbol]:
            beside = box[2] <= other[0] or other[2] <= box[0]
            above = box[3] <= other[1] or other[3] <= box[1]
            assert beside or above, (lines[number].content, box, other)


@pytest.mark.parametrize("host", ["vof.no", "meldfeil.nordre-og-soendre-land.kommune.no"])
def test_code_and_address_are_never_cut(host):
    issuer = Issuer(f"https://{host}", "", "")
    for size in FORMATS.values():
        said = [line.content for line in lay_out_sign(LONGEST, issuer, size)]
        assert said[-2:] == ["WWWWWW", f"{host}/s/WWWWWW"]


def test_both_lines_of_a_long_name_are_of_one_size():
    for size in FORMATS.values():
        first, second, *_rest = lay_out_sign(SIGNS[0], ISSUER, size)
        assert f"{first.content} {second.content}" == SIGNS[0].place
        assert first.size == second.size


def test_a_colour_that_white_cannot_be_read_on_is_refused():
    with pytest.raises(DoesNotFit, match="darker"):
        Issuer("https://vof.example.no", "", "", colour="#FFCC00")
    with pytest.raises(DoesNotFit, match="no colour"):
        Issuer("https://vof.example.no", "", "", colour="blue")


@pytest.mark.parametrize(
    "svg", ["<svg", "<svg/>", "not a drawing", '<!DOCTYPE svg [<!ENTITY a "b">]><svg>&a;</svg>']
)
def test_a_logo_that_cannot_be_drawn_is_refused(svg):
    with pytest.raises(DoesNotFit, match="logo"):
        write_pdf(SIGNS, Issuer("https://vof.example.no", "", "", logo_svg=svg), "A5")


@pytest.mark.parametrize("languages", [("en",), ("nn", "nb", "en"), ("nb",)])
@pytest.mark.parametrize("name", ["A5", "sticker70", "sheet-99x68"])
def test_a_sign_speaks_the_languages_asked_for(languages, name):
    issuer = Issuer("https://vof.example.no", "", "", languages=languages)
    said = text_of(write_pdf(SIGNS, issuer, name))
    assert ("Report a fault here" in said) == ("en" in languages)
    assert ("Meld feil her" in said) == bool({"nb", "nn"} & set(languages))


def test_a_picture_has_the_size_it_says_and_can_be_read():
    picture = Image.open(io.BytesIO(write_png(SIGNS[0], ISSUER, "sticker100", dpi=300)))
    assert picture.size == pytest.approx((1181, 1181), abs=1)
    assert picture.info["dpi"] == pytest.approx((300, 300), abs=0.1)
    grey = np.asarray(picture.convert("L"))
    address = ISSUER.address(SIGNS[0])
    assert read_with_zxing(grey) == read_with_opencv(grey) == address


@pytest.mark.parametrize("mask", range(8))
def test_the_outline_and_the_rectangles_are_the_symbol(mask):
    modules = modules_of(ISSUER.address(SIGNS[0]), mask)
    wanted = np.array(modules)
    assert (filled(outline_path(modules), len(modules)) == wanted).all()
    painted = np.zeros_like(wanted, dtype=int)
    for x, y, width, height in rectangles(modules):
        painted[y : y + height, x : x + width] += 1
    assert (painted == wanted).all(), "each dark module once"


def test_the_drawing_for_the_plotter_has_one_outline_and_no_text():
    drawing = write_svg(SIGNS[0], ISSUER, "A5").decode()
    assert drawing.count('id="symbol"') == 1
    assert "<text" not in drawing
    assert 'width="148mm"' in drawing
    with pytest.raises(DoesNotFit, match="sheet"):
        write_svg(SIGNS[0], ISSUER, "sheet-a6")


def test_what_the_typeface_lacks_is_left_out():
    assert (
        typeface(REGULAR).printable("Byparken 🌳 (øst) \\ ærlig ǻ\x07")
        == "Byparken  (øst) \\ ærlig å"
    )


def test_a_cancelled_order_stops_at_once():
    class Cancelled(Exception):
        pass

    def stop(done):
        if done == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        write_pdf(SIGNS, ISSUER, "A5", progress=stop)


def test_a_symbol_that_a_decoder_cannot_get_past_is_drawn_with_another_mask():
    """A pair of code and mask as one was met: readable when drawn alone, not on this page."""
    issuer = Issuer("http://127.0.0.1:48921", "Stavanger kommune", "51 00 00 10")
    stubborn = Sign("A3KNBP", "Byparken", "Ved lekeplassen", 1)
    signs = [stubborn, *SIGNS[:1]]
    with pytest.raises(Misread):
        check_pdf(write_pdf(signs, issuer, "A5"), signs, issuer, "A5")
    pdf, drawn = write_checked_pdf(signs, issuer, "A5")
    assert drawn[0].mask not in {None, 1}
    assert drawn[1] == SIGNS[0]
    check_pdf(pdf, drawn, issuer, "A5")
    assert (pdf, drawn) == write_checked_pdf(signs, issuer, "A5")
