"""Figures that do not come from reports as a table, for Excel and CSV."""

from __future__ import annotations

from collections.abc import Iterable

from app.languages import gettext as _
from app.statistics import table
from app.statistics.amounts import as_typed
from app.statistics.measures import Kind
from app.statistics.service import Said
from app.statistics.service_fields import FIELD_NAMES
from app.statistics.table import Cell, Column, Figure, Table


def table_of_figures(figures: Iterable[Said]) -> Table:
    """One row a figure, with the columns of a file to import, so that it can be taken in again."""
    kinds = {"year": table.Kind.YEAR, "month": table.Kind.YEAR}
    return Table(
        title=_("Figures that do not come from reports"),
        columns=[
            Column(str(title), kinds.get(name, table.Kind.TEXT))
            for name, title in FIELD_NAMES.items()
        ],
        rows=[[one.year, one.month, one.measure.name, _value(one), one.source] for one in figures],
        code="service",
        note=_("Stated by the sources, not computed from reports."),
    )


def _value(said: Said) -> Cell:
    """A number where the source states one; a range, or what it calls about, in its words."""
    if said.amount.about or said.amount.upper is not None:
        return as_typed(said.amount)
    if said.measure.kind is Kind.PERCENT:
        return Figure(said.amount.value, table.Kind.PERCENT)
    return Figure(int(said.amount.value), table.Kind.COUNT)
