"""The register and a report as the front desk sees it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from app.arguments import read_id
from app.desk.filters import filters_view, read_filter
from app.languages import gettext as _
from app.permissions import Role, allow
from app.places.queries import list_units
from app.problems import InvalidFields, NotFound
from app.reports import operations, staff_views
from app.reports.models import Report
from app.reports.queries import (
    PAGE,
    count_held,
    list_categories,
    list_ids_with_photos,
    list_register,
)
from app.reports.staff_forms import attempt, read_status, read_texts, report_or_problem

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
        reports=[staff_views.row(one, _url(one), one.id in with_photos) for one in shown],
        filters=filters_view(request.args, list_units(), list_categories()),
        held_count=count_held(),
        may_enter=_may_change(),
        next_url=_next_url(shown) if len(reports) > PAGE else None,
    )


def _next_url(shown: Sequence[Report]) -> str:
    arguments: dict[str, Any] = {**request.args.to_dict(), "before": shown[-1].id}
    return url_for(".register", **arguments)


def _url(report: Report) -> str:
    return url_for("desk.report", number=report.number)


@pages.get("/reports/<number>")
@allow(*DESK)
def report(number: str) -> str:
    """One report with everything the register knows of it."""
    return _page(number, {})


def _page(number: str, errors: dict[str, str]) -> str:
    found = report_or_problem(number)
    return render_template(
        "desk/report.html",
        report=staff_views.whole(found, _url(found), with_contact=True),
        units=list_units(),
        values=request.form,
        errors=errors,
        may_change=_may_change(),
    )


def _may_change() -> bool:
    return any(current_user.has_role(role) for role in HANDLERS)


@pages.post("/reports/<number>/status")
@allow(*HANDLERS)
def set_status(number: str) -> Any:
    """Move a report to another state."""
    return _change(
        number,
        lambda found: operations.change_status(found, read_status(), current_user, **read_texts()),
    )


@pages.post("/reports/<number>/unit")
@allow(*HANDLERS)
def set_unit(number: str) -> Any:
    """Make another unit responsible."""
    return _change(number, lambda found: operations.assign_unit(found, _unit(), current_user))


@pages.post("/reports/<number>/note")
@allow(*HANDLERS)
def add_note(number: str) -> Any:
    """Answer the public, or leave a note for colleagues."""
    return _change(number, lambda found: operations.add_note(found, current_user, **read_texts()))


@pages.post("/reports/<number>/release")
@allow(*HANDLERS)
def release(number: str) -> Any:
    """Let a held report be a report like any other."""
    return _change(number, lambda found: operations.release_report(found, current_user))


@pages.post("/reports/<number>/photos/<uuid:photo_uuid>/release")
@allow(*HANDLERS)
def release_photo(number: str, photo_uuid: uuid.UUID) -> Any:
    """Let everybody see a photo."""
    return _change(
        number,
        lambda found: operations.release_photo(found, _photo(found, photo_uuid), current_user),
    )


def _change(number: str, change: Callable[[Report], object]) -> Any:
    def carry_out() -> BaseResponse:
        found = report_or_problem(number, for_change=True)
        change(found)
        return redirect(_url(found), 303)

    return attempt(carry_out, lambda errors: _page(number, errors))


def _unit() -> Any:
    units = {str(unit.id): unit for unit in list_units()}
    chosen = units.get(request.form.get("unit", ""))
    if chosen is None:
        raise InvalidFields({"unit": _("Choose a unit.")})
    return chosen


def _photo(found: Report, photo_uuid: uuid.UUID) -> Any:
    photo = next((one for one in found.photos if one.uuid == photo_uuid), None)
    if photo is None:
        raise NotFound
    return photo
