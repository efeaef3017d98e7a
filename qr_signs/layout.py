"""Where everything on a sign stands, in millimetres from its upper left corner.

Pure figures: the three writers (PDF, SVG, PNG) draw what is said here and decide nothing. What all
signs of an order share (`Furniture`) is laid out once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from qr_signs import texts
from qr_signs.formats import Format
from qr_signs.logo import Logo, read_logo
from qr_signs.sign import Issuer, Sign
from qr_signs.typeface import BOLD, REGULAR, typeface

# A text that must shrink to fit its line goes no further; then it is cut.
SMALLEST_PART = 0.62
ELLIPSIS = "…"
LINE_PITCH = 1.15


class Ink(StrEnum):
    """What something is drawn in."""

    BAND = "band"
    WHITE = "white"
    BLACK = "black"


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text: its baseline begins at (x, y). `role` is its tag: `H1` or `P`."""

    x: float
    y: float
    size: float
    font: str
    ink: Ink
    content: str
    role: str = "P"


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle. `bleeds` says that it goes on past the edge it touches."""

    x: float
    y: float
    width: float
    height: float
    ink: Ink
    bleeds: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """The municipality's logo, its upper left corner at (x, y)."""

    x: float
    y: float
    height: float
    logo: Logo


@dataclass(frozen=True, slots=True)
class Square:
    """The symbol with its quiet zone."""

    x: float
    y: float
    side: float


@dataclass(frozen=True, slots=True)
class Furniture:
    """What is the same on every sign of an order."""

    boxes: tuple[Box, ...]
    texts: tuple[Text, ...]
    mark: Mark | None
    panel: Square


@dataclass(frozen=True, slots=True)
class _Line:
    """A line to be set: where, how wide at most, how large, from the left or to the right.

    `smallest` is the part of the size that a long text may shrink to before it is cut; 0 for what
    must never be cut.
    """

    x: float
    y: float
    width: float
    size: float
    font: str = REGULAR
    ink: Ink = Ink.BLACK
    to_right: bool = False
    role: str = "P"
    smallest: float = SMALLEST_PART


def lay_out_furniture(issuer: Issuer, size: Format) -> Furniture:
    """What every sign of this format carries."""
    return _furniture(issuer, size.width_mm, size.height_mm)


def lay_out_sign(sign: Sign, issuer: Issuer, size: Format) -> list[Text]:
    """What this one sign says: place, label, code and address."""
    grid = _grid(size.width_mm, size.height_mm)
    lines: list[Text] = []
    place, label = (typeface(REGULAR).printable(text) for text in (sign.place, sign.label))
    parts = _in_lines(place, grid.place)
    letters = min(_fitting(part, grid.place) for part in parts)
    # Smaller letters begin as high up as large ones do, and stand closer.
    above = grid.place.y - (grid.place.size - letters) * typeface(BOLD).cap_height
    below = above + (len(parts) - 1) * letters * LINE_PITCH
    for number, part in enumerate(parts):
        at = above + number * letters * LINE_PITCH
        lines += _set(part, replace(grid.place, y=at, size=letters, smallest=1))
    lines += _set(label, replace(grid.label, y=below + grid.label.y - grid.place.y))
    lines += _set(sign.code.upper(), grid.code)
    lines += _set(f"{issuer.domain}/s/{sign.code}", grid.address)
    return lines


def _fitting(text: str, line: _Line) -> float:
    """The size at which a text fits its line, within what is still legible."""
    width = typeface(line.font).width(text, line.size)
    return line.size * max(line.smallest, min(1, line.width / max(width, line.width)))


def characters(lines: Iterable[Text], font: str) -> set[str]:
    """The characters that some lines need of a typeface."""
    return {character for line in lines if line.font == font for character in line.content}


@dataclass(frozen=True, slots=True)
class _Grid:
    """The lines of a format, before they are filled."""

    panel: Square
    boxes: tuple[Box, ...]
    heading: _Line
    subheading: _Line
    place: _Line
    label: _Line
    code: _Line
    address: _Line
    trust: tuple[_Line, ...]
    sender: _Line
    phone: _Line
    mark_height: float


def _grid(width: float, height: float) -> _Grid:
    if width > height:
        return _beside(width, height)
    return _square(width) if width == height else _upright(width, height)


