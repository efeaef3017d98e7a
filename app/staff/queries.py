"""Reads of accounts."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import lazyload

from app.database import session
from app.permissions import Role
from app.staff.models import RoleRow, Staff

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
