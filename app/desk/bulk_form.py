"""The forms of a bulk deed: which reports, what shall be done, and the same filled in again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request

from app.arguments import read_id
from app.database import MAX_ID
from app.desk.bulk import MOST, Wanted
from app.desk.filters import read_filter
from app.desk.found_by import note_search
from app.desk.models import Action
from app.desk.queries import list_fitting
from app.languages import gettext as _
from app.places.queries import list_units
from app.problems import BadRequest, InvalidFields
from app.reports.models import ReplyTemplate, Report
from app.reports.queries import list_categories, list_templates, list_versions
from app.reports.staff_forms import read_texts
from app.reports.workflow import Status
from app.staff.queries import list_people_at_work

# A duplicate is a duplicate of something, which many reports at once cannot say.
CLOSINGS = (Status.FIXED, Status.NO_ACTION, Status.NOT_OURS)
ALL_THAT_FIT, THIS_PAGE = "all", "page"
NOBODY = "nobody"
DETAILS = ("unit", "person", "status", "public_text", "template", "category")


def read_action() -> Action:
    """What kind of thing shall be done.

    Raises:
        BadRequest: nothing that we know.
    """
    action = request.form.get("action", "")
    if action not in set(Action):
        raise BadRequest
    return Action(action)


def read_chosen() -> tuple[dict[int, int], bool]:
    """The reports that are meant, each with the last line of its timeline that was seen.

    Returns:
        At most `MOST` of them, and whether more were meant.
    """
    scope = request.form.get("scope", "")
    if scope == ALL_THAT_FIT:
        wanted = read_filter(request.args)
        found = list_fitting(wanted, MOST + 1)
        note_search(wanted.text, [one.id for one in found])
        versions = list_versions(found)
        seen = {one.id: versions[one.id] for one in found}
    else:
        field = "row" if scope == THIS_PAGE else "chosen"
        seen = dict(filter(None, map(_read_version, request.form.getlist(field))))
    return dict(list(seen.items())[:MOST]), len(seen) > MOST


def _read_version(text: str) -> tuple[int, int] | None:
    """`12.345`: report 12, seen up to event 345."""
    report_id, _dot, event_id = text.partition(".")
    both = {"report": report_id, "event": event_id}
    first, second = read_id(both, "report"), read_id(both, "event")
    return (first, second) if first and second else None


def read_wanted(action: Action, templates: Sequence[ReplyTemplate]) -> Wanted:
    """What the form says shall be done.

    Raises:
        InvalidFields: something is missing, or does not exist.
    """
    if action is Action.ASSIGN:
        return _read_assignment()
    if action is Action.CATEGORY:
        known = {one.id: one for one in list_categories()}
        category = known.get(read_id(request.form, "category") or MAX_ID)
        if category is None:
            raise InvalidFields({"category": _("Choose a category.")})
        return Wanted(action, category=category)
    status = request.form.get("status", "")
    if status not in set(CLOSINGS):
        raise InvalidFields({"status": _("Choose what happens next.")})
    by_id = {one.id: one for one in templates}
    template = by_id.get(read_id(request.form, "template") or MAX_ID)
    if template is None and request.form.get("template"):
        raise InvalidFields({"template": _("Choose a text.")})
    text = read_texts()["public_text"]
    return Wanted(action, status=Status(status), public_text=text, template=template)


def _read_assignment() -> Wanted:
    unit_id, person = request.form.get("unit", ""), request.form.get("person", "")
    units = {str(one.id): one for one in list_units() if not one.archived_at}
    people = {str(one.id): one for one in list_people_at_work()}
    if not (unit_id or person):
        raise InvalidFields({"unit": _("Choose a unit or a person.")})
    if unit_id and unit_id not in units:
        raise InvalidFields({"unit": _("Choose a unit.")})
    if person and person != NOBODY and person not in people:
        raise InvalidFields({"person": _("Choose a person.")})
    return Wanted(
        Action.ASSIGN,
        unit=units.get(unit_id),
        person=people.get(person),
        nobody=person == NOBODY,
    )


def templates_for(reports: Sequence[Report]) -> Sequence[ReplyTemplate]:
    """The reply templates that fit all of these reports."""
    categories = {one.category_id for one in reports}
    return list_templates(categories.pop() if len(categories) == 1 else MAX_ID)


def typed_details() -> Mapping[str, Any]:
    """What was chosen and typed, to be shown again."""
    return {name: request.form.get(name, "") for name in DETAILS}
