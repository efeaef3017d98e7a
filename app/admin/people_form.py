"""The form of an account: read, judged, and filled in again."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_login import current_user
from marshmallow import ValidationError, validate

from app.languages import gettext as _
from app.permissions import Role
from app.places.queries import find_unit, list_units
from app.problems import InvalidFields
from app.staff.account import demand_name
from app.staff.models import Staff
from app.staff.operations import free_email

FIELDS = ("name", "email", "unit")
MAX_EMAIL = 254


def roles_in_form() -> list[str]:
    """The roles that are ticked."""
    return [role for role in request.form.getlist("roles") if role in set(Role)]


def values_of(staff: Staff) -> dict[str, Any]:
    """An account as its form shows it."""
    return {
        "name": staff.name,
        "email": staff.email,
        "unit": str(staff.unit_id or ""),
        "roles": [role.name for role in staff.roles],
    }


def facts_of(staff: Staff) -> dict[str, Any]:
    """What the log tells of an account, before and after a change."""
    unit = find_unit(staff.unit_id) if staff.unit_id else None
    return {
        "name": staff.name,
        "email": staff.email,
        "roles": sorted(role.name for role in staff.roles),
        "unit": unit.name if unit else None,
    }


def read_person(typed: dict[str, Any], known: Staff | None = None) -> dict[str, Any]:
    """The columns of an account as its form says them.

    Raises:
        InvalidFields: something is missing, does not exist, or is another person's.
    """
    errors: dict[str, str] = {}
    try:
        demand_name(typed["name"])
    except InvalidFields as problem:
        errors |= problem.fields
    try:
        _demand_address(typed["email"], known)
    except InvalidFields as problem:
        errors |= problem.fields
    unit = next((one for one in list_units() if str(one.id) == typed["unit"]), None)
    if typed["unit"] and unit is None:
        errors["unit"] = _("Choose one of the list.")
    roles = [Role(role) for role in typed["roles"]]
    # One's own are not in the form.
    if not roles and known != current_user:
        errors["roles"] = _("Choose at least one role.")
    if Role.CREW in roles and unit is None:
        errors.setdefault("unit", _("A crew sees the reports of its unit: choose one."))
    if errors:
        raise InvalidFields(errors)
    return {
        "name": typed["name"],
        "email": typed["email"].lower(),
        "unit_id": unit.id if unit else None,
        "roles": roles,
    }


def _demand_address(email: str, known: Staff | None) -> None:
    try:
        validate.Email()(email)
    except ValidationError:
        raise InvalidFields({"email": _("This e-mail address looks incomplete.")}) from None
    if len(email) > MAX_EMAIL:
        raise InvalidFields({"email": _("Use at most %(most)s characters.", most=MAX_EMAIL)})
    free_email(email, but=known)
