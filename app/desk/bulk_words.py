"""Bulk deeds in words."""

from __future__ import annotations

from typing import Any

from flask import url_for

from app.database import now, session
from app.desk.bulk import Wanted
from app.desk.models import Action, BulkDeed, Outcome
from app.desk.queries import count_outcomes
from app.languages import OSLO, in_language, lazy_gettext
from app.languages import gettext as _
from app.places.models import Unit
from app.reports.models import Category, Report
from app.reports.wording import category_name, status_name
from app.staff.models import Staff

TITLES = {
    Action.ASSIGN: lazy_gettext("Who takes care of several reports"),
    Action.CLOSE: lazy_gettext("Close several reports"),
    Action.CATEGORY: lazy_gettext("Sort several reports elsewhere"),
}
# Why a report stays as it is.
OUTCOMES = {
    Outcome.CHANGED: lazy_gettext("Somebody else has changed them since you ticked them"),
    Outcome.HELD: lazy_gettext("They are held: look at each of them first"),
    Outcome.STATE: lazy_gettext("They are closed already"),
    Outcome.SAME: lazy_gettext("They are so already"),
    Outcome.KEPT: lazy_gettext("Not undone: somebody has worked on them since"),
}


def title_of(action: Action) -> str:
    """The heading of the pages of a deed."""
    return str(TITLES[action])


def in_words(action: Action, chosen: dict[str, Any]) -> str:
    """What is done, as `Wanted.in_ids` says it."""
    if action is Action.CLOSE:
        return _("Status: %(name)s", name=status_name(chosen["status"]))
    if action is Action.CATEGORY:
        category = session().get_one(Category, chosen["category_id"])
        return _("Category: %(name)s", name=in_language(category.names))
    parts = []
    if chosen["unit_id"]:
        unit = session().get_one(Unit, chosen["unit_id"])
        parts.append(_("Unit: %(name)s", name=unit.name))
    if chosen["person_id"]:
        person = session().get_one(Staff, chosen["person_id"])
        parts.append(_("Person: %(name)s", name=person.name))
    if chosen["nobody"]:
        parts.append(_("Person: nobody in particular"))
    return " · ".join(parts)


def step_of(report: Report, wanted: Wanted) -> str:
    """What would change at one report: from → to."""
    if wanted.status:
        return f"{status_name(report.status)} → {status_name(wanted.status)}"
    if wanted.category:
        return f"{category_name(report)} → {in_language(wanted.category.names)}"
    steps = []
    if wanted.unit and wanted.unit.id != report.unit_id:
        steps.append(f"{report.unit.name} → {wanted.unit.name}")
    person_id = wanted.person.id if wanted.person else None
    if (wanted.person or wanted.nobody) and person_id != report.assignee_id:
        nobody = _("Nobody in particular")
        before = report.assignee.name if report.assignee else nobody
        steps.append(f"{before} → {wanted.person.name if wanted.person else nobody}")
    return ", ".join(steps)


def deed_url(deed: BulkDeed) -> str:
    """The page that tells what became of each report."""
    return url_for("bulk.result", deed_uuid=deed.uuid)


def deed_view(deed: BulkDeed) -> dict[str, Any]:
    """A deed as the notice of it tells."""
    counts = count_outcomes(deed)
    left_out = sum(counts.get(one.value, 0) for one in OUTCOMES)
    return {
        "title": title_of(Action(deed.action)),
        "what": in_words(Action(deed.action), deed.chosen),
        "url": deed_url(deed),
        "undo_url": url_for("bulk.undo", deed_uuid=deed.uuid),
        "undone": deed.undone_at is not None,
        "may_undo": deed.undone_at is None and now() < deed.undo_until,
        "until": f"{deed.undo_until.astimezone(OSLO):%H:%M}",
        "done": counts.get(Outcome.DONE.value, 0),
        "put_back": counts.get(Outcome.UNDONE.value, 0),
        "left_out": left_out,
        "closes": deed.action == Action.CLOSE,
    }
