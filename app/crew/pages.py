"""The worklist of a unit, and a report as the crew sees and closes it."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from app.arguments import read_uuid
from app.notices.colleagues import is_told
from app.permissions import MB, Role, allow
from app.places.queries import find_unit
from app.problems import InvalidFields, UnreadablePhoto
from app.reports import operations, staff_views
from app.reports.models import Photo, Report
from app.reports.photo_care import release_photo
from app.reports.photos import MAX_BYTES, PreparedPhoto, keep_photo, prepare_photo
from app.reports.queries import list_ids_with_photos, list_unclaimed, list_worklist
from app.reports.staff_forms import (
    attempt,
    list_unseen,
    read_status,
    read_texts,
    report_or_problem,
    report_to_change,
)
from app.reports.workflow import Status

pages = Blueprint("crew", __name__, url_prefix="/crew")

CREW = (Role.CREW, Role.MANAGER)


@pages.get("")
@allow(*CREW)
def worklist() -> str:
    """The open reports of one's unit, the most urgent first; every unit's for who has none."""
    unit = find_unit(current_user.unit_id) if current_user.unit_id else None
    reports = list_worklist(unit.id if unit else None)
    with_photos = list_ids_with_photos(reports)
    return render_template(
        "crew/worklist.html",
        unit_name=unit.name if unit else None,
        reports=[staff_views.row(one, _url(one), one.id in with_photos) for one in reports],
    )


def _url(report: Report) -> str:
    return url_for("crew.report", number=report.number)


@pages.get("/reports/<number>")
@allow(*CREW)
def report(number: str) -> str:
    """One report with what is needed on the spot."""
    return _page(number, {}, None)


@pages.post("/reports/<number>")
@allow(*CREW, max_bytes=MAX_BYTES + 1 * MB)
def handle(number: str) -> Any:
    """Close a report or set it to another state, with a text and a photo of the work."""
    prepared: list[PreparedPhoto] = []

    def carry_out() -> BaseResponse:
        prepared.extend(_prepare())
        found = report_to_change(number)
        operations.change_status(found, read_status(), current_user, **read_texts())
        for photo in _photos_of_work(found, prepared):
            if "release_photo" in request.form:
                release_photo(found, photo, current_user)
        return redirect(url_for(".worklist", done=found.number), 303)

    return attempt(carry_out, lambda errors: _page(number, errors, _keep(prepared)))


def _prepare() -> list[PreparedPhoto]:
    file = request.files.get("photo")
    if file is None or not file.filename:
        return []
    file.stream.seek(0)
    try:
        return [prepare_photo(file.stream.read())]
    except UnreadablePhoto as problem:
        raise InvalidFields({"photo": problem.message}) from problem


def _photos_of_work(found: Report, prepared: list[PreparedPhoto]) -> list[Photo]:
    photos = [operations.add_staff_photo(found, one) for one in prepared]
    for photo in _kept():
        photo.report, photo.by_staff = found, True
        photos.append(photo)
    return photos


def _kept() -> list[Photo]:
    kept = read_uuid(request.form.get("kept_photo", ""))
    return list(list_unclaimed([kept])) if kept else []


def _keep(prepared: list[PreparedPhoto]) -> Photo | None:
    """The photo of a refused form waits for its next try."""
    kept = [keep_photo(uuid.uuid4(), one, None) for one in prepared] or _kept()
    return kept[0] if kept else None


def _page(number: str, errors: dict[str, str], kept: Photo | None) -> str:
    found = report_or_problem(number)
    return render_template(
        "crew/report.html",
        report=staff_views.whole(found, _url(found), with_contact=False),
        following=is_told(found, current_user),
        fixed=Status.FIXED.value,
        unseen=staff_views.lines(list_unseen(found)),
        values=request.form,
        errors=errors,
        kept_photo={"id": str(kept.uuid), "url": _thumbnail(kept)} if kept else None,
    )


def _thumbnail(photo: Photo) -> str:
    return url_for("resident.photo", photo_uuid=photo.uuid, size="thumbnail")
