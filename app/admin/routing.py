"""The routing table on screen: lines added, changed, moved and removed, and tried on an example."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from babel.dates import get_day_names
from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import get_locale
from werkzeug.wrappers import Response as BaseResponse

from app import audit
from app.admin.pages import MANAGERS
from app.admin.routing_form import (
    WEEKDAYS,
    find_named_place,
    read_rule,
    typed_values,
    values_of,
)
from app.arguments import read_id, read_line
from app.database import now, session
from app.languages import OSLO, in_language, lazy_gettext
from app.languages import gettext as _
from app.permissions import allow
from app.places.queries import list_kinds, list_units
from app.problems import InvalidFields, NotFound
from app.reports.models import Category, RoutingRule
from app.reports.queries import find_category, list_choices
from app.reports.routing import Case, Misfit, Rule, forget, list_rules
from app.reports.routing import table as routing_table
from app.reports.staff_forms import attempt
from app.staff.queries import list_people_at_work

pages = Blueprint("routing", __name__, url_prefix="/admin/routing")

MOST_RULES = 500
SUBJECT = "routing_rule"
_EMPTY: dict[str, Any] = {"days": []}

MISFITS = {
    Misfit.CATEGORY: lazy_gettext("Another category"),
    Misfit.PLACE: lazy_gettext("Another place"),
    Misfit.KIND: lazy_gettext("Another kind of place"),
    Misfit.DAY: lazy_gettext("Another day"),
    Misfit.TIME: lazy_gettext("Another time of day"),
    Misfit.UNIT_ARCHIVED: lazy_gettext("The unit is archived"),
}


@pages.get("")
@allow(*MANAGERS)
def table() -> str:
    """The table, a form for one more line, and an example to try it on."""
    return _page(_EMPTY, {})


@pages.post("")
@allow(*MANAGERS)
def add() -> Any:
    """One more line, below the others."""
    typed = typed_values()

    def carry_out() -> BaseResponse:
        audit.demand_seen(SUBJECT, read_id(request.form, "seen"))
        rules = list_rules()
        if len(rules) >= MOST_RULES:
            raise InvalidFields({"form": _("The table is full. Remove lines first.")})
        order = rules[-1].sort_order + 1 if rules else 1
        rule = RoutingRule(sort_order=order, **read_rule(typed))
        session().add(rule)
        session().flush()
        return _done("rule_added", rule, **_told(rule))

    return attempt(carry_out, lambda errors: _page(typed, errors))


@pages.get("/<id:rule_id>")
@allow(*MANAGERS)
def edit(rule_id: int) -> str:
    """A line's form."""
    return _edit_page(rule_id, values_of(_find(rule_id)), {})


@pages.post("/<id:rule_id>")
@allow(*MANAGERS)
def change(rule_id: int) -> Any:
    """Put a line right."""
    typed = typed_values()

    def carry_out() -> BaseResponse:
        audit.demand_seen(SUBJECT, read_id(request.form, "seen"))
        rule = _find(rule_id)
        before = _facts(rule)
        for name, value in read_rule(typed).items():
            setattr(rule, name, value)
        session().flush()
        after = _facts(rule)
        return _done("rule_changed", rule, **audit.differences(before, after))

    return attempt(carry_out, lambda errors: _edit_page(rule_id, typed, errors))


@pages.post("/<id:rule_id>/remove")
@allow(*MANAGERS)
def remove(rule_id: int) -> Any:
    """Take a line out."""

    def carry_out(rule: RoutingRule) -> BaseResponse:
        told = _told(rule)
        session().delete(rule)
        session().flush()
        return _done("rule_removed", rule, **told)

    return _carry_out(rule_id, carry_out)


@pages.post("/<id:rule_id>/<any(up, down):way>")
@allow(*MANAGERS)
def move(rule_id: int, way: str) -> Any:
    """Change places with the line above or below; at the end nothing happens."""

    def carry_out(rule: RoutingRule) -> BaseResponse:
        rules = list(list_rules())
        pairs = {
            (one.id if way == "down" else other.id): (one, other) for one, other in pairwise(rules)
        }
        if rule.id not in pairs:
            return redirect(url_for(".table"), 303)
        one, other = pairs[rule.id]
        one.sort_order, other.sort_order = other.sort_order, one.sort_order
        session().flush()
        return _done("rule_moved", rule, way=way)

    return _carry_out(rule_id, carry_out)


def _carry_out(rule_id: int, work: Callable[[RoutingRule], BaseResponse]) -> Any:
    def carry_out() -> BaseResponse:
        audit.demand_seen(SUBJECT, read_id(request.form, "seen"))
        return work(_find(rule_id))

    return attempt(carry_out, lambda errors: _page(_EMPTY, errors))


def _find(rule_id: int) -> RoutingRule:
    rule = session().get(RoutingRule, rule_id)
    if rule is None:
        raise NotFound
    return rule


def _done(action: str, rule: RoutingRule, **details: Any) -> BaseResponse:
    audit.record(action, SUBJECT, rule.id, **details)
    forget()
    return redirect(url_for(".table"), 303)


def _told(rule: RoutingRule) -> dict[str, Any]:
    return {name: value for name, value in _facts(rule).items() if value}


