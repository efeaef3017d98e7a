"""Writes of places. Each change is one line of the place's log and one version more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import insert

from app.database import now, session
from app.places.changes import Values, differences, facts_from, facts_of, put
from app.places.models import Place, PlaceEvent, PlaceEventKind
from app.problems import PlaceChanged, PlaceMerged
from app.staff.models import Staff

Line = dict[str, Any]
"""One line of a log, as a row of `PlaceEvent`."""


def create_place(values: Values, staff: Staff) -> Place:
    """Enter a place.

    Args:
        values: what is said of it; at least its name and kind.
        staff: who does it.
    """
    return create_places([values], staff, PlaceEventKind.CREATED)[0]


def create_places(
    all_values: Sequence[Values], staff: Staff | None, kind: PlaceEventKind | None
) -> list[Place]:
    """Enter places.

    Args:
        all_values: what is said of each; `external_id` may be among it.
        staff: who does it; None for a command.
        kind: what their logs say; None for those a municipality brings along, which are no change.
    """
    places = [Place(version=1) for _values in all_values]
    for place, values in zip(places, all_values, strict=True):
        put(place, values)
    session().add_all(places)
    session().flush()
    if kind is not None:
        pairs = zip(places, all_values, strict=True)
        _keep(_line(one, kind, differences({}, facts_from(said)), staff) for one, said in pairs)
    return places


def edit_place(place: Place, version: int, values: Values, staff: Staff) -> bool:
    """Change what is said of a place, as the editor saw it in this version of it.

    Returns:
        Whether anything is different.

    Raises:
        PlaceChanged: somebody has changed it since.
        PlaceMerged: it is no place of its own any more.
    """
    _refuse_merged(place)
    if place.version != version:
        raise PlaceChanged
    return change_places([(place, values)], PlaceEventKind.EDITED, staff) == 1


def change_places(
    pairs: Sequence[tuple[Place, Values]], kind: PlaceEventKind, staff: Staff | None
) -> int:
    """Change what is said of places, whoever else has; returns how many are different now."""
    lines = []
    for place, values in pairs:
        if changes := differences(facts_of(place), facts_from(values)):
            put(place, {name: value for name, value in values.items() if name in changes})
            lines.append(_next_version(place, kind, changes, staff))
    _keep(lines)
    return len(lines)


def archive_place(place: Place, staff: Staff) -> None:
    """Take a place out of use; it keeps its page, its reports and its log.

    Whether signs hang there is for `app.keepers` to ask.
    """
    if place.archived_at is not None:
        return
    place.archived_at = now()
    _keep([_next_version(place, PlaceEventKind.ARCHIVED, {}, staff)])


def restore_place(place: Place, staff: Staff) -> None:
    """Put an archived place into use again.

    Raises:
        PlaceMerged: its signs and reports belong to another one now.
    """
    _refuse_merged(place)
    if place.archived_at is None:
        return
    place.archived_at = None
    _keep([_next_version(place, PlaceEventKind.RESTORED, {}, staff)])


def note_merge(merged: Place, kept: Place, filled: Values, staff: Staff) -> None:
    """Archive a place as another one, and fill in there what nobody had said yet.

    Args:
        merged: whose signs and reports have moved.
        kept: where to.
        filled: what `kept` takes over.
        staff: who does it.
    """
    changes = differences(facts_of(kept), facts_from(filled))
    put(kept, filled)
    merged.archived_at = merged.archived_at or now()
    merged.merged_into = kept
    took_over, went = {"merged": [merged.name, None]}, {"merged_into": [None, kept.name]}
    _keep(
        [
            _next_version(kept, PlaceEventKind.MERGED, changes | took_over, staff),
            _next_version(merged, PlaceEventKind.MERGED, went, staff),
        ]
    )


def _refuse_merged(place: Place) -> None:
    if place.merged_into is not None:
        raise PlaceMerged(kept=place.merged_into.name)


def _next_version(
    place: Place, kind: PlaceEventKind, changes: dict[str, list[Any]], staff: Staff | None
) -> Line:
    place.version += 1
    return _line(place, kind, changes, staff)


def _line(
    place: Place, kind: PlaceEventKind, changes: dict[str, list[Any]], staff: Staff | None
) -> Line:
    staff_id = None if staff is None else staff.id
    return {"place_id": place.id, "kind": kind.value, "changes": changes, "staff_id": staff_id}


def _keep(lines: Iterable[Line]) -> None:
    """Write the changes and what the logs say of them, all lines at once: an import has many."""
    session().flush()
    if rows := list(lines):
        session().execute(insert(PlaceEvent), rows)
