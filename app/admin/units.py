"""The units of the municipality: who takes care of what, and who leads them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy import func, select
from werkzeug.wrappers import Response as BaseResponse

from app import audit
from app.admin.forms import differences, read_email, read_needed, typed
from app.admin.log import lines
from app.admin.pages import MANAGERS
from app.arguments import read_id
from app.database import now, session
from app.languages import gettext as _
from app.permissions import allow
from app.places.models import Place, Unit
from app.places.queries import list_units
from app.places.spelling import plain
from app.problems import InvalidFields, NotFound, UnitInUse
from app.reports import routing
from app.reports.models import Category, Report, RoutingRule
from app.reports.staff_forms import attempt
from app.staff.models import Staff
from app.staff.queries import list_people_at_work

pages = Blueprint("units", __name__, url_prefix="/admin/units")

SUBJECT = "unit"
FIELDS = ("name", "email", "lead")
UNIT = "/<id:unit_id>"


@pages.get("")
@allow(*MANAGERS)
def table() -> str:
    """All units, and a form for one more."""
    return _page(dict.fromkeys(FIELDS, ""), {})


@pages.post("")
@allow(*MANAGERS)
def add() -> Any:
    """One more unit, below the others."""
    values = typed(*FIELDS)

    def carry_out() -> BaseResponse:
        _demand_seen()
        columns = _read(values, None)
        order = max((one.sort_order for one in list_units()), default=0) + 1
        unit = Unit(sort_order=order, **columns)
        session().add(unit)
        session().flush()
        return _done("unit_added", unit, name=unit.name)

    return attempt(carry_out, lambda errors: _page(values, errors))


@pages.get(UNIT)
@allow(*MANAGERS)
def edit(unit_id: int) -> str:
    """A unit's form, and what is with it."""
    unit = _find(unit_id)
    values = {"name": unit.name, "email": unit.email, "lead": str(unit.lead_id or "")}
    return _edit_page(unit, values, {})


@pages.post(UNIT)
@allow(*MANAGERS)
def change(unit_id: int) -> Any:
    """Put a unit right. What has happened to reports keeps the name it had then."""
    values = typed(*FIELDS)

    def carry_out() -> BaseResponse:
        _demand_seen(unit_id)
        unit = _find(unit_id)
        before = _facts(unit)
        for name, value in _read(values, unit).items():
            setattr(unit, name, value)
        session().flush()
        session().refresh(unit, ["lead"])
        changes = differences(before, _facts(unit))
        return _done("unit_changed", unit, **changes) if changes else _back()

    return attempt(carry_out, lambda errors: _edit_page(_find(unit_id), values, errors))


@pages.post(f"{UNIT}/archive")
@allow(*MANAGERS)
def archive(unit_id: int) -> Any:
    """Take a unit out of use; what it still has must go elsewhere first."""

    def carry_out(unit: Unit) -> BaseResponse:
        if unit.archived_at:
            return _back()
        if unit.is_default or any(one["count"] for one in _burden(unit)):
            raise UnitInUse
        unit.archived_at = now()
        return _done("unit_archived", unit, name=unit.name)

    return _carry_out(unit_id, carry_out)


@pages.post(f"{UNIT}/restore")
@allow(*MANAGERS)
def restore(unit_id: int) -> Any:
    """Put an archived unit into use again."""

    def carry_out(unit: Unit) -> BaseResponse:
        if not unit.archived_at:
            return _back()
        unit.archived_at = None
        return _done("unit_restored", unit, name=unit.name)

    return _carry_out(unit_id, carry_out)


@pages.post(f"{UNIT}/default")
@allow(*MANAGERS)
def make_default(unit_id: int) -> Any:
    """Have a unit take what nobody else takes; exactly one does."""

    def carry_out(unit: Unit) -> BaseResponse:
        if unit.archived_at:
            raise InvalidFields({"form": _("Put the unit into use again first.")})
        before = [one for one in list_units() if one.is_default and one is not unit]
        if not before and unit.is_default:
            return _back()
        for one in before:
            one.is_default = False
        unit.is_default = True
        names = [", ".join(one.name for one in before), unit.name]
        return _done("unit_default", unit, name=names)

    return _carry_out(unit_id, carry_out)


@pages.post(f"{UNIT}/<any(up, down):way>")
@allow(*MANAGERS)
def move(unit_id: int, way: str) -> Any:
    """Change places with the unit above or below; at the end nothing happens."""

    def carry_out(unit: Unit) -> BaseResponse:
        units = [one for one in list_units() if not one.archived_at]
        pairs = {
            (one.id if way == "down" else other.id): (one, other) for one, other in pairwise(units)
        }
        if unit.id not in pairs:
            return _back()
        for order, one in enumerate(units, 1):
            one.sort_order = order
        one, other = pairs[unit.id]
        one.sort_order, other.sort_order = other.sort_order, one.sort_order
        return _done("unit_moved", unit, name=unit.name)

    return _carry_out(unit_id, carry_out)


