"""The register's filters: read from the address, so that a view can be shared, and shown again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import url_for
from flask_login import current_user

from app.arguments import read_id, read_line
from app.desk.models import SavedFilter
from app.languages import gettext as _
from app.languages import in_language, lazy_gettext
from app.places.models import Place, Unit
from app.places.queries import find_place
from app.reports.models import UNSORTED_CATEGORY, Category, Channel
from app.reports.register import Deadline, RegisterFilter
from app.reports.wording import CHANNEL_NAMES, STATUS_NAMES
from app.reports.workflow import Status
from app.staff.models import Staff

ALL_OPEN = "open"
HELD = "held"
ASKED = "asked"
ME = "me"
NOBODY = "nobody"

DEADLINES = {
    Deadline.LATE: lazy_gettext("Overdue"),
    Deadline.SOON: lazy_gettext("Due soon"),
}
FIRST = ("q", "status", "unit", "category", "place")
# Filters that are put away until somebody wants them.
FURTHER = ("channel", "person", "deadline", "since", "until", "photo")


def chosen_in(arguments: Mapping[str, str]) -> dict[str, Any]:
    """The filter as an address says it, without what is left open."""
    read = {name: read_line(arguments, name) for name in (*FIRST, *FURTHER)}
    return {name: value for name, value in read.items() if value}


def filter_url(chosen: Mapping[str, Any]) -> str:
    """The register as this filter shows it, from the first page on."""
    return url_for("desk.register", **chosen)


def read_filter(arguments: Mapping[str, str]) -> RegisterFilter:
    """What the address asks for; what makes no sense in it is left out of account."""
    status, channel = arguments.get("status", ""), arguments.get("channel", "")
    deadline, person = arguments.get("deadline", ""), arguments.get("person", "")
    return RegisterFilter(
        status=status if status in set(Status) else None,
        only_open=status == ALL_OPEN,
        held=status == HELD,
        asked=status == ASKED,
        unit_id=read_id(arguments, "unit"),
        category_id=read_id(arguments, "category"),
        place_id=read_id(arguments, "place"),
        channel=channel if channel in set(Channel) else None,
        assignee_id=current_user.id if person == ME else read_id(arguments, "person"),
        unassigned=person == NOBODY,
        deadline=Deadline(deadline) if deadline in set(Deadline) else None,
        since=_day(arguments.get("since", "")),
        until=_day(arguments.get("until", "")),
        has_photo=arguments.get("photo") == "1",
        text=read_line(arguments, "q"),
    )


def _category_name(category: Category) -> str:
    """Reports in an archived category are looked for, too."""
    name = in_language(category.names)
    return _("%(name)s (archived)", name=name) if category.archived_at else name


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    # Far days cannot be turned into instants of another zone.
    return day if 1900 < day.year < 3000 else None  # noqa: PLR2004


def filters_view(
    arguments: Mapping[str, str],
    units: Sequence[Unit],
    categories: Sequence[Category],
    people: Sequence[Staff],
    saved: Sequence[SavedFilter],
) -> dict[str, Any]:
    """The filter form: what can be chosen and what is."""
    wanted = read_filter(arguments)
    statuses = [
        (ALL_OPEN, _("All open")),
        *((key.value, str(STATUS_NAMES[key])) for key in Status),
        (ASKED, _("The crew asks")),
        (HELD, _("Held")),
    ]
    persons = [(ME, _("Me")), (NOBODY, _("Nobody in particular"))]
    persons += [(str(one.id), one.name) for one in people if one.id != current_user.id]
    place = find_place(wanted.place_id) if wanted.place_id else None
    return {
        "q": wanted.text,
        "statuses": _options(statuses, arguments.get("status", "")),
        "units": _options([(str(one.id), one.name) for one in units], arguments.get("unit", "")),
        "categories": _options(
            [(str(one.id), _category_name(one)) for one in categories],
            arguments.get("category", ""),
        ),
        "channels": _options(
            [(one.value, str(CHANNEL_NAMES[one.value])) for one in Channel],
            wanted.channel or "",
        ),
        "people": _options(persons, arguments.get("person", "")),
        "deadlines": _options(
            [(key.value, str(name)) for key, name in DEADLINES.items()], wanted.deadline or ""
        ),
        "since": wanted.since.isoformat() if wanted.since else "",
        "until": wanted.until.isoformat() if wanted.until else "",
        "photo": wanted.has_photo,
        "place": _place_view(place),
        "further": any(arguments.get(name) for name in FURTHER),
        "active": wanted != RegisterFilter(),
        "views": _views(arguments, categories, saved),
        "chosen": chosen_in(arguments),
    }


def _place_view(place: Place | None) -> dict[str, Any] | None:
    return {"id": place.id, "name": place.name} if place else None


def _views(
    arguments: Mapping[str, str], categories: Sequence[Category], saved: Sequence[SavedFilter]
) -> list[dict[str, Any]]:
    """What is looked for every morning, one tap away, and then what people have saved."""
    chosen, look = chosen_in(arguments), {"view": arguments.get("view") or None}
    unsorted = next((one.id for one in categories if one.code == UNSORTED_CATEGORY), None)
    views: list[tuple[str, dict[str, str]]] = [
        (_("Mine"), {"person": ME, "status": ALL_OPEN}),
        (_("Overdue"), {"deadline": Deadline.LATE.value}),
        (_("Due soon"), {"deadline": Deadline.SOON.value}),
        (_("Nobody takes care of"), {"person": NOBODY, "status": ALL_OPEN}),
    ]
    if unsorted:
        views.append((_("Not sorted yet"), {"category": str(unsorted), "status": ALL_OPEN}))
    views += [(one.name, one.chosen) for one in saved]
    return [
        {"name": name, "url": filter_url(asked | look), "current": asked == chosen}
        for name, asked in views
    ]


def _options(pairs: Sequence[tuple[str, str]], chosen: str) -> list[dict[str, Any]]:
    return [{"value": value, "name": name, "chosen": value == chosen} for value, name in pairs]
