"""Reads of what the front desk keeps for itself."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence

from flask_login import current_user
from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload, lazyload, load_only, selectinload

from app.database import now, session
from app.desk.models import BulkChange, BulkDeed, SavedFilter
from app.places.models import Place
from app.reports.models import Event, Report
from app.reports.queries import LIST_COLUMNS
from app.reports.register import RegisterFilter, fits
from app.staff.models import Staff

# All that a person's own and the shared ones can be, so that no list of them is without an end.
MOST_FILTERS = 200
# So many events may still be on their way into the database when a later one has arrived.
OVERLAP = 50


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


def newest_event_id() -> int:
    """The last thing that has happened to any report."""
    return session().scalar(select(func.max(Event.id))) or 0


def version_of_register() -> str:
    """A word that is another one as soon as anything has happened to any report.

    On PostgreSQL an event may be kept after one with a higher number, so the latest are counted.
    """
    latest = select(func.count(Event.id), func.max(Event.id)).where(
        Event.id > select(func.max(Event.id) - OVERLAP).scalar_subquery()
    )
    count, newest = session().execute(latest).one()
    return f"{newest or 0}-{count}"


def list_changed(
    known: Mapping[int, int], wanted: RegisterFilter
) -> list[tuple[Report, int, bool]]:
    """Which of these reports have another last event than is known; each with that, and whether it
    still fits the filter.
    """
    query = select(Event.report_id, func.max(Event.id)).where(Event.report_id.in_(known))
    versions = session().execute(query.group_by(Event.report_id))
    changed = {row[0]: row[1] for row in versions if row[1] != known[row[0]]}
    if not changed:
        return []
    among = Report.id.in_(changed)
    fitting = set(session().scalars(select(Report.id).where(among, fits(wanted))))
    reports = session().scalars(select(Report).options(*LIST_COLUMNS).where(among)).all()
    return [(one, changed[one.id], one.id in fitting) for one in reports]


def count_new(
    wanted: RegisterFilter, since: int, lowest: int, known: Collection[int], most: int
) -> int:
    """How many reports have come into a filter since an event, by arriving or by being changed.

    Args:
        wanted: the filter.
        since: the last event that was known.
        lowest: older reports stand on a later page.
        known: these stand on the page already.
        most: is counted no further.
    """
    happened = select(Event.report_id).where(Event.id > since - OVERLAP)
    some = (
        select(Report.id)
        .where(Report.id.in_(happened), Report.id > lowest, Report.id.not_in(known), fits(wanted))
        .limit(most)
        .subquery()
    )
    return session().scalar(select(func.count()).select_from(some)) or 0


def last_event_id(number: str) -> int:
    """The last line of a report's timeline; 0 where there is no such report."""
    query = select(func.max(Event.id)).join(Event.report).where(Report.number == number)
    return session().scalar(query) or 0


def list_fitting(wanted: RegisterFilter, most: int) -> Sequence[Report]:
    """The newest reports that fit a filter, no more of each than its line in the register shows."""
    query = select(Report).options(*LIST_COLUMNS).where(fits(wanted))
    return session().scalars(query.order_by(Report.id.desc()).limit(most)).all()


def list_chosen(ids: Collection[int]) -> Sequence[Report]:
    """These reports with all that a bulk deed looks at and changes, the newest first.

    Read anew, whatever was read before they were locked.
    """
    name = load_only(Staff.name), lazyload(Staff.roles)
    query = (
        select(Report)
        .where(Report.id.in_(ids))
        .options(
            joinedload(Report.category),
            joinedload(Report.unit),
            joinedload(Report.assignee).options(*name),
            joinedload(Report.place).joinedload(Place.kind),
            joinedload(Report.sign),
            joinedload(Report.contact),
            selectinload(Report.events).joinedload(Event.staff).options(*name),
        )
        .order_by(Report.id.desc())
        .execution_options(populate_existing=True)
    )
    return session().scalars(query).all()


def find_deed(deed_uuid: uuid.UUID, *, for_change: bool = False) -> BulkDeed | None:
    """A bulk deed by the id of its form."""
    query = select(BulkDeed).where(BulkDeed.uuid == deed_uuid)
    return session().scalar(query.with_for_update() if for_change else query)


def find_undoable() -> BulkDeed | None:
    """The last bulk deed that the person who is signed in can still undo."""
    query = (
        select(BulkDeed)
        .where(
            BulkDeed.staff_id == current_user.id,
            BulkDeed.undo_until > now(),
            BulkDeed.undone_at.is_(None),
        )
        .order_by(BulkDeed.id.desc())
        .limit(1)
    )
    return session().scalar(query)


def count_outcomes(deed: BulkDeed) -> dict[str, int]:
    """How many reports of a deed have come to each outcome."""
    query = select(BulkChange.outcome, func.count()).where(BulkChange.deed_id == deed.id)
    return {row[0]: row[1] for row in session().execute(query.group_by(BulkChange.outcome))}


def list_changes(deed: BulkDeed) -> Sequence[BulkChange]:
    """What a deed did to each report, with what a line of a list shows of it."""
    query = (
        select(BulkChange)
        .where(BulkChange.deed_id == deed.id)
        .options(joinedload(BulkChange.report).options(*LIST_COLUMNS))
        .order_by(BulkChange.report_id.desc())
    )
    return session().scalars(query).all()
