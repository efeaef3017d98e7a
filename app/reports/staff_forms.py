"""What the forms of the front desk and the crew share: reading, and coming back when refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request
from werkzeug.wrappers import Response as BaseResponse

from app.database import start_over
from app.languages import gettext as _
from app.problems import InvalidFields, NoSuchReport, Problem
from app.reports.models import Report
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


def attempt(
    change: Callable[[], BaseResponse], show_again: Callable[[dict[str, str]], str]
) -> BaseResponse | tuple[str, int]:
    """Carry out a change, or show its form again with the reason and everything typed.

    Args:
        change: does the work and says where to go.
        show_again: renders the page with sentences by field name; "form" for the whole.
    """
    try:
        return change()
    except NoSuchReport:
        raise
    except Problem as problem:
        start_over()
        errors: dict[str, Any] = problem.fields or {"form": problem.message}
        return show_again(
            {name: str(sentence) for name, sentence in errors.items()}
        ), problem.status
