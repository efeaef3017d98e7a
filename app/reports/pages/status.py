"""How a report stands, “me too”, and what its reporter's key opens: more to see and more to do."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from flask import Response, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.arguments import form_id
from app.database import start_over
from app.languages import as_date
from app.permissions import allow
from app.problems import NoSuchReport, Problem, ReportClosed, ReportHeld, WrongKey
from app.rate_limits import FOLLOWS, MESSAGES, limiter
from app.reports import fixed, forms, reporter, wording
from app.reports.followers import follow_report
from app.reports.keys import key_fits, report_key
from app.reports.models import Channel, Report
from app.reports.pages import pages
from app.reports.pages.form import FORM_WITH_PHOTOS_BYTES
from app.reports.pages.photos import photos_view
from app.reports.pages.place import place_url
from app.reports.queries import find_report, read_number
from app.reports.questions import answers_in_words
from app.reports.workflow import REOPENED_WITHIN, Status

FOLLOWED_THROUGH = frozenset({Channel.QR, Channel.WEB, Channel.KIOSK})


@pages.get("/r/<number>")
@allow(anyone=True)
def status(number: str) -> Response:
    """How a report stands; its reporter's key shows more."""
    report = _report(number)
    own = key_fits(report.uuid, request.args.get("key", ""))
    return _page(report, forms.ReportForm(uuid.uuid4(), {}), own=own)


@pages.post("/r/<number>/follow")
@allow(anyone=True)
@limiter.limit(FOLLOWS)
def follow(number: str) -> Response | BaseResponse:
    """Say “me too”. The id of the form stands for one follower of each report."""
    sent = form_id()
    channel = request.form.get("channel", "")
    channel = channel if channel in FOLLOWED_THROUGH else Channel.WEB.value
    try:
        report, _created = follow_report(number, uuid.uuid5(sent, read_number(number)), channel)
    except (ReportClosed, ReportHeld) as problem:
        start_over()
        form = forms.ReportForm(sent, {}, errors={"form": problem.message})
        return _page(_report(number), form, own=False, code=problem.status)
    return redirect(url_for(".status", number=report.number, followed=1), 303)


@pages.post("/r/<number>/message")
@allow(anyone=True, max_bytes=FORM_WITH_PHOTOS_BYTES)
@limiter.limit(MESSAGES)
def send_message(number: str) -> Response | BaseResponse:
    """The reporter adds a text or photos."""
    return _take(number, "message", reporter.add_message)


@pages.post("/r/<number>/answer")
@allow(anyone=True, max_bytes=FORM_WITH_PHOTOS_BYTES)
@limiter.limit(MESSAGES)
def send_answer(number: str) -> Response | BaseResponse:
    """The reporter answers our question."""
    return _take(number, "answer", reporter.answer_question)


@pages.post("/r/<number>/reopen")
@allow(anyone=True)
@limiter.limit(MESSAGES)
def reopen(number: str) -> Response | BaseResponse:
    """The reporter says that a closed report is not settled."""
    return _take(number, "reopen", reporter.reopen_report)


@pages.post("/r/<number>/fixed")
@allow(anyone=True)
@limiter.limit(MESSAGES)
def say_whether_fixed(number: str) -> Response | BaseResponse:
    """The reporter says whether it was put right."""
    answer = request.form.get("answer", "")
    return _take(number, f"fixed-{answer}", fixed.answer_as_reporter)


@pages.post("/r/<number>/erase-contact")
@allow(anyone=True)
@limiter.limit(MESSAGES)
def erase_contact(number: str) -> Response | BaseResponse:
    """The reporter deletes their contact details."""
    return _take(number, "erase-contact", reporter.erase_contact)


def _take(
    number: str, done: str, change: Callable[[Report, forms.ReportForm], None]
) -> Response | BaseResponse:
    """Carry out what the reporter sent, or show it again with the reason and everything written.

    Raises:
        NoSuchReport, WrongKey
    """
    form = forms.read_form(reporter.FIELDS)
    report = _own_report(number, form, for_change=True)
    try:
        change(report, form)
    except Problem as problem:
        start_over()
        forms.note_errors(form, problem)
        kept = forms.kept_photos_view(forms.keep_form_photos(form))
        return _page(
            _own_report(number, form), form, own=True, kept_photos=kept, code=problem.status
        )
    extra: dict[str, Any] = {"unreadable": form.unreadable_photos} if form.unreadable_photos else {}
    key = report_key(report.uuid)
    return redirect(url_for(".status", number=report.number, key=key, done=done, **extra), 303)


