"""A table of figures: one definition, from which page, chart, Excel and CSV are made alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum, StrEnum, auto
from functools import lru_cache
from typing import Any

from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal
from flask_babel import get_locale

from app.languages import gettext as _


class Kind(StrEnum):
    """What stands in a column; the same figure is written alike everywhere."""

    TEXT = auto()
    COUNT = auto()
    PERCENT = auto()
    DAYS = auto()
    MONTH = auto()
    YEAR = auto()
    DATE = auto()


class Hidden(Enum):
    """In place of a count that is so small that it could point at somebody, and of what would tell
    such a count.
    """

    SMALL = auto()
    BESIDE = auto()


Value = str | int | float | date | Hidden | None


@dataclass(frozen=True, slots=True)
class Figure:
    """A cell of another kind than its column: in a list of key figures.

    `rest` is what a count leaves of a larger one that is told too.
    """

    value: Value
    kind: Kind
    rest: int = 0


Cell = Value | Figure


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `of` are the columns a figure is made from: it is hidden where one of them is.

    `sum_of` are the counts that it adds up, `part_of` is a count that leaves a rest without it: so
    each could be worked out from the others.
    """

    name: str
    kind: Kind = Kind.COUNT
    of: tuple[int, ...] = ()
    sum_of: tuple[int, ...] = ()
    part_of: int | None = None


class Shape(StrEnum):
    """How a chart is drawn: columns or lines over time, or bars with the longest first."""

    COLUMNS = auto()
    LINES = auto()
    BARS = auto()


@dataclass(frozen=True, slots=True)
class Chart:
    """Which columns of a table a chart shows; the first column names what they are of."""

    shape: Shape
    series: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Figures with their headings. `code` stands in the addresses of its files and its chart.

    `rows` hold one cell a column, rounded as they are shown; `total` is a last row. `summary` says
    in a sentence or two what the chart shows. `note` tells how the figures are to be understood.
    `keys` are what the rows stand for: ids of places, say. `groups` are rows, by their number,
    whose sums other tables tell.
    """

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    code: str = ""
    total: Sequence[Cell] | None = None
    chart: Chart | None = None
    summary: str = ""
    note: str = ""
    keys: Sequence[Any] = ()
    groups: Sequence[Sequence[int]] = ()

    @property
    def all_rows(self) -> list[Sequence[Cell]]:
        """The rows, and the total where there is one."""
        return [*self.rows, *([self.total] if self.total else [])]


def written(cell: Cell, kind: Kind) -> str:
    """A cell as people read it, in the language of the request."""
    if isinstance(cell, Figure):
        return written(cell.value, cell.kind)
    if cell is None:
        return "–"
    if isinstance(cell, Hidden):
        return _("few") if cell is Hidden.SMALL else _("hidden")
    if isinstance(cell, date):
        return _written_day(cell, kind)
    if isinstance(cell, int | float):
        return _written_number(cell, kind, str(get_locale()))
    return str(cell)


def _written_day(day: date, kind: Kind) -> str:
    locale = str(get_locale())
    if kind is Kind.MONTH:
        return str(format_skeleton("yMMM", day, locale=locale))
    return str(format_date(day, "medium", locale=locale))


# A page holds hundreds of numbers, and the same ones again and again.
@lru_cache(maxsize=20_000, typed=True)
def _written_number(number: float, kind: Kind, locale: str) -> str:
    if kind is Kind.YEAR:
        return str(number)
    if kind is Kind.COUNT:
        return str(format_decimal(number, locale=locale))
    # What we count has one decimal; what a source states has as many as it says, of at most two.
    pattern = "#,##0.0#" if isinstance(number, float) else "#,##0"
    figure = str(format_decimal(number, pattern, locale=locale))
    return _("%(figure)s %%", figure=figure) if kind is Kind.PERCENT else figure


def is_number(kind: Kind) -> bool:
    """Whether the figures of a column stand under each other by their last digit."""
    return kind in {Kind.COUNT, Kind.PERCENT, Kind.DAYS}


def share(part: int, whole: int, least: int = 1) -> float | Hidden | None:
    """Per cent with one decimal; None of nothing.

    Hidden where the part or the rest could be worked out from it and is smaller than `least`.
    """
    if not whole:
        return None
    if any(0 < some < least for some in (part, whole - part, whole)):
        return Hidden.SMALL
    return round(100 * part / whole, 1)


def change(now: Cell, before: Cell) -> float | None:
    """How many per cent more or less than before; None where there was nothing."""
    if isinstance(now, int | float) and isinstance(before, int | float) and before:
        return round(100 * (now - before) / before, 1)
    return None


def table_view(table: Table) -> dict[str, Any]:
    """A table as a page shows it."""
    kinds = [column.kind for column in table.columns]
    rows = [
        [written(cell, kind) for cell, kind in zip(row, kinds, strict=True)] for row in table.rows
    ]
    return {
        "code": table.code,
        "title": table.title,
        "columns": [{"name": one.name, "number": is_number(one.kind)} for one in table.columns],
        "rows": rows,
        "total": [written(cell, kind) for cell, kind in zip(table.total, kinds, strict=True)]
        if table.total
        else None,
        "has_chart": table.chart is not None and bool(table.rows),
        "summary": table.summary,
        "note": table.note,
    }
