"""The symbol of a sign says exactly its address, in every way it is drawn."""

from __future__ import annotations

import io
from xml.etree import ElementTree as ET

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from app.signs.codes import ALPHABET
from qr_signs import address_of, symbol_png, symbol_svg
from qr_signs.symbol import PNG_MODULE_PX, QUIET_ZONE_MODULES, SMALLEST_VERSION, modules_of
from tests.qr_signs.outlines import filled

ADDRESS = "https://VOF.STAVANGER.KOMMUNE.NO/S/7KQ3M8"
SVG = "{http://www.w3.org/2000/svg}"
codes = st.text(ALPHABET, min_size=6, max_size=6)


def png_image(address: str) -> Image.Image:
    return Image.open(io.BytesIO(symbol_png(address)))


def png_modules(address: str) -> list[list[bool]]:
    """The PNG as modules, the quiet zone included; every pixel of a module must agree."""
    image = png_image(address)
    side = image.width // PNG_MODULE_PX
    small = image.resize((side, side), Image.Resampling.NEAREST)
    assert small.resize(image.size, Image.Resampling.NEAREST).tobytes() == image.tobytes()
    return [[small.getpixel((x, y)) == 0 for x in range(side)] for y in range(side)]


def svg_modules(address: str) -> list[list[bool]]:
    """The SVG's path as modules, drawn by its own numbers."""
    drawing = ET.fromstring(symbol_svg(address))
    left, top, width, height = map(int, drawing.get("viewBox").split())
    assert (left, top) == (0, 0)
    assert width == height
    _background, dark = drawing.iter(f"{SVG}path")
    return filled(dark.get("d"), width).tolist()


def decoded(image: Image.Image) -> zxingcpp.Barcode:
    (found,) = zxingcpp.read_barcodes(image.convert("L"))
    return found


@settings(max_examples=25)
@given(code=codes)
def test_the_png_decodes_to_the_address_at_level_h(code):
    address = address_of("https://vof.stavanger.kommune.no", code)
    found = decoded(png_image(address))
    assert found.text == address
    assert found.ec_level == "H"
    assert "QR" in str(found.format)


@pytest.mark.parametrize(
    ("base_url", "address"),
    [
        ("https://vof.example.no", "https://VOF.EXAMPLE.NO/S/7KQ3M8"),
        ("HTTPS://Vof.Example.No", "https://VOF.EXAMPLE.NO/S/7KQ3M8"),
        ("https://vof.example.no/", "https://VOF.EXAMPLE.NO/S/7KQ3M8"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/S/7KQ3M8"),
        ("https://vof-test.example.no:8443", "https://VOF-TEST.EXAMPLE.NO:8443/S/7KQ3M8"),
        ("http://a.no", "http://A.NO/S/7KQ3M8"),
    ],
)
def test_host_and_path_are_in_upper_case_and_the_scheme_is_not(base_url, address):
    assert address_of(base_url, "7kq3m8") == address
    assert decoded(png_image(address)).text == address


@settings(max_examples=25)
@given(code=codes, host=st.from_regex(r"[A-Z0-9]{1,20}\.NO", fullmatch=True))
def test_png_and_svg_are_the_same_modules(code, host):
    address = f"https://{host}/S/{code}"
    assert svg_modules(address) == png_modules(address)


def test_the_svg_decodes_as_it_is_drawn():
    modules, px = svg_modules(ADDRESS), 10
    image = Image.new("L", (len(modules) * px,) * 2, 255)
    pen = ImageDraw.Draw(image)
    for y, row in enumerate(modules):
        for x, dark in enumerate(row):
            if dark:
                pen.rectangle((x * px, y * px, x * px + px - 1, y * px + px - 1), fill=0)
    assert decoded(image).text == ADDRESS


@pytest.mark.parametrize("address", [ADDRESS, "http://A.NO/S/7KQ3M8"])
def test_four_modules_around_the_symbol_stay_quiet(address):
    modules = png_modules(address)
    side, quiet = len(modules), 4
    assert quiet == QUIET_ZONE_MODULES
    inner = range(quiet, side - quiet)
    for y, row in enumerate(modules):
        for x, dark in enumerate(row):
            assert not dark or (x in inner and y in inner)
    # The finder patterns begin where the quiet zone ends.
    assert modules[quiet][quiet]
    assert modules[quiet][side - quiet - 1]
    assert modules[side - quiet - 1][quiet]


@pytest.mark.parametrize("address", [ADDRESS, "http://A.NO/S/7", "http://A.NO/S/7KQ3M8"])
def test_the_symbol_is_never_of_version_one(address):
    side = len(modules_of(address))
    assert (side - 17) % 4 == 0
    assert (side - 17) // 4 >= SMALLEST_VERSION == 2


def test_upper_case_keeps_the_symbol_small():
    """A host of 24 characters fits version 4 at level H; all in lower case it would not."""
    assert len(modules_of(ADDRESS)) == 33


def test_a_corner_under_a_sticker_does_not_hide_the_address():
    """What level H is for."""
    image = png_image(ADDRESS).convert("L")
    side = image.width
    patch = side // 6
    ImageDraw.Draw(image).rectangle(
        (side - patch - 120, side - patch - 120, side - 120, side - 120), fill=255
    )
    assert decoded(image).text == ADDRESS


def test_the_drawing_is_a_file_of_its_own():
    drawing = ET.fromstring(symbol_svg(ADDRESS))
    assert drawing.tag == f"{SVG}svg"
    assert drawing.findtext(f"{SVG}title") == ADDRESS
    assert png_image(ADDRESS).mode == "1"
