"""Who gets a report: the first line of a table that fits it, else its category's own unit.

The table is small and read often, so each process keeps it for some seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.database import session
from app.kept import Kept
from app.languages import OSLO
from app.places.models import Place, Unit
from app.public_holidays import day_of_week
from app.reports.models import Category, RoutingRule
from app.staff.models import Staff


class Misfit(StrEnum):
    """Why a line does not count for a report."""

    CATEGORY = "category"
    PLACE = "place"
    KIND = "kind"
    DAY = "day"
    TIME = "time"
    UNIT_ARCHIVED = "unit_archived"


@dataclass(frozen=True, slots=True)
class Rule:
    """A line of the table; see `RoutingRule`. Without `unit_works` its unit is archived."""

    id: int
    category_id: int | None
    place_id: int | None
    kind_id: int | None
    days: frozenset[int]
    from_time: str | None
    until_time: str | None
    unit_id: int
    staff_id: int | None
    unit_works: bool

    def misfit(self, case: Case) -> Misfit | None:
        """The first reason why this line does not count; None where it does."""
        checks = (
            (Misfit.UNIT_ARCHIVED, self.unit_works),
            (Misfit.CATEGORY, self.category_id in {None, case.category_id}),
            (Misfit.PLACE, self.place_id in {None, case.place_id}),
            (Misfit.KIND, self.kind_id in {None, case.kind_id}),
            (Misfit.DAY, not self.days or self._day_of(case.at) in self.days),
            (Misfit.TIME, self._holds_time(case.at)),
        )
        return next((reason for reason, fits in checks if not fits), None)

    def _spans_midnight(self) -> bool:
        return bool(self.from_time and self.until_time and self.from_time > self.until_time)

    def _day_of(self, at: datetime) -> int:
        """The day a time belongs to: after midnight it is still the night of the day before."""
        local = at.astimezone(OSLO)
        in_the_small_hours = self._spans_midnight() and f"{local:%H:%M}" < (self.until_time or "")
        # No day is before the first that can be written.
        return day_of_week(date.fromordinal(max(local.toordinal() - in_the_small_hours, 1)))

    def _holds_time(self, at: datetime) -> bool:
        if not (self.from_time and self.until_time):
            return True
        clock = f"{at.astimezone(OSLO):%H:%M}"
        if self._spans_midnight():
            return clock >= self.from_time or clock < self.until_time
        return self.from_time <= clock < self.until_time


@dataclass(frozen=True, slots=True)
class Case:
    """What the table asks of a report."""

    category_id: int
    place_id: int | None
    kind_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Destination:
    """The unit that gets a report, and perhaps the person; `rule_id` says by which line."""

    unit_id: int
    staff_id: int | None
    rule_id: int | None


@dataclass(frozen=True, slots=True)
class Table:
    """All lines in their order, and where the rest goes."""

    rules: tuple[Rule, ...]
    archived_units: frozenset[int]
    default_unit_id: int | None

    def find(self, case: Case, category_unit_id: int) -> Destination:
        """Where a report goes."""
        for rule in self.rules:
            if rule.misfit(case) is None:
                return Destination(rule.unit_id, rule.staff_id, rule.id)
        if category_unit_id in self.archived_units and self.default_unit_id is not None:
            return Destination(self.default_unit_id, None, None)
        return Destination(category_unit_id, None, None)


def find_destination(category: Category, place: Place | None, at: datetime) -> Destination:
    """Who gets a report of this category from this place at this time."""
    case = Case(category.id, place.id if place else None, place.kind_id if place else None, at)
    return table().find(case, category.unit_id)


def list_rules() -> Sequence[RoutingRule]:
    """All lines in their order."""
    query = (
        select(RoutingRule)
        .options(
            joinedload(RoutingRule.category),
            joinedload(RoutingRule.place),
            joinedload(RoutingRule.kind),
            joinedload(RoutingRule.unit),
            joinedload(RoutingRule.staff).lazyload(Staff.roles),
        )
        .order_by(RoutingRule.sort_order, RoutingRule.id)
    )
    return session().scalars(query).unique().all()


def _read() -> Table:
    units = session().execute(select(Unit.id, Unit.is_default, Unit.archived_at)).all()
    archived = frozenset(unit_id for unit_id, _default, at in units if at)
    default = next((unit_id for unit_id, is_default, _at in units if is_default), None)
    query = (
        select(RoutingRule, Staff.id)
        .outerjoin(Staff, (Staff.id == RoutingRule.staff_id) & Staff.active)
        .order_by(RoutingRule.sort_order, RoutingRule.id)
    )
    rules = tuple(
        Rule(
            id=row.id,
            category_id=row.category_id,
            place_id=row.place_id,
            kind_id=row.kind_id,
            days=frozenset(row.days),
            from_time=row.from_time,
            until_time=row.until_time,
            unit_id=row.unit_id,
            staff_id=staff_id,
            unit_works=row.unit_id not in archived,
        )
        for row, staff_id in session().execute(query).unique()
    )
    return Table(rules, archived, default)


_TABLE = Kept("routing", _read)
table = _TABLE.get
forget = _TABLE.forget
init_app = _TABLE.init_app
