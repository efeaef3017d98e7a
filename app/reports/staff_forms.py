"""What the forms of the front desk and the crew share: reading, and coming back when refused."""

from __future__ import annotations

import uuid

from flask import request
from flask_login import current_user

from app.arguments import read_id, read_uuid
from app.attempts import attempt as attempt  # noqa: PLC0414 - the forms of reports have it from here
from app.languages import gettext as _
from app.problems import ChangedMeanwhile, InvalidFields, NoSuchReport
from app.reports.keys import fingerprint
from app.reports.models import Event, Report
from app.reports.queries import find_report
from app.reports.schemas import MAX_DESCRIPTION, clean
from app.reports.workflow import Status


def report_or_problem(number: str, *, for_change: bool = False) -> Report:
    """The report with this number.

    Raises:
        NoSuchReport
    """
    found = find_report(number, for_change=for_change)
    if found is None:
        raise NoSuchReport
    return found


def list_unseen(report: Report) -> list[Event]:
    """What others have done with a report since the form that was sent was rendered.

    A report is a row plus its timeline, so its version is the last line that the form's page knew.
    """
    seen = read_id(request.form, "seen")
    if seen is None:
        return []
    return [one for one in report.events if one.id > seen and one.staff_id != current_user.id]


def report_to_change(number: str) -> Report:
    """The report with this number, locked, as the person who changes it has seen it.

    Raises:
        NoSuchReport
        ChangedMeanwhile: somebody else, the reporter perhaps, was here since.
    """
    found = report_or_problem(number, for_change=True)
    refuse_if_changed(found)
    return found


def refuse_if_changed(report: Report) -> None:
    """Let a form go on only where its sender has seen the report as it is.

    Raises:
        ChangedMeanwhile: somebody else, the reporter perhaps, was here since.
    """
    if list_unseen(report):
        raise ChangedMeanwhile


def read_deed() -> uuid.UUID | None:
    """The id of what a form says: the same when it is sent twice, another one with other words.

    So a second click counts for nothing, and whoever comes back to the page may say more. None for
    a form that has no id.
    """
    minted = read_uuid(request.form.get("id", ""))
    if minted is None:
        return None
    said = sorted(one for one in request.form.items(multi=True) if one[0] != "seen")
    return uuid.uuid5(minted, fingerprint([request.path, said]))


def is_sent_again(report: Report, deed: uuid.UUID | None) -> bool:
    """Whether this form was the last that its sender has sent; from there and back is two steps."""
    marked = [one.uuid for one in report.events if one.uuid and one.staff_id == current_user.id]
    return bool(marked) and marked[-1] == deed


def mark_done(report: Report, before: int, deed: uuid.UUID | None) -> None:
    """Put the id of what was done to the first line that tells of it."""
    own = [one for one in report.events if one.id > before and one.staff_id == current_user.id]
    if own and all(one.uuid != deed for one in report.events):
        own[0].uuid = deed


def read_texts() -> dict[str, str]:
    """The public and the internal text of a form.

    Raises:
        InvalidFields: one is too long.
    """
    found = {name: clean(request.form.get(name, "")) for name in ("public_text", "internal_text")}
    too_long = {
        name: _("Use at most %(most)s characters.", most=MAX_DESCRIPTION)
        for name, text in found.items()
        if len(text) > MAX_DESCRIPTION
    }
    if too_long:
        raise InvalidFields(too_long)
    return found


def read_status() -> str:
    """The state chosen in a form.

    Raises:
        InvalidFields: none, or none that exists.
    """
    status = request.form.get("status", "")
    if status not in set(Status):
        raise InvalidFields({"status": _("Choose what happens next.")})
    return status