def _upright(width: float, height: float) -> _Grid:
    """A plate: band, symbol, words. In units of an A5, whose symbol is 110 mm wide."""
    u = width / 148
    panel = Square((width - 141 * u) / 2, 30 * u, 141 * u)
    # A5 and its kin differ by a millimetre or less; what is over goes below the symbol.
    rest = height - 210 * u
    left, right = 6 * u, width - 6 * u
    span = right - left
    return _Grid(
        panel=panel,
        boxes=(Box(0, 0, width, 30 * u, Ink.BAND, bleeds=True), *_frame(panel, 0.5 * u, width)),
        heading=_Line(left, 16.5 * u, span, 16.5 * u, BOLD, Ink.WHITE, role="H1"),
        subheading=_Line(left, 25.6 * u, span, 7.2 * u, REGULAR, Ink.WHITE),
        place=_Line(left, 178.2 * u, 84 * u, 5.8 * u, BOLD),
        label=_Line(left, 183.6 * u, 84 * u, 4.6 * u),
        code=_Line(right, 183 * u, 46 * u, 11.5 * u, BOLD, to_right=True, smallest=0),
        address=_Line(right, 188.2 * u, 50 * u, 4 * u, to_right=True, smallest=0),
        trust=tuple(_Line(left, rest + y * u, span, 3.1 * u) for y in (195.6, 199.3, 203)),
        sender=_Line(left, rest + 207.4 * u, 90 * u, 3.4 * u, BOLD),
        phone=_Line(right, rest + 207.4 * u, 40 * u, 3.4 * u, BOLD, to_right=True),
        mark_height=17 * u,
    )


def _square(width: float) -> _Grid:
    """A sticker: the same order on less room."""
    u = width / 100
    panel = Square(19 * u, 12.2 * u, 62 * u)
    left, right = 4 * u, width - 4 * u
    span = right - left
    return _Grid(
        panel=panel,
        boxes=(Box(0, 0, width, 12.2 * u, Ink.BAND, bleeds=True), *_frame(panel, 0.35 * u, width)),
        heading=_Line(left, 8.8 * u, 52 * u, 8 * u, BOLD, Ink.WHITE, role="H1"),
        subheading=_Line(right, 8.2 * u, 38 * u, 4.2 * u, REGULAR, Ink.WHITE, to_right=True),
        place=_Line(left, 79.4 * u, 56 * u, 3.8 * u, BOLD),
        label=_Line(left, 83.2 * u, 56 * u, 3.3 * u),
        code=_Line(right, 82 * u, 32 * u, 7.4 * u, BOLD, to_right=True, smallest=0),
        address=_Line(right, 85.8 * u, 34 * u, 3 * u, to_right=True, smallest=0),
        trust=tuple(_Line(left, y * u, span, 2.35 * u) for y in (91.6, 94.4)),
        sender=_Line(left, 97.9 * u, 60 * u, 2.3 * u, BOLD),
        phone=_Line(right, 97.9 * u, 34 * u, 2.3 * u, BOLD, to_right=True),
        mark_height=0,
    )


def _beside(width: float, height: float) -> _Grid:
    """A label wider than high: the symbol at the left, the words beside it."""
    side = height - 2.4
    panel = Square(1.2, 1.2, side)
    left = side + 3.6
    span = width - left - 1.8
    u = height / 67.7
    return _Grid(
        panel=panel,
        boxes=(Box(side + 2.4, 0, width - side - 2.4, 15.5 * u, Ink.BAND, bleeds=True),),
        heading=_Line(left, 7.2 * u, span, 5 * u, BOLD, Ink.WHITE, role="H1"),
        subheading=_Line(left, 12.4 * u, span, 3.4 * u, REGULAR, Ink.WHITE),
        place=_Line(left, 21 * u, span, 3.7 * u, BOLD),
        label=_Line(left, 25 * u, span, 3.1 * u),
        code=_Line(left, 36 * u, span, 7.4 * u, BOLD, smallest=0),
        address=_Line(left, 39.6 * u, span, 3 * u, smallest=0),
        trust=tuple(_Line(left, (44 + 2.5 * row) * u, span, 2.1 * u) for row in range(8)),
        sender=_Line(left, 64 * u, span, 2.2 * u, BOLD),
        phone=_Line(left, 66.5 * u, span, 2.2 * u, BOLD),
        mark_height=0,
    )


