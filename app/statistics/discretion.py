"""Small counts that could point at somebody, hidden from the public.

“One report at the nursing home in July” tells whoever knows the house who wrote it. A count of
fewer than `LEAST` is “few”, and one that leaves so small a rest is hidden. Where counts that are
not told add up to one that is, others are hidden beside them until there is more than one solution.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

from app.statistics.table import Cell, Figure, Hidden, Kind, Table

LEAST = 5

# A cell by its row, of which the total is the last, and its column.
Spot = tuple[int, int]
_TOTAL = object()


@dataclass(frozen=True, slots=True)
class _Sum:
    """Counts that add up to another one; `whole` is None where that is told outside the table."""

    parts: list[Spot]
    whole: Spot | None = None


def hide_small(
    table: Table,
    least: int = LEAST,
    beside: Table | None = None,
    elsewhere: Collection[str] = (),
) -> Table:
    """The table without counts from 1 to below `least`, and without what would tell them.

    Args:
        table: with all its counts.
        least: the smallest count that may be told.
        beside: the same table of all reports, where this one is of some of them: what it leaves of
            that is told as well.
        elsewhere: names of columns and key figures whose total is hidden in another table.
    """
    counts = _counts(table)
    hidden = {spot for spot in counts if _is_small(counts[spot], least)}
    hidden |= {spot for spot, rest in _rests(table, counts) if _is_small(rest, least)}
    if beside:
        hidden |= {spot for spot, rest in _left_out(table, beside) if _is_small(rest, least)}
    hidden |= _of_names(table, elsewhere) & counts.keys()
    _hide_others(list(_sums(table, counts)), counts, hidden, least)
    rows = [list(row) for row in table.all_rows]
    for down, across in hidden:
        is_large = counts[down, across] >= least
        rows[down][across] = Hidden.BESIDE if is_large else Hidden.SMALL
    for row in rows:
        for across, column in enumerate(table.columns):
            is_told = row[across] is not None and not isinstance(row[across], Hidden)
            if is_told and any(isinstance(row[part], Hidden) for part in column.of):
                row[across] = Hidden.BESIDE
    count = len(table.rows)
    return replace(table, rows=rows[:count], total=rows[count] if table.total else None)


def _is_small(count: int, least: int) -> bool:
    return 0 < count < least


def _counts(table: Table) -> dict[Spot, int]:
    kinds = [column.kind for column in table.columns]
    found = {}
    for down, row in enumerate(table.all_rows):
        for across, (cell, kind) in enumerate(zip(row, kinds, strict=True)):
            if (count := _count(cell, kind)) is not None:
                found[down, across] = count
    return found


def _count(cell: Cell, kind: Kind) -> int | None:
    if isinstance(cell, Figure):
        return _count(cell.value, cell.kind)
    return cell if kind is Kind.COUNT and isinstance(cell, int) else None


def _rests(table: Table, counts: dict[Spot, int]) -> Iterator[tuple[Spot, int]]:
    for (down, across), count in counts.items():
        cell, whole = table.all_rows[down][across], table.columns[across].part_of
        if isinstance(cell, Figure):
            yield (down, across), cell.rest
        elif whole is not None:
            yield (down, across), counts[down, whole] - count


def _left_out(table: Table, beside: Table) -> Iterator[tuple[Spot, int]]:
    of_all, down_by_key = _counts(beside), {key: down for down, key in enumerate(_keys(beside))}
    keys = _keys(table)
    for (down, across), count in _counts(table).items():
        if (there := (down_by_key.get(keys[down], -1), across)) in of_all:
            yield (down, across), of_all[there] - count


def _of_names(table: Table, names: Collection[str]) -> set[Spot]:
    """The totals of these columns, and this period's key figures of these names."""
    columns, rows = range(1, len(table.columns)), table.rows
    totals = {(len(rows), across) for across in columns if table.columns[across].name in names}
    figures = {
        (down, 1) for down, row in enumerate(rows) if isinstance(row[1], Figure) and row[0] in names
    }
    return totals | figures


def _keys(table: Table) -> list[Any]:
    """What each row stands for, the total last."""
    keys = list(table.keys) or [row[0] for row in table.rows]
    return [*keys, *([_TOTAL] if table.total else [])]


def _sums(table: Table, counts: dict[Spot, int]) -> Iterator[_Sum]:
    count = len(table.rows)
    for across, column in enumerate(table.columns):
        told = [down for down in range(count) if (down, across) in counts]
        for group in table.groups:
            yield _Sum([(down, across) for down in group if down in told])
        if table.total and (count, across) in counts:
            yield _Sum([(down, across) for down in told], (count, across))
        if column.sum_of:
            for down in range(len(table.all_rows)):
                yield _Sum([(down, part) for part in column.sum_of], (down, across))


def _hide_others(sums: list[_Sum], counts: dict[Spot, int], hidden: set[Spot], least: int) -> None:
    """Hide more, the smallest first, until no sum tells a hidden count."""
    more = True
    while more:
        more = False
        for one in sums:
            while _tells(one, counts, hidden, least) and (others := _next(one, counts, hidden)):
                hidden |= others
                more = True


def _tells(one: _Sum, counts: dict[Spot, int], hidden: set[Spot], least: int) -> bool:
    """Whether the hidden parts can have one value only, or a hidden whole is the sum of its parts.

    All of them are the smallest, or the largest, that they can be where they add up to just that.
    """
    missing = [counts[part] for part in one.parts if part in hidden]
    if one.whole in hidden:
        return not missing
    small = sum(count < least for count in missing)
    large = len(missing) - small
    ends = {small + large * least} if large else {small, small * (least - 1)}
    return bool(missing) and (len(missing) == 1 or sum(missing) in ends)


def _next(one: _Sum, counts: dict[Spot, int], hidden: set[Spot]) -> set[Spot]:
    """The smallest part that is told, with others as large: so two tables hide the same. Nothing
    counts as larger than something, and the whole as larger than all parts.
    """
    told = [part for part in one.parts if part not in hidden]
    if not told:
        return {one.whole} - hidden if one.whole else set()
    smallest = min(_rank(counts[part]) for part in told)
    return {part for part in told if _rank(counts[part]) == smallest}


def _rank(count: int) -> tuple[bool, int]:
    return count == 0, count
