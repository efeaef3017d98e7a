"""“My unit today”: what to look at first in the morning, and how much of it there is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import render_template, request, url_for
from flask_login import current_user

from app.arguments import read_id
from app.database import now
from app.desk.filters import ASKED, read_filter
from app.desk.pages import DESK, pages, report_url
from app.languages import day_in_words
from app.languages import gettext as _
from app.permissions import allow
from app.places.queries import list_units
from app.reports import staff_views
from app.reports.deadlines import local_day, subtract_working_days
from app.reports.queries import list_ids_with_photos
from app.reports.register import RegisterFilter, count_register, list_by_deadline, list_register

MOST_NAMED = 5
MOST_COUNTED = 999


@dataclass(frozen=True, slots=True)
class Heap:
    """Some reports that are looked at together: a filter of the register under a name."""

    name: str
    asked: dict[str, str]


@pages.get("/today")
@allow(*DESK)
def today() -> str:
    """One's own unit, or the one that is chosen; all units for who has none."""
    chosen = "unit" in request.args
    unit_id = read_id(request.args, "unit") if chosen else current_user.unit_id
    units = list_units()
    unit = next((one for one in units if one.id == unit_id), None)
    whose = {"unit": str(unit.id)} if unit else {}
    return render_template(
        "desk/today.html",
        day=day_in_words(local_day(now()), with_year=True),
        unit=unit,
        units=[{"id": str(one.id), "name": one.name} for one in units],
        heaps=_heaps_view(whose),
    )


def _heaps() -> list[Heap]:
    yesterday = subtract_working_days(local_day(now()), 1)
    return [
        Heap(_("Questions from the crew"), {"status": ASKED}),
        Heap(_("Overdue"), {"deadline": "late"}),
        Heap(_("Due soon"), {"deadline": "soon"}),
        Heap(
            _("New since the last working day"),
            {"since": yesterday.isoformat(), "status": "received"},
        ),
        Heap(_("Nobody takes care of"), {"person": "nobody", "status": "open"}),
        Heap(_("Waiting for the reporter"), {"status": "waiting"}),
    ]


def _heaps_view(whose: dict[str, str]) -> list[dict[str, Any]]:
    found = []
    for heap in _heaps():
        asked: dict[str, Any] = heap.asked | whose
        listed = list_by_deadline if "deadline" in asked else list_register
        found.append((heap.name, asked, listed(read_filter(asked), most=MOST_NAMED)))
    with_photos = list_ids_with_photos([one for *_heap, reports in found for one in reports])
    return [
        {
            "name": name,
            "count": _count(read_filter(asked), len(reports)),
            "reports": [
                staff_views.row(one, report_url(one), one.id in with_photos) for one in reports
            ],
            "url": url_for("desk.register", **asked),
        }
        for name, asked, reports in found
    ]


def _count(wanted: RegisterFilter, named: int) -> str:
    """How many there are; nobody need count those of which all are named."""
    count = named if named < MOST_NAMED else count_register(wanted, MOST_COUNTED)
    return f"{MOST_COUNTED}+" if count > MOST_COUNTED else str(count)
