"""A report that is found by who reported: a search for a name, a number or an address is a look."""

from __future__ import annotations

from collections.abc import Collection

from flask import current_app
from flask_login import current_user

from app import audit
from app.after_answer import once_answered
from app.database import db, now
from app.reports.deadlines import begin_of, local_day
from app.reports.search import list_found_by_contact

SEARCH = "contact_searched"


def note_search(typed: str, report_ids: Collection[int]) -> None:
    """Write down which of the reports that a search has found it found by who reported alone.

    Each once a day and person, without what was typed. In a transaction of its own once the answer
    is sent, since a search only reads.
    """
    if not (typed and report_ids):
        return
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - the way Flask has it
    staff_id = current_user.id

    def note() -> None:
        with app.app_context():
            _note(typed, report_ids, staff_id)
            db.session.commit()

    once_answered(note)


def _note(typed: str, report_ids: Collection[int], staff_id: int) -> None:
    today = begin_of(local_day(now()))
    known = audit.list_done_since(SEARCH, "report", staff_id, today)
    for report_id in list_found_by_contact(typed, report_ids):
        if report_id not in known:
            audit.record_for(staff_id, SEARCH, "report", report_id)
