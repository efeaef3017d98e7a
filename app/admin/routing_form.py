"""The form of a line in the routing table: read, judged, and filled in again."""

from __future__ import annotations

import re
from typing import Any

from flask import request

from app.languages import gettext as _
from app.places.models import Place
from app.places.queries import list_kinds, list_units, search_places
from app.problems import InvalidFields
from app.reports.models import RoutingRule
from app.reports.queries import find_category
from app.reports.schemas import clean
from app.staff.queries import list_people_at_work
from app.words import plain

FIELDS = ("category", "place", "kind", "from_time", "until_time", "unit", "person", "note")
WEEKDAYS = range(1, 8)
MAX_NOTE = 200
MOST_OFFERED = 5

_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def typed_values() -> dict[str, Any]:
    """What was typed, to be shown again."""
    days = [day for day in request.form.getlist("days") if day in set(map(str, WEEKDAYS))]
    return {name: clean(request.form.get(name, "")) for name in FIELDS} | {"days": days}


def values_of(rule: RoutingRule) -> dict[str, Any]:
    """A line as its form shows it."""
    return {
        "category": rule.category.code if rule.category else "",
        "place": rule.place.name if rule.place else "",
        "kind": rule.kind.code if rule.kind else "",
        "from_time": rule.from_time or "",
        "until_time": rule.until_time or "",
        "unit": str(rule.unit_id),
        "person": str(rule.staff_id or ""),
        "note": rule.note,
        "days": [str(day) for day in rule.days],
    }


def read_rule(typed: dict[str, Any]) -> dict[str, Any]:
    """The columns of a line as its form says them.

    Raises:
        InvalidFields: something does not exist, or only one of two times is given.
    """
    errors: dict[str, str] = {}
    found: dict[str, Any] = {
        "days": sorted(int(day) for day in typed["days"]),
        "note": typed["note"][:MAX_NOTE],
        "category_id": _known(errors, "category", _category_id(typed["category"])),
        "kind_id": _known(errors, "kind", _kind_id(typed["kind"])),
        "unit_id": _known(errors, "unit", _unit_id(typed["unit"])),
        "staff_id": _known(errors, "person", _staff_id(typed["person"])),
    }
    try:
        place = find_named_place(typed["place"])
        found["place_id"] = place.id if place else None
    except InvalidFields as problem:
        errors |= problem.fields
    errors |= _read_times(typed, found)
    if found["unit_id"] is None:
        errors.setdefault("unit", _("Choose a unit."))
    if errors:
        raise InvalidFields(errors)
    return found


def find_named_place(name: str) -> Place | None:
    """The place that is called so; None for no name.

    Raises:
        InvalidFields: no place, or several, may be meant.
    """
    if not name:
        return None
    found = search_places(name, MOST_OFFERED)
    same = [place for place in found if plain(place.name) == plain(name)]
    if len(same) == 1 or len(found) == 1:
        return (same or found)[0]
    if not found:
        raise InvalidFields({"place": _("No place is called that.")})
    names = ", ".join(place.name for place in found)
    raise InvalidFields({"place": _("Several places may be meant: %(names)s.", names=names)})


_UNKNOWN = -1


def _known(errors: dict[str, str], field: str, found: int | None) -> int | None:
    if found == _UNKNOWN:
        errors[field] = _("Choose one of the list.")
        return None
    return found


def _category_id(code: str) -> int | None:
    if not code:
        return None
    category = find_category(code)
    return category.id if category else _UNKNOWN


def _kind_id(code: str) -> int | None:
    if not code:
        return None
    return next((kind.id for kind in list_kinds() if kind.code == code), _UNKNOWN)


def _unit_id(typed: str) -> int | None:
    if not typed:
        return None
    return next((unit.id for unit in list_units() if str(unit.id) == typed), _UNKNOWN)


def _staff_id(typed: str) -> int | None:
    if not typed:
        return None
    return next((one.id for one in list_people_at_work() if str(one.id) == typed), _UNKNOWN)


def _read_times(typed: dict[str, Any], found: dict[str, Any]) -> dict[str, str]:
    times = {name: typed[name] or None for name in ("from_time", "until_time")}
    found |= times
    wrong = {
        name: _("Write a time such as 15:30.")
        for name, time in times.items()
        if time and not _CLOCK.fullmatch(time)
    }
    if wrong:
        return wrong
    if (times["from_time"] is None) != (times["until_time"] is None):
        missing = next(name for name, time in times.items() if time is None)
        return {missing: _("Give both times, or none.")}
    if times["from_time"] and times["from_time"] == times["until_time"]:
        return {"until_time": _("The two times are the same. Leave both out for the whole day.")}
    return {}
