"""The form of a place: what was typed, what it means, and what somebody else changed meanwhile."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from flask import request
from werkzeug.datastructures import FileStorage

from app.arguments import read_id, read_uuid
from app.database import MAX_ID, session
from app.geo import Position, position_of, shape_of
from app.keepers.place_log import in_words, list_missed
from app.languages import gettext as _
from app.languages import in_language
from app.places.boundaries import (
    DECIMALS,
    UnusableShape,
    outline_text,
    point_inside,
    read_outline,
)
from app.places.changes import facts_of
from app.places.models import Place, PlaceEvent
from app.places.queries import list_kinds, list_units
from app.places.rows import UnusableRow, read_position, read_text
from app.problems import InvalidFields, UnreadablePhoto
from app.reports.models import Photo
from app.reports.photo_store import photo_store
from app.reports.photos import PreparedPhoto, keep_photo, prepare_aside
from app.reports.queries import list_unclaimed

# In the order of the page; errors are told in the same.
FIELDS = (
    "name",
    "kind",
    "unit",
    "lat",
    "lon",
    "approximate",
    "boundary",
    "district",
    "owner",
    "contact",
)
_TEXTS = ("name", "district", "owner", "contact")
# Which fields of the form hold what the log calls by one name.
_TYPED_AS = {"point": ("lat", "lon")}


@dataclass(slots=True)
class PlaceForm:
    """One filled-in form; `errors` are sentences by field. `version` is the place's as it was when
    the form was opened; `kept_photo` a photo that came with an earlier try.
    """

    values: dict[str, str]
    version: int = 1
    errors: dict[str, str] = field(default_factory=dict)
    photo: PreparedPhoto | None = None
    kept_photo: uuid.UUID | None = None
    drop_photo: bool = False


def form_of(place: Place | None) -> PlaceForm:
    """The form as it is opened."""
    if place is None:
        return PlaceForm(dict.fromkeys(FIELDS, ""))
    return PlaceForm(typed(facts_of(place)), place.version)


def typed(facts: dict[str, Any]) -> dict[str, str]:
    """What the log says of a place, as it would be typed."""
    kinds = {kind.code: str(kind.id) for kind in list_kinds()}
    units = {unit.name: str(unit.id) for unit in list_units()}
    lat, _comma, lon = (facts.get("point") or "").partition(", ")
    return {
        **{name: facts.get(name) or "" for name in (*_TEXTS, "boundary")},
        "kind": kinds.get(facts.get("kind") or "", ""),
        "unit": units.get(facts.get("unit") or "", ""),
        "lat": lat,
        "lon": lon,
        "approximate": "1" if facts.get("approximate") else "",
    }


def read_form() -> PlaceForm:
    """The form of this request; its photo is re-encoded before the database is asked anything."""
    form = PlaceForm(
        values={name: request.form.get(name, "").strip() for name in FIELDS},
        version=read_id(request.form, "version") or MAX_ID,
        kept_photo=read_uuid(request.form.get("kept_photo", "")),
        drop_photo="drop_photo" in request.form,
    )
    if outline := _file("boundary_file"):
        form.values["boundary"] = outline.stream.read().decode("utf-8-sig", "replace").strip()
    if photo := _file("photo"):
        try:
            form.photo = prepare_aside(photo.stream.read())
        except UnreadablePhoto as problem:
            form.errors["photo"] = problem.message
    return form


def _file(name: str) -> FileStorage | None:
    file = request.files.get(name)
    if file is None or not file.filename:
        return None
    file.stream.seek(0)
    return file


def read_values(form: PlaceForm, place: Place | None) -> dict[str, Any]:
    """What the form says of a place, for `app.places.operations`.

    Args:
        form: as it was sent.
        place: what it is about; None for a new one.

    Raises:
        InvalidFields: with all that is wrong.
    """
    errors = dict(form.errors)
    values = _texts(form, errors) | _choices(form, errors)
    _read_shapes(form, place, values, errors)
    if errors:
        raise InvalidFields({name: errors[name] for name in (*FIELDS, "photo") if name in errors})
    return values | _photo(form)


def _texts(form: PlaceForm, errors: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in _TEXTS:
        try:
            found[name] = read_text(name, form.values[name]) or ("" if name == "contact" else None)
        except UnusableRow as error:
            errors[name] = str(error)
    if "name" not in errors and not found["name"]:
        errors["name"] = _("Write the name of the place.")
    return found


def _choices(form: PlaceForm, errors: dict[str, str]) -> dict[str, Any]:
    kinds = {str(kind.id): kind for kind in list_kinds()}
    units = {str(unit.id): unit for unit in list_units()}
    kind, unit = kinds.get(form.values["kind"]), units.get(form.values["unit"])
    if kind is None:
        errors["kind"] = _("Choose a kind of place.")
    if form.values["unit"] and unit is None:
        errors["unit"] = _("Choose a unit.")
    return {"kind": kind, "unit": unit, "approximate": bool(form.values["approximate"])}


def _read_shapes(
    form: PlaceForm, place: Place | None, values: dict[str, Any], errors: dict[str, str]
) -> None:
    try:
        point = read_position(form.values["lat"], form.values["lon"])
    except UnusableRow as error:
        errors["lat"] = str(error)
        return
    try:
        outline = _outline(form.values["boundary"], place)
    except UnusableShape as error:
        errors["boundary"] = str(error)
        return
    if point is None and outline is not None:
        point = point_inside(outline)
    values |= {"point": point, "boundary": outline}
    if place is None or not _is_same(point, position_of(place.point)):
        # What a file said of the accuracy was said of the old position.
        values["accuracy_m"] = None


def _outline(text: str, place: Place | None) -> Any:
    """The outline in the form; the one that is there where nothing was typed over it."""
    if not text:
        return None
    if place is not None and place.boundary is not None:
        there = shape_of(place.boundary)
        if outline_text(there) == text:
            return there
    return read_outline(text)


def _is_same(one: Position | None, other: Position | None) -> bool:
    if one is None or other is None:
        return one is other
    rounded = [(round(here.lat, DECIMALS), round(here.lon, DECIMALS)) for here in (one, other)]
    return rounded[0] == rounded[1]


def _photo(form: PlaceForm) -> dict[str, Any]:
    """The photo's name in the store, where it is to change."""
    if form.photo is not None:
        return {"photo_name": photo_store().put(form.photo.photo, form.photo.thumbnail)}
    if kept := find_kept(form):
        # The file is the place's from now on.
        session().delete(kept)
        return {"photo_name": kept.name}
    return {"photo_name": None} if form.drop_photo else {}


