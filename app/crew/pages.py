"""The worklist of a unit, and a report as the crew sees and closes it, without script."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from app.arguments import form_id, read_id, read_uuid
from app.crew.forms import FORM_BYTES, carry_out, prepare_photos, read_action
from app.crew.queries import find_action
from app.crew.worklist import worklist_view
from app.languages import gettext as _
from app.notices.colleagues import is_told
from app.permissions import Role, allow
from app.places.queries import list_owners
from app.problems import InvalidFields
from app.reports import staff_views, wording
from app.reports.likeness import list_suggestions
from app.reports.models import Photo, Report
from app.reports.photo_care import release_photo
from app.reports.photos import PreparedPhoto, keep_photo
from app.reports.queries import list_templates, list_unclaimed
from app.reports.staff_forms import attempt, list_unseen, report_or_problem, report_to_change
from app.reports.wording import template_text
from app.reports.workflow import Status

pages = Blueprint("crew", __name__, url_prefix="/crew")

CREW = (Role.CREW, Role.MANAGER)


@pages.get("")
@allow(*CREW)
def worklist() -> str:
    """The open reports of one's unit, the most urgent first; every unit's for who has none."""
    return render_template("crew/worklist.html", **worklist_view())


@pages.get("/reports/<number>")
@allow(*CREW)
def report(number: str) -> str:
    """One report with what is needed on the spot."""
    return _page(number, {}, [])


@pages.post("/reports/<number>")
@allow(*CREW, max_bytes=FORM_BYTES)
def handle(number: str) -> Any:
    """Set a report to another state, note something or ask the desk, with photos of the work."""
    prepared: list[tuple[PreparedPhoto, str]] = []
    deed = form_id()

    def change() -> BaseResponse:
        prepared.extend(prepare_photos())
        if find_action(deed) is None:
            content = read_action(number)
            found = report_to_change(number)
            carry_out(deed, content)
            for photo in _photos_of_work(found, prepared):
                if content["release_photos"]:
                    release_photo(found, photo, current_user)
        return redirect(url_for(".worklist", done=number), 303)

    return attempt(change, lambda errors: _page(number, errors, _keep(prepared)))


@pages.post("/reports/<number>/template")
@allow(*CREW, max_bytes=FORM_BYTES)
def insert_template(number: str) -> str | tuple[str, int]:
    """Put a reply template below what is typed; nothing is saved yet."""
    found = report_or_problem(number)
    known = {one.id: one for one in list_templates(found.category_id)}
    chosen = read_id(request.form, "template")
    if chosen not in known:
        sentence = _("Choose a text.")
        return _page(number, {"template": sentence}, _kept()), InvalidFields.status
    typed = request.form.get("public_text", "").strip()
    text = "\n\n".join(filter(None, (typed, template_text(known[chosen], found))))
    return _page(number, {}, _kept(), public_text=text)


def _photos_of_work(found: Report, prepared: list[tuple[PreparedPhoto, str]]) -> list[Photo]:
    photos = [
        keep_photo(uuid.uuid4(), one, found, by_staff=True, moment=moment)
        for one, moment in prepared
    ]
    for photo in _kept():
        photo.report, photo.by_staff = found, True
        photos.append(photo)
    return photos


def _kept() -> list[Photo]:
    kept = [read_uuid(text) for text in request.form.getlist("kept_photo")]
    return list(list_unclaimed([one for one in kept if one]))


def _keep(prepared: list[tuple[PreparedPhoto, str]]) -> list[Photo]:
    """The photos of a refused form wait for its next try; a new one takes the place of its kind."""
    kept = [keep_photo(uuid.uuid4(), one, None, moment=moment) for one, moment in prepared]
    new = {one.moment for one in kept}
    return kept + [one for one in _kept() if one.moment not in new]


def _page(number: str, errors: dict[str, str], kept: list[Photo], **inserted: str) -> str:
    found = report_or_problem(number)
    return render_template(
        "crew/report.html",
        report=staff_views.whole(found, _url(found), with_contact=False),
        following=is_told(found, current_user),
        fixed=Status.FIXED.value,
        unseen=staff_views.lines(list_unseen(found)),
        values=request.form.to_dict() | inserted,
        errors=errors,
        form_id=request.form.get("id") or uuid.uuid4(),
        templates=[
            {"id": str(one.id), "name": one.name} for one in list_templates(found.category_id)
        ],
        owners=[{"id": str(one.id), "name": one.name} for one in list_owners() if one.email],
        suggestions=[wording.in_short(one, _url(one)) for one in list_suggestions(found)],
        kept_photos=[
            {"id": str(one.uuid), "moment": one.moment, "url": _thumbnail(one)} for one in kept
        ],
    )


def _url(report: Report) -> str:
    return url_for("crew.report", number=report.number)


def _thumbnail(photo: Photo) -> str:
    return url_for("resident.photo", photo_uuid=photo.uuid, size="thumbnail")
