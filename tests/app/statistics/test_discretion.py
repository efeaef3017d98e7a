"""Small counts are hidden so that nothing beside them tells them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from app.statistics.counting import NOTHING
from app.statistics.discretion import LEAST, hide_small
from app.statistics.groups import _breakdown
from app.statistics.over_time import _vof_row
from app.statistics.punctuality import in_time
from app.statistics.selection import Selection
from app.statistics.table import Column, Figure, Hidden, Kind, Table

FEW, HIDDEN = Hidden.SMALL, Hidden.BESIDE
SOME = hypothesis_settings(max_examples=60)
# Small ones, some that are just large enough, and a large one.
COUNTS = st.sampled_from([0, 1, 1, 2, 3, 4, 4, 5, 6, 8, 40])


def column_of(counts, groups=()):
    columns = [Column("What", Kind.TEXT), Column("Messages")]
    rows = [(f"row {nth}", count) for nth, count in enumerate(counts)]
    return Table("All", columns, rows, total=("All", sum(counts)), groups=groups)


def years_of(years):
    columns = [
        Column("Year", Kind.YEAR),
        *(Column(name) for name in ("QR", "Web", "Kiosk")),
        Column("VOF messages", sum_of=(1, 2, 3), part_of=5),
        Column("All messages"),
        Column("VOF share", Kind.PERCENT, of=(4, 5)),
    ]
    rows = [
        _vof_row(2020 + nth, {"qr": qr, "web": web, "kiosk": kiosk, "phone": phone}, LEAST)
        for nth, (qr, web, kiosk, phone) in enumerate(years)
    ]
    return Table("VOF", columns, rows)


def told(table, across):
    return [row[across] for row in table.all_rows]


def demand_more_than_one_solution(parts, whole):
    """A reader takes “few” for 1 to 4, and what is hidden for more."""
    missing = [part for part in parts if isinstance(part, Hidden)]
    if isinstance(whole, Hidden):
        assert missing
    elif missing:
        left = whole - sum(part for part in parts if not isinstance(part, Hidden))
        for nth, part in enumerate(missing):
            first, *others = [part, *missing[:nth], *missing[nth + 1 :]]
            lows, highs = bounds(others, left)
            low, high = bounds([first], left)
            found = [one for one in range(low, high + 1) if lows <= left - one <= highs]
            assert len(found) != 1, (parts, whole)


def bounds(missing, left):
    """The smallest and the largest that hidden counts can be together."""
    small, large = missing.count(FEW), missing.count(HIDDEN)
    return small + large * LEAST, max(left, 0) if large else small * (LEAST - 1)


@SOME
@given(st.lists(COUNTS, max_size=7))
def test_no_hidden_count_of_a_column_can_be_found(counts):
    *parts, whole = told(hide_small(column_of(counts)), 1)
    assert not any(isinstance(part, int) and 0 < part < LEAST for part in parts)
    demand_more_than_one_solution(parts, whole)


@SOME
@given(st.lists(st.tuples(COUNTS, COUNTS, COUNTS, COUNTS), max_size=3))
def test_no_hidden_count_of_a_row_with_a_sum_can_be_found(years):
    for row in hide_small(years_of(years)).rows:
        _year, *parts, vof, whole, _share = row
        demand_more_than_one_solution(parts, vof)
        if isinstance(vof, int) and isinstance(whole, int):
            assert not 0 < whole - vof < LEAST


@SOME
@given(st.lists(COUNTS, min_size=6, max_size=6))
def test_no_hidden_count_can_be_found_by_sums_that_another_table_tells(counts):
    groups = [[0, 2, 4], [1, 3, 5]]
    *parts, _whole = told(hide_small(column_of(counts, groups)), 1)
    for group in groups:
        some = [parts[nth] for nth in group]
        # Where all of a group is hidden there is nothing more to hide in this table.
        if not all(isinstance(part, Hidden) for part in some):
            demand_more_than_one_solution(some, sum(counts[nth] for nth in group))


def test_a_share_does_not_tell_its_count():
    counts = [NOTHING._replace(key=nth, messages=many) for nth, many in enumerate((50, 8, 4))]
    wanted = Selection(*2 * (None,), least=LEAST)  # type: ignore[arg-type]
    names = dict(enumerate(("A", "B", "C")))
    table = hide_small(_breakdown(counts, "Kinds", "Kind", names, wanted))
    assert [row[1] for row in table.all_rows] == [50, HIDDEN, FEW, 62]
    assert [row[2] for row in table.all_rows] == [80.6, HIDDEN, FEW, 100.0]


def test_a_channel_cannot_be_taken_from_the_sum_of_its_row():
    [row] = hide_small(years_of([(10, 20, 3, 30)])).rows
    assert row == [2020, HIDDEN, 20, FEW, 33, 63, 52.4]


def test_the_same_channels_are_hidden_where_they_stand_in_a_column():
    table = hide_small(column_of([10, 20, 3, 30], groups=[[0, 1, 2], [3]]))
    assert told(table, 1) == [HIDDEN, 20, FEW, 30, 63]


@pytest.mark.parametrize("counts", [(10, 1, 1), (20, 4, 4), (0, 4, 4), (9, 4, 4, 4)])
def test_hidden_counts_that_can_only_be_the_smallest_or_the_largest_hide_another(counts):
    *parts, whole = told(hide_small(column_of(counts)), 1)
    demand_more_than_one_solution(parts, whole)
    assert sum(isinstance(part, Hidden) for part in parts) > sum(0 < one < LEAST for one in counts)


def test_key_figures_do_not_tell_the_rest_of_the_messages():
    def figure(value, rest=0):
        return Figure(value, Kind.COUNT, rest)

    rows = [
        ("Messages", figure(40), figure(40)),
        ("Open", figure(3, 37), figure(20, 20)),
        ("Closed reports", figure(37, 3), figure(20, 20)),
    ]
    columns = [Column("Figure", Kind.TEXT), Column("Now"), Column("Then")]
    table = hide_small(Table("Key figures", columns, rows))
    assert [row[1] for row in table.rows] == [figure(40), FEW, HIDDEN]
    assert [row[2] for row in table.rows] == [row[2] for row in rows]


def test_what_a_filter_leaves_out_is_not_told_either():
    columns = [Column("What", Kind.TEXT), Column("Messages")]
    some = Table("Some", columns, [("May", 30), ("June", 20), ("July", 8)], total=("All", 58))
    every = Table("All", columns, [("May", 60), ("June", 22), ("July", 18)], total=("All", 100))
    assert told(hide_small(some, beside=every), 1) == [30, HIDDEN, HIDDEN, 58]


def test_a_share_within_the_deadline_does_not_tell_how_many_are_open():
    few = NOTHING._replace(messages=16, open=1, closed=15, handled=15, in_time=8)
    assert in_time(few, 1) == 53.3
    assert in_time(few, LEAST) is FEW
    # 36 of 41 is as much as 86 of 98.
    many = NOTHING._replace(messages=100, open=2, closed=98, handled=98, in_time=86)
    assert in_time(many, LEAST) == 87.8
