"""Imports of figures from CSV: what a file would change, row by row, and the change itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.database import session
from app.imports.files import UnusableFile, Unused
from app.imports.plans import Action, Plan
from app.imports.sheets import read_sheet
from app.languages import gettext as _
from app.problems import InvalidFields
from app.statistics.models import ServiceFigure
from app.statistics.service import Key, Said, enter_figures, put_right, stated
from app.statistics.service_fields import FIELD_NAMES, fields_of, line_of, read_said

# Fifteen measures by month for ten years are fewer.
MAX_ROWS = 2_000

# What a column is called here, by what it may be called in a file.
COLUMNS = {
    "year": "year",
    "år": "year",
    "month": "month",
    "måned": "month",
    "månad": "month",
    "measure": "measure",
    "indikator": "measure",
    "value": "value",
    "verdi": "value",
    "source": "source",
    "kilde": "source",
    "kjelde": "source",
}
_NEEDED = FIELD_NAMES.keys() - {"month"}


@dataclass(frozen=True, slots=True)
class Row:
    """A figure as a file tells of it; `line` is its line there."""

    line: int
    said: Said


@dataclass(frozen=True, slots=True)
class Planned:
    """What becomes of a row, and the figure of the same period, measure and source."""

    row: Row
    action: Action
    figure: ServiceFigure | None

    @property
    def told(self) -> list[Any]:
        """What tells this row's fate from any other."""
        version = self.figure.version if self.figure else None
        return [self.row.line, self.action, fields_of(self.row.said), version]


FigurePlan = Plan[Planned]


def read_figures(content: bytes) -> list[Row | Unused]:
    """The rows of a CSV file.

    Raises:
        UnusableFile: it is none, tells of no figures, or has too many rows.
    """
    found = list(islice(_rows(content), MAX_ROWS + 1))
    if len(found) > MAX_ROWS:
        raise UnusableFile(_("A file can have at most %(most)s rows.", most=MAX_ROWS))
    first: dict[Key, int] = {}
    return [_once(row, first) for row in found]


def _rows(content: bytes) -> Iterator[Row | Unused]:
    no_header = _("The first line must name the columns: year, month, measure, value, source.")
    sheet = read_sheet(content, no_header)
    columns = [COLUMNS.get(name) for name in sheet.header]
    if not set(columns) >= _NEEDED:
        raise UnusableFile(no_header)
    for line, cells in sheet.lines:
        typed = dict.fromkeys(FIELD_NAMES, "")
        typed |= {name: line_of(cell) for name, cell in zip(columns, cells, strict=False) if name}
        name = " ".join(filter(None, (typed["year"], typed["month"], typed["measure"])))[:100]
        if len(cells) > len(columns):
            yield Unused(line, name, _("It has more cells than there are columns."))
        elif not typed["value"]:
            yield Unused(line, name, _("It has no value."), by_design=True)
        else:
            yield _read(line, name, typed)


def _read(line: int, name: str, typed: dict[str, str]) -> Row | Unused:
    try:
        return Row(line, read_said(typed))
    except InvalidFields as problem:
        reasons = [f"{FIELD_NAMES[key]}: {reason}" for key, reason in problem.fields.items()]
        return Unused(line, name, " ".join(reasons))


def _once(row: Row | Unused, first: dict[Key, int]) -> Row | Unused:
    """A row, unless an earlier one tells of the same."""
    if isinstance(row, Unused):
        return row
    line = first.setdefault(row.said.key, row.line)
    if line == row.line:
        return row
    name = f"{row.said.period} {row.said.measure.code}"
    reason = _("Line %(line)s has the same period, measure and source.", line=line)
    return Unused(row.line, name, reason)


def plan_import(rows: Sequence[Row | Unused], *, for_change: bool = False) -> FigurePlan:
    """Compare rows with what is kept.

    Args:
        rows: of a file.
        for_change: lock the figures, since the plan is carried out next.
    """
    usable = [row for row in rows if isinstance(row, Row)]
    years = {row.said.year for row in usable}
    query = select(ServiceFigure).where(ServiceFigure.year.in_(years))
    if for_change:
        query = query.with_for_update().execution_options(populate_existing=True)
    known = {stated(one).key: one for one in session().scalars(query)}
    return FigurePlan(
        rows=[_planned(row, known.get(row.said.key)) for row in usable],
        unused=[row for row in rows if isinstance(row, Unused)],
    )


def _planned(row: Row, figure: ServiceFigure | None) -> Planned:
    if figure is None:
        return Planned(row, Action.ADD, None)
    same = stated(figure).amount == row.said.amount
    return Planned(row, Action.LEAVE if same else Action.CHANGE, figure)


def carry_out(plan: FigurePlan, *, brought_along: bool = False) -> None:
    """Do what a plan says; rows that it leaves out are left out.

    Args:
        plan: made in the same transaction, or agreed to by its `mark`.
        brought_along: the figures come with the municipality, so that the log begins empty.
    """
    for one in plan.rows:
        if one.figure is not None:
            put_right(one.figure, one.row.said)
    new = [one.row.said for one in plan.rows if one.action is Action.ADD]
    enter_figures(new, brought_along=brought_along)


def import_service_figures(file: Path) -> FigurePlan:
    """Import the figures of a municipality's folder; every row must be usable.

    Raises:
        UnusableFile: one is not, or all of it.
    """
    plan = plan_import(read_figures(file.read_bytes()))
    if plan.refused:
        lines = [f"{file}: {row.line}: {row.name}: {row.reason}" for row in plan.refused]
        raise UnusableFile("\n".join(lines))
    carry_out(plan, brought_along=True)
    return plan
