"""Signs as a PDF for the print shop: vectors, embedded typeface, tagged, symbols in pure black.

pikepdf keeps the book of objects; the marks on the page are written here, since no library that
draws PDF gives all of these at once (docs/decisions/0007). Nothing in the file depends on when or
where it is made, so the same order gives the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from fontTools.pens.basePen import BasePen
from fontTools.pens.transformPen import TransformPen
from pikepdf import Array, Dictionary, Name, ObjectStreamMode, Page, Pdf, Stream, String

from qr_signs import texts
from qr_signs.formats import FORMATS, Format, Sheet
from qr_signs.layout import (
    Box,
    Ink,
    Mark,
    Square,
    Text,
    characters,
    lay_out_furniture,
    lay_out_sign,
)
from qr_signs.sign import DoesNotFit, Issuer, Sign
from qr_signs.symbol import QUIET_ZONE_MODULES, modules_of, rectangles
from qr_signs.typeface import BOLD, REGULAR, Subset, typeface

POINTS_A_MM = 72 / 25.4
BLEED_MM = 3.0
# Crop marks stand this far outside the trimmed page and are this long.
MARK_GAP_MM, MARK_LENGTH_MM = 3.5, 5.0
HAIRLINE_MM = 0.1
K_BLACK = "0 0 0 1 k"

Progress = Callable[[int], None]


def unwatched(_done: int) -> None:
    """The progress that nobody has asked for."""


def write_pdf(
    signs: Sequence[Sign],
    issuer: Issuer,
    format_name: str,
    *,
    bleed: bool = False,
    copies: int = 1,
    progress: Progress = unwatched,
) -> bytes:
    """A file with all the signs, `copies` times each, in the order given.

    Args:
        signs: at least one.
        issuer: who they come from.
        format_name: one of `FORMATS`.
        bleed: add 3 mm of bleed and crop marks round each page.
        copies: how many of each sign.
        progress: told the number of signs drawn; may raise to stop.

    Raises:
        DoesNotFit: there is no sign, or no such format.
    """
    size = find_format(format_name)
    if not signs:
        raise DoesNotFit("There is no sign to print.")
    each = [sign for sign in signs for _ in range(copies)]
    return _Printer(each, issuer, size, bleed=bleed).print(progress)


def find_format(name: str) -> Format:
    """A format by its name.

    Raises:
        DoesNotFit: there is none.
    """
    if name not in FORMATS:
        raise DoesNotFit(f"There is no format {name!r}; there are {', '.join(FORMATS)}.")
    return FORMATS[name]


@dataclass(frozen=True, slots=True)
class _Font:
    """A typeface as it stands in the file."""

    key: str
    glyphs: dict[str, int]
    reference: Any

    def show(self, content: str) -> str:
        """A text as the glyph numbers of this file."""
        return "".join(f"{self.glyphs[character]:04x}" for character in content)


class _Printer:
    """Draws one file, page by page."""

    def __init__(self, signs: Sequence[Sign], issuer: Issuer, size: Format, *, bleed: bool) -> None:
        self._signs = signs
        self._issuer = issuer
        self._size = size
        self._margin = MARK_GAP_MM + MARK_LENGTH_MM if bleed else 0.0
        self._bleed = BLEED_MM if bleed else 0.0
        self._pdf = Pdf.new()
        self._furniture = lay_out_furniture(issuer, size)
        self._lines = [lay_out_sign(sign, issuer, size) for sign in signs]
        self._fonts = {name: self._embed(name) for name in (REGULAR, BOLD)}
        self._language = issuer.languages[0]
        self._tags: list[Any] = []
        self._parents: list[Any] = []

    def print(self, progress: Progress) -> bytes:
        shared = self._shared_furniture()
        self._resources = self._pdf.make_indirect(
            Dictionary(
                Font=Dictionary({f"/{font.key}": font.reference for font in self._fonts.values()}),
                XObject=Dictionary(F=shared),
            )
        )
        self._document = self._pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Document))
        per_page = self._size.per_page
        for first in range(0, len(self._signs), per_page):
            self._add_page(range(first, min(first + per_page, len(self._signs))))
            progress(min(first + per_page, len(self._signs)))
        self._finish()
        out = io.BytesIO()
        self._pdf.save(
            out,
            deterministic_id=True,
            object_stream_mode=ObjectStreamMode.generate,
            compress_streams=True,
        )
        return out.getvalue()

    # The pages.

    def _add_page(self, numbers: range) -> None:
        page = self._pdf.make_indirect(Dictionary(Type=Name.Page))
        tags: list[Any] = []
        parts = [self._page_marks()]
        for number, corner in zip(numbers, self._size.corners_mm, strict=False):
            parts.append(self._draw_sign(number, corner, page, tags))
        page.update(self._boxes())
        page.Resources = self._resources
        page.Contents = Stream(self._pdf, "\n".join(parts).encode("ascii"))
        page.StructParents = len(self._parents)
        page.Tabs = Name.S
        self._parents.append(Array(tags))
        self._tags += tags
        self._pdf.pages.append(Page(page))

    def _boxes(self) -> Any:
        width, height = self._size.page_mm
        margin, bleed = self._margin, self._bleed

        def box(outwards: float) -> Array:
            inset = margin - outwards
            edges = (inset, inset, 2 * margin + width - inset, 2 * margin + height - inset)
            return Array([_rounded(edge * POINTS_A_MM) for edge in edges])

        return Dictionary(MediaBox=box(margin), TrimBox=box(0), BleedBox=box(bleed))

    def _draw_sign(
        self, number: int, corner: tuple[float, float], page: Any, tags: list[Any]
    ) -> str:
        """One sign in millimetres from its own corner, downwards; each part with its tag."""
        sign = self._signs[number]
        x, y = corner[0] + self._margin, self._size.page_mm[1] - corner[1] + self._margin
        scale = _number(POINTS_A_MM, 6)
        parts = [f"q {scale} 0 0 {scale} {_number(x * POINTS_A_MM)} {_number(y * POINTS_A_MM)} cm"]

        def tagged(role: Name, content: str, **more: Any) -> None:
            parts.append(f"/{str(role)[1:]} <</MCID {len(tags)}>> BDC {content} EMC")
            tags.append(
                self._pdf.make_indirect(
                    Dictionary(
                        Type=Name.StructElem,
                        S=role,
                        P=self._document,
                        Pg=page,
                        K=len(tags),
                        **more,
                    )
                )
            )

        tagged(Name.H1, "/F Do")
        alt = texts.SYMBOL[self._language].format(address=self._issuer.address(sign))
        tagged(Name.Figure, self._draw_symbol(sign, self._furniture.panel), Alt=String(alt))
        tagged(Name.P, self._draw_texts(self._lines[number]))
        return "\n".join([*parts, "Q"])

    def _page_marks(self) -> str:
        """Crop marks round a page with bleed, cut marks round the labels of a sheet."""
        lines = []
        if self._bleed:
            lines += _crop_marks(*self._size.page_mm)
        if self._size.sheet:
            lines += _cut_marks(self._size, self._size.sheet)
        if not lines:
            return "/Artifact BMC EMC"
        height = self._size.page_mm[1]
        drawn = " ".join(
            f"{_number((x + self._margin) * POINTS_A_MM)}"
            f" {_number((height - y + self._margin) * POINTS_A_MM)} m"
            f" {_number((to_x + self._margin) * POINTS_A_MM)}"
            f" {_number((height - to_y + self._margin) * POINTS_A_MM)} l"
            for x, y, to_x, to_y in lines
        )
        width = _number(HAIRLINE_MM * POINTS_A_MM)
        return f"/Artifact BMC q 0 0 0 1 K {width} w {drawn} S Q EMC"

    # The marks.

    def _shared_furniture(self) -> Any:
        """Band, frame, logo and sentences, drawn once and used by every sign."""
        furniture = self._furniture
        parts = [_draw_box(box, self._size, self._bleed, self._issuer) for box in furniture.boxes]
        if furniture.mark:
            parts.append(_draw_mark(furniture.mark))
        parts.append(self._draw_texts(furniture.texts))
        form = Stream(self._pdf, "\n".join(parts).encode("ascii"))
        form.Type, form.Subtype = Name.XObject, Name.Form
        out = self._bleed
        form.BBox = Array([-out, -self._size.height_mm - out, self._size.width_mm + out, out])
        form.Resources = Dictionary(
            Font=Dictionary({f"/{font.key}": font.reference for font in self._fonts.values()})
        )
        return self._pdf.make_indirect(form)

    def _draw_texts(self, lines: Sequence[Text]) -> str:
        parts = []
        for line in lines:
            font = self._fonts[line.font]
            parts.append(
                f"{_ink(line.ink, self._issuer)} BT /{font.key} {_number(line.size, 5)} Tf"
                f" {_number(line.x)} {_number(-line.y)} Td <{font.show(line.content)}> Tj ET"
            )
        return " ".join(parts)

    def _draw_symbol(self, sign: Sign, panel: Square) -> str:
        """One path with one fill in black ink alone: no seams, and nothing to misregister."""
        modules = modules_of(self._issuer.address(sign), sign.mask)
        module = panel.side / (len(modules) + 2 * QUIET_ZONE_MODULES)
        left = _number(panel.x + QUIET_ZONE_MODULES * module, 5)
        top = _number(-panel.y - QUIET_ZONE_MODULES * module, 5)
        drawn = " ".join(f"{x} {y} {w} {h} re" for x, y, w, h in rectangles(modules))
        scale = _number(module, 6)
        return f"q {K_BLACK} {scale} 0 0 -{scale} {left} {top} cm {drawn} f Q"

    # The book.

    def _embed(self, name: str) -> _Font:
        every = characters(self._furniture.texts, name)
        for lines in self._lines:
            every |= characters(lines, name)
        subset = typeface(name).subset(every | {" "})
        key = "R" if name == REGULAR else "B"
        return _Font(key, subset.glyphs, _font_object(self._pdf, subset))

    def _finish(self) -> None:
        title = texts.TITLE[self._language].format(municipality=self._issuer.municipality)
        document = self._document
        document.K = Array(self._tags)
        tree = self._pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot, K=document))
        document.P = tree
        numbers = Array()
        for page, tags in enumerate(self._parents):
            numbers.append(page)
            numbers.append(self._pdf.make_indirect(tags))
        tree.ParentTree = self._pdf.make_indirect(Dictionary(Nums=numbers))
        tree.ParentTreeNextKey = len(self._parents)
        root = self._pdf.Root
        root.StructTreeRoot = tree
        root.MarkInfo = Dictionary(Marked=True)
        root.Lang = String(self._language)
        root.ViewerPreferences = Dictionary(DisplayDocTitle=True, PrintScaling=Name("/None"))
        metadata = Stream(
            self._pdf, _XMP.format(title=escape(title), language=self._language).encode()
        )
        metadata.Type, metadata.Subtype = Name.Metadata, Name.XML
        root.Metadata = self._pdf.make_indirect(metadata)
        self._pdf.docinfo["/Title"] = String(title)


_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


def _ink(ink: Ink, issuer: Issuer) -> str:
    if ink is Ink.WHITE:
        return "0 0 0 0 k"
    return K_BLACK if ink is Ink.BLACK else " ".join(map(_number, _cmyk(issuer.rgb))) + " k"


def _cmyk(rgb: tuple[float, float, float]) -> tuple[float, float, float, float]:
    """Four inks for a screen colour, grey taken by black alone."""
    black = 1 - max(rgb)
    if black == 1:
        return 0, 0, 0, 1
    cyan, magenta, yellow = ((1 - part - black) / (1 - black) for part in rgb)
    return cyan, magenta, yellow, black


def _draw_box(box: Box, size: Format, bleed: float, issuer: Issuer) -> str:
    left, top, right, bottom = box.x, box.y, box.x + box.width, box.y + box.height
    if box.bleeds:
        # On a sheet the neighbour begins where this sign ends; only a page of its own bleeds.
        left -= bleed if left <= 0 else 0
        top -= bleed if top <= 0 else 0
        right += bleed if right >= size.width_mm else 0
    edges = (left, -bottom, right - left, bottom - top)
    return f"{_ink(box.ink, issuer)} {' '.join(map(_number, edges))} re f"


def _draw_mark(mark: Mark) -> str:
    left, top, _right, bottom = mark.logo.box
    scale = mark.height / (bottom - top)
    pen = _PathPen()
    fitted = (scale, 0, 0, -scale, mark.x - left * scale, -mark.y + top * scale)
    mark.logo.shapes.replay(TransformPen(pen, fitted))
    return f"0 0 0 0 k {' '.join(pen.parts)} f"


class _PathPen(BasePen):
    """Writes shapes as the path operators of a page."""

    def __init__(self) -> None:
        super().__init__(None)
        self.parts: list[str] = []

    def _moveTo(self, pt: tuple[float, float]) -> None:  # noqa: N802 - the pen's own names
        self.parts.append(f"{_number(pt[0])} {_number(pt[1])} m")

    def _lineTo(self, pt: tuple[float, float]) -> None:  # noqa: N802
        self.parts.append(f"{_number(pt[0])} {_number(pt[1])} l")

    def _curveToOne(self, *points: tuple[float, float]) -> None:  # noqa: N802
        numbers = " ".join(f"{_number(x)} {_number(y)}" for x, y in points)
        self.parts.append(f"{numbers} c")

    def _closePath(self) -> None:  # noqa: N802
        self.parts.append("h")

    def _endPath(self) -> None:  # noqa: N802
        self.parts.append("h")


Line = tuple[float, float, float, float]


def _crop_marks(width: float, height: float) -> list[Line]:
    near, far = MARK_GAP_MM, MARK_GAP_MM + MARK_LENGTH_MM
    lines: list[Line] = []
    for x in (0.0, width):
        lines += [(x, -near, x, -far), (x, height + near, x, height + far)]
    for y in (0.0, height):
        lines += [(-near, y, -far, y), (width + near, y, width + far, y)]
    return lines


def _cut_marks(size: Format, sheet: Sheet) -> list[Line]:
    """Short lines in the sheet's margin, in line with the edges of the labels."""
    lines: list[Line] = []
    xs = {left + side for left, _top in size.corners_mm for side in (0.0, size.width_mm)}
    ys = {top + side for _left, top in size.corners_mm for side in (0.0, size.height_mm)}
    bottom = sheet.height_mm - max(ys)
    right = sheet.width_mm - max(xs)
    for x in sorted(xs):
        lines += [(x, end, x, start) for start, end in _in_margin(sheet.top_mm, 0, 1)]
        lines += [(x, end, x, start) for start, end in _in_margin(bottom, sheet.height_mm, -1)]
    for y in sorted(ys):
        lines += [(end, y, start, y) for start, end in _in_margin(sheet.left_mm, 0, 1)]
        lines += [(end, y, start, y) for start, end in _in_margin(right, sheet.width_mm, -1)]
    return lines


