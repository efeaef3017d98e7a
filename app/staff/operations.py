"""Accounts are made here."""

from __future__ import annotations

import secrets

from flask_security import hash_password
from sqlalchemy import func, select

from app.database import session
from app.languages import gettext as _
from app.permissions import Role
from app.problems import InvalidFields
from app.staff.models import RoleRow, Staff

MIN_PASSWORD_CHARACTERS = 12


def demand_good_password(password: str) -> None:
    """Length is what makes a password hard to guess.

    Raises:
        InvalidFields: it is too short.
    """
    if len(password) < MIN_PASSWORD_CHARACTERS:
        raise InvalidFields(
            {"password": _("Use at least %(least)s characters.", least=MIN_PASSWORD_CHARACTERS)}
        )


def create_staff(
    email: str, name: str, password: str, role: Role, unit_id: int | None = None
) -> Staff:
    """Add an account with one role.

    Raises:
        InvalidFields: the address has an account already.
    """
    email = email.strip().lower()
    if session().scalar(select(Staff.id).where(func.lower(Staff.email) == email)):
        raise InvalidFields({"email": _("This address already has an account.")})
    staff = Staff(
        email=email,
        name=name.strip(),
        password=hash_password(password),
        fs_uniquifier=secrets.token_hex(16),
        unit_id=unit_id,
        roles=[_role_row(role)],
    )
    session().add(staff)
    session().flush()
    return staff


def _role_row(role: Role) -> RoleRow:
    row = session().scalar(select(RoleRow).where(RoleRow.name == role.value))
    if row is None:
        row = RoleRow(name=role.value)
        session().add(row)
    return row
