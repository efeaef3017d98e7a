"""What a chart is drawn from: its series in numbers and words, colours, and widths of texts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from math import isnan, nan

from babel.dates import format_skeleton
from babel.numbers import format_decimal
from flask_babel import get_locale
from matplotlib import rcParams
from matplotlib.font_manager import fontManager

from app.languages import gettext as _
from app.statistics.table import Cell, Figure, Hidden, Kind, Shape, Table, written
from qr_signs.typeface import REGULAR, typeface

TEXT_PX = 13
_APART_PX = 6
MOST_BARS = 15
# In the order of the longest first: what is hidden is more than nothing, and less than any count.
_SMALL, _NONE = 0.5, -1.0

fontManager.addfont(str(files("font_lato") / "files" / f"{REGULAR}.ttf"))
# The second draws the letters that the first lacks. A name may hold a dollar sign.
rcParams.update(
    {"font.family": ["Lato", "DejaVu Sans"], "font.size": TEXT_PX, "text.parse_math": False}
)


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours as the pages have them. Marks stand out from the ground by 3:1, texts by 4.5:1."""

    ground: str
    text: str
    quiet: str
    grid: str
    marks: tuple[str, str]


LIGHT = Palette("#ffffff", "#292c30", "#5b5d60", "#d5d6d7", ("#0b6a53", "#5b5d60"))
DARK = Palette("#17181a", "#ececec", "#a7a8a9", "#4e5052", ("#4fb094", "#a7a8a9"))


@dataclass(frozen=True, slots=True)
class Look:
    """How wide, and in which colours."""

    width: int
    palette: Palette


@dataclass(frozen=True, slots=True)
class Series:
    """A column of a table: as lengths, and as words. NaN where there is nothing to show."""

    name: str
    kind: Kind
    values: list[float]
    words: list[str]


@dataclass(frozen=True, slots=True)
class Drawn:
    """The part of a table that its chart shows. `names` are those of the rows as `firsts` say."""

    shape: Shape
    firsts: list[Cell]
    first_kind: Kind
    series: list[Series]
    note: str

    @property
    def names(self) -> list[str]:
        """What each group of marks is of."""
        return [written(first, self.first_kind) for first in self.firsts]

    @property
    def highest(self) -> float:
        """The largest value; 1 where all are nothing, so that there is something to divide by."""
        shown = [value for one in self.series for value in one.values if value > 0]
        return max(shown, default=1.0)


def drawn_of(table: Table) -> Drawn:
    """What a table's chart shows: of bars the longest, of all else every row.

    Raises:
        ValueError: the table says of no chart how it is to be drawn.
    """
    if table.chart is None:
        raise ValueError(table.code)
    rows, note, leading = list(table.rows), "", table.chart.series[0]
    if table.chart.shape is Shape.BARS:
        rows.sort(key=lambda row: _length(row[leading]), reverse=True)
        if len(rows) > MOST_BARS:
            note = _("The first %(most)s of %(count)s.", most=MOST_BARS, count=len(rows))
        rows = rows[:MOST_BARS]
    return Drawn(
        shape=table.chart.shape,
        firsts=[row[0] for row in rows],
        first_kind=table.columns[0].kind,
        series=[
            Series(
                name=table.columns[nth].name,
                kind=table.columns[nth].kind,
                values=[_number(row[nth]) for row in rows],
                words=[written(row[nth], table.columns[nth].kind) for row in rows],
            )
            for nth in table.chart.series
        ],
        note=note,
    )


def _length(cell: Cell) -> float:
    number = _number(cell)
    if not isnan(number):
        return number
    return _SMALL if isinstance(cell, Hidden) else _NONE


def _number(cell: Cell) -> float:
    value = cell.value if isinstance(cell, Figure) else cell
    return float(value) if isinstance(value, int | float) else nan


def width_of(text: str) -> float:
    """How many pixels a text is wide."""
    letters = typeface(REGULAR)
    return letters.width(letters.printable(text), TEXT_PX)


def cut_to(text: str, width: float) -> str:
    """As much of a text as there is room for; the whole of it stands in the table."""
    if width_of(text) <= width:
        return text
    while text and width_of(f"{text}…") > width:
        text = text[:-1]
    return f"{text.rstrip()}…"


def round_number(value: float, kind: Kind) -> str:
    """A value on an axis, with no more decimals than it needs."""
    figure = str(format_decimal(value, locale=str(get_locale())))
    return _("%(figure)s %%", figure=figure) if kind is Kind.PERCENT else figure


def names_along(drawn: Drawn, step: float) -> list[str]:
    """Names under columns and points `step` pixels apart: as many as there is room for.

    Months are named with their year below where it is a new one.
    """
    months = [first for first in drawn.firsts if isinstance(first, date)]
    if drawn.first_kind is not Kind.MONTH or not months:
        every = _every(max(map(width_of, drawn.names), default=0), step)
        return ["" if nth % every else name for nth, name in enumerate(drawn.names)]
    short = [str(format_skeleton("MMM", month, locale=str(get_locale()))) for month in months]
    every = _every(max(map(width_of, [*short, "0000"])), step)
    names: list[str] = []
    year = None
    for nth, (month, name) in enumerate(zip(months, short, strict=True)):
        is_named = nth % every == 0
        names.append(f"{name}\n{month.year if month.year != year else ''}" if is_named else "")
        year = month.year if is_named else year
    return names


def _every(width: float, step: float) -> int:
    """Every how manieth name is written: one that months and years are counted in."""
    return next((every for every in (1, 2, 3, 4, 6) if every * step >= width + _APART_PX), 12)
