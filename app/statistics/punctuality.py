"""The share that was closed within the deadline, where it tells nothing of what is hidden."""

from __future__ import annotations

from app.statistics.counting import Counts
from app.statistics.table import Hidden, share


def in_time(one: Counts, least: int) -> float | Hidden | None:
    """Per cent of those closed as something else than a duplicate.

    So exact a share tells of how many it is, and with all messages how many are open or duplicates.
    It is hidden where these are so few that the number of open ones could be found.
    """
    part = share(one.in_time, one.handled, least)
    if not isinstance(part, float) or not 0 < one.open < least:
        return part
    enough = range(one.messages - least + 1, 0, -1)
    return part if any(_may_be_of(part, whole) for whole in enough) else Hidden.SMALL


def _may_be_of(part: float, whole: int) -> bool:
    """Whether a share of so many can be written so."""
    return share(round(part * whole / 100), whole) == part
