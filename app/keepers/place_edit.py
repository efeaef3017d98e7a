"""A place is entered, changed, archived and put into use again."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from app.keepers import place_log
from app.keepers.place_facts import count_reports_at, count_signs_at
from app.keepers.place_form import (
    PlaceForm,
    find_kept,
    form_of,
    keep,
    read_form,
    read_values,
    take_in_missed,
)
from app.keepers.places import PLACE, kind_options, pages, unit_options
from app.keepers.signs import SIGN_KEEPERS
from app.languages import gettext as _
from app.languages import in_language
from app.maps.tiles import pin_map
from app.permissions import MB, allow
from app.places.changes import Values
from app.places.models import Place, PlaceEvent
from app.places.operations import archive_place, create_place, edit_place, restore_place
from app.places.queries import find_place, find_place_for_change, list_kinds, list_namesakes
from app.problems import InvalidFields, NoSuchPlace, PlaceHasSigns
from app.reports.models import Photo
from app.reports.pages.place import place_url
from app.reports.photos import MAX_BYTES
from app.reports.staff_forms import attempt
from app.signs.queries import list_signs_of

FORM_BYTES = MAX_BYTES + 2 * MB
# What looks like the same place entered twice is asked about.
NAMESAKE = "namesake"


@pages.get("/new")
@allow(*SIGN_KEEPERS)
def new() -> str:
    """An empty form."""
    return _page(None, form_of(None))


@pages.post("/new")
@allow(*SIGN_KEEPERS, max_bytes=FORM_BYTES)
def enter() -> Any:
    """Enter a place."""
    form = read_form()

    def carry_out() -> BaseResponse:
        values = read_values(form, None)
        _refuse_namesake(values)
        place = create_place(values, current_user)
        return redirect(url_for(".edit", place_id=place.id, saved="new"), 303)

    return attempt(carry_out, lambda errors: _again(None, form, errors))


def _refuse_namesake(values: Values) -> None:
    if NAMESAKE not in request.form and list_namesakes(values["name"], values["kind"].id):
        raise InvalidFields({NAMESAKE: _("There is a place of this kind with this name already.")})


@pages.get(f"{PLACE}/edit")
@allow(*SIGN_KEEPERS)
def edit(place_id: int) -> str:
    """A place with all that is known of it."""
    place = _place(place_id)
    return _page(place, form_of(place))


@pages.post(f"{PLACE}/edit")
@allow(*SIGN_KEEPERS, max_bytes=FORM_BYTES)
def save(place_id: int) -> Any:
    """Change a place, unless somebody else has meanwhile: then both are shown."""
    form = read_form()

    def carry_out() -> BaseResponse:
        place = place_for_change(place_id)
        values = read_values(form, place)
        edit_place(place, form.version, values, current_user)
        return _back(place, "changed")

    return attempt(carry_out, lambda errors: _again(_place(place_id), form, errors))


@pages.post(f"{PLACE}/archive")
@allow(*SIGN_KEEPERS)
def archive(place_id: int) -> Any:
    """Take a place out of use.

    A sign on a wall leads to its place for as long as it hangs, so signs go first: whoever archives
    a place wants residents to stop finding it, and would else leave signs that lead nowhere useful.
    """

    def carry_out() -> BaseResponse:
        place = place_for_change(place_id)
        if count_signs_at([place.id]):
            raise PlaceHasSigns
        archive_place(place, current_user)
        return _back(place, "archived")

    return _attempt_change(place_id, carry_out)


@pages.post(f"{PLACE}/restore")
@allow(*SIGN_KEEPERS)
def restore(place_id: int) -> Any:
    """Put an archived place into use again."""

    def carry_out() -> BaseResponse:
        place = place_for_change(place_id)
        restore_place(place, current_user)
        return _back(place, "restored")

    return _attempt_change(place_id, carry_out)


def _attempt_change(place_id: int, carry_out: Any) -> Any:
    def show_again(errors: dict[str, str]) -> str:
        place = _place(place_id)
        form = form_of(place)
        form.errors = errors
        return _page(place, form)

    return attempt(carry_out, show_again)


def place_for_change(place_id: int) -> Place:
    """The place with this id, locked.

    Raises:
        NoSuchPlace
    """
    found = find_place_for_change(place_id)
    if found is None:
        raise NoSuchPlace
    return found


def _place(place_id: int) -> Place:
    found = find_place(place_id)
    if found is None:
        raise NoSuchPlace
    return found


def _back(place: Place, done: str) -> BaseResponse:
    return redirect(url_for(".edit", place_id=place.id, saved=done), 303)


def _again(place: Place | None, form: PlaceForm, errors: dict[str, str]) -> str:
    """The form with every word of it, and what happened to the place meanwhile."""
    form.errors = errors
    missed = take_in_missed(form, place) if place else []
    return _page(place, form, missed, keep(form))


def _page(
    place: Place | None,
    form: PlaceForm,
    missed: list[PlaceEvent] | None = None,
    kept: Photo | None = None,
) -> str:
    kept = kept or find_kept(form)
    return render_template(
        "places/edit.html",
        place=_view(place) if place else None,
        values=form.values,
        version=form.version,
        errors=form.errors,
        missed=place_log.lines(missed or []),
        kinds=kind_options(list_kinds()),
        units=unit_options(),
        kept_photo={"id": str(kept.uuid), "url": _thumbnail(kept)} if kept else None,
        map=pin_map(place.point if place else None),
        namesake=NAMESAKE,
        saved=request.args.get("saved", ""),
    )


def _thumbnail(kept: Photo) -> str:
    return url_for("resident.photo", photo_uuid=kept.uuid, size="thumbnail")


def _view(place: Place) -> dict[str, Any]:
    signs = list_signs_of(place.id)
    reports, open_reports = count_reports_at(place.id)
    merged_into = place.merged_into
    return {
        "id": place.id,
        "name": place.name,
        "kind_name": in_language(place.kind.names),
        "url": place_url(place),
        "external_id": place.external_id,
        "source": place.source,
        "accuracy_m": round(place.accuracy_m) if place.accuracy_m else None,
        "archived": place.archived_at is not None,
        "merged_into": merged_into
        and {"name": merged_into.name, "url": url_for(".edit", place_id=merged_into.id)},
        "photo_url": place.photo_name and url_for(".photo", place_id=place.id, size="photo"),
        "thumb_url": place.photo_name and url_for(".photo", place_id=place.id, size="thumbnail"),
        "signs": [
            {"code": sign.code, "label": sign.label, "url": url_for("signs.sign", code=sign.code)}
            for sign in signs
        ],
        "reports": reports,
        "open_reports": open_reports,
        "log": place_log.log_view(place),
    }
