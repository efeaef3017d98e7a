"""Two places turn out to be one: what would move, and moving it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, literal, select, update

from app.database import now, session
from app.geo import position_of, shape_of
from app.keepers.place_facts import count_reports_at
from app.languages import gettext as _
from app.places.changes import facts_of
from app.places.models import Place
from app.places.operations import note_merge
from app.problems import CannotMerge, PlaceChanged
from app.reports.models import Event, EventKind, Report
from app.signs.models import Sign, SignEvent, SignEventKind
from app.staff.models import Staff

# Each with what goes along with it. Whose a place is stays as the kept one says it: nobody there
# means that it is the municipality's.
_TAKEN_OVER = {
    "unit": (),
    "point": ("accuracy_m", "approximate"),
    "boundary": (),
    "district": (),
    "contact": (),
    "photo_name": (),
}


@dataclass(frozen=True, slots=True)
class Move:
    """What a merge moves: signs, reports (and how many of them are open), and fields by name that
    the kept place lacks.
    """

    signs: int
    reports: int
    open_reports: int
    filled: tuple[str, ...]


def preview_merge(merged: Place, kept: Place) -> Move:
    """What merging one place into another would move.

    Raises:
        CannotMerge: they are the same, or one has been given up.
    """
    _refuse_impossible(merged, kept)
    signs = session().scalar(select(func.count(Sign.id)).where(Sign.place_id == merged.id)) or 0
    reports, open_reports = count_reports_at(merged.id)
    return Move(signs, reports, open_reports, tuple(_filled(merged, kept)))


def merge_places(
    merged: Place, kept: Place, versions: tuple[int | None, int | None], staff: Staff
) -> Move:
    """Move signs and reports of a place to another one, and archive it as that one.

    Args:
        merged: the one to give up; locked, like the other.
        kept: the one to keep.
        versions: of both, as the preview showed them.
        staff: who does it.

    Raises:
        CannotMerge: they are the same, or one has been given up.
        PlaceChanged: somebody has changed one of them since the preview.
    """
    move = preview_merge(merged, kept)
    if (merged.version, kept.version) != versions:
        raise PlaceChanged
    _move_signs(merged, kept, staff)
    _move_reports(merged, kept, staff)
    session().execute(
        update(Place).where(Place.merged_into_id == merged.id).values(merged_into_id=kept.id)
    )
    note_merge(merged, kept, _filled(merged, kept), staff)
    return move


def _refuse_impossible(merged: Place, kept: Place) -> None:
    if merged.id == kept.id or merged.merged_into_id or kept.merged_into_id or kept.archived_at:
        raise CannotMerge


def _filled(merged: Place, kept: Place) -> dict[str, Any]:
    """What the kept place takes over, since nobody has said it there."""
    theirs, ours = facts_of(merged), facts_of(kept)
    wanted = [name for name in _TAKEN_OVER if ours[name] is None and theirs[name] is not None]
    names = [one for name in wanted for one in (name, *_TAKEN_OVER[name])]
    values = {name: getattr(merged, name) for name in names}
    if "point" in values:
        values["point"] = position_of(merged.point)
    if merged.boundary is not None and "boundary" in values:
        values["boundary"] = shape_of(merged.boundary)
    return values


def _move_signs(merged: Place, kept: Place, staff: Staff) -> None:
    told = select(
        Sign.id,
        literal(SignEventKind.EDITED.value),
        literal(now()),
        literal(now()),
        literal(staff.id),
        literal(merged.name),
        literal(kept.name),
        literal("place"),
    ).where(Sign.place_id == merged.id)
    columns = ("sign_id", "kind", "at", "received_at", "staff_id", "from_value", "to_value", "text")
    session().execute(insert(SignEvent).from_select(columns, told, include_defaults=False))
    session().execute(update(Sign).where(Sign.place_id == merged.id).values(place_id=kept.id))


def _move_reports(merged: Place, kept: Place, staff: Staff) -> None:
    text = _("Moved here from %(place)s, which is the same place.", place=merged.name)
    told = select(
        Report.id,
        literal(EventKind.NOTE.value),
        literal(now()),
        literal(staff.id),
        literal(""),
        literal(text),
    ).where(Report.place_id == merged.id)
    columns = ("report_id", "kind", "at", "staff_id", "public_text", "internal_text")
    session().execute(insert(Event).from_select(columns, told, include_defaults=False))
    session().execute(update(Report).where(Report.place_id == merged.id).values(place_id=kept.id))