def _report(number: str, *, for_change: bool = False) -> Report:
    report = find_report(number, for_change=for_change)
    if report is None:
        raise NoSuchReport
    return report


def _own_report(number: str, form: forms.ReportForm, *, for_change: bool = False) -> Report:
    report = _report(number, for_change=for_change)
    if not key_fits(report.uuid, form.values["key"]):
        raise WrongKey
    return report


def _page(
    report: Report,
    form: forms.ReportForm,
    *,
    own: bool,
    kept_photos: list[dict[str, str]] | None = None,
    code: int = HTTPStatus.OK,
) -> Response:
    errors = dict(form.errors)
    page = render_template(
        "reports/status.html",
        report=_status_view(report, own=own),
        timeline=wording.timeline(report, to_reporter=own),
        receipt=own and "sent" in request.args,
        done=request.args.get("done") if own else None,
        followed="followed" in request.args,
        own=_own_view(report) if own else None,
        unreadable_photos=request.args.get("unreadable", 0, type=int) if own else 0,
        refused=errors.pop("form", None),
        errors=errors,
        form={"id": str(form.id), "values": form.values, "kept_photos": kept_photos or []},
        max_photos=reporter.photos_left(report),
    )
    response = Response(page, status=code, mimetype="text/html")
    response.headers["X-Robots-Tag"] = "noindex"
    if own:
        response.headers["Cache-Control"] = "private, no-store"
    return response


def _status_view(report: Report, *, own: bool) -> dict[str, Any]:
    released = [photo for photo in report.photos if photo.released_at]
    return {
        "number": report.number,
        "status": report.status,
        "status_name": wording.status_name(report.status),
        "open": report.is_open,
        "held": report.held_at is not None,
        "category_name": wording.category_name(report),
        "place_name": report.place.name if report.place else None,
        "place_url": place_url(report.place) if report.place else None,
        "sign_label": report.sign.label if report.sign else None,
        "received": as_date(report.received_at),
        "deadline": wording.deadline_sentence(report, to_reporter=own),
        "unit_name": report.unit.name,
        "photos": photos_view(report, released),
        "followers": wording.followers_sentence(report.follower_count),
        "report_again_url": _report_again_url(report),
        "kept": _kept_view(report.merged_into) if report.merged_into else None,
    }


def _kept_view(kept: Report) -> dict[str, str]:
    """The report that a duplicate stands for."""
    return {
        "number": kept.number,
        "url": url_for(".status", number=kept.number),
        "status_name": wording.status_name(kept.status),
    }


def _report_again_url(report: Report) -> str:
    if report.sign:
        return url_for(".sign_form", code=report.sign.code)
    place: dict[str, Any] = {"place": report.place_id} if report.place_id else {}
    return url_for(".report_form", **place)


def _own_view(report: Report) -> dict[str, Any]:
    key = report_key(report.uuid)
    link = current_app.config["PUBLIC_URL"] + url_for(".status", number=report.number, key=key)
    sent = report.own_photos
    return {
        "key": key,
        "description": report.description,
        "answers": answers_in_words(report),
        "address": report.address,
        "photos": photos_view(report, sent, key=key),
        "link": link,
        "verb": _next_verb(report),
        "question": wording.question(report),
        "reopen_until": as_date(report.closed_at + REOPENED_WITHIN) if report.closed_at else None,
        "has_contact": report.contact is not None,
        "asked": fixed.is_asked(report) and report.was_fixed is None,
    }


def _next_verb(report: Report) -> str | None:
    """What the reporter can do next with words."""
    if report.status == Status.WAITING:
        return "answer"
    if report.is_open:
        return "message"
    return "reopen" if reporter.may_reopen(report) else None
