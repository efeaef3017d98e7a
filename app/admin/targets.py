"""Systems that reports are handed over to, on screen: added, changed, paused, and how far each
report has come there.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from app import audit, targets
from app.admin.forms import differences
from app.admin.target_form import FIELDS, read_target, values_of
from app.arguments import read_id
from app.database import session
from app.languages import as_date_time, in_language, lazy_gettext
from app.languages import gettext as _
from app.permissions import Role, allow
from app.places.models import Unit
from app.problems import InvalidFields, NotFound
from app.reports.models import Report
from app.reports.queries import list_choices
from app.reports.staff_forms import attempt
from app.targets import Target, TargetKind, list_handed_over, list_targets

pages = Blueprint("targets", __name__, url_prefix="/admin/targets")

SUBJECT = "target"
MOST = 100
MOST_SHOWN = 100
KINDS = {
    TargetKind.OPEN311: lazy_gettext("Open311 endpoint"),
    TargetKind.EMAIL: lazy_gettext("E-mail"),
    TargetKind.WEBHOOK: lazy_gettext("Webhook"),
}


@pages.get("")
@allow(Role.ADMIN)
def table() -> str:
    """All targets, and a form for one more."""
    return _page({})


@pages.post("")
@allow(Role.ADMIN)
def add() -> Any:
    """One more target; a webhook's secret is shown on this answer alone."""

    def carry_out() -> BaseResponse:
        if len(list_targets()) >= MOST:
            raise InvalidFields({"form": _("There are enough of them. Change one instead.")})
        values = read_target(None)
        target = Target(**values)
        session().add(target)
        session().flush()
        audit.record("target_added", SUBJECT, target.id, **_told(values))
        targets.forget()
        if target.kind != TargetKind.WEBHOOK:
            return redirect(url_for(".target", target_id=target.id, done="saved"), 303)
        page = render_template(
            "admin/target_secret.html", target=_view(target), secret=target.secret
        )
        response = BaseResponse(page, status=201, mimetype="text/html")
        response.headers["Cache-Control"] = "no-store"
        return response

    return attempt(carry_out, _page)


@pages.get("/<id:target_id>")
@allow(Role.ADMIN)
def target(target_id: int) -> str:
    """One target: its form, and the reports it has got."""
    return _target_page(_find(target_id), {})


@pages.post("/<id:target_id>")
@allow(Role.ADMIN)
def change(target_id: int) -> Any:
    """Change it, pause it, let it go on."""

    def carry_out() -> BaseResponse:
        found = _find(target_id)
        audit.demand_seen(SUBJECT, read_id(request.form, "seen"), found.id)
        before, after = values_of(found), read_target(found)
        for name, value in after.items():
            setattr(found, name, value)
        changed: dict[str, Any] = differences(_told(before), _told(after))
        if after.get("secret", before["secret"]) != before["secret"]:
            # That there is another one, and not which.
            changed["another_key"] = True
        if changed:
            audit.record("target_changed", SUBJECT, found.id, **changed)
        session().flush()
        targets.forget()
        return redirect(url_for(".target", target_id=found.id, done="saved"), 303)

    return attempt(carry_out, lambda errors: _target_page(_find(target_id), errors))


def _find(target_id: int) -> Target:
    found = session().get(Target, target_id)
    if found is None:
        raise NotFound
    return found


def _told(values: dict[str, Any]) -> dict[str, Any]:
    """What the log may hold, which is all but the key."""
    told = {name: value for name, value in values.items() if name != "secret"}
    told["service_codes"] = ", ".join(f"{a}={b}" for a, b in values["service_codes"].items())
    told["unit"] = _unit_names().get(told.pop("unit_id") or 0, "")
    category = told.pop("category_id")
    told["category"] = next((one.code for one in list_choices() if one.id == category), "")
    return told


def _unit_names() -> dict[int, str]:
    return {row.id: row.name for row in session().execute(select(Unit.id, Unit.name))}


def _view(found: Target) -> dict[str, Any]:
    category = next((one for one in list_choices() if one.id == found.category_id), None)
    name = in_language(category.names) if category else _unit_names().get(found.unit_id or 0, "")
    return {
        "id": found.id,
        "name": found.name,
        "kind": str(KINDS[TargetKind(found.kind)]),
        "address": found.address,
        "gets": name,
        "active": found.active,
    }


def _lines(found: Target) -> list[dict[str, Any]]:
    rows = list_handed_over(found.id, MOST_SHOWN)
    ids = [row.report_id for row in rows]
    query = select(Report.id, Report.number).where(Report.id.in_(ids))
    numbers = {row.id: row.number for row in session().execute(query)}
    return [
        {
            "number": numbers[row.report_id],
            "sent": as_date_time(row.sent_at) if row.sent_at else None,
            "foreign_id": row.foreign_id,
            "status": row.foreign_status,
            "checked": as_date_time(row.checked_at) if row.checked_at else None,
        }
        for row in rows
    ]


def _choices() -> dict[str, Any]:
    """Everything a report may be given to it by: a unit, or a category."""
    units = [{"id": f"u{key}", "name": name} for key, name in _unit_names().items()]
    categories = [
        {"id": f"c{one.id}", "name": f"{in_language(one.names)} ({one.code})"}
        for one in list_choices()
    ]
    return {
        "gets": [*units, *categories],
        "kinds": [{"id": kind.value, "name": str(name)} for kind, name in KINDS.items()],
    }


def _fields(found: Target | None, errors: dict[str, str]) -> dict[str, Any]:
    """What the fields show: what was typed, or else what is kept, but for the secret."""
    flags = ("sends_files", "with_contact", "active")
    if errors:
        values: dict[str, Any] = {name: request.form.get(name, "") for name in FIELDS}
        return _choices() | {"values": values | {one: one in request.form for one in flags}}
    if found is None:
        values = dict.fromkeys(FIELDS, "") | {"kind": TargetKind.OPEN311.value}
        on = {"sends_files": True, "with_contact": False, "active": True}
        return _choices() | {"values": values | on}
    kept = values_of(found)
    codes = "\n".join(f"{ours} = {theirs}" for ours, theirs in found.service_codes.items())
    gets = f"u{found.unit_id}" if found.unit_id else f"c{found.category_id}"
    shown = kept | {"service_codes": codes, "gets": gets, "secret": ""}
    return _choices() | {"values": shown}


def _page(errors: dict[str, str]) -> str:
    found = [_view(one) for one in list_targets()]
    fields = _fields(None, errors)
    return render_template("admin/targets.html", targets=found, errors=errors, **fields)


def _target_page(found: Target, errors: dict[str, str]) -> str:
    return render_template(
        "admin/target.html",
        target=_view(found),
        lines=_lines(found),
        seen=audit.last_id(SUBJECT, found.id),
        errors=errors,
        **_fields(found, errors),
    )
