"""Accounts as the pages about people show them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import url_for

from app.languages import as_date, as_date_time
from app.places.queries import list_units
from app.places.spelling import plain
from app.reports.queries import list_assigned
from app.staff.models import Staff
from app.staff.wording import ROLE_NAMES, roles_of

# A page names as many as can be read at a glance; all of them stand in the register.
MOST_NAMED = 15


def choices() -> dict[str, Any]:
    """What can be chosen in the form."""
    return {
        "roles": [{"id": role.value, "name": str(name)} for role, name in ROLE_NAMES.items()],
        "units": [
            {"id": str(one.id), "name": one.name} for one in list_units() if not one.archived_at
        ],
    }


def list_lines(people: Sequence[Staff], text: str = "") -> list[dict[str, Any]]:
    """People as a list shows them; those with each of the words somewhere in their line."""
    units = {one.id: one.name for one in list_units()}
    lines = [_line(one, units) for one in people]
    words = plain(text).split()
    return [one for one in lines if all(word in one["searched"] for word in words)]


def _line(staff: Staff, units: dict[int, str]) -> dict[str, Any]:
    unit = units.get(staff.unit_id or 0, "")
    roles = roles_of(staff)
    return {
        "id": staff.id,
        "name": staff.name,
        "email": staff.email,
        "url": url_for("people.person", person_id=staff.id),
        "roles": roles,
        "unit": unit,
        "searched": plain(f"{staff.name} {staff.email} {roles} {unit}"),
        "active": staff.active,
        "invited": staff.password is None,
        "last_sign_in": as_date_time(staff.last_sign_in_at) if staff.last_sign_in_at else None,
        "since": as_date(staff.created_at),
        "has_app": staff.tf_totp_secret is not None,
        "passkeys": len(staff.passkeys),
        "lacks_factor": staff.needs_second_factor and not staff.has_second_factor,
    }


def work_of(staff: Staff) -> dict[str, Any]:
    """What is in a person's care, and would be left when they go."""
    reports = list_assigned(staff.id)
    return {
        "count": len(reports),
        "named": [
            {"number": one.number, "url": url_for("desk.report", number=one.number)}
            for one in reports[:MOST_NAMED]
        ],
        "units": [one.name for one in list_units() if one.lead_id == staff.id],
    }
