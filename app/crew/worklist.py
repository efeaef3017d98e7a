"""The worklist as a page: filtered, by deadline or by place, and several closed at once."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Any

from flask import request, url_for
from flask_login import current_user

from app.arguments import read_id
from app.crew.queries import list_work
from app.languages import gettext as _
from app.languages import lazy_gettext
from app.places.queries import find_unit
from app.reports import staff_views
from app.reports.models import Report
from app.reports.queries import list_ids_with_photos, list_versions
from app.reports.wording import category_name, step_name
from app.reports.workflow import UNDERWAY, Status

# A page of more is read by nobody; the filters lead to the rest.
MOST_SHOWN = 200
# What several reports can be set to at once.
CLOSINGS = (Status.FIXED, Status.NO_ACTION)

SHOWN = {
    "": lazy_gettext("All"),
    "mine": lazy_gettext("Mine"),
    "late": lazy_gettext("Overdue"),
    "urgent": lazy_gettext("Urgent"),
    "underway": lazy_gettext("Begun"),
    "asked": lazy_gettext("Waiting for the front desk"),
}
_FITS: dict[str, Callable[[dict[str, Any], Report], bool]] = {
    "mine": lambda _row, report: report.assignee_id == current_user.id,
    "late": lambda row, _report: row["overdue"],
    "urgent": lambda row, _report: row["urgent"],
    "underway": lambda _row, report: report.status in UNDERWAY,
    "asked": lambda row, _report: row["asked"],
}
GROUPED = {"": lazy_gettext("Deadline"), "place": lazy_gettext("Place")}


def worklist_view(errors: dict[str, str] | None = None) -> dict[str, Any]:
    """What the page shows, as its address asks for it."""
    unit = find_unit(current_user.unit_id) if current_user.unit_id else None
    place_id = read_id(request.values, "place")
    reports = [
        one
        for one in list_work(unit.id if unit else None)
        if place_id is None or one.place_id == place_id
    ]
    rows = _rows(reports)
    by_place = place_id is None and request.args.get("by") == "place"
    return {
        "unit_name": unit.name if unit else None,
        "groups": (_by_place if by_place else _by_deadline)(rows[:MOST_SHOWN]),
        "cut": len(rows) > MOST_SHOWN,
        "place": _place(reports, place_id),
        "several": _several(reports) if place_id else None,
        "shown": _options(SHOWN, "show"),
        "grouped": _options(GROUPED, "by"),
        "form_id": request.form.get("id") or uuid.uuid4(),
        "values": request.form,
        "errors": errors or {},
    }


def _rows(reports: Sequence[Report]) -> list[dict[str, Any]]:
    with_photos = list_ids_with_photos(reports)
    fits = _FITS.get(request.args.get("show", ""))
    rows = []
    for report in reports:
        url = url_for("crew.report", number=report.number)
        row = staff_views.row(report, url, report.id in with_photos)
        row["place_id"] = report.place_id
        row["assignee_name"] = report.assignee.name if report.assignee else None
        if fits is None or fits(row, report):
            rows.append(row)
    return rows


def _by_deadline(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    names = {
        "late": _("Overdue"),
        "rest": _("To do"),
        Status.WAITING.value: _("Waiting for an answer"),
    }
    heaps: dict[str, list[dict[str, Any]]] = {heap: [] for heap in names}
    for row in rows:
        heaps[
            "late" if row["overdue"] else row["status"] if row["status"] in names else "rest"
        ].append(row)
    return [
        {"name": names[heap], "jobs": jobs, "url": None} for heap, jobs in heaps.items() if jobs
    ]


def _by_place(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The place with the most urgent report first."""
    groups: dict[int | None, dict[str, Any]] = {}
    for row in rows:
        place_id = row["place_id"]
        group = groups.setdefault(
            place_id,
            {
                "name": row["place_name"] if place_id else _("No place given"),
                "jobs": [],
                "url": url_for("crew.worklist", place=place_id) if place_id else None,
            },
        )
        group["jobs"].append(row)
    return list(groups.values())


def _place(reports: Sequence[Report], place_id: int | None) -> dict[str, Any] | None:
    if place_id is None:
        return None
    place = next((one.place for one in reports), None)
    return {"id": place_id, "name": place.name if place else _("This place")}


def _several(reports: Sequence[Report]) -> dict[str, Any]:
    versions = list_versions(reports)
    return {
        "reports": [
            {"value": f"{one.number}:{versions[one.id]}", "label": _label(one)} for one in reports
        ],
        "chosen": set(request.form.getlist("chosen")),
        "states": [{"id": one.value, "name": step_name(one)} for one in CLOSINGS],
    }


def _label(report: Report) -> str:
    at = report.sign.label if report.sign else ""
    return " · ".join(filter(None, (category_name(report), at, report.number)))


def _options(names: dict[str, Any], argument: str) -> list[dict[str, Any]]:
    chosen = request.args.get(argument, "")
    return [
        {"id": value, "name": str(name), "chosen": value == chosen} for value, name in names.items()
    ]