def keep(form: PlaceForm) -> Photo | None:
    """The photo of a refused form, kept for its next try."""
    return keep_photo(uuid.uuid4(), form.photo, None) if form.photo else find_kept(form)


def find_kept(form: PlaceForm) -> Photo | None:
    """The photo that came with an earlier try."""
    found = list_unclaimed([form.kept_photo]) if form.kept_photo else []
    return found[0] if found else None


def take_in_missed(form: PlaceForm, place: Place) -> list[PlaceEvent]:
    """Bring a form up to the version that others have made meanwhile, and say what that was.

    What its writer had not touched takes on what the others wrote; where both wrote something, the
    writer's words stay and the field says what the others' were.
    """
    missed = list_missed(place, form.version)
    facts = facts_of(place)
    before = dict(facts)
    for event in reversed(missed):
        before |= {name: change[0] for name, change in event.changes.items()}
    then, now_there = typed(before), typed(facts)
    kinds = {kind.code: in_language(kind.names) for kind in list_kinds()}
    for name in sorted({name for event in missed for name in event.changes} & facts.keys()):
        typed_as = _TYPED_AS.get(name, (name,))
        if typed_as[0] not in form.values:
            continue
        mine = [form.values[one] for one in typed_as]
        theirs = [now_there[one] for one in typed_as]
        if mine == [then[one] for one in typed_as]:
            form.values |= dict(zip(typed_as, theirs, strict=True))
        elif mine != theirs:
            said = in_words(name, facts[name], kinds) or _("nothing")
            form.errors[typed_as[0]] = _("Somebody else wrote here: %(text)s", text=said)
    form.version = place.version
    return missed
