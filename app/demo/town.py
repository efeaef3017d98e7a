"""What made-up reports are drawn from: places, categories by season, people, deadlines."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import accumulate

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.database import session
from app.demo.bulk import Row
from app.geo import Position, ewkt, position_of
from app.places.models import Place
from app.reports.deadlines import due_at
from app.reports.models import UNSORTED_CATEGORY, Category, Report
from app.reports.queries import list_categories
from app.signs.models import Sign
from app.staff.queries import list_people_at_work

WINTER, _SUMMER = {11, 12, 1, 2}, {5, 6, 7, 8}
_WINTER_CODES = {"PA10", "PA18", "VE02", "VE03", "PA16", "IH08", "IH07"}
_SUMMER_CODES = {"PA01", "PA02", "PA04", "PA05", "PA08", "PA22", "PA23", "PA24", "PA21"}
_SEASON_FACTOR = 3.0


@dataclass(frozen=True, slots=True)
class Spot:
    """A place, its signs, and what is reported there."""

    place: Place
    signs: list[int]
    codes: list[str]
    position: Position | None
    point: str | None
    sums: dict[bool | None, list[float]] = field(default_factory=dict)

    def draw_code(self, rng: random.Random, month: int) -> str:
        """A category, those of the season more often."""
        season = True if month in WINTER else False if month in _SUMMER else None
        if season not in self.sums:
            weights = (_season_weight(code, month) for code in self.codes)
            self.sums[season] = list(accumulate(weights))
        return rng.choices(self.codes, cum_weights=self.sums[season])[0]


def _season_weight(code: str, month: int) -> float:
    in_season = (code in _WINTER_CODES and month in WINTER) or (
        code in _SUMMER_CODES and month in _SUMMER
    )
    out_of_season = (code in _WINTER_CODES or code in _SUMMER_CODES) and not in_season
    return _SEASON_FACTOR if in_season else 1 / _SEASON_FACTOR if out_of_season else 1.0


@dataclass(slots=True)
class Case:
    """One report with its timeline and who reported it, as rows."""

    report: Row
    events: list[Row]
    contact: Row | None


@dataclass(slots=True)
class Town:
    """What cases are drawn from, and what has been drawn: numbers, deadlines, and by place and
    category the last report that a duplicate may stand for.
    """

    until: datetime
    categories: dict[str, Category]
    spots: list[Spot]
    people: list[int]
    numbers: set[str]
    deadlines: dict[tuple[date, str], datetime] = field(default_factory=dict)
    kept: dict[tuple[int, int], Case] = field(default_factory=dict)

    @classmethod
    def as_it_is(cls, until: datetime) -> Town:
        """The places, signs, categories and people that are there."""
        return cls(
            until,
            {category.code: category for category in list_categories()},
            _spots(),
            [person.id for person in list_people_at_work()],
            set(session().scalars(select(Report.number))),
        )

    def deadline(self, day: date, received_at: datetime, priority: str) -> datetime:
        """The last instant of the deadline of a report of this day."""
        if (day, priority) not in self.deadlines:
            self.deadlines[day, priority] = due_at(received_at, priority)
        return self.deadlines[day, priority]


def _spots() -> list[Spot]:
    signs: dict[int, list[int]] = {}
    for sign_id, place_id in session().execute(select(Sign.id, Sign.place_id).order_by(Sign.id)):
        signs.setdefault(place_id, []).append(sign_id)
    groups: dict[str, list[str]] = {}
    for category in list_categories():
        groups.setdefault(category.place_group, []).append(category.code)
    places = session().scalars(select(Place).options(joinedload(Place.kind)).order_by(Place.id))
    return [_spot(place, signs.get(place.id, []), groups) for place in places]


def _spot(place: Place, signs: list[int], groups: dict[str, list[str]]) -> Spot:
    """First tiles are reported most; a few codes belong to no place in particular."""
    codes = place.kind.first_tiles * 3 + groups[place.kind.category_group] + [UNSORTED_CATEGORY]
    position = position_of(place.point)
    return Spot(place, signs, codes, position, ewkt(position) if position else None)
