"""All of one person: looked up, handed over, erased. Every look is written down.

What is searched for travels sealed in the address, so that no e-mail address and no phone number
comes to stand in the logs of proxies and the history of browsers.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, send_file, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from app.admin.log import lines as log_lines
from app.database import now
from app.languages import as_date_time, day_in_words
from app.languages import gettext as _
from app.notices.models import Way
from app.permissions import Role, allow
from app.personal import operations
from app.personal.access import export_person
from app.personal.person import Person, read_person, seal, unseal
from app.personal.queries import (
    list_looks,
    list_mails_of,
    list_mentions,
    list_notes_of,
    list_reports_of,
    list_subscriptions_of,
)
from app.problems import InvalidFields, NotFound
from app.reports import wording
from app.reports.deadlines import local_day
from app.reports.models import Report
from app.reports.staff_forms import attempt

pages = Blueprint("person", __name__, url_prefix="/admin/person")

# Whoever answers for the municipality when somebody asks what is kept of them.
ANSWERABLE = (Role.MANAGER, Role.ADMIN)


@pages.get("")
@allow(*ANSWERABLE)
def search() -> str:
    """The form that asks for whom."""
    return _search({}, {})


@pages.post("")
@allow(*ANSWERABLE)
def look_up() -> Any:
    """Look a person up, which is written down."""
    typed = {"who": request.form.get("who", "")}

    def carry_out() -> BaseResponse:
        person = read_person(typed["who"])
        operations.note("person_seen", list_reports_of(person))
        return redirect(url_for(".found", token=seal(person)), 303)

    return attempt(carry_out, lambda errors: _search(typed, errors))


def _search(typed: dict[str, str], errors: dict[str, str]) -> str:
    return render_template("personal/search.html", values=typed, errors=errors)


@pages.get("/<token>")
@allow(*ANSWERABLE)
def found(token: str) -> str:
    """What is kept of the person that was looked up; the form again when that is too long ago."""
    try:
        person = unseal(token)
    except NotFound:
        return _search({}, {"who": _("This search is over. Look the person up again.")})
    return _page(token, person, {})


@pages.post("/<token>/export")
@allow(*ANSWERABLE)
def export(token: str) -> BaseResponse:
    """Hand over all of the person as one file, made now and kept nowhere."""
    file, reports = export_person(unseal(token))
    operations.note("person_exported", reports)
    name = f"{_('access')}-{local_day(now()).isoformat()}.zip"
    response = send_file(file, "application/zip", as_attachment=True, download_name=name)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@pages.post("/<token>/erase")
@allow(*ANSWERABLE)
def erase(token: str) -> Any:
    """Erase all of the person."""
    person = unseal(token)

    def carry_out() -> BaseResponse:
        if "confirm" not in request.form:
            raise InvalidFields({"confirm": _("Tick the box if you want to delete them.")})
        count = operations.erase_person(
            person,
            current_user,
            with_texts="with_texts" in request.form,
            with_photos="with_photos" in request.form,
        )
        return redirect(url_for(".found", token=token, erased=count), 303)

    return attempt(carry_out, lambda errors: _page(token, person, errors))


def _page(token: str, person: Person, errors: dict[str, str]) -> str:
    reports = list_reports_of(person)
    return render_template(
        "personal/person.html",
        token=token,
        person=person,
        reports=[_report(one) for one in reports],
        subscriptions=[
            {"report": _in_short(one.report), "address": _address(one.way, one.address)}
            for one in list_subscriptions_of(person, reports)
        ],
        mails=[
            {"received": as_date_time(one.received_at), "subject": one.subject}
            for one in list_mails_of(person)
        ],
        notes=[
            {"report": _in_short(one.report), "text": one.internal_text}
            for one in list_notes_of(person, reports)
        ],
        mentions=[_in_short(one) for one in list_mentions(person, reports)],
        looks=log_lines(list_looks(reports)),
        erased=request.args.get("erased", type=int),
        values=request.form.to_dict(),
        errors=errors,
    )


def _in_short(report: Report) -> dict[str, Any]:
    return wording.in_short(report, url_for("desk.report", number=report.number))


def _address(way: str, address: str) -> str:
    """A browser's address is long and says nothing to people."""
    if way == Way.SMS:
        return _("%(number)s, by SMS", number=address)
    return address if way == Way.EMAIL else _("A browser, by push")


def _report(report: Report) -> dict[str, Any]:
    contact = report.contact
    return _in_short(report) | {
        "received": as_date_time(report.received_at),
        "name": contact.name if contact else "",
        "email": contact.email if contact else "",
        "phone": contact.phone if contact else "",
        "erase_on": day_in_words(contact.erase_on, with_year=True) if contact else None,
        "photos": len(report.own_photos),
        "notes": sum(bool(event.staff_id and event.internal_text) for event in report.events),
    }
