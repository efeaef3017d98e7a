"""A report's photos at the desk: published, taken back, blacked out, deleted."""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from app.arguments import form_id, read_id
from app.database import free_connection
from app.desk.pages import HANDLERS, pages, report_url
from app.desk.report import change_report, report_page
from app.languages import gettext as _
from app.permissions import allow
from app.problems import ChangedMeanwhile, InvalidFields, NotFound
from app.reports import photo_care, staff_views
from app.reports.models import Photo, Report
from app.reports.pages.photos import photos_view
from app.reports.photo_store import PHOTO, photo_store
from app.reports.photos import Area, black_out
from app.reports.queries import find_photo_sent
from app.reports.schemas import clean
from app.reports.staff_forms import attempt, list_unseen, report_or_problem, report_to_change

PATH = "/reports/<number>/photos/<uuid:photo_uuid>"
SIDES = ("left", "top", "width", "height")
MOST_AREAS = 30
# Empty rows for those who type, and do not draw.
FEWEST_ROWS = 3
MAX_REASON = 500


@dataclass(frozen=True, slots=True)
class Drawing:
    """The areas of a form: as typed, row by row, and as read where nothing is wrong with them."""

    rows: list[dict[str, str]]
    areas: list[Area]
    errors: dict[str, str]


@pages.post(f"{PATH}/release")
@allow(*HANDLERS)
def release_photo(number: str, photo_uuid: uuid.UUID) -> Any:
    """Let everybody see a photo."""
    return _change_photo(number, photo_uuid, photo_care.release_photo)


@pages.post(f"{PATH}/withdraw")
@allow(*HANDLERS)
def withdraw_photo(number: str, photo_uuid: uuid.UUID) -> Any:
    """Let nobody but the reporter and staff see a photo any more."""
    return _change_photo(number, photo_uuid, photo_care.withdraw_photo)


def _change_photo(number: str, photo_uuid: uuid.UUID, change: Callable[..., None]) -> Any:
    return change_report(
        number,
        lambda found: change(found, _photo_to_change(found, photo_uuid), current_user),
        answers_crew=False,
    )


@pages.get(f"{PATH}/black-out")
@allow(*HANDLERS)
def draw(number: str, photo_uuid: uuid.UUID) -> str | tuple[str, int]:
    """Areas are drawn or typed; then, with `?look=1`, the page shows what would become of it."""
    found = report_or_problem(number)
    photo = _photo(found, photo_uuid)
    drawing = read_areas(request.args)
    if "look" not in request.args:
        return _draw_page(found, photo, drawing, {})
    if drawing.errors:
        return _draw_page(found, photo, drawing, drawing.errors), InvalidFields.status
    return _confirm_page(found, photo, drawing, str(uuid.uuid4()), {})


@pages.get(f"{PATH}/black-out.jpg")
@allow(*HANDLERS)
def blacked_out(number: str, photo_uuid: uuid.UUID) -> Response:
    """What a photo would look like with the areas of the address blacked out."""
    name = _photo(report_or_problem(number), photo_uuid).name
    drawing = read_areas(request.args)
    free_connection()
    prepared = black_out(_stored(name), drawing.areas)
    response = Response(prepared.photo, mimetype="image/jpeg")
    response.headers["Cache-Control"] = "private, no-store"
    return response


@pages.post(f"{PATH}/black-out")
@allow(*HANDLERS)
def burn(number: str, photo_uuid: uuid.UUID) -> Any:
    """Black the areas out for good, and publish the photo where that was chosen as well."""
    drawing = read_areas(request.form)
    deed = form_id()

    def carry_out() -> BaseResponse:
        found = report_or_problem(number)
        if photo_care.find_deed(found, deed):
            return _back(found)
        if drawing.errors:
            raise InvalidFields(drawing.errors)
        name = _photo_to_change(found, photo_uuid).name
        # Painting takes its time; meanwhile others can write.
        free_connection()
        prepared = black_out(_stored(name), drawing.areas)
        found = report_to_change(number)
        photo = _photo_to_change(found, photo_uuid)
        photo_care.replace_by_blacked_out(found, photo, prepared, current_user, deed)
        if "release" in request.form:
            photo_care.release_photo(found, photo, current_user)
        return _back(found)

    def show_again(errors: dict[str, str]) -> str:
        found = report_or_problem(number)
        photo = _find(found, photo_uuid)
        if photo is None:
            return report_page(number, errors)
        if drawing.errors:
            return _draw_page(found, photo, drawing, errors)
        return _confirm_page(found, photo, drawing, str(deed), errors)

    return attempt(carry_out, show_again)


@pages.get(f"{PATH}/delete")
@allow(*HANDLERS)
def ask_to_delete(number: str, photo_uuid: uuid.UUID) -> str:
    """Say why a photo is to go, and be told that it cannot be brought back."""
    found = report_or_problem(number)
    return _delete_page(found, _photo(found, photo_uuid), {}, str(uuid.uuid4()))


