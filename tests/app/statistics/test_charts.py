"""Charts: the same for the same figures, read without colour, and within our content policy."""

from __future__ import annotations

import gc
import io
import re
import weakref
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import product
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from flask import Flask, copy_current_request_context
from matplotlib.figure import Figure
from PIL import Image

from app import languages
from app.statistics import charts
from app.statistics.chart_parts import (
    DARK,
    LIGHT,
    Look,
    Palette,
    cut_to,
    drawn_of,
    names_along,
    width_of,
)
from app.statistics.charts import NARROW, WIDE, draw, draw_png
from app.statistics.table import Cell, Chart, Column, Hidden, Kind, Shape, Table

LONG = "Livbøye eller redningsutstyr mangler ved badeplassen nedenfor Čáhcesuolu, $5 og $6"


@pytest.fixture(autouse=True)
def in_bokmal() -> Iterator[Flask]:
    app = Flask(__name__)
    languages.init_app(app)
    with app.test_request_context("/statistics?lang=nb"):
        yield app


def by_month(count: int = 12, shape: Shape = Shape.COLUMNS) -> Table:
    rows: list[Sequence[Cell]] = [
        (date(2024 + nth // 12, nth % 12 + 1, 1), 900 + nth, None if nth == 3 else 1000 - nth)
        for nth in range(count)
    ]
    columns = [Column("Måned", Kind.MONTH), Column("Meldinger"), Column("Året før")]
    return Table("Meldinger etter måned", columns, rows, chart=Chart(shape, (1, 2)))


def by_category(*counts: Cell, name: str = "Benk") -> Table:
    rows = [(f"{name} {nth}", count) for nth, count in enumerate(counts)]
    columns = [Column("Kategori", Kind.TEXT), Column("Meldinger")]
    return Table("Kategorier", columns, rows, chart=Chart(Shape.BARS, (1,)))


TABLES = {
    "columns": by_month(),
    "two years": by_month(24),
    "columns that become lines": by_month(60),
    "lines": by_month(12, Shape.LINES),
    "one month": by_month(1),
    "bars": by_category(40, Hidden.SMALL, 1200, 0, None),
    "long names": by_category(*range(1, 21), name=LONG),
    "nothing but zeros": by_category(0, 0),
    "nothing": by_category(),
}


def elements(content: bytes) -> list[ET.Element]:
    return list(ET.fromstring(content).iter())


@pytest.mark.parametrize("name", TABLES)
def test_a_chart_is_a_drawing_of_its_width_that_our_policy_lets_be_shown(name: str) -> None:
    for narrow, dark in product((False, True), repeat=2):
        root, *others = elements(draw(TABLES[name], narrow=narrow, dark=dark))
        wide = NARROW if narrow else WIDE
        assert root.get("width") == str(wide)
        assert root.get("viewBox") == f"0 0 {wide} {root.get('height')}"
        assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == "nb"
        kinds = {element.tag.rpartition("}")[2] for element in others}
        assert kinds <= {"title", "defs", "g", "path", "use", "clipPath", "rect"}
        names = {key.rpartition("}")[2] for element in others for key in element.attrib}
        assert "style" not in names
        links = [value for one in others for key, value in one.items() if key.endswith("href")]
        assert all(link.startswith("#") for link in links)


@pytest.mark.parametrize("name", TABLES)
def test_texts_are_outlines_of_at_least_twelve_pixels(name: str) -> None:
    drawn = draw(TABLES[name], narrow=True).decode()
    # A hundred units of an outline are one em.
    sizes = [float(size) * 100 for size in re.findall(r"scale\((0\.\d+) -0\.\d+\)", drawn)]
    assert min(sizes) >= 12


def test_the_same_figures_give_the_same_bytes_in_any_thread() -> None:
    table, other = TABLES["columns"], TABLES["long names"]
    first = draw(table), draw(other, narrow=True)
    with ThreadPoolExecutor(4) as threads:
        jobs = [
            threads.submit(
                copy_current_request_context(lambda: (draw(table), draw(other, narrow=True)))
            )
            for _nth in range(6)
        ]
        assert {job.result() for job in jobs} == {first}
    assert draw_png(table) == draw_png(table)


@pytest.fixture
def uncleared() -> Iterator[None]:
    """Nothing is cleared away by itself."""
    thresholds = gc.get_threshold()
    gc.set_threshold(0)
    yield
    gc.set_threshold(*thresholds)


def test_a_drawing_is_cleared_away_when_it_is_done(
    uncleared: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = []
    figure_of = charts._figure

    def noted(*asked: Any) -> Figure:
        figure = figure_of(*asked)
        drawn.append(weakref.ref(figure))
        return figure

    monkeypatch.setattr(charts, "_figure", noted)
    draw(by_month())
    assert [known() for known in drawn] == [None]
    assert gc.isenabled()


def test_columns_lie_on_a_phone_and_become_lines_where_they_would_be_too_thin() -> None:
    def shape(table: Table, width: int) -> Shape:
        return charts._shape(drawn_of(table), Look(width, LIGHT))

    assert shape(by_month(12), WIDE) is Shape.COLUMNS
    assert shape(by_month(12), NARROW) is Shape.BARS
    assert shape(by_month(60), WIDE) is shape(by_month(60), NARROW) is Shape.LINES
    assert shape(by_month(12, Shape.LINES), WIDE) is Shape.LINES


def test_bars_begin_with_the_longest_and_say_where_they_end() -> None:
    few = drawn_of(by_category(40, Hidden.SMALL, 1200, 0, None))
    assert few.names == ["Benk 2", "Benk 0", "Benk 1", "Benk 3", "Benk 4"]
    assert few.series[0].words == ["1\xa0200", "40", "få", "0", "–"]
    assert few.note == ""
    many = drawn_of(by_category(*range(20)))
    assert many.names[0] == "Benk 19"
    assert len(many.names) == 15
    assert many.note == "De første 15 av 20."
    assert len(drawn_of(by_month(20)).names) == 20


def test_months_are_named_as_often_as_there_is_room_and_years_where_they_begin() -> None:
    drawn = drawn_of(by_month(14))
    roomy = names_along(drawn, 60)
    assert roomy[0].split() == ["jan.", "2024"] or roomy[0].split() == ["jan", "2024"]
    assert roomy[1].endswith("\n")
    assert roomy[12].endswith("\n2025")
    tight = names_along(drawn, 14)
    assert [nth for nth, name in enumerate(tight) if name] == [0, 3, 6, 9, 12]


def test_a_name_is_cut_where_there_is_no_room_for_it() -> None:
    cut = cut_to(LONG, 200)
    assert LONG.startswith(cut.removesuffix("…"))
    assert width_of(cut) <= 200
    assert cut_to("Benk", 200) == "Benk"


def test_a_table_without_a_chart_is_not_drawn() -> None:
    with pytest.raises(ValueError, match="plain"):
        draw(Table("Nøkkeltall", [Column("Tall")], [(1,)], code="plain"))


def test_an_image_for_print_is_as_fine_as_it_is_asked_for() -> None:
    image = Image.open(io.BytesIO(draw_png(TABLES["columns"], dpi=144)))
    assert image.width == 2 * WIDE
    assert round(image.info["dpi"][0]) == 144


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_marks_and_texts_stand_out_from_their_ground(palette: Palette) -> None:
    for mark in palette.marks:
        assert contrast(mark, palette.ground) >= 3
    for text in (palette.text, palette.quiet):
        assert contrast(text, palette.ground) >= 4.5


def contrast(one: str, other: str) -> float:
    """As WCAG defines it."""
    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
