"""Which other reports may be of the same fault: same sign or place, category, distance, words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta

from app.database import now
from app.geo import position_of
from app.reports.models import Report
from app.reports.queries import (
    ALIKE_WITHIN_M,
    list_alike_at,
    list_alike_near,
    list_closed_lately,
)

MOST_SUGGESTED = 5
# A fault that comes back within a fortnight may be the same one.
CLOSED_WITHIN = timedelta(days=14)

# What each likeness is worth; less than the least in all says nothing.
SAME_SIGN, SAME_CATEGORY, NEAR, SAME_WORDS = 3.0, 3.0, 2.0, 4.0
LEAST = 3.0

_WORD = re.compile(r"\w{3,}")


def list_suggestions(report: Report) -> list[Report]:
    """The reports that are most likely of the same fault, the likeliest first."""
    found = _at_place(report, report.place_id) if report.place_id is not None else _near(report)
    others = {one.id: (one, near) for one, near in found if one.id != report.id}
    judged = [
        (_likeness(report, one, near), one)
        for one, near in others.values()
        if report.merged_into_id != one.id
    ]
    likely = [(score, one) for score, one in judged if score >= LEAST]
    likely.sort(key=lambda pair: (-pair[0], -pair[1].id))
    return [one for _score, one in likely[:MOST_SUGGESTED]]


def _at_place(report: Report, place_id: int) -> Iterable[tuple[Report, float]]:
    found = list(list_alike_at(place_id, report.sign_id, report.category.code))
    found += list_closed_lately(place_id, now() - CLOSED_WITHIN)
    return [(one, 0.0) for one in found]


def _near(report: Report) -> Iterable[tuple[Report, float]]:
    position = position_of(report.point)
    if position is None:
        return []
    found = list_alike_near(position, report.category.code)
    return [(one, NEAR * (1 - metres / ALIKE_WITHIN_M)) for one, metres in found]


def _likeness(report: Report, other: Report, near: float) -> float:
    return (
        near
        + SAME_SIGN * (report.sign_id is not None and report.sign_id == other.sign_id)
        + SAME_CATEGORY * (report.category_id == other.category_id)
        + SAME_WORDS * _shared(report.description, other.description)
    )


def _shared(one: str, other: str) -> float:
    """The share of words that two texts have in common, from 0 to 1."""
    ours, theirs = (set(_WORD.findall(text.casefold())) for text in (one, other))
    return len(ours & theirs) / len(ours | theirs) if ours and theirs else 0.0