def _frame(panel: Square, line: float, width: float) -> tuple[Box, ...]:
    """Rules that run from edge to edge over and under the symbol and down its sides, outside the
    quiet zone: whoever pastes another symbol over ours breaks them.
    """
    bottom = panel.y + panel.side
    inset = panel.x * 0.5
    uprights = tuple(
        Box(x - line / 2, panel.y - line, line, panel.side + 3 * line, Ink.BAND)
        for x in (inset, inset - 2 * line, width - inset, width - inset + 2 * line)
    )
    level = tuple(
        Box(0, y, width, line, Ink.BAND, bleeds=True) for y in (bottom, bottom + 2 * line)
    )
    return uprights + level


@lru_cache(maxsize=32)
def _furniture(issuer: Issuer, width: float, height: float) -> Furniture:
    grid = _grid(width, height)
    headings = texts.in_each(texts.HEADING, issuer.languages)
    if len(headings) == 1:
        middle = grid.heading.y + (grid.subheading.y - grid.heading.y) * 0.45
        lines = _set(headings[0], replace(grid.heading, y=middle))
    else:
        lines = _set(headings[0], grid.heading)
    lines += _set(" · ".join(headings[1:]), grid.subheading)
    sentences = _trust(issuer, grid.trust, narrow=width > height)
    for sentence, line in zip(sentences, grid.trust, strict=False):
        lines += _set(sentence, line)
    lines += _set(typeface(BOLD).printable(issuer.municipality), grid.sender)
    language = issuer.languages[0]
    if issuer.phone:
        phone = texts.TELEPHONE[language].format(phone=typeface(BOLD).printable(issuer.phone))
        lines += _set(phone, grid.phone)
    return Furniture(grid.boxes, tuple(lines), _mark(issuer, grid, width), grid.panel)


def _mark(issuer: Issuer, grid: _Grid, width: float) -> Mark | None:
    logo = read_logo(issuer.logo_svg)
    if logo is None or not grid.mark_height:
        return None
    high = grid.mark_height
    margin = grid.heading.x
    return Mark(width - margin - high * logo.ratio, (grid.panel.y - high) / 2, high, logo)


def _trust(issuer: Issuer, room: tuple[_Line, ...], *, narrow: bool) -> list[str]:
    """What protects against pasted-over symbols, in as many languages as there is room for: the
    first one and then the last, which most strangers read.
    """
    wanted = [issuer.languages[0], *reversed(issuer.languages[1:])]
    blocks: dict[str, list[str]] = {}
    for language in wanted:
        begins = texts.ADDRESS_BEGINS[language].format(domain=issuer.domain)
        sentences = f"{begins} {texts.NEVER_PAY[language]}"
        block = _wrapped(sentences, room[0]) if narrow else [sentences]
        if sum(map(len, blocks.values())) + len(block) <= len(room):
            blocks[language] = block
    return [line for language in issuer.languages for line in blocks.get(language, [])]


def _wrapped(text: str, line: _Line) -> list[str]:
    """A text in lines no wider than a line."""
    face = typeface(line.font)
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and face.width(longer, line.size) <= line.width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _set(text: str, line: _Line) -> list[Text]:
    """One line, made smaller and then cut where it is too wide; nothing for an empty text."""
    if not text:
        return []
    face = typeface(line.font)
    size = _fitting(text, line)
    text = _cut(text, line, size)
    width = face.width(text, size)
    x = line.x - width if line.to_right else line.x
    return [Text(x, line.y, size, line.font, line.ink, text, line.role)]


def _cut(text: str, line: _Line, size: float) -> str:
    face = typeface(line.font)
    if face.width(text, size) <= line.width + 1e-9:
        return text
    while text and face.width(text + ELLIPSIS, size) > line.width:
        text = text[:-1].rstrip()
    return text + ELLIPSIS


def _in_lines(text: str, line: _Line) -> list[str]:
    """A text on one line, or broken at the space where the longer half is shortest, or on three
    lines of the smallest letters, the last of which may be too long.
    """
    face = typeface(line.font)
    spaces = [at for at, character in enumerate(text) if character == " "]
    if face.width(text, line.size) <= line.width or not spaces:
        return [text]
    halves = [[text[:at], text[at + 1 :]] for at in spaces]
    two = min(halves, key=lambda both: max(face.width(part, line.size) for part in both))
    smallest = replace(line, size=line.size * line.smallest)
    if all(face.width(part, smallest.size) <= line.width for part in two):
        return two
    first, second, *rest = _wrapped(text, smallest)
    return [first, second, " ".join(rest)] if rest else [first, second]
