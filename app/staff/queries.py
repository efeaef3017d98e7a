"""Reads of accounts."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import lazyload, selectinload

from app.database import session
from app.permissions import Role
from app.staff.models import RoleRow, Staff, staff_roles

MOST_PEOPLE = 500
# Who can take care of a report.
AT_WORK = (Role.CREW, Role.FRONT_DESK, Role.MANAGER)


def list_people_at_work() -> Sequence[Staff]:
    """Everybody who can take care of a report, by name."""
    at_work = Staff.roles.any(RoleRow.name.in_([role.value for role in AT_WORK]))
    query = select(Staff).where(Staff.active, at_work).options(lazyload(Staff.roles))
    return session().scalars(query.order_by(Staff.name, Staff.id).limit(MOST_PEOPLE)).all()


def find_by_email(email: str) -> Staff | None:
    """The account with this address, however it is spelled; open or closed."""
    query = select(Staff).where(Staff.email == email.strip().lower())
    return session().scalars(query).unique().one_or_none()


def find_staff(staff_id: int) -> Staff | None:
    """The account with this id, open or closed."""
    return session().get(Staff, staff_id)


def list_people(*, closed: bool = False) -> Sequence[Staff]:
    """Everybody whose account is open, or closed, by name."""
    query = select(Staff).where(Staff.active.is_(not closed)).options(selectinload(Staff.passkeys))
    ordered = query.order_by(Staff.name, Staff.id).limit(MOST_PEOPLE)
    return session().scalars(ordered).unique().all()


def list_demanding_roles() -> list[str]:
    """The roles that demand a second factor."""
    query = select(RoleRow.name).where(RoleRow.demands_second_factor)
    return sorted(session().scalars(query))


def count_without_factor() -> dict[str, int]:
    """How many people of each role have nothing but a password."""
    query = (
        select(RoleRow.name, func.count().label("people"))
        .join(staff_roles, staff_roles.c.role_id == RoleRow.id)
        .join(Staff, Staff.id == staff_roles.c.staff_id)
        .where(Staff.active, Staff.tf_totp_secret.is_(None), ~Staff.passkeys.any())
        .group_by(RoleRow.name)
    )
    return {row.name: row.people for row in session().execute(query)}
