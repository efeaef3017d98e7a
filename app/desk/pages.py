"""The register as the front desk sees it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from app.arguments import read_id
from app.desk.bulk import MOST
from app.desk.bulk_words import deed_view
from app.desk.filters import chosen_in, filters_view, read_filter
from app.desk.found_by import note_search
from app.desk.queries import find_undoable, list_saved_filters, newest_event_id
from app.languages import lazy_gettext
from app.mailbox.queries import count_unsettled
from app.maps.tiles import map_bounds
from app.permissions import Role, allow
from app.places.queries import list_units
from app.reports import staff_views
from app.reports.categories import list_all_categories
from app.reports.models import Report
from app.reports.queries import list_ids_with_photos, list_versions
from app.reports.register import PAGE, count_held, list_register
from app.staff.queries import list_people_at_work

pages = Blueprint("desk", __name__, url_prefix="/desk")

LIST = "list"
WAYS = {
    LIST: lazy_gettext("List"),
    "map": lazy_gettext("Map"),
    "both": lazy_gettext("List and map"),
}

DESK = (Role.FRONT_DESK, Role.MANAGER, Role.ADMIN)
HANDLERS = (Role.FRONT_DESK, Role.MANAGER)


@pages.get("")
@allow(*DESK)
def register() -> str:
    """All reports, newest first, filtered by what the address says."""
    since = newest_event_id()
    wanted = read_filter(request.args)
    reports = list_register(wanted, read_id(request.args, "before"))
    shown = reports[:PAGE]
    note_search(wanted.text, [one.id for one in shown])
    with_photos = list_ids_with_photos(shown)
    versions = list_versions(shown)
    undoable = find_undoable() if may_change() else None
    return render_template(
        "desk/register.html",
        reports=[row_view(one, versions[one.id], one.id in with_photos) for one in shown],
        filters=filters_view(
            request.args,
            list_units(),
            list_all_categories(),
            list_people_at_work(),
            list_saved_filters(),
        ),
        bulk_url=url_for("bulk.prepare", **chosen_in(request.args)),
        most_in_bulk=MOST,
        deed=deed_view(undoable) if undoable else None,
        first_url=url_for(".register", **_without_page()),
        held_count=count_held(),
        mail_count=count_unsettled(),
        may_enter=may_change(),
        may_share=may_share(),
        next_url=_next_url(shown) if len(reports) > PAGE else None,
        live=_live_view(shown, since, whole=len(reports) <= PAGE),
        map=_map_view(),
        **_ways_to_look(),
    )


def row_view(report: Report, version: int, has_photo: bool) -> dict[str, Any]:
    """A row of the register; `version` is the last line of the report's timeline."""
    row = staff_views.row(report, report_url(report), has_photo)
    return row | {"version": f"{report.id}.{version}"}


def _live_view(shown: Sequence[Report], since: int, *, whole: bool) -> dict[str, Any]:
    """What a page must know to ask what has happened since; what is new belongs on the first."""
    first = "before" not in request.args
    return {
        "url": url_for("desk.live", **chosen_in(request.args)),
        "since": since if first else None,
        "lowest": 0 if whole else shown[-1].id,
    }


def _map_view() -> dict[str, str] | None:
    """What the map is opened with; None where the municipality has no boundary."""
    bounds = map_bounds()
    if bounds is None:
        return None
    return {
        "bounds": ",".join(f"{side:.4f}" for side in bounds),
        "points": url_for("desk.points", **chosen_in(request.args)),
    }


def _ways_to_look() -> dict[str, Any]:
    """The list, the map or both: which is shown, and where the others are."""
    view = request.args.get("view", LIST)
    view = view if view in WAYS else LIST
    asked = {name: value for name, value in _without_page().items() if name != "view"}
    ways = [
        {
            "name": str(name),
            "url": url_for(".register", **asked, view=None if way == LIST else way),
            "current": way == view,
        }
        for way, name in WAYS.items()
    ]
    return {"view": view, "ways": ways}


def _next_url(shown: Sequence[Report]) -> str:
    return url_for(".register", **_without_page(), before=shown[-1].id)


def _without_page() -> dict[str, Any]:
    """What the address asks for, from the first page on."""
    return {name: value for name, value in request.args.items() if value and name != "before"}


def report_url(report: Report) -> str:
    """A report's page at the desk."""
    return url_for("desk.report", number=report.number)


def may_change() -> bool:
    """Whether the person who is signed in handles reports, and does not only look at them."""
    return any(current_user.has_role(role) for role in HANDLERS)


def may_share() -> bool:
    """Whether the person who is signed in decides which filters all see."""
    return bool(current_user.has_role(Role.MANAGER))
