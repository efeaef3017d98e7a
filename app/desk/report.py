"""A report as the front desk sees it, and what is done with it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from flask import Flask, redirect, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from app import audit
from app.arguments import read_id
from app.database import now
from app.desk.pages import DESK, HANDLERS, may_change, pages, report_url
from app.languages import gettext as _
from app.languages import in_language
from app.maps.tiles import pin_map
from app.notices.colleagues import is_told
from app.permissions import allow
from app.places.models import Unit
from app.places.queries import list_owners, list_units, list_units_in_use
from app.problems import InvalidFields
from app.reports import operations, staff_views, wording
from app.reports.deadlines import begin_of, local_day
from app.reports.likeness import list_suggestions
from app.reports.merging import lock_kept
from app.reports.models import EventKind, Report
from app.reports.queries import (
    find_category,
    find_report,
    list_choices,
    list_history,
    list_templates,
)
from app.reports.staff_forms import (
    attempt,
    is_sent_again,
    list_unseen,
    mark_done,
    read_deed,
    read_status,
    read_texts,
    refuse_if_changed,
    report_or_problem,
)
from app.reports.wording import template_text
from app.staff.models import Staff
from app.staff.queries import list_people_at_work

MOST_IN_HISTORY = 8
LOOK = "contact_seen"


@pages.get("/reports/<number>")
@allow(*DESK)
def report(number: str) -> str:
    """One report with everything the register knows of it."""
    return report_page(number, {})


def report_page(number: str, errors: dict[str, str], **inserted: str) -> str:
    """The page, with what a form of it was refused for."""
    found = report_or_problem(number)
    change = may_change()
    return render_template(
        "desk/report.html",
        report=staff_views.whole(found, report_url(found), with_contact=_has_looked(found)),
        following=is_told(found, current_user),
        has_contact=found.contact is not None,
        contact_erased=any(one.kind == EventKind.CONTACT_ERASED for one in found.events),
        kept=_in_short(found.merged_into) if found.merged_into else None,
        history=[_in_short(one) for one in list_history(found, MOST_IN_HISTORY)],
        suggestions=[_suggestion(one) for one in list_suggestions(found)] if change else [],
        templates=[(one.id, one.name) for one in list_templates(found.category_id)],
        owners=_owners(found) if change else [],
        units=_units(found),
        people=_people(found),
        categories=[
            {"code": one.code, "name": in_language(one.names)}
            for one in list_choices(found.category)
        ],
        unseen=staff_views.lines(list_unseen(found)),
        form_id=uuid.uuid4(),
        values=request.form.to_dict() | inserted,
        errors=errors,
        may_change=change,
        map=pin_map(found.point) if found.point is not None else None,
    )


def _has_looked(found: Report) -> bool:
    """Whether this person has asked for the contact details today, which is written down."""
    if found.contact is None:
        return False
    return audit.has_done_since(LOOK, "report", found.id, begin_of(local_day(now())))


def _in_short(report: Report) -> dict[str, Any]:
    return wording.in_short(report, report_url(report))


def _suggestion(report: Report) -> dict[str, Any]:
    """Enough to tell whether it is the same fault."""
    where = report.sign.label if report.sign else report.address
    return _in_short(report) | {"where": where, "description": report.description[:200]}


def _owners(found: Report) -> list[dict[str, Any]]:
    """Whom it may be sent on to, the owner of the place chosen."""
    of_place = found.place.owner if found.place else None
    return [
        {"id": one.id, "name": one.name, "chosen": one.name == of_place} for one in list_owners()
    ]


def _people(found: Report) -> list[dict[str, Any]]:
    people = list_people_at_work()
    if found.assignee and found.assignee not in people:
        people = [*people, found.assignee]
    return [{"id": one.id, "name": one.name} for one in people]


@pages.post("/reports/<number>/status")
@allow(*HANDLERS)
def set_status(number: str) -> Any:
    """Move a report to another state."""
    return change_report(
        number,
        lambda found: operations.change_status(found, read_status(), current_user, **read_texts()),
    )


@pages.post("/reports/<number>/contact")
@allow(*DESK)
def show_contact(number: str) -> BaseResponse:
    """Show who reported for the rest of the day; each look is written down."""
    found = report_or_problem(number)
    if found.contact is not None and not _has_looked(found):
        audit.record(LOOK, "report", found.id)
    return redirect(f"{report_url(found)}#contact", 303)


@pages.post("/reports/<number>/template")
@allow(*HANDLERS)
def insert_template(number: str) -> str | tuple[str, int]:
    """Put a reply template below what is typed in the status form; nothing is saved yet."""
    found = report_or_problem(number)
    chosen = read_id(request.form, "template")
    known = {one.id: one for one in list_templates(found.category_id)}
    if chosen not in known:
        return report_page(number, {"template": _("Choose a text.")}), InvalidFields.status
    typed = request.form.get("public_text", "").strip()
    text = template_text(known[chosen], found)
    return report_page(number, {}, public_text=f"{typed}\n\n{text}" if typed else text)


@pages.post("/reports/<number>/unit")
@allow(*HANDLERS)
def set_unit(number: str) -> Any:
    """Make another unit responsible, and put the report into one person's care."""

    def change(found: Report) -> None:
        operations.assign_unit(found, _unit(), current_user)
        if "person" in request.form:
            operations.assign_person(found, _person(found), current_user)

    return change_report(number, change)


