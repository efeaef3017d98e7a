"""Many reports at once: what shall be done, what would come of it, done, and undone."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user

from app.arguments import form_id
from app.desk import bulk
from app.desk.bulk import MOST, UNDO_FOR, Wanted, judge
from app.desk.bulk_form import (
    CLOSINGS,
    NOBODY,
    read_action,
    read_chosen,
    read_wanted,
    templates_for,
    typed_details,
)
from app.desk.bulk_words import OUTCOMES, deed_url, deed_view, in_words, step_of, title_of
from app.desk.filters import chosen_in, filter_url
from app.desk.models import Action, BulkDeed, Outcome
from app.desk.pages import HANDLERS, may_share, report_url
from app.desk.queries import count_outcomes, find_deed, list_changes, list_chosen
from app.languages import gettext as _
from app.languages import in_language
from app.notices.queries import count_told
from app.permissions import allow
from app.places.queries import list_units
from app.problems import InvalidFields, NotFound, TooLateToUndo
from app.reports import wording
from app.reports.models import Report
from app.reports.queries import list_choices
from app.reports.wording import status_name
from app.staff.queries import list_people_at_work

bulk_pages = Blueprint("bulk", __name__, url_prefix="/desk/bulk")
DEED = "/<uuid:deed_uuid>"


@bulk_pages.post("")
@allow(*HANDLERS)
def prepare() -> Any:
    """Ask what shall be done with the reports, and once that is said show what would come of it."""
    action = read_action()
    seen, more = read_chosen()
    reports = list_chosen(seen)
    if not reports:
        return _choose(action, [], {}, {"form": _("Tick at least one report first.")}), 422
    if request.form.get("step") != "preview":
        return _choose(action, reports, seen, {}, more=more)
    try:
        wanted = read_wanted(action, templates_for(reports))
    except InvalidFields as problem:
        errors = {name: str(sentence) for name, sentence in problem.fields.items()}
        return _choose(action, reports, seen, errors, more=more), InvalidFields.status
    return _preview(wanted, reports, seen, more=more)


def _choose(
    action: Action,
    reports: Sequence[Report],
    seen: Mapping[int, int],
    errors: dict[str, str],
    *,
    more: bool = False,
) -> str:
    return render_template(
        "desk/bulk.html",
        action=action.value,
        title=title_of(action),
        count=len(reports),
        rows=[_row(one) for one in reports],
        seen=seen,
        more=more,
        most=MOST,
        values=typed_details(),
        errors=errors,
        templates=[{"id": one.id, "name": one.name} for one in templates_for(reports)],
        address=url_for(".prepare", **_view()),
        back_url=filter_url(_view()),
        **_choices(action),
    )


def _choices(action: Action) -> dict[str, Any]:
    if action is Action.CATEGORY:
        categories = list_choices()
        return {"categories": [{"id": c.id, "name": in_language(c.names)} for c in categories]}
    if action is Action.CLOSE:
        return {"closings": [(one.value, status_name(one)) for one in CLOSINGS]}
    people = [{"id": NOBODY, "name": _("Nobody in particular")}]
    people += [{"id": str(one.id), "name": one.name} for one in list_people_at_work()]
    units = [{"id": one.id, "name": one.name} for one in list_units() if not one.archived_at]
    return {"units": units, "people": people}


def _preview(
    wanted: Wanted, reports: Sequence[Report], seen: Mapping[int, int], *, more: bool
) -> str:
    judged = [(one, judge(one, seen[one.id], wanted)) for one in reports]
    done = [one for one, outcome in judged if outcome is Outcome.DONE]
    told = [one.id for one in done if not one.held_at] if wanted.status else []
    return render_template(
        "desk/bulk_preview.html",
        action=wanted.action.value,
        title=title_of(wanted.action),
        what=in_words(wanted.action, wanted.in_ids()),
        texts=_texts(wanted, done),
        form_id=uuid.uuid4(),
        done=[_row(one) | {"step": step_of(one, wanted)} for one in done],
        left_out=_by_reason([(_row(one), outcome) for one, outcome in judged]),
        told=count_told(told),
        minutes=int(UNDO_FOR.total_seconds() // 60),
        seen=seen,
        more=more,
        most=MOST,
        values=typed_details(),
        address=url_for(".prepare", **_view()),
        carry_out_url=url_for(".carry_out", **_view()),
        back_url=filter_url(_view()),
    )


def _texts(wanted: Wanted, reports: Sequence[Report]) -> list[dict[str, str]]:
    """What everybody will read, as the first report of each language has it."""
    if not (wanted.public_text or wanted.template):
        return []
    first = {one.language: one for one in reversed(reports)}
    return [
        {"number": one.number, "text": bulk.text_for(one, wanted)}
        for one in (first.values() if wanted.template else list(first.values())[:1])
    ]


def _view() -> dict[str, Any]:
    return chosen_in(request.args)


def _row(report: Report) -> dict[str, Any]:
    return wording.in_short(report, report_url(report)) | {
        "where": report.place.name if report.place else report.address,
    }


def _by_reason(judged: Sequence[tuple[dict[str, Any], Outcome]]) -> list[dict[str, Any]]:
    """What stays as it is, together with why."""
    groups = []
    for outcome, reason in OUTCOMES.items():
        rows = [row for row, came in judged if came is outcome]
        if rows:
            groups.append({"reason": str(reason), "rows": rows})
    return groups


@bulk_pages.post("/carry-out")
@allow(*HANDLERS)
def carry_out() -> Any:
    """Do what the preview has shown, each report judged once more; then undoing is offered."""
    action = read_action()
    seen, _more = read_chosen()
    reports = list_chosen(seen)
    try:
        wanted = read_wanted(action, templates_for(reports))
    except InvalidFields as problem:
        errors = {name: str(sentence) for name, sentence in problem.fields.items()}
        return _choose(action, reports, seen, errors), InvalidFields.status
    deed = bulk.carry_out(form_id(), wanted, seen, _view())
    counts = count_outcomes(deed)
    all_done = set(counts) == {Outcome.DONE.value}
    # Whatever was left out is shown; else the work goes on where it was, with the way back above.
    return redirect(filter_url(deed.view) if all_done else deed_url(deed), 303)


@bulk_pages.get(DEED)
@allow(*HANDLERS)
def result(deed_uuid: uuid.UUID) -> str:
    """What became of each report."""
    return _result(_find(deed_uuid), {})


def _result(deed: BulkDeed, errors: dict[str, str]) -> str:
    rows = [(_row(one.report), Outcome(one.outcome)) for one in list_changes(deed)]
    return render_template(
        "desk/bulk_done.html",
        deed=deed_view(deed),
        done=[row for row, outcome in rows if outcome in {Outcome.DONE, Outcome.UNDONE}],
        left_out=_by_reason(rows),
        errors=errors,
        back_url=filter_url(deed.view),
    )


@bulk_pages.post(f"{DEED}/undo")
@allow(*HANDLERS)
def undo(deed_uuid: uuid.UUID) -> Any:
    """Put back what has not been touched since."""
    deed = _find(deed_uuid, for_change=True)
    try:
        bulk.undo(deed)
    except TooLateToUndo as problem:
        return _result(deed, {"form": problem.message}), problem.status
    return redirect(deed_url(deed), 303)


def _find(deed_uuid: uuid.UUID, *, for_change: bool = False) -> BulkDeed:
    """A person's own deed, or for a manager anybody's."""
    deed = find_deed(deed_uuid, for_change=for_change)
    if deed is None or not (deed.staff_id == current_user.id or may_share()):
        raise NotFound
    return deed
