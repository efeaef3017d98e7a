"""“Tell me what happens”: a report's page at work, followed and followed no more."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from app.languages import language
from app.notices import colleagues
from app.notices.pages import pages
from app.permissions import Role, allow
from app.reports.models import Report
from app.reports.staff_forms import report_or_problem

AT_WORK = (Role.FRONT_DESK, Role.CREW, Role.MANAGER, Role.ADMIN)


@pages.post("/desk/reports/<number>/follow")
@allow(*AT_WORK)
def follow_at_work(number: str) -> BaseResponse:
    """Tell the person who is signed in by e-mail what happens."""
    report = report_or_problem(number)
    colleagues.follow(report, current_user, language())
    return _back(report)


@pages.post("/desk/reports/<number>/follow-no-more")
@allow(*AT_WORK)
def follow_no_more_at_work(number: str) -> BaseResponse:
    """Tell the person who is signed in no more."""
    report = report_or_problem(number)
    colleagues.follow_no_more(report, current_user)
    return _back(report)


def _back(report: Report) -> BaseResponse:
    page = "crew.report" if request.form.get("from") == "crew" else "desk.report"
    return redirect(f"{url_for(page, number=report.number)}#follow", 303)
