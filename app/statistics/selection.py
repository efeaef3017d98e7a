"""What the figures are asked for: a period and some filters, which stand in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from app.arguments import read_id
from app.database import now
from app.reports.deadlines import local_day
from app.reports.models import Channel

FILTERS = ("category", "unit", "kind", "place", "channel")
# Before the first of them nobody had a register of this sort; days far ahead are slips.
FIRST_YEAR = 1990
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Selection:
    """Reports that reached us from one day in Norway to another, both included.

    None leaves a thing out of account. `kind` is the kind of the place. `least` is the smallest
    count that may be told: 1 for staff, more where a few could point at somebody. `counts_only`
    leaves out how long things took. `not_told` names what the table of all hides of the thing that
    is chosen.
    """

    since: date
    until: date
    category: int | None = None
    unit: int | None = None
    kind: int | None = None
    place: int | None = None
    channel: str | None = None
    least: int = 1
    counts_only: bool = False
    not_told: frozenset[str] = frozenset()

    @property
    def before(self) -> Selection:
        """The same period a year earlier; to the last of February what ends there."""
        day_after = self.until + _ONE_DAY
        ends_month = day_after.day == 1
        until = _year_before(day_after) - _ONE_DAY if ends_month else _year_before(self.until)
        return replace(self, since=_year_before(self.since), until=until)

    @property
    def chosen(self) -> dict[str, Any]:
        """The filters that are set."""
        found = {name: getattr(self, name) for name in FILTERS}
        return {name: value for name, value in found.items() if value is not None}

    @property
    def of_everything(self) -> Selection:
        """The same period without filters."""
        return replace(self, category=None, unit=None, kind=None, place=None, channel=None)

    @property
    def of_all_years(self) -> Selection:
        """The same filters, whatever the period."""
        return replace(self, since=date(FIRST_YEAR, 1, 1), until=date(today().year + 1, 12, 31))

    @property
    def years(self) -> Selection:
        """The same filters, over the whole of the years that the period touches."""
        since, until = date(self.since.year, 1, 1), date(self.until.year, 12, 31)
        return replace(self, since=since, until=until)

    @property
    def months(self) -> list[date]:
        """The first of each month that the period touches."""
        first, last = _month_number(self.since), _month_number(self.until)
        return [date(number // 12, number % 12 + 1, 1) for number in range(first, last + 1)]

    def condition(self) -> tuple[str, list[Any]]:
        """The selection as a condition on the columns of `reports`, and its values."""
        parts = ["day BETWEEN ? AND ?"]
        values: list[Any] = [self.since, self.until]
        for name in ("category", "unit", "place", "channel"):
            if (value := getattr(self, name)) is not None:
                parts.append(f"{name} = ?")
                values.append(value)
        if self.kind is not None:
            parts.append("place IN (SELECT id FROM places WHERE kind = ?)")
            values.append(self.kind)
        return " AND ".join(parts), values

    def takes(self, report: Mapping[str, Any]) -> bool:
        """The same of one report, by its columns and the kind of its place."""
        return self.since <= report["day"] <= self.until and all(
            report[name] == value for name, value in self.chosen.items()
        )


def today() -> date:
    """This day in Norway."""
    return local_day(now())


def of_year(year: int) -> Selection:
    """A whole year, or as much of it as has passed."""
    return Selection(date(year, 1, 1), min(date(year, 12, 31), max(today(), date(year, 1, 1))))


def read_selection(arguments: Mapping[str, str]) -> Selection:
    """What an address asks for; what makes no sense in it is left out of account.

    Without a period it is this year until today; one that only ends begins with its year.
    """
    since, until = (read_day(arguments.get(name, "")) for name in ("since", "until"))
    since = since or date((until or today()).year, 1, 1)
    until = until or max(today(), since)
    since, until = min(since, until), max(since, until)
    return read_filters(arguments, Selection(since, until))


def read_filters(arguments: Mapping[str, str], period: Selection) -> Selection:
    """The filters of an address over a period."""
    channel = arguments.get("channel", "")
    return replace(
        period,
        category=read_id(arguments, "category"),
        unit=read_id(arguments, "unit"),
        kind=read_id(arguments, "kind"),
        place=read_id(arguments, "place"),
        channel=channel if channel in set(Channel) else None,
    )


def as_arguments(wanted: Selection) -> dict[str, Any]:
    """The selection as an address says it, so that a view can be shared."""
    return {"since": wanted.since.isoformat(), "until": wanted.until.isoformat()} | wanted.chosen


def read_day(text: str) -> date | None:
    """A day that a register of this sort can have; None for anything else."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= today().year + 1 else None


def _year_before(day: date) -> date:
    """The same date a year earlier; the last of February for its 29th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def _month_number(day: date) -> int:
    return day.year * 12 + day.month - 1
