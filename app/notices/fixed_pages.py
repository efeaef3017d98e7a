"""“Was it fixed?”, asked of whoever comes from a mail or a push message; a press answers.

A link in a mail chooses an answer and gives none, since programs that scan mails open every link.
"""

from __future__ import annotations

import uuid

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.database import start_over
from app.notices import letters, operations
from app.notices.keys import read_token
from app.notices.models import Subscription, Way
from app.notices.pages import page, pages
from app.notices.queries import find_by_token
from app.permissions import allow
from app.problems import NoSuchSubscription, Problem
from app.rate_limits import MESSAGES, limiter
from app.reports import fixed, forms, reporter, wording
from app.reports.keys import report_key
from app.reports.merging import find_end
from app.reports.models import Report
from app.reports.queries import find_report


@pages.get("/notices/<token>/fixed")
@allow(anyone=True)
def ask_whether_fixed(token: str) -> Response:
    """The question, with the answer that a link chose; and thanks when it was given."""
    subscription, report = _find(token)
    return _page(token, subscription, report, forms.ReportForm(uuid.uuid4(), {}))


@pages.post("/notices/<token>/fixed")
@allow(anyone=True)
@limiter.limit(MESSAGES)
def say_whether_fixed(token: str) -> BaseResponse:
    """Take the answer: the reporter's reopens on a no, another's is noted for the desk."""
    form = forms.read_form(reporter.FIELDS)
    subscription, report = _find(token, for_change=True)
    try:
        if _is_own(subscription, report):
            fixed.answer_as_reporter(report, form)
        else:
            operations.note_whether_fixed(subscription, report, form)
    except Problem as problem:
        start_over()
        forms.note_errors(form, problem)
        subscription, report = _find(token)
        response = _page(token, subscription, report, form)
        response.status_code = problem.status
        return response
    done = form.values["answer"]
    if _is_own(subscription, report):
        key = report_key(report.uuid)
        to = url_for("resident.status", number=report.number, key=key, done=f"fixed-{done}")
        return redirect(to, 303)
    return redirect(url_for(".ask_whether_fixed", token=token, done=done), 303)


def _find(token: str, *, for_change: bool = False) -> tuple[Subscription, Report]:
    """Whose link it is, and the report that is kept where theirs is a duplicate.

    Raises:
        NoSuchSubscription: there is none, or nobody has confirmed that the address is theirs.
    """
    known = read_token(token)
    subscription = find_by_token(known) if known else None
    if subscription is None or not (subscription.confirmed_at or subscription.by_reporter):
        raise NoSuchSubscription
    report = find_report(find_end(subscription.report).number, for_change=for_change)
    if report is None:
        raise NoSuchSubscription
    return subscription, report


def _is_own(subscription: Subscription, report: Report) -> bool:
    return subscription.by_reporter and subscription.report_id == report.id


def _page(
    token: str, subscription: Subscription, report: Report, form: forms.ReportForm
) -> Response:
    errors = dict(form.errors)
    said = [event for event in report.events if event.to_value == report.status]
    return page(
        "notices/fixed.html",
        fixed_url=url_for(".say_whether_fixed", token=token),
        manage_url=url_for(".manage", token=token) if subscription.way != Way.PUSH else None,
        chosen=request.values.get("answer", ""),
        words=form.values.get("text", ""),
        done=request.args.get("done"),
        asked=fixed.is_asked(report),
        reopens=_is_own(subscription, report),
        refused=errors.pop("form", None),
        errors=errors,
        report={
            "number": report.number,
            "url": letters.report_url(subscription),
            "category_name": wording.category_name(report),
            "where": letters.where_in_words(report),
            "status_name": wording.status_name(report.status),
            "said": said[-1].public_text if said else "",
        },
    )
