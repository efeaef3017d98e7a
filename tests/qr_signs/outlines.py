"""Outlines filled again, to compare them with the modules they go round."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np


def filled(path, size):
    """A path of whole-number lines, filled by counting crossings, as an array of modules."""
    grid = np.zeros((size, size), dtype=int)
    for part in path.split("z")[:-1]:
        start, *steps = re.findall(r"[Mhv][-0-9 ]+", part)
        x, y = map(int, start[1:].split())
        corners = [(x, y)]
        for step in steps:
            x, y = (x + int(step[1:]), y) if step[0] == "h" else (x, y + int(step[1:]))
            corners.append((x, y))
        corners.append(corners[0])
        for (x1, y1), (x2, y2) in pairwise(corners):
            assert x1 == x2 or y1 == y2, "closed by a straight line"
            if x1 == x2:
                low, high = sorted((y1, y2))
                grid[low:high, x1:] ^= 1
    return grid.astype(bool)
