"""Small counts that could point at somebody, hidden from the public.

“One report at the nursing home in July” tells whoever knows the house who wrote it. A count of
fewer than `LEAST` is hidden, and where one alone is hidden in a column with a total, so is the next
smallest: it could be found by subtraction.
"""

from __future__ import annotations

from dataclasses import replace

from app.statistics.table import Cell, Figure, Hidden, Kind, Table

LEAST = 5


def hide_small(table: Table, least: int = LEAST) -> Table:
    """The table without counts from 1 to below `least`, and what is made from them."""
    rows = [list(row) for row in table.rows]
    for nth, column in enumerate(table.columns):
        small = [row for row in rows if _is_small(row[nth], column.kind, least)]
        for row in small:
            row[nth] = Hidden.SMALL
        if table.total and len(small) == 1:
            _hide_next(rows, nth)
    total = None
    if table.total:
        kinds = [column.kind for column in table.columns]
        total = [
            _discreet(cell, kind, least) for cell, kind in zip(table.total, kinds, strict=True)
        ]
    for row in [*rows, *([total] if total else [])]:
        for nth, column in enumerate(table.columns):
            if any(row[part] is Hidden.SMALL for part in column.of):
                row[nth] = Hidden.SMALL
    return replace(table, rows=rows, total=total)


def _hide_next(rows: list[list[Cell]], nth: int) -> None:
    counts = [(cell, row) for row in rows if isinstance(cell := row[nth], int) and cell]
    if counts:
        min(counts, key=lambda one: one[0])[1][nth] = Hidden.SMALL


def _is_small(cell: Cell, kind: Kind, least: int) -> bool:
    if isinstance(cell, Figure):
        return _is_small(cell.value, cell.kind, least)
    return kind is Kind.COUNT and isinstance(cell, int) and 0 < cell < least


def _discreet(cell: Cell, kind: Kind, least: int) -> Cell:
    return Hidden.SMALL if _is_small(cell, kind, least) else cell
