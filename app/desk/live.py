"""What has happened in the register since a page of it was opened: asked every few seconds.

Nothing is kept open, since eight requests at once is all that the server takes. Where nothing has
happened the answer is 304 after one look at the newest events.
"""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, render_template, request
from flask_login import current_user

from app.arguments import read_id
from app.desk.filters import read_filter
from app.desk.found_by import note_search
from app.desk.pages import DESK, may_change, pages, row_view
from app.desk.queries import count_new, last_event_id, list_changed, version_of_register
from app.languages import gettext as _
from app.languages import ngettext
from app.permissions import allow
from app.reports import staff_views
from app.reports.models import Event
from app.reports.queries import list_ids_with_photos
from app.reports.register import PAGE
from app.reports.staff_forms import report_or_problem
from app.reports.wording import is_by_reporter

MOST_NEW = 99


@pages.get("/live")
@allow(*DESK)
def live() -> Response:
    """What is new or different since a page of the register was opened.

    The address holds the filter, `rows`: what is on the page as `id.version`, `since`: the last
    event the page knew of, and `lowest`: the oldest report that would stand on it.
    """
    version = version_of_register()
    if version in request.if_none_match:
        return _unchanged(version)
    wanted = read_filter(request.args)
    known = _known(request.args.get("rows", ""))
    changed = list_changed(known, wanted)
    note_search(wanted.text, [one.id for one, _seen, fits in changed if fits])
    photos = list_ids_with_photos([one for one, _seen, _fits in changed])
    rows = [
        row_view(one, seen, one.id in photos) | {"left": not fits} for one, seen, fits in changed
    ]
    new = 0
    if (since := read_id(request.args, "since")) is not None:
        new = count_new(wanted, since, read_id(request.args, "lowest") or 0, known, MOST_NEW)
    html = render_template("desk/live_rows.html", reports=rows, may_enter=may_change())
    said = ngettext("%(num)s new in this view", "%(num)s new in this view", new) if new else ""
    return _answer(version, new=new, said=said, rows=html if rows else "")


def _known(text: str) -> dict[int, int]:
    """`12.345,11.340`: report 12 as of event 345, and so on; no more than a page holds twice."""
    known = {}
    for pair in text.split(",")[: 2 * PAGE]:
        report_id, _dot, event_id = pair.partition(".")
        both = {"report": report_id, "event": event_id}
        first, second = read_id(both, "report"), read_id(both, "event")
        if first and second:
            known[first] = second
    return known


@pages.get("/reports/<number>/live")
@allow(*DESK)
def live_report(number: str) -> Response:
    """What others have done with a report since its page was opened: `seen` is its last event."""
    last = last_event_id(number)
    if str(last) in request.if_none_match:
        return _unchanged(str(last))
    seen = read_id(request.args, "seen") or 0
    unseen: list[Event] = []
    if last > seen:
        found = report_or_problem(number)
        unseen = [one for one in found.events if one.id > seen and one.staff_id != current_user.id]
    html = render_template("desk/live_report.html", entries=staff_views.lines(unseen))
    return _answer(
        str(last),
        seen=last,
        said=_who(unseen[-1]) if unseen else "",
        entries=html if unseen else "",
    )


def _who(event: Event) -> str:
    if event.staff:
        return _("%(name)s has changed this report since you opened it", name=event.staff.name)
    if is_by_reporter(event):
        return _("The reporter has written since you opened this report")
    return _("This report has changed since you opened it")


def _unchanged(version: str) -> Response:
    response = Response(status=304)
    response.set_etag(version)
    return response


def _answer(version: str, **content: Any) -> Response:
    response = jsonify(content)
    response.set_etag(version)
    response.headers["Cache-Control"] = "private, no-cache"
    return response
