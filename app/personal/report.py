"""Erasing who sent one report, and taking personal words out of its texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from app.languages import as_date_time
from app.languages import gettext as _
from app.permissions import Role, allow
from app.personal import operations
from app.problems import InvalidFields
from app.reports import wording
from app.reports.models import Event, Report
from app.reports.schemas import MAX_DESCRIPTION, clean
from app.reports.staff_forms import attempt, report_or_problem, report_to_change

pages = Blueprint("personal_report", __name__, url_prefix="/desk/reports/<number>")

HANDLERS = (Role.FRONT_DESK, Role.MANAGER)


@pages.get("/erase")
@allow(*HANDLERS)
def confirm(number: str) -> str:
    """What goes and what stays when it is erased who reported."""
    return _confirm_page(number, {})


@pages.post("/erase")
@allow(*HANDLERS)
def erase(number: str) -> Any:
    """Erase who reported; the same as the reporter can do with the report's link."""

    def carry_out() -> BaseResponse:
        if "confirm" not in request.form:
            raise InvalidFields({"confirm": _("Tick the box if you want to delete them.")})
        report = report_to_change(number)
        operations.erase_reporter(report, current_user)
        return redirect(f"{_url(report)}#contact", 303)

    return attempt(carry_out, lambda errors: _confirm_page(number, errors))


def _confirm_page(number: str, errors: dict[str, str]) -> str:
    report = report_or_problem(number)
    contact = report.contact
    kinds = ((_("Name"), "name"), (_("E-mail"), "email"), (_("Phone"), "phone"))
    return render_template(
        "personal/erase.html",
        report=_view(report),
        kinds=[name for name, field in kinds if contact and getattr(contact, field)],
        errors=errors,
    )


@pages.get("/texts")
@allow(*HANDLERS)
def texts(number: str) -> str:
    """What is written of a report, to take personal words out of."""
    return _texts_page(number, {}, {})


@pages.post("/texts")
@allow(*HANDLERS)
def change_texts(number: str) -> Any:
    """Keep the texts as they were sent here."""

    def carry_out() -> BaseResponse:
        report = report_to_change(number)
        sent = {
            name: clean(request.form[name])
            for name in operations.texts_of(report)
            if name in request.form
        }
        before = operations.texts_of(report)
        too_long = {
            name: _("Use at most %(most)s characters.", most=_most(before[name]))
            for name, text in sent.items()
            if len(text) > _most(before[name])
        }
        if too_long:
            raise InvalidFields(too_long)
        operations.change_texts(report, sent, current_user)
        return redirect(_url(report), 303)

    return attempt(carry_out, lambda errors: _texts_page(number, request.form.to_dict(), errors))


def _texts_page(number: str, typed: dict[str, str], errors: dict[str, str]) -> str:
    report = report_or_problem(number)
    events = {event.id: event for event in report.events}
    fields = [
        {
            "id": name,
            "name": _label(name, events),
            "text": typed.get(name, text),
            "most": _most(text),
        }
        for name, text in operations.texts_of(report).items()
        if text
    ]
    return render_template(
        "personal/texts.html", report=_view(report), fields=fields, errors=errors
    )


def _most(text: str) -> int:
    """What came by e-mail may be longer than what anybody types."""
    return max(MAX_DESCRIPTION, len(text))


def _label(name: str, events: Mapping[int, Event]) -> str:
    kind, _dash, which = name.partition("-")
    if kind == "description":
        return _("Description")
    if kind == "address":
        return _("Address")
    if kind == "answer":
        return _("Answer")
    event = events[int(which)]
    if kind == "public":
        return _("Text to everybody, %(time)s", time=as_date_time(event.at))
    if wording.is_by_reporter(event):
        return _("What the reporter wrote, %(time)s", time=as_date_time(event.at))
    return _("Text for staff only, %(time)s", time=as_date_time(event.at))


def _view(report: Report) -> dict[str, Any]:
    return wording.in_short(report, _url(report)) | {
        "seen": max((event.id for event in report.events), default=0)
    }


def _url(report: Report) -> str:
    return url_for("desk.report", number=report.number)