def _in_margin(margin: float, edge: float, inwards: int) -> list[tuple[float, float]]:
    """Where a mark lies in a margin: a millimetre from the label, at most five long."""
    room = min(margin - 1, MARK_LENGTH_MM)
    if room < 1:
        return []
    start = edge + inwards * (margin - 1)
    return [(start, start - inwards * room)]


def _font_object(pdf: Pdf, subset: Subset) -> Any:
    name = Name(f"/VOFAAA+{subset.name}")
    program = Stream(pdf, subset.content)
    program.Length1 = len(subset.content)
    descriptor = pdf.make_indirect(
        Dictionary(
            Type=Name.FontDescriptor,
            FontName=name,
            Flags=4,
            FontBBox=Array(list(subset.box)),
            ItalicAngle=0,
            Ascent=subset.ascent,
            Descent=subset.descent,
            CapHeight=subset.cap_height,
            StemV=80,
            FontFile2=pdf.make_indirect(program),
        )
    )
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=name,
        CIDSystemInfo=Dictionary(
            Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0
        ),
        FontDescriptor=descriptor,
        W=Array([0, Array(subset.widths)]),
        CIDToGIDMap=Name.Identity,
    )
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=name,
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([pdf.make_indirect(descendant)]),
            ToUnicode=pdf.make_indirect(Stream(pdf, _to_unicode(subset.glyphs))),
        )
    )


def _to_unicode(glyphs: dict[str, int]) -> bytes:
    """Which character a glyph stands for, so that texts can be searched and read aloud."""
    pairs = [
        f"<{glyph:04x}> <{character.encode('utf-16-be').hex()}>"
        for character, glyph in sorted(glyphs.items(), key=lambda pair: pair[1])
    ]
    blocks = "\n".join(
        f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar"
        for block in (pairs[at : at + 100] for at in range(0, len(pairs), 100))
    )
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n"
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def\n"
        "1 begincodespacerange <0000> <ffff> endcodespacerange\n"
        f"{blocks}\nendcmap CMapName currentdict /CMap defineresource pop end end"
    ).encode("ascii")


def _number(value: float, decimals: int = 3) -> str:
    return f"{value:.{decimals}f}".rstrip("0").rstrip(".") or "0"


def _rounded(value: float) -> float:
    return round(value, 4)
