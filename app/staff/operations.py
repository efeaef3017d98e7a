"""Accounts are made and changed here."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from flask_security import hash_password
from sqlalchemy import delete, func, select

from app import audit, outbox
from app.database import session
from app.languages import gettext as _
from app.permissions import Role
from app.problems import InvalidFields, LastAdmin
from app.staff.links import end_links
from app.staff.models import Passkey, RoleRow, Staff
from app.staff.recovery_codes import end_codes
from app.staff.tablets import end_all_stays

MIN_PASSWORD_CHARACTERS = 12
# Hashing takes longer with every megabyte, and nobody remembers more.
MAX_PASSWORD_CHARACTERS = 128


def demand_good_password(password: str) -> None:
    """Length is what makes a password hard to guess.

    Raises:
        InvalidFields: it is too short, or longer than any can be.
    """
    if len(password) < MIN_PASSWORD_CHARACTERS:
        raise InvalidFields(
            {"password": _("Use at least %(least)s characters.", least=MIN_PASSWORD_CHARACTERS)}
        )
    if len(password) > MAX_PASSWORD_CHARACTERS:
        raise InvalidFields(
            {"password": _("Use at most %(most)s characters.", most=MAX_PASSWORD_CHARACTERS)}
        )


def create_staff(
    email: str, name: str, password: str, role: Role, unit_id: int | None = None
) -> Staff:
    """Add an account with one role and a password.

    Raises:
        InvalidFields: the address has an account already.
    """
    staff = invite_staff(email, name, [role], unit_id)
    staff.password = hash_password(password)
    session().flush()
    return staff


def invite_staff(email: str, name: str, roles: Iterable[Role], unit_id: int | None = None) -> Staff:
    """Add an account without a password; a link lets its person set one.

    Raises:
        InvalidFields: the address has an account already.
    """
    email = free_email(email)
    staff = Staff(
        email=email,
        name=name.strip(),
        fs_uniquifier=secrets.token_hex(16),
        unit_id=unit_id,
        roles=[role_row(role) for role in roles],
    )
    session().add(staff)
    session().flush()
    return staff


def free_email(email: str, *, but: Staff | None = None) -> str:
    """An address as it is kept.

    Raises:
        InvalidFields: another account has it.
    """
    email = email.strip().lower()
    query = select(Staff.id).where(func.lower(Staff.email) == email)
    if but is not None:
        query = query.where(Staff.id != but.id)
    if session().scalar(query):
        raise InvalidFields({"email": _("This address already has an account.")})
    return email


def set_password(staff: Staff, password: str) -> None:
    """Give a person another password: every session ends, and so does every open link.

    Raises:
        InvalidFields: it is no good.
    """
    demand_good_password(password)
    staff.password = hash_password(password)
    end_sessions(staff)
    end_links(staff)


def note_change(staff: Staff, change: str, **details: str) -> None:
    """Write into the log what now lets a person in, and have the person told: it may be a stranger
    who changed it.
    """
    audit.record_for(staff.id, change, "staff", staff.id, **details)
    outbox.put("account_changed", staff_id=staff.id, change=change)


def end_sessions(staff: Staff) -> None:
    """Sign a person out everywhere, tablets too: what their sessions name is nobody any more."""
    staff.fs_uniquifier = secrets.token_hex(16)
    end_all_stays(staff)
    session().flush()


def reset_factors(staff: Staff) -> None:
    """Forget app, passkeys and recovery codes; every session ends."""
    staff.tf_totp_secret = staff.tf_last_counter = None
    session().execute(delete(Passkey).where(Passkey.staff_id == staff.id))
    session().expire(staff, ["passkeys"])
    end_codes(staff)
    end_sessions(staff)


def lock_account(staff_id: int) -> Staff | None:
    """An account, so that nothing else changes it meanwhile; None where there is none."""
    query = select(Staff).where(Staff.id == staff_id).with_for_update(of=Staff)
    return session().scalars(query.execution_options(populate_existing=True)).unique().one_or_none()


def role_row(role: Role) -> RoleRow:
    """The row of a role; made where nobody has had it yet."""
    row = session().scalar(select(RoleRow).where(RoleRow.name == role.value))
    if row is None:
        row = RoleRow(name=role.value)
        session().add(row)
        session().flush()
    return row


def demand_admin_left(staff: Staff) -> None:
    """Refuse to take the administration from the last person who can do it.

    The role's row is locked: two administrators who close each other out must take turns.

    Raises:
        LastAdmin
    """
    session().execute(select(RoleRow.id).where(RoleRow.name == Role.ADMIN).with_for_update())
    others = select(Staff.id).where(
        Staff.id != staff.id,
        Staff.active,
        Staff.password.is_not(None),
        Staff.roles.any(RoleRow.name == Role.ADMIN.value),
    )
    is_admin = any(role.name == Role.ADMIN for role in staff.roles)
    if is_admin and session().scalar(others.limit(1)) is None:
        raise LastAdmin


def demand_of_roles(roles: Iterable[Role]) -> None:
    """Demand a second factor of these roles, and of no others."""
    wanted = set(roles)
    for role in Role:
        role_row(role).demands_second_factor = role in wanted
    session().flush()
