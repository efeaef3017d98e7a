"""Reads of what the front desk keeps for itself."""

from __future__ import annotations

from collections.abc import Sequence

from flask_login import current_user
from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload, lazyload, load_only

from app.database import session
from app.desk.models import SavedFilter
from app.staff.models import Staff

# All that a person's own and the shared ones can be, so that no list of them is without an end.
MOST_FILTERS = 200


def list_saved_filters() -> Sequence[SavedFilter]:
    """The saved filters of the person who is signed in, and those shared with all, by name."""
    mine = or_(SavedFilter.staff_id == current_user.id, SavedFilter.shared)
    owner = joinedload(SavedFilter.staff).options(load_only(Staff.name), lazyload(Staff.roles))
    query = select(SavedFilter).where(mine).options(owner)
    by_name = query.order_by(func.lower(SavedFilter.name), SavedFilter.id)
    return session().scalars(by_name.limit(MOST_FILTERS)).all()


def find_saved_filter(filter_id: int) -> SavedFilter | None:
    """A saved filter that the person who is signed in may see."""
    found = session().get(SavedFilter, filter_id)
    if found is None or not (found.shared or found.staff_id == current_user.id):
        return None
    return found


def find_filter_of(staff_id: int, name: str) -> SavedFilter | None:
    """A person's filter of this name."""
    query = select(SavedFilter).where(SavedFilter.staff_id == staff_id, SavedFilter.name == name)
    return session().scalar(query)


def count_own_filters() -> int:
    """How many filters the person who is signed in has saved."""
    own = SavedFilter.staff_id == current_user.id
    return session().scalar(select(func.count(SavedFilter.id)).where(own)) or 0
