"""What a decoder takes for a fourth finder pattern, though it is data.

A decoder looks for the three large squares as dark and light runs in the proportion 1:1:3:1:1,
along a line and then across it. Where data happens to look so too, OpenCV finds no three corners
and gives up, at nearly any size and however clean the print (docs/decisions/0008).
"""

from __future__ import annotations

import re

Modules = list[list[bool]]

_FINDER = (1 / 7, 1 / 7, 3 / 7, 1 / 7, 1 / 7)
# How far the five runs along a line may be off in all: OpenCV's 0.2, and rounding to pixels.
MOST_OFF = 0.25
_FIVE_RUNS = re.compile(r"(?<!#)(?=(#+)(\.+)(#+)(\.+)(#+))")
# Across it OpenCV allows 0.1, which leaves these.
_EXACT = re.compile(r"(?<!#)(?=(#\.###\.#|##\.\.#{5,7}\.\.##)(?!#))")


def has_false_finder(modules: Modules) -> bool:
    """Whether data looks like a finder pattern, upright or turned by a quarter.

    Args:
        modules: the symbol, dark ones true, without the quiet zone.
    """
    rows = ["".join(".#"[dark] for dark in row) for row in modules]
    columns = ["".join(column) for column in zip(*rows, strict=True)]
    return _crossed(rows, columns) or _crossed(columns, rows)


def _crossed(lines: list[str], others: list[str]) -> bool:
    """Whether a line has the pattern exactly, and another that crosses its middle nearly."""
    side = len(lines)
    corners = {(3, 3), (3, side - 4), (side - 4, 3)}
    for match in _EXACT.finditer("/".join(lines)):
        number, start = divmod(match.start(), side + 1)
        length = len(match[1])
        # The middle of an even length lies between two modules: a decoder may try either.
        for middle in {start + (length - 1) // 2, start + length // 2}:
            if (middle, number) not in corners and _is_alike(others[middle], number):
                return True
    return False


def _is_alike(line: str, middle: int) -> bool:
    """Whether five runs in nearly the proportion of a finder have their middle in this module."""
    for match in _FIVE_RUNS.finditer(line):
        start, end = match.start(), match.end(5)
        if abs(start + end - 2 * middle - 1) <= 1:
            runs = [len(run) / (end - start) for run in match.groups()]
            if sum(abs(run - part) for run, part in zip(runs, _FINDER, strict=True)) < MOST_OFF:
                return True
    return False
