"""Views of the register that people keep under a name, alone or for everybody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from app import audit
from app.arguments import read_id
from app.database import session
from app.desk.filters import chosen_in, filter_url
from app.desk.models import SavedFilter
from app.desk.pages import DESK, may_share
from app.desk.queries import (
    count_own_filters,
    find_filter_of,
    find_saved_filter,
    list_saved_filters,
)
from app.languages import gettext as _
from app.permissions import allow
from app.problems import InvalidFields, NotAllowed, NotFound
from app.reports.schemas import clean
from app.reports.staff_forms import attempt

pages = Blueprint("saved_filters", __name__, url_prefix="/desk/filters")

SUBJECT = "saved_filter"
MOST_OF_ONE_PERSON = 40
MAX_NAME = 60
FILTER = "/<id:filter_id>"


@pages.get("")
@allow(*DESK)
def overview() -> str:
    """One's own filters and the shared ones, to rename, share and remove."""
    return _page({})


def _page(errors: dict[str, str], changed_id: int | None = None) -> str:
    return render_template(
        "desk/saved_filters.html",
        filters=[_row(one) for one in list_saved_filters()],
        may_share=may_share(),
        seen=audit.last_id(SUBJECT),
        chosen=chosen_in(request.form),
        values=request.form,
        errors=errors,
        changed_id=changed_id,
    )


def _row(one: SavedFilter) -> dict[str, Any]:
    own = one.staff_id == current_user.id
    return {
        "id": one.id,
        "name": one.name,
        "url": filter_url(one.chosen),
        "shared": one.shared,
        "owner": None if own else one.staff.name,
        "may_change": own or may_share(),
    }


@pages.post("")
@allow(*DESK)
def save() -> Any:
    """Keep the filter that the form carries under a name."""

    def carry_out() -> BaseResponse:
        chosen, name = chosen_in(request.form), _name()
        known = find_filter_of(current_user.id, name)
        # Sent twice, it is saved once.
        if known is None or known.chosen != chosen:
            _save(name, chosen)
        return redirect(filter_url(chosen), 303)

    return attempt(carry_out, _page)


def _save(name: str, chosen: dict[str, str]) -> None:
    if not chosen:
        raise InvalidFields({"name": _("Choose something to filter by first.")})
    _refuse_a_namesake(current_user.id, name)
    if count_own_filters() >= MOST_OF_ONE_PERSON:
        sentence = _("You have %(most)s saved filters. Remove one first.", most=MOST_OF_ONE_PERSON)
        raise InvalidFields({"name": sentence})
    saved = SavedFilter(
        staff_id=current_user.id, name=name, chosen=chosen, shared=_shared(before=False)
    )
    session().add(saved)
    session().flush()
    if saved.shared:
        audit.record("filter_shared", SUBJECT, saved.id, name=[None, name])


@pages.post(FILTER)
@allow(*DESK)
def change(filter_id: int) -> Any:
    """Rename a filter, share it or keep it to oneself."""

    def work(saved: SavedFilter) -> None:
        before = {"name": saved.name, "shared": saved.shared}
        name = _name()
        if name != saved.name:
            _refuse_a_namesake(saved.staff_id, name)
        saved.name, saved.shared = name, _shared(before=saved.shared)
        after = {"name": saved.name, "shared": saved.shared}
        if before != after and (before["shared"] or after["shared"]):
            changed = {key: [before[key], after[key]] for key in after if before[key] != after[key]}
            audit.record("filter_changed", SUBJECT, saved.id, **changed)

    return _carry_out(filter_id, work)


@pages.post(f"{FILTER}/remove")
@allow(*DESK)
def remove(filter_id: int) -> Any:
    """Forget a filter; one that is forgotten already is fine."""
    if session().get(SavedFilter, filter_id) is None:
        return redirect(url_for(".overview"), 303)

    def work(saved: SavedFilter) -> None:
        session().delete(saved)
        if saved.shared:
            audit.record("filter_removed", SUBJECT, saved.id, name=[saved.name, None])

    return _carry_out(filter_id, work)


def _carry_out(filter_id: int, work: Callable[[SavedFilter], None]) -> Any:
    def carry_out() -> BaseResponse:
        saved = find_saved_filter(filter_id)
        if saved is None:
            raise NotFound
        if not _row(saved)["may_change"]:
            raise NotAllowed
        if saved.shared:
            audit.demand_seen(SUBJECT, read_id(request.form, "seen"))
        work(saved)
        session().flush()
        return redirect(url_for(".overview"), 303)

    return attempt(carry_out, lambda errors: _page(errors, filter_id))


def _name() -> str:
    name = " ".join(clean(request.form.get("name", "")).split())
    if not name:
        raise InvalidFields({"name": _("Give the filter a name.")})
    if len(name) > MAX_NAME:
        raise InvalidFields({"name": _("Use at most %(most)s characters.", most=MAX_NAME)})
    return name


def _refuse_a_namesake(staff_id: int, name: str) -> None:
    if find_filter_of(staff_id, name):
        raise InvalidFields({"name": _("There is a filter of this name already.")})


def _shared(*, before: bool) -> bool:
    return request.form.get("shared") == "1" if may_share() else before
