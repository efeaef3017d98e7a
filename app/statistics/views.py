"""What a page of figures shows: its tables, the filter over them, and the other pages beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from flask import url_for

from app.database import now
from app.languages import as_date_time, in_language, lazy_gettext
from app.languages import gettext as _
from app.places.municipality import municipality
from app.places.queries import find_place, list_kinds, list_units
from app.reports.categories import list_all_categories
from app.reports.models import Channel
from app.reports.wording import CHANNEL_NAMES
from app.statistics.figures import table_of
from app.statistics.places_map import places_map
from app.statistics.selection import Selection, as_arguments, of_year, today
from app.statistics.table import Kind, Table, table_view, written

OVERVIEW = "overview"
# What does not come from reports; managers have pages of their own for it.
SERVICE = "service"
# The pages, each with its tables.
VIEWS: dict[str, tuple[str, ...]] = {
    OVERVIEW: ("overview", "months", "channels", "vof", "stated_messages"),
    "categories": ("categories",),
    "units": ("units",),
    "places": ("kinds", "places"),
    "times": ("times",),
    "signs": ("signs",),
    SERVICE: ("stated_service",),
}
NAMES = {
    OVERVIEW: lazy_gettext("Overview"),
    "categories": lazy_gettext("Categories"),
    "units": lazy_gettext("Units"),
    "places": lazy_gettext("Places"),
    "times": lazy_gettext("Times"),
    "signs": lazy_gettext("Signs"),
    SERVICE: lazy_gettext("Other figures"),
}


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where a set of pages stands: `blueprint`, and the selection as its addresses say it."""

    blueprint: str
    arguments: Callable[[Selection], dict[str, Any]]

    def page(self, view: str, wanted: Selection) -> str:
        """The address of a page of figures."""
        given = self.arguments(wanted)
        if view == SERVICE and self is STAFF_SHELF:
            return url_for("service_figures.table")
        if view == OVERVIEW:
            return url_for(f"{self.blueprint}.overview", **given)
        return url_for(f"{self.blueprint}.view", view=view, **given)

    def file(self, code: str, suffix: str, wanted: Selection) -> str:
        """The address of a table as a file."""
        given = self.arguments(wanted)
        return url_for(f"{self.blueprint}.file", table=code, suffix=suffix, **given)

    def chart(self, code: str, wanted: Selection) -> str:
        """The address of a table's chart."""
        return url_for(f"{self.blueprint}.chart", table=code, **self.arguments(wanted))


STAFF_SHELF = Shelf("statistics", as_arguments)


def tabs_of(view: str, wanted: Selection, shelf: Shelf) -> list[dict[str, Any]]:
    """The pages beside each other."""
    return [
        {"name": str(name), "url": shelf.page(one, wanted), "current": one == view}
        for one, name in NAMES.items()
    ]


def page_view(
    view: str, wanted: Selection, shelf: Shelf, codes: Sequence[str] | None = None
) -> dict[str, Any]:
    """All that a page of figures shows, or only these of its tables."""
    tables = [table_of(code, wanted) for code in (VIEWS[view] if codes is None else codes)]
    return {
        "name": str(NAMES[view]),
        "tabs": tabs_of(view, wanted, shelf),
        "period": period_in_words(wanted),
        "tables": [_table(table, wanted, shelf) for table in tables],
        "map": places_map(tables[-1]) if view == "places" and tables else None,
        "as_of": as_date_time(now()),
    }


def _table(table: Table, wanted: Selection, shelf: Shelf) -> dict[str, Any]:
    return table_view(table) | {
        "xlsx_url": shelf.file(table.code, "xlsx", wanted),
        "csv_url": shelf.file(table.code, "csv", wanted),
        "chart_url": shelf.chart(table.code, wanted),
    }


def period_in_words(wanted: Selection) -> str:
    """From when to when."""
    since, until = (written(day, Kind.DATE) for day in (wanted.since, wanted.until))
    return _("%(since)s – %(until)s", since=since, until=until)


def about(wanted: Selection) -> list[tuple[str, str]]:
    """What a file is of: for who finds it in a folder a year later."""
    return [
        (_("Municipality"), municipality().name),
        (_("Period"), period_in_words(wanted)),
        *chosen_in_words(wanted),
        (_("Made"), as_date_time(now())),
    ]


def chosen_in_words(wanted: Selection) -> list[tuple[str, str]]:
    """The filters by name and value; nothing for those left open."""
    categories = {one.id: in_language(one.names) for one in list_all_categories()}
    kinds = {one.id: in_language(one.names) for one in list_kinds()}
    units = {one.id: one.name for one in list_units()}
    place = find_place(wanted.place) if wanted.place else None
    lines = [
        (_("Category"), categories.get(wanted.category or 0)),
        (_("Responsible unit"), units.get(wanted.unit or 0)),
        (_("Kind of place"), kinds.get(wanted.kind or 0)),
        (_("Place"), place.name if place else None),
        (_("Came in by"), str(CHANNEL_NAMES[wanted.channel]) if wanted.channel else None),
    ]
    return [(name, value) for name, value in lines if value]


def filters_view(wanted: Selection) -> dict[str, Any]:
    """The filter form: what can be chosen, and what is."""
    place = find_place(wanted.place) if wanted.place else None
    return {
        "since": wanted.since.isoformat(),
        "until": wanted.until.isoformat(),
        "category": wanted.category or "",
        "unit": wanted.unit or "",
        "kind": wanted.kind or "",
        "channel": wanted.channel or "",
        "place": place,
        "chosen": bool(wanted.chosen),
        "categories": [
            {"id": one.id, "name": in_language(one.names)} for one in list_all_categories()
        ],
        "units": [{"id": one.id, "name": one.name} for one in list_units()],
        "kinds": [{"id": one.id, "name": in_language(one.names)} for one in list_kinds()],
        "channels": [{"id": one.value, "name": str(CHANNEL_NAMES[one.value])} for one in Channel],
    }


def periods(wanted: Selection, view: str, shelf: Shelf) -> list[dict[str, Any]]:
    """Periods that are asked for again and again."""
    day = today()
    last = of_year(day.year - 1)
    known = [
        (_("This month"), day.replace(day=1), day),
        (_("This year"), date(day.year, 1, 1), day),
        (_("Last 12 months"), day - timedelta(days=364), day),
        (_("Last year"), last.since, last.until),
    ]
    return [
        {
            "name": name,
            "url": shelf.page(view, replace(wanted, since=since, until=until)),
            "current": (wanted.since, wanted.until) == (since, until),
        }
        for name, since, until in known
    ]
