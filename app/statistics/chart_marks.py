"""The marks of a chart: bars that lie, columns that stand, and lines."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from app.statistics.chart_parts import (
    Drawn,
    Look,
    Series,
    cut_to,
    names_along,
    round_number,
    width_of,
)

_LINE_PX = 20
_GAP_PX = 6
_BAR_PX = 15
_WIDEST_PX = 80
_STANDING_PX = 240
# Names in front of bars may take this much of the width; longer ones stand above theirs.
_FRONT = 0.34
_STROKES = ("-", (0, (5, 2)))
_MARKERS = ("o", "s")
# With more points markers hide the line.
_MOST_MARKERS = 40


def draw_bars(drawn: Drawn, look: Look) -> Figure:
    """Bars that lie below each other, each with its value at its end."""
    longest = max(map(width_of, drawn.names), default=0) + _GAP_PX + 2
    in_front = longest <= _FRONT * look.width
    count = len(drawn.series)
    above = 0 if in_front else _LINE_PX
    group = above + count * _BAR_PX + (_GAP_PX + 4 if in_front else _GAP_PX)
    ends = max((width_of(word) for one in drawn.series for word in one.words), default=0)
    sides = (longest if in_front else 1, ends + 2 * _GAP_PX)
    figure, axes = _frame(drawn, look, max(len(drawn.names), 1) * group, sides, 0)
    tops = np.arange(len(drawn.names)) * group + above
    for nth, one in enumerate(drawn.series):
        bars = axes.barh(
            tops + nth * _BAR_PX,
            _lengths(one),
            height=_BAR_PX - 2,
            align="edge",
            **_filling(nth, look),
        )
        axes.bar_label(bars, one.words, padding=4, color=look.palette.text)
    axes.set_xlim(0, drawn.highest)
    axes.set_ylim(max(len(drawn.names), 1) * group, 0)
    axes.set_xticks([])
    if in_front:
        axes.set_yticks(tops + (count * _BAR_PX - 2) / 2, drawn.names)
    else:
        axes.set_yticks([])
        _write_above(axes, drawn, look, tops)
    return figure


def _write_above(axes: Axes, drawn: Drawn, look: Look, tops: Any) -> None:
    for top, name in zip(tops, drawn.names, strict=True):
        text = cut_to(name, look.width - _GAP_PX)
        axes.text(0, top - 4, text, va="baseline", color=look.palette.text)


def draw_columns(drawn: Drawn, look: Look) -> Figure:
    """Columns that stand beside each other, each with its value where there is room."""
    marks = _axis(drawn)
    sides = _sides(drawn, marks)
    figure, axes = _frame(drawn, look, _STANDING_PX, sides, 2 * _LINE_PX)
    step = (look.width - sum(sides)) / len(drawn.names)
    wide = min(0.82 * step / len(drawn.series), _WIDEST_PX)
    longest = max(width_of(word) for one in drawn.series for word in one.words)
    turned = longest + 2 > wide
    room = (longest if turned else _LINE_PX) + _GAP_PX if wide >= _BAR_PX else 0
    for nth, one in enumerate(drawn.series):
        places = np.arange(len(drawn.names)) + (nth - (len(drawn.series) - 1) / 2) * wide / step
        columns = axes.bar(places, _lengths(one), width=(wide - 2) / step, **_filling(nth, look))
        if room:
            words = [word.strip("–") for word in one.words]
            angle = 90 if turned else 0
            axes.bar_label(columns, words, padding=3, rotation=angle, **_words(look))
    _stand(axes, drawn, look, marks, room)
    axes.set_xlim(-0.5, len(drawn.names) - 0.5)
    _write_below(axes, names_along(drawn, step), look)
    return figure


def _write_below(axes: Axes, names: list[str], look: Look) -> None:
    """Names under an axis. As texts, since a tick draws five things to show one."""
    axes.set_xticks([])
    below: dict[str, Any] = {"transform": axes.get_xaxis_transform(), "ha": "center", "va": "top"}
    for nth, name in enumerate(names):
        if name:
            axes.text(nth, -_GAP_PX / _STANDING_PX, name, color=look.palette.text, **below)


def draw_lines(drawn: Drawn, look: Look) -> Figure:
    """Lines over time, with the highest and the last value of each."""
    marks = _axis(drawn)
    before, _after = _sides(drawn, marks)
    widest = max((width_of(word) for one in drawn.series for word in one.words), default=0)
    sides = before, widest / 2
    figure, axes = _frame(drawn, look, _STANDING_PX, sides, 2 * _LINE_PX)
    for nth, one in enumerate(drawn.series):
        axes.plot(one.values, clip_on=False, **_stroke(nth, len(one.values), look))
    _stand(axes, drawn, look, marks, _LINE_PX)
    step = (look.width - sum(sides)) / max(len(drawn.names), 1)
    axes.set_xlim(-0.5, len(drawn.names) - 0.5)
    _write_below(axes, names_along(drawn, step), look)
    _write_values(axes, drawn, look, step)
    return figure


def _write_values(axes: Axes, drawn: Drawn, look: Look, step: float) -> None:
    """The last value of each line, and the highest where that is apart from it."""
    for one in drawn.series:
        known = [nth for nth, value in enumerate(one.values) if not isnan(value)]
        if not known:
            continue
        last, highest = known[-1], max(known, key=lambda nth: one.values[nth])
        widths = width_of(one.words[last]) + width_of(one.words[highest])
        is_apart = (last - highest) * step > widths
        for nth in (last, highest) if is_apart else (last,):
            others = [other.values[nth] for other in drawn.series if other is not one]
            is_below = any(other > one.values[nth] for other in others)
            axes.annotate(
                one.words[nth],
                (nth, one.values[nth]),
                (0, -8 if is_below else 8),
                textcoords="offset points",
                ha="center",
                va="top" if is_below else "bottom",
                **_words(look),
            )


def _frame(
    drawn: Drawn, look: Look, height: float, sides: tuple[float, float], below: float
) -> tuple[Figure, Axes]:
    """A ground of the right size, what its marks mean above it, and room for them."""
    lines = len(drawn.series) if look.width < 2 * _STANDING_PX else 1
    above = lines * _LINE_PX + _GAP_PX
    note = _LINE_PX if drawn.note else 0
    whole = above + height + below + note
    # 72 dots an inch: a point is a pixel.
    figure = Figure((look.width / 72, whole / 72), dpi=72, facecolor=look.palette.ground)
    left, right = sides
    box = (left, below + note, look.width - left - right, height)
    axes = figure.add_axes(
        (box[0] / look.width, box[1] / whole, box[2] / look.width, box[3] / whole)
    )
    _tidy(axes, look)
    _name_series(figure, drawn, look, lines)
    if drawn.note:
        figure.text(0, 5 / whole, drawn.note, va="bottom", color=look.palette.quiet)
    return figure, axes


def _tidy(axes: Axes, look: Look) -> None:
    axes.set_facecolor("none")
    axes.set_axisbelow(True)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0, pad=_GAP_PX, labelcolor=look.palette.text)


def _name_series(figure: Figure, drawn: Drawn, look: Look, lines: int) -> None:
    if len(drawn.series) == 1:
        name = cut_to(drawn.series[0].name, look.width)
        figure.text(0, 1, name, va="top", color=look.palette.quiet)
        return
    of_lines = drawn.shape.value == "lines"
    handles: Sequence[Any] = [
        Line2D([], [], **_stroke(nth, 1, look)) if of_lines else Patch(**_filling(nth, look))
        for nth in range(len(drawn.series))
    ]
    figure.legend(
        handles,
        [cut_to(one.name, look.width / (1 if lines > 1 else 2) - 50) for one in drawn.series],
        loc="upper left",
        bbox_to_anchor=(0, 1),
        ncols=1 if lines > 1 else len(drawn.series),
        frameon=False,
        borderpad=0,
        borderaxespad=0,
        labelspacing=0.3,
        labelcolor=look.palette.text,
    )


def _stand(axes: Axes, drawn: Drawn, look: Look, marks: list[float], room: float) -> None:
    """An axis from zero with lines across, and room for what is written above the highest."""
    highest = drawn.highest * _STANDING_PX / (_STANDING_PX - room)
    axes.set_ylim(0, max(marks[-1], highest))
    axes.set_yticks(marks, [round_number(mark, drawn.series[0].kind) for mark in marks])
    axes.grid(axis="y", color=look.palette.grid, linewidth=1)
    axes.spines["bottom"].set_visible(True)
    axes.spines["bottom"].set_color(look.palette.quiet)


def _axis(drawn: Drawn) -> list[float]:
    is_count = drawn.series[0].kind.value == "count"
    steps = MaxNLocator(nbins=4, steps=[1, 2, 5, 10], integer=is_count, min_n_ticks=2)
    return [float(mark) for mark in steps.tick_values(0, drawn.highest)]


def _sides(drawn: Drawn, marks: list[float]) -> tuple[float, float]:
    kind = drawn.series[0].kind
    return max(width_of(round_number(mark, kind)) for mark in marks) + 2 * _GAP_PX, 1


def _lengths(one: Series) -> list[float]:
    """Nothing is as long as zero; its word says which it is."""
    return [0.0 if isnan(value) else value for value in one.values]


def _words(look: Look) -> dict[str, Any]:
    """Values over lines, which end before them."""
    ground = {"facecolor": look.palette.ground, "linewidth": 0, "pad": 0.5}
    return {"color": look.palette.text, "bbox": ground}


def _filling(nth: int, look: Look) -> dict[str, Any]:
    """The first is filled, the second an outline."""
    mark = look.palette.marks[nth % 2]
    return {
        "facecolor": look.palette.ground if nth % 2 else mark,
        "edgecolor": mark,
        "linewidth": 1.5,
    }


def _stroke(nth: int, points: int, look: Look) -> dict[str, Any]:
    mark = look.palette.marks[nth % 2]
    return {
        "color": mark,
        "linewidth": 2,
        "linestyle": _STROKES[nth % 2],
        "marker": _MARKERS[nth % 2] if points <= _MOST_MARKERS else "",
        "markersize": 6,
        "markerfacecolor": look.palette.ground if nth % 2 else mark,
        "markeredgecolor": mark,
    }
