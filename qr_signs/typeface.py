"""The typeface of the signs: widths, outlines, and the few glyphs a file needs.

Lato in two weights, from its package. Texts in a PDF stay text; in an SVG they are outlines, since
the sign shop may not have the typeface.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

REGULAR, BOLD = "Lato-Regular", "Lato-Bold"


@dataclass(frozen=True, slots=True)
class Subset:
    """A part of a typeface, to be embedded. Widths are in thousandths of the size."""

    name: str
    content: bytes
    glyphs: dict[str, int]
    widths: list[float]
    ascent: int
    descent: int
    cap_height: int
    box: tuple[int, int, int, int]


class Typeface:
    """One weight, read once."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._content = (files("font_lato") / "files" / f"{name}.ttf").read_bytes()
        self._font = self._open()
        self._characters: dict[int, str] = self._font.getBestCmap()
        self._advances = self._font["hmtx"].metrics
        self.units: int = self._font["head"].unitsPerEm
        self._outlines = self._font.getGlyphSet()

    def _open(self) -> TTFont:
        # Its own time stamp would make two equal files differ.
        return TTFont(io.BytesIO(self._content), recalcTimestamp=False)

    @property
    def cap_height(self) -> float:
        """Height of a capital letter as a part of the size."""
        height: int = self._font["OS/2"].sCapHeight or self._font["glyf"]["H"].yMax
        return height / self.units

    def printable(self, text: str) -> str:
        """The text without what the typeface cannot draw; a letter loses an unknown mark first."""
        composed = unicodedata.normalize("NFC", text)
        return "".join(filter(None, (self._nearest(character) for character in composed))).strip()

    def _nearest(self, character: str) -> str:
        if ord(character) in self._characters:
            return character
        parts = unicodedata.decomposition(character).split()
        base = next((part for part in parts if not part.startswith("<")), None)
        return self._nearest(chr(int(base, 16))) if base else ""

    def width(self, text: str, size: float) -> float:
        """How wide a printable text is at a size, in the unit of the size."""
        units: int = sum(self._advances[self._characters[ord(character)]][0] for character in text)
        return units * size / self.units

    def outline(self, text: str, size: float, x: float, y: float) -> str:
        """The text as an SVG path, its baseline beginning at (x, y)."""
        pen = SVGPathPen(
            self._outlines, ntos=lambda number: f"{number:.3f}".rstrip("0").rstrip(".")
        )
        scale = size / self.units
        for character in text:
            name = self._characters[ord(character)]
            self._outlines[name].draw(TransformPen(pen, (scale, 0, 0, -scale, x, y)))
            x += self._advances[name][0] * scale
        commands: str = pen.getCommands()
        return commands

    def subset(self, characters: Iterable[str]) -> Subset:
        """The typeface with these characters and no others."""
        wanted = sorted(set(characters))
        font = self._open()
        options = Options()
        options.layout_features = []
        options.name_IDs = [6]
        options.notdef_outline = True
        options.hinting = False
        options.drop_tables += ["FFTM", "DSIG", "GPOS", "GSUB", "kern", "gasp"]
        cutter = Subsetter(options)
        cutter.populate(unicodes=[ord(character) for character in wanted])
        cutter.subset(font)
        out = io.BytesIO()
        font.save(out, reorderTables=True)
        return _described(font, self.name, out.getvalue(), wanted)


def _described(font: TTFont, name: str, content: bytes, wanted: list[str]) -> Subset:
    order = font.getGlyphOrder()
    names = font.getBestCmap()
    thousandths = 1000 / font["head"].unitsPerEm
    head, lines = font["head"], font["hhea"]
    return Subset(
        name=name,
        content=content,
        glyphs={character: order.index(names[ord(character)]) for character in wanted},
        # To a tenth: a line of 80 letters must not end elsewhere than it was measured.
        widths=[round(font["hmtx"].metrics[glyph][0] * thousandths, 1) for glyph in order],
        ascent=round(lines.ascent * thousandths),
        descent=round(lines.descent * thousandths),
        cap_height=round((font["OS/2"].sCapHeight or lines.ascent * 0.7) * thousandths),
        box=tuple(
            round(edge * thousandths) for edge in (head.xMin, head.yMin, head.xMax, head.yMax)
        ),
    )


@cache
def typeface(name: str) -> Typeface:
    """One of the two weights."""
    return Typeface(name)
