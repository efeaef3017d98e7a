"""Tables as charts: SVG for pages and print, PNG for Word.

They are read without colour: of two series one is filled and the other an outline, lines differ in
stroke and marker, and values stand beside what shows them.
"""

from __future__ import annotations

import gc
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from xml.etree import ElementTree as ET

from matplotlib import rcParams
from matplotlib.figure import Figure

from app.languages import language
from app.statistics.chart_marks import draw_bars, draw_columns, draw_lines
from app.statistics.chart_parts import DARK, LIGHT, MOST_BARS, Drawn, Look, drawn_of
from app.statistics.table import Shape, Table

# A phone of 360 pixels has 290 left for a chart, in which texts are still of twelve.
WIDE, NARROW = 760, 300
# A column of fewer pixels is told from its neighbours by nobody.
_THINNEST = 8
_SVG = "{http://www.w3.org/2000/svg}"

# The same figures give the same bytes, by which browsers know a chart again.
rcParams.update({"svg.hashsalt": "vof", "svg.fonttype": "path"})
ET.register_namespace("", "http://www.w3.org/2000/svg")
ET.register_namespace("xlink", "http://www.w3.org/1999/xlink")


def draw(table: Table, *, narrow: bool = False, dark: bool = False) -> bytes:
    """A table's chart as SVG, for a phone and for a dark page where that is asked for.

    Raises:
        ValueError: the table says of no chart how it is to be drawn.
    """
    look = Look(NARROW if narrow else WIDE, DARK if dark else LIGHT)
    about = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    return _plain_svg(_saved(table, look, format="svg", metadata=about), table.title)


def draw_png(table: Table, dpi: int = 200) -> bytes:
    """A table's chart as an image for print.

    Raises:
        ValueError: the table says of no chart how it is to be drawn.
    """
    return _saved(table, Look(WIDE, LIGHT), format="png", dpi=dpi, metadata={"Software": None})


def _saved(table: Table, look: Look, **how: Any) -> bytes:
    file = io.BytesIO()
    with _garbage_young():
        _figure(table, look).savefig(file, **how)
    return file.getvalue()


@contextmanager
def _garbage_young() -> Iterator[None]:
    """A drawing leaves thousands of objects that hold each other. Cleared away at once, while they
    are young, they take 5 ms; piled up among the old ones they took 100 out of another request.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect(0)


def _figure(table: Table, look: Look) -> Figure:
    drawn = drawn_of(table)
    shape = _shape(drawn, look)
    if shape is Shape.BARS:
        return draw_bars(drawn, look)
    return draw_columns(drawn, look) if shape is Shape.COLUMNS else draw_lines(drawn, look)


def _shape(drawn: Drawn, look: Look) -> Shape:
    """How a chart is drawn in this width: columns lie on a phone, and many become lines."""
    if drawn.shape is not Shape.COLUMNS:
        return drawn.shape
    if look.width == NARROW and len(drawn.names) <= MOST_BARS:
        return Shape.BARS
    columns = len(drawn.names) * (len(drawn.series) + 0.5)
    return Shape.COLUMNS if columns * _THINNEST < look.width else Shape.LINES


def _plain_svg(content: bytes, title: str) -> bytes:
    """The drawing with its looks in attributes: our policy lets no style in."""
    root = ET.fromstring(content)  # noqa: S314 - drawn by us a moment ago
    for definitions in root.findall(f"{_SVG}defs"):
        for sheet in definitions.findall(f"{_SVG}style"):
            definitions.remove(sheet)
    for element in root.iter():
        for declaration in filter(None, element.attrib.pop("style", "").split(";")):
            name, _colon, value = declaration.partition(":")
            element.set(name.strip(), value.strip())
    # What its sheet says of all elements, they inherit; and its points are our pixels.
    root.attrib |= {"stroke-linejoin": "round", "stroke-linecap": "butt"}
    root.attrib |= {name: root.attrib[name].removesuffix("pt") for name in ("width", "height")}
    root.set("{http://www.w3.org/XML/1998/namespace}lang", language())
    heading = ET.Element(f"{_SVG}title")
    heading.text = title
    root.insert(0, heading)
    return ET.tostring(root, encoding="unicode").encode()