@pages.post("/reports/<number>/category")
@allow(*HANDLERS)
def set_category(number: str) -> Any:
    """Sort a report elsewhere."""

    def change(found: Report) -> None:
        category = find_category(request.form.get("category", ""))
        if category is None or category.archived_at:
            raise InvalidFields({"category": _("Choose a category.")})
        operations.recategorise(found, category, current_user)

    return change_report(number, change)


@pages.post("/reports/<number>/forward")
@allow(*HANDLERS)
def forward(number: str) -> Any:
    """Send a report that is not ours on to whom it belongs to."""

    def change(found: Report) -> None:
        owners = {one.id: one for one in list_owners()}
        chosen = read_id(request.form, "owner")
        if chosen not in owners:
            raise InvalidFields({"owner": _("Choose whom to send it on to.")})
        operations.forward_report(
            found,
            owners[chosen],
            current_user,
            with_contact="with_contact" in request.form,
            public_text=read_texts()["public_text"],
        )

    return change_report(number, change)


@pages.post("/reports/<number>/merge")
@allow(*HANDLERS)
def merge(number: str) -> Any:
    """Close a report as a duplicate of another one, whose number is chosen or typed."""

    def change(found: Report) -> None:
        named = find_report(request.form.get("chosen") or request.form.get("same_as", ""))
        if named is None:
            raise InvalidFields({"same_as": _("No report has this number.")})
        kept = lock_kept(found, named)
        operations.merge_report(found, kept, current_user, **read_texts())

    return change_report(number, change)


@pages.post("/reports/<number>/note")
@allow(*HANDLERS)
def add_note(number: str) -> Any:
    """Answer the public, or leave a note for colleagues."""
    return change_report(
        number, lambda found: operations.add_note(found, current_user, **read_texts())
    )


@pages.post("/reports/<number>/release")
@allow(*HANDLERS)
def release(number: str) -> Any:
    """Let a held report be a report like any other."""
    return change_report(number, lambda found: operations.release_report(found, current_user))


def change_report(
    number: str, change: Callable[[Report], object], *, answers_crew: bool = True
) -> Any:
    """Carry out a change of a report that its reader has seen as it is, or show why not.

    What the desk does with the report is its answer to what the crew has asked. A form that is sent
    twice is carried out once.
    """
    deed = read_deed()

    def carry_out() -> BaseResponse:
        found = report_or_problem(number, for_change=True)
        if not is_sent_again(found, deed):
            refuse_if_changed(found)
            before = found.events[-1].id
            change(found)
            mark_done(found, before, deed)
            if answers_crew:
                found.asked_at = None
        return redirect(report_url(found), 303)

    return attempt(carry_out, lambda errors: report_page(number, errors))


def _units(found: Report) -> list[Unit]:
    """The units that can have it, and the one that does."""
    return [one for one in list_units() if one.archived_at is None or one.id == found.unit_id]


def _unit() -> Any:
    units = {str(unit.id): unit for unit in list_units_in_use()}
    chosen = units.get(request.form.get("unit", ""))
    if chosen is None:
        raise InvalidFields({"unit": _("Choose a unit.")})
    return chosen


def _person(found: Report) -> Staff | None:
    chosen = request.form["person"]
    if not chosen:
        return None
    known = {str(one.id): one for one in list_people_at_work()}
    if found.assignee:
        known[str(found.assignee.id)] = found.assignee
    if chosen not in known:
        raise InvalidFields({"person": _("Choose a person.")})
    return known[chosen]


def init_app(app: Flask) -> None:
    """Add the register and the page of a report."""
    app.register_blueprint(pages)