def _carry_out(unit_id: int, work: Callable[[Unit], BaseResponse]) -> Any:
    def carry_out() -> BaseResponse:
        _demand_seen()
        return work(_find(unit_id))

    return attempt(carry_out, lambda errors: _page(dict.fromkeys(FIELDS, ""), errors))


def _demand_seen(unit_id: int | None = None) -> None:
    audit.demand_seen(SUBJECT, read_id(request.form, "seen"), unit_id)


def _read(values: dict[str, str], unit: Unit | None) -> dict[str, Any]:
    errors: dict[str, str] = {}
    read_needed(values, "name", 120, errors)
    read_email(values, "email", 254, errors)
    others = (one for one in list_units() if one is not unit)
    if values["name"] and any(plain(one.name) == plain(values["name"]) for one in others):
        errors["name"] = _("There is a unit with this name already.")
    leads = {str(one.id): one.id for one in _leads(unit)}
    if values["lead"] and values["lead"] not in leads:
        errors["lead"] = _("Choose one of the list.")
    if errors:
        raise InvalidFields({name: errors[name] for name in FIELDS if name in errors})
    return {
        "name": values["name"],
        "email": values["email"],
        "lead_id": leads.get(values["lead"]),
    }


def _leads(unit: Unit | None) -> list[Staff]:
    people = list(list_people_at_work())
    if unit and unit.lead and unit.lead not in people:
        people.append(unit.lead)
    return people


def _facts(unit: Unit) -> dict[str, Any]:
    return {
        "name": unit.name,
        "email": unit.email,
        "lead": unit.lead.name if unit.lead else None,
    }


def _burden(unit: Unit) -> list[dict[str, Any]]:
    """What must go elsewhere before a unit can be archived, and where that is done."""
    rules = select(func.count(RoutingRule.id)).where(RoutingRule.unit_id == unit.id)
    reports = select(func.count(Report.id)).where(
        Report.unit_id == unit.id, Report.closed_at.is_(None)
    )
    categories = select(func.count(Category.id)).where(
        Category.unit_id == unit.id, Category.archived_at.is_(None)
    )
    people = select(func.count(Staff.id)).where(Staff.unit_id == unit.id, Staff.active)
    places = select(func.count(Place.id)).where(
        Place.unit_id == unit.id, Place.archived_at.is_(None)
    )
    register = url_for("desk.register", unit=unit.id, status="open")
    return [
        {"name": _("Open reports"), "count": session().scalar(reports), "url": register},
        {"name": _("Categories"), "count": session().scalar(categories), "url": None},
        {
            "name": _("Lines of the routing table"),
            "count": session().scalar(rules),
            "url": url_for("routing.table"),
        },
        {"name": _("People"), "count": session().scalar(people), "url": None},
        {
            "name": _("Places"),
            "count": session().scalar(places),
            "url": url_for("keepers_places.register"),
        },
    ]


def _find(unit_id: int) -> Unit:
    unit = session().get(Unit, unit_id)
    if unit is None:
        raise NotFound
    return unit


def _done(action: str, unit: Unit, **details: Any) -> BaseResponse:
    session().flush()
    audit.record(action, SUBJECT, unit.id, **details)
    routing.forget()
    return _back()


def _back() -> BaseResponse:
    return redirect(url_for(".table"), 303)


def _page(values: dict[str, str], errors: dict[str, str]) -> str:
    units = list_units()
    return render_template(
        "admin/units.html",
        units=[_facts(one) | _row(one) for one in units if not one.archived_at],
        archived=[{"id": one.id, "name": one.name} for one in units if one.archived_at],
        people=_people(_leads(None)),
        values=values,
        errors=errors,
        seen=audit.last_id(SUBJECT),
        unseen=_unseen(None),
    )


def _row(unit: Unit) -> dict[str, Any]:
    return {"id": unit.id, "is_default": unit.is_default}


def _edit_page(unit: Unit, values: dict[str, str], errors: dict[str, str]) -> str:
    return render_template(
        "admin/unit.html",
        unit=_row(unit) | {"name": unit.name, "archived": unit.archived_at is not None},
        burden=_burden(unit),
        people=_people(_leads(unit)),
        values=values,
        errors=errors,
        seen=audit.last_id(SUBJECT, unit.id),
        seen_all=audit.last_id(SUBJECT),
        unseen=_unseen(unit.id),
    )


def _people(people: list[Staff]) -> list[dict[str, str]]:
    return [{"id": str(one.id), "name": one.name} for one in people]


def _unseen(unit_id: int | None) -> list[dict[str, Any]]:
    if request.method != "POST":
        return []
    return lines(audit.list_unseen(SUBJECT, read_id(request.form, "seen"), unit_id))
