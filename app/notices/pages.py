"""Following a report by e-mail or SMS: asking for it, saying yes, saying no.

A mail's links only show pages: programs that scan mails open every link. What changes something is
a button on such a page, or the mail program's own one-click POST (RFC 8058).
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response as BaseResponse

from app.languages import gettext as _
from app.languages import language
from app.notices import operations, sms
from app.notices.about import masked
from app.notices.keys import push_public_key, read_token
from app.notices.models import Subscription, Way
from app.notices.queries import find_subscription_to_manage
from app.permissions import allow
from app.problems import InvalidFields, NoSuchReport, NoSuchSubscription, Problem, ReportHeld
from app.rate_limits import QUESTIONS_PER_ADDRESS, SMS_QUESTIONS, SUBSCRIPTIONS, limiter
from app.reports.keys import fingerprint, key_fits
from app.reports.models import Report
from app.reports.queries import find_report
from app.reports.schemas import ContactIn

pages = Blueprint("notices", __name__)


@pages.get("/r/<number>/subscriptions")
@allow(anyone=True)
def follow_by_email(number: str) -> Response:
    """The form of the report's page on a page of its own, and what is said when it was sent."""
    report = report_to_follow(number)
    if "sent" in request.args:
        return page("notices/sent.html", report=_in_short(report))
    return _follow_page(report)


@pages.post("/r/<number>/subscriptions")
@allow(anyone=True)
@limiter.limit(SUBSCRIPTIONS)
@limiter.limit(SMS_QUESTIONS, exempt_when=lambda: not _entered_phone())
@limiter.limit(QUESTIONS_PER_ADDRESS, key_func=lambda: fingerprint(_entered().lower()))
def subscribe_by_email(number: str) -> BaseResponse:
    """Ask the address to confirm; the answer is the same for one that is known."""
    report = report_to_follow(number)
    own = _own_key(report)
    try:
        _refuse_robots()
        if phone := _entered_phone():
            mobile = _read_number(phone)
            operations.follow_by_sms(report, mobile, language(), by_reporter=bool(own))
        else:
            operations.follow_by_email(report, _read_address(), language(), by_reporter=bool(own))
    except Problem as problem:
        return _follow_page(report, dict(problem.fields), problem.status)
    sent = "sms" if _entered_phone() else 1
    return redirect(url_for(".follow_by_email", number=report.number, sent=sent, **own), 303)


@pages.get("/notices/<token>")
@allow(anyone=True)
def manage(token: str) -> Response:
    """Where a mail's links lead: how things stand, and a button for each way on."""
    return page("notices/manage.html", **_subscription_view(_find(token), token))


@pages.get("/notices/<token>/unsubscribe")
@allow(anyone=True)
def ask_to_unsubscribe(token: str) -> Response:
    """Where mail programs without a one-click button lead."""
    return page("notices/unsubscribe.html", **_subscription_view(_find(token), token))


@pages.post("/notices/<token>/confirm")
@allow(anyone=True)
def confirm(token: str) -> Response:
    """Yes, send me e-mails."""
    subscription = _find(token)
    operations.confirm(subscription)
    return page("notices/confirmed.html", **_subscription_view(subscription, token))


@pages.post("/notices/<token>/unsubscribe")
@allow(anyone=True)
def unsubscribe(token: str) -> Response:
    """No more e-mails; said twice is said once."""
    subscription_uuid = read_token(token)
    if subscription_uuid is None:
        raise NoSuchSubscription
    subscription = find_subscription_to_manage(subscription_uuid)
    by_sms = subscription is not None and subscription.way == Way.SMS
    operations.unsubscribe(subscription_uuid)
    return page("notices/unsubscribed.html", by_sms=by_sms)


def report_to_follow(number: str) -> Report:
    """A report that anybody may follow.

    Raises:
        NoSuchReport, ReportHeld
    """
    report = find_report(number)
    if report is None:
        raise NoSuchReport
    if report.held_at:
        raise ReportHeld
    return report


def _find(token: str) -> Subscription:
    subscription_uuid = read_token(token)
    subscription = find_subscription_to_manage(subscription_uuid) if subscription_uuid else None
    if subscription is None:
        raise NoSuchSubscription
    return subscription


def _entered() -> str:
    return _entered_phone() or _entered_address()


def _entered_address() -> str:
    return request.form.get("email", "").strip()


def _entered_phone() -> str:
    """A number, where SMS are offered."""
    return request.form.get("phone", "").strip() if sms.is_offered() else ""


def _refuse_robots() -> None:
    if request.form.get("website"):
        raise InvalidFields({"website": _("Leave this field empty. It is there to stop robots.")})


def _read_number(typed: str) -> str:
    number = sms.normalise(typed)
    if number is None:
        raise InvalidFields({"phone": _("Enter a mobile number that can get SMS from here.")})
    return number


def _read_address() -> str:
    """The address that was entered.

    Raises:
        InvalidFields: it is none.
    """
    try:
        address: str = ContactIn().load({"email": _entered_address()})["email"]
    except ValidationError as error:
        messages: dict[str, Any] = error.messages_dict
        raise InvalidFields({"email": messages["email"][0]}) from error
    if not address:
        raise InvalidFields({"email": _("Enter your e-mail address.")})
    return address


def _follow_page(
    report: Report, errors: dict[str, str] | None = None, status: int = 200
) -> Response:
    entered = {
        "email": _entered_address(),
        "phone": _entered_phone(),
        "errors": errors or {},
    }
    response = page("notices/follow.html", report=_in_short(report), follow=entered)
    response.status_code = status
    return response


def _in_short(report: Report) -> dict[str, str]:
    url = url_for("resident.status", number=report.number, **_own_key(report))
    return {"number": report.number, "url": url}


def _own_key(report: Report) -> dict[str, Any]:
    """The report's key where the visitor has it, to go along from page to page."""
    key = request.values.get("key", "")
    return {"key": key} if key_fits(report.uuid, key) else {}


def _subscription_view(subscription: Subscription, token: str) -> dict[str, Any]:
    return {
        "report": _in_short(subscription.report),
        "address": masked(subscription.address),
        "by_sms": subscription.way == Way.SMS,
        "confirmed": subscription.confirmed_at is not None,
        "confirm_url": url_for(".confirm", token=token),
        "unsubscribe_url": url_for(".unsubscribe", token=token),
    }


def page(template: str, **view: Any) -> Response:
    """A page that neither a cache nor a search engine keeps."""
    response = Response(render_template(template, **view), mimetype="text/html")
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def init_app(app: Flask) -> None:
    """Add the pages, and what the report's page needs to offer web push."""
    app.register_blueprint(pages)
    app.add_template_global(push_public_key)
