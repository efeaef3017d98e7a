"""How a report stands; its reporter's key shows more."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, render_template, request, url_for

from app.languages import as_date
from app.permissions import allow
from app.problems import NoSuchReport
from app.reports import wording
from app.reports.keys import key_fits, report_key
from app.reports.models import Report
from app.reports.pages import pages
from app.reports.pages.photos import photos_view
from app.reports.pages.place import place_url
from app.reports.queries import find_report


@pages.get("/r/<number>")
@allow(anyone=True)
def status(number: str) -> Response:
    """How a report stands; its reporter's key shows more."""
    report = find_report(number)
    if report is None:
        raise NoSuchReport
    own = key_fits(report.uuid, request.args.get("key", ""))
    page = render_template(
        "reports/status.html",
        report=_status_view(report),
        timeline=wording.timeline(report),
        receipt=own and "sent" in request.args,
        own=_own_view(report) if own else None,
        unreadable_photos=request.args.get("unreadable", 0, type=int) if own else 0,
    )
    response = Response(page, mimetype="text/html")
    response.headers["X-Robots-Tag"] = "noindex"
    if own:
        response.headers["Cache-Control"] = "private, no-store"
    return response


def _status_view(report: Report) -> dict[str, Any]:
    released = [photo for photo in report.photos if photo.released_at]
    return {
        "number": report.number,
        "status": report.status,
        "status_name": wording.status_name(report.status),
        "open": report.is_open,
        "category_name": wording.category_name(report),
        "place_name": report.place.name if report.place else None,
        "place_url": place_url(report.place) if report.place else None,
        "sign_label": report.sign.label if report.sign else None,
        "received": as_date(report.received_at),
        "deadline": wording.deadline_sentence(report),
        "unit_name": report.unit.name,
        "photos": photos_view(report, released),
    }


def _own_view(report: Report) -> dict[str, Any]:
    key = report_key(report.uuid)
    link = current_app.config["PUBLIC_URL"] + url_for(".status", number=report.number, key=key)
    sent = [photo for photo in report.photos if not photo.by_staff]
    return {
        "description": report.description,
        "address": report.address,
        "photos": photos_view(report, sent, key=key),
        "link": link,
    }
