"""Those outside who answer for places that are not the municipality's, a hall's company say."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import func, select
from werkzeug.wrappers import Response as BaseResponse

from app import audit
from app.admin.forms import (
    differences,
    read_email,
    read_length,
    read_needed,
    read_phone,
    typed,
)
from app.admin.log import lines
from app.admin.pages import MANAGERS
from app.arguments import read_id
from app.database import now, session
from app.languages import gettext as _
from app.permissions import allow
from app.places.models import Owner, Place, PlaceEventKind
from app.places.operations import change_places
from app.places.spelling import plain
from app.problems import InvalidFields, NotFound
from app.reports.staff_forms import attempt

pages = Blueprint("owners", __name__, url_prefix="/admin/owners")

SUBJECT = "owner"
FIELDS = ("name", "email", "phone", "note")
OWNER = "/<id:owner_id>"
MAX_NOTE = 500
MOST_PLACES = 100


@pages.get("")
@allow(*MANAGERS)
def table() -> str:
    """All owners, how many places name each, and a form for one more."""
    return _page(dict.fromkeys(FIELDS, ""), {})


@pages.post("")
@allow(*MANAGERS)
def add() -> Any:
    """One more owner."""
    values = typed(*FIELDS)

    def carry_out() -> BaseResponse:
        _demand_seen(None)
        _read(values, None)
        owner = Owner(**values)
        session().add(owner)
        session().flush()
        return _done("owner_added", owner, **{name: one for name, one in values.items() if one})

    return attempt(carry_out, lambda errors: _page(values, errors))


@pages.get(OWNER)
@allow(*MANAGERS)
def edit(owner_id: int) -> str:
    """An owner's form, and the places that name it."""
    owner = _find(owner_id)
    return _edit_page(owner, _facts(owner), {})


@pages.post(OWNER)
@allow(*MANAGERS)
def change(owner_id: int) -> Any:
    """Put an owner right; the places that name it follow its name."""
    values = typed(*FIELDS)

    def carry_out() -> BaseResponse:
        _demand_seen(owner_id)
        owner = _find(owner_id)
        _read(values, owner)
        changes = differences(_facts(owner), values)
        if not changes:
            return _back()
        if "name" in changes:
            places = session().scalars(select(Place).where(Place.owner == owner.name)).all()
            pairs = [(place, {"owner": values["name"]}) for place in places]
            change_places(pairs, PlaceEventKind.EDITED, current_user)
        for name, value in values.items():
            setattr(owner, name, value)
        return _done("owner_changed", owner, **changes)

    return attempt(carry_out, lambda errors: _edit_page(_find(owner_id), values, errors))


@pages.post(f"{OWNER}/<any(archive, restore):deed>")
@allow(*MANAGERS)
def put_away(owner_id: int, deed: str) -> Any:
    """Have nothing sent on to an owner any more, or again. The places keep its name."""

    def carry_out() -> BaseResponse:
        _demand_seen(owner_id)
        owner = _find(owner_id)
        if (owner.archived_at is not None) == (deed == "archive"):
            return _back()
        owner.archived_at = now() if deed == "archive" else None
        action = "owner_archived" if deed == "archive" else "owner_restored"
        return _done(action, owner, name=owner.name)

    return attempt(
        carry_out, lambda errors: _edit_page(_find(owner_id), _facts(_find(owner_id)), errors)
    )


def _demand_seen(owner_id: int | None) -> None:
    audit.demand_seen(SUBJECT, read_id(request.form, "seen"), owner_id)


def _read(values: dict[str, str], owner: Owner | None) -> None:
    errors: dict[str, str] = {}
    read_needed(values, "name", 160, errors)
    read_email(values, "email", 254, errors)
    read_phone(values, "phone", errors)
    read_length(values, "note", MAX_NOTE, errors)
    others = [one for one in session().scalars(select(Owner)) if one is not owner]
    if values["name"] and any(plain(one.name) == plain(values["name"]) for one in others):
        errors["name"] = _("There is an owner with this name already.")
    if errors:
        raise InvalidFields({name: errors[name] for name in FIELDS if name in errors})


def _facts(owner: Owner) -> dict[str, str]:
    return {name: getattr(owner, name) for name in FIELDS}


def _find(owner_id: int) -> Owner:
    owner = session().get(Owner, owner_id)
    if owner is None:
        raise NotFound
    return owner


def _done(action: str, owner: Owner, **details: Any) -> BaseResponse:
    session().flush()
    audit.record(action, SUBJECT, owner.id, **details)
    return _back()


def _back() -> BaseResponse:
    return redirect(url_for(".table"), 303)


def _page(values: dict[str, str], errors: dict[str, str]) -> str:
    owners = session().scalars(select(Owner).order_by(Owner.name)).all()
    counting = (
        select(Place.owner, func.count(Place.id).label("count"))
        .where(Place.owner.in_([one.name for one in owners]), Place.archived_at.is_(None))
        .group_by(Place.owner)
    )
    counts = {row.owner: row.count for row in session().execute(counting)}
    return render_template(
        "admin/owners.html",
        owners=[
            _facts(one)
            | {"id": one.id, "archived": one.archived_at, "count": counts.get(one.name, 0)}
            for one in owners
        ],
        values=values,
        errors=errors,
        seen=audit.last_id(SUBJECT),
        unseen=_unseen(None),
    )


def _edit_page(owner: Owner, values: dict[str, str], errors: dict[str, str]) -> str:
    query = select(Place).where(Place.owner == owner.name, Place.archived_at.is_(None))
    places = session().scalars(query.order_by(Place.sort_name).limit(MOST_PLACES)).all()
    return render_template(
        "admin/owner.html",
        owner={"id": owner.id, "name": owner.name, "archived": owner.archived_at is not None},
        places=[
            {"name": one.name, "url": url_for("keepers_places.edit", place_id=one.id)}
            for one in places
        ],
        values=values,
        errors=errors,
        seen=audit.last_id(SUBJECT, owner.id),
        unseen=_unseen(owner.id),
    )


def _unseen(owner_id: int | None) -> list[dict[str, Any]]:
    if request.method != "POST":
        return []
    return lines(audit.list_unseen(SUBJECT, read_id(request.form, "seen"), owner_id))