@pages.post(f"{PATH}/delete")
@allow(*HANDLERS)
def delete_photo(number: str, photo_uuid: uuid.UUID) -> Any:
    """Take a photo away for good."""
    deed = form_id()

    def carry_out() -> BaseResponse:
        found = report_or_problem(number)
        if photo_care.find_deed(found, deed):
            return _back(found)
        found = report_to_change(number)
        photo = _photo_to_change(found, photo_uuid)
        photo_care.delete_photo(found, photo, _read_reason(), current_user, deed)
        return _back(found)

    def show_again(errors: dict[str, str]) -> str:
        found = report_or_problem(number)
        photo = _find(found, photo_uuid)
        if photo is None:
            return report_page(number, errors)
        return _delete_page(found, photo, errors, str(deed))

    return attempt(carry_out, show_again)


def _read_reason() -> str:
    reason = clean(request.form.get("reason", ""))
    if not reason:
        raise InvalidFields({"reason": _("Say why the photo is to go.")})
    if len(reason) > MAX_REASON:
        raise InvalidFields({"reason": _("Use at most %(most)s characters.", most=MAX_REASON)})
    return reason


def read_areas(values: MultiDict[str, str]) -> Drawing:
    """The areas of a form or an address, by their sides in per cent; empty rows are left out."""
    columns = [values.getlist(side)[:MOST_AREAS] for side in SIDES]
    longest = max(map(len, columns))
    padded = [[*column, *[""] * (longest - len(column))] for column in columns]
    rows = [dict(zip(SIDES, map(str.strip, row), strict=True)) for row in zip(*padded, strict=True)]
    rows = [row for row in rows if any(row.values())]
    errors: dict[str, str] = {}
    areas = []
    for number, row in enumerate(rows, 1):
        area = _read_area(row)
        if area:
            areas.append(area)
        else:
            errors[f"left-{number}"] = _(
                "Area %(number)s: write numbers from 0 to 100.", number=number
            )
    if not rows:
        errors["left-1"] = _("Draw at least one area.")
    return Drawing(rows, areas, errors)


def _read_area(row: dict[str, str]) -> Area | None:
    try:
        left, top, width, height = (float(row[side].replace(",", ".")) for side in SIDES)
    except ValueError:
        return None
    numbers = (left, top, width, height)
    if not all(math.isfinite(number) and 0 <= number <= 100 for number in numbers):  # noqa: PLR2004
        return None
    is_inside = left < 100 and top < 100 and width > 0 and height > 0  # noqa: PLR2004 - per cent
    return Area(left, top, width, height) if is_inside else None


def _draw_page(report: Report, photo: Photo, drawing: Drawing, errors: dict[str, str]) -> str:
    wanted = (read_id(request.args, "rows") or 0, len(drawing.rows) + 1, FEWEST_ROWS)
    count = min(max(wanted), MOST_AREAS)
    empty = dict.fromkeys(SIDES, "")
    return _photo_page(
        "desk/photo/draw.html",
        report,
        photo,
        errors,
        rows=drawing.rows + [empty] * (count - len(drawing.rows)),
        most=MOST_AREAS,
    )


def _confirm_page(
    report: Report, photo: Photo, drawing: Drawing, deed: str, errors: dict[str, str]
) -> str:
    address: dict[str, Any] = {side: [row[side] for row in drawing.rows] for side in SIDES}
    address |= {"number": report.number, "photo_uuid": photo.uuid}
    return _photo_page(
        "desk/photo/confirm.html",
        report,
        photo,
        errors,
        form_id=deed,
        rows=drawing.rows,
        preview_url=url_for(".blacked_out", **address),
        again_url=url_for(".draw", **address),
    )


def _delete_page(report: Report, photo: Photo, errors: dict[str, str], deed: str) -> str:
    reason = request.form.get("reason", "")
    return _photo_page("desk/photo/delete.html", report, photo, errors, form_id=deed, reason=reason)


def _photo_page(
    template: str, report: Report, photo: Photo, errors: dict[str, str], **more: Any
) -> str:
    return render_template(
        template,
        report=staff_views.whole(report, report_url(report), with_contact=False),
        photo=photos_view(report, [photo])[0],
        unseen=staff_views.lines(list_unseen(report)),
        errors=errors,
        **more,
    )


def _back(report: Report) -> BaseResponse:
    return redirect(f"{report_url(report)}#photos", 303)


def _stored(name: str) -> bytes:
    try:
        return photo_store().get(name, PHOTO)
    except FileNotFoundError as error:
        raise NotFound from error


def _find(report: Report, photo_uuid: uuid.UUID) -> Photo | None:
    photos: Sequence[Photo] = report.photos
    return next((one for one in photos if one.uuid == photo_uuid), None)


def _photo(report: Report, photo_uuid: uuid.UUID) -> Photo:
    photo = _find(report, photo_uuid)
    if photo is None:
        raise NotFound
    return photo


def _photo_to_change(report: Report, photo_uuid: uuid.UUID) -> Photo:
    photo = _find(report, photo_uuid)
    if photo is not None:
        return photo
    known = find_photo_sent(photo_uuid)
    if known is not None and known.report_id == report.id:
        # It has been deleted, or blacked out and has another address.
        raise ChangedMeanwhile
    raise NotFound
