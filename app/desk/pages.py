"""The register as the front desk sees it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from app.arguments import read_id
from app.desk.filters import filters_view, read_filter
from app.desk.queries import list_saved_filters
from app.mailbox.queries import count_unsettled
from app.permissions import Role, allow
from app.places.queries import list_units
from app.reports import staff_views
from app.reports.categories import list_all_categories
from app.reports.models import Report
from app.reports.queries import list_ids_with_photos
from app.reports.register import PAGE, count_held, list_register
from app.staff.queries import list_people_at_work

pages = Blueprint("desk", __name__, url_prefix="/desk")

DESK = (Role.FRONT_DESK, Role.MANAGER, Role.ADMIN)
HANDLERS = (Role.FRONT_DESK, Role.MANAGER)


@pages.get("")
@allow(*DESK)
def register() -> str:
    """All reports, newest first, filtered by what the address says."""
    reports = list_register(read_filter(request.args), read_id(request.args, "before"))
    shown = reports[:PAGE]
    with_photos = list_ids_with_photos(shown)
    return render_template(
        "desk/register.html",
        reports=[staff_views.row(one, report_url(one), one.id in with_photos) for one in shown],
        filters=filters_view(
            request.args,
            list_units(),
            list_all_categories(),
            list_people_at_work(),
            list_saved_filters(),
        ),
        first_url=url_for(".register", **_without_page()),
        held_count=count_held(),
        mail_count=count_unsettled(),
        may_enter=may_change(),
        may_share=may_share(),
        next_url=_next_url(shown) if len(reports) > PAGE else None,
    )


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