def _facts(rule: RoutingRule) -> dict[str, Any]:
    """A line as the log tells it."""
    session().expire(rule, ["category", "place", "kind", "unit", "staff"])
    return values_of(rule) | {
        "days": ", ".join(_weekdays()[day - 1] for day in rule.days),
        "unit": rule.unit.name,
        "person": rule.staff.name if rule.staff else "",
    }


def _page(typed: dict[str, Any], errors: dict[str, str]) -> str:
    rules = list_rules()
    return render_template(
        "admin/routing.html",
        rules=_rows(rules),
        example=_example(rules),
        values=typed,
        errors=errors,
        **_choices(),
    )


def _edit_page(rule_id: int, typed: dict[str, Any], errors: dict[str, str]) -> str:
    return render_template(
        "admin/routing_rule.html",
        rule_id=rule_id,
        values=typed,
        errors=errors,
        **_choices(_find(rule_id).category),
    )


def _choices(own: Category | None = None) -> dict[str, Any]:
    """What a line's form offers; its own category also where that is archived."""
    return {
        "seen": audit.last_id(SUBJECT),
        "categories": [
            {"id": one.code, "name": in_language(one.names)} for one in list_choices(own)
        ],
        "kinds": [{"id": one.code, "name": in_language(one.names)} for one in list_kinds()],
        "units": [
            {"id": str(one.id), "name": one.name} for one in list_units() if not one.archived_at
        ],
        "people": [{"id": str(one.id), "name": one.name} for one in list_people_at_work()],
        "weekdays": [{"id": str(day), "name": _weekdays()[day - 1]} for day in WEEKDAYS],
    }


def _weekdays() -> list[str]:
    names = get_day_names("abbreviated", "stand-alone", locale=get_locale())
    return [names[day].rstrip(".") for day in range(7)]


def _rows(rules: Sequence[RoutingRule]) -> list[dict[str, Any]]:
    # Read anew: what this page shows is what it was just told to change.
    forget()
    judged = routing_table().rules
    return [
        {
            "id": rule.id,
            "position": position,
            "category": in_language(rule.category.names) if rule.category else None,
            "place": rule.place.name if rule.place else None,
            "kind": in_language(rule.kind.names) if rule.kind else None,
            "days": ", ".join(_weekdays()[day - 1] for day in rule.days),
            "times": f"{rule.from_time}–{rule.until_time}" if rule.from_time else None,
            "unit": rule.unit.name,
            "person": rule.staff.name if rule.staff else None,
            "note": rule.note,
            "hidden_by": _hidden_by(judged, position - 1),
            "archived": rule.unit.archived_at is not None,
            "category_archived": bool(rule.category and rule.category.archived_at),
        }
        for position, rule in enumerate(rules, 1)
    ]


def _hidden_by(rules: Sequence[Rule], index: int) -> int | None:
    """The position of an earlier line that takes all that this one could; None for none."""
    for position, earlier in enumerate(rules[:index], 1):
        if earlier.unit_works and _covers(earlier, rules[index]):
            return position
    return None


def _covers(earlier: Rule, later: Rule) -> bool:
    times = (earlier.from_time, earlier.until_time)
    return (
        earlier.category_id in {None, later.category_id}
        and earlier.place_id in {None, later.place_id}
        and earlier.kind_id in {None, later.kind_id}
        and (not earlier.days or (bool(later.days) and later.days <= earlier.days))
        and times in {(None, None), (later.from_time, later.until_time)}
    )


def _example(rules: Sequence[RoutingRule]) -> dict[str, Any] | None:
    """What becomes of the report that the address describes, line by line."""
    asked = {name: read_line(request.args, name) for name in ("category", "place", "at")}
    if not asked["category"]:
        here = now().astimezone(OSLO)
        return {"asked": asked | {"at": f"{here:%Y-%m-%dT%H:%M}"}, "errors": {}, "lines": None}
    category = find_category(asked["category"])
    errors: dict[str, str] = {} if category else {"category": _("Choose a category.")}
    place, at = None, now()
    try:
        place = find_named_place(asked["place"])
    except InvalidFields as problem:
        errors |= problem.fields
    try:
        at = datetime.fromisoformat(asked["at"]).replace(tzinfo=OSLO)
    except ValueError:
        errors["at"] = _("Write a day and a time.")
    if errors or category is None:
        return {"asked": asked, "errors": errors, "lines": None}
    case = Case(category.id, place.id if place else None, place.kind_id if place else None, at)
    judged = routing_table()
    found = judged.find(case, category.unit_id)
    lines = []
    for position, (row, rule) in enumerate(zip(rules, judged.rules, strict=True), 1):
        counts = rule.id == found.rule_id
        reason = rule.misfit(case)
        lines.append(
            {
                "position": position,
                "counts": counts,
                "unit": row.unit.name,
                "reason": str(MISFITS[reason]) if reason else None,
            }
        )
        if counts:
            break
    unit = next(one for one in list_units() if one.id == found.unit_id)
    person = next((one for one in list_people_at_work() if one.id == found.staff_id), None)
    return {
        "asked": asked,
        "errors": {},
        "lines": lines,
        "unit": unit.name,
        "person": person.name if person else None,
        "by_rule": found.rule_id is not None,
    }
