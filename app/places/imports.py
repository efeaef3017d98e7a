"""Imports of places: what a file would change, and the change itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.database import session
from app.imports.files import UnusableFile, Unused
from app.imports.plans import Action, Plan
from app.languages import gettext as _
from app.places.boundaries import point_inside
from app.places.changes import differences, facts_from, facts_of
from app.places.csv_rows import rows_of_csv
from app.places.geojson import rows_of_geojson
from app.places.models import Place, PlaceEventKind, PlaceKind, Unit
from app.places.operations import change_places, create_places
from app.places.rows import Row, UnusableRow
from app.staff.models import Staff
from app.words import plain

# More in one transaction would keep residents on SQLite waiting for longer than they do.
MAX_ROWS = 10_000
# SQLite takes so many values in one statement on every version there is.
_CHUNK = 900


@dataclass(frozen=True, slots=True)
class Planned:
    """What becomes of a row: `changes` are `{field: [before, after]}`."""

    row: Row
    action: Action
    place: Place | None
    values: dict[str, Any]
    changes: dict[str, list[Any]]
    notes: tuple[str, ...]

    @property
    def told(self) -> list[Any]:
        """What tells this row's fate from any other."""
        return [self.row.line, self.action, self.changes]


PlacePlan = Plan[Planned]


def read_places(content: bytes) -> list[Row | Unused]:
    """The rows of a GeoJSON or a CSV file.

    Raises:
        UnusableFile: it is neither, or it has too many rows.
    """
    is_json = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["}
    rows = rows_of_geojson(content) if is_json else rows_of_csv(content)
    found = list(islice(rows, MAX_ROWS + 1))
    if len(found) > MAX_ROWS:
        raise UnusableFile(_("A file can have at most %(most)s places.", most=MAX_ROWS))
    return _each_id_once(found)


def _each_id_once(rows: Iterable[Row | Unused]) -> list[Row | Unused]:
    first: dict[str, int] = {}
    kept: list[Row | Unused] = []
    for row in rows:
        if isinstance(row, Row) and row.external_id in first:
            reason = _("It has the same id as number %(line)s.", line=first[row.external_id])
            kept.append(Unused(row.line, row.name, reason))
            continue
        if isinstance(row, Row):
            first[row.external_id] = row.line
        kept.append(row)
    return kept


def plan_import(
    rows: Sequence[Row | Unused],
    default_kind: PlaceKind | None = None,
    *,
    for_change: bool = False,
) -> PlacePlan:
    """Compare rows with the register.

    Args:
        rows: of a file.
        default_kind: of new places whose row names no kind.
        for_change: lock the places, since the plan is carried out next.
    """
    plan = PlacePlan(unused=[row for row in rows if isinstance(row, Unused)])
    usable = [row for row in rows if isinstance(row, Row)]
    look_up = _LookUp(usable, default_kind, for_change=for_change)
    for row in usable:
        try:
            plan.rows.append(look_up.planned(row))
        except UnusableRow as error:
            plan.unused.append(Unused(row.line, row.name, str(error)))
    plan.unused.sort(key=lambda one: one.line)
    return plan


class _LookUp:
    """What the register knows of the places of a file."""

    def __init__(
        self, rows: Sequence[Row], default_kind: PlaceKind | None, *, for_change: bool
    ) -> None:
        self._default_kind = default_kind
        self._kinds = _kinds_by_word()
        self._units = {plain(unit.name): unit for unit in session().scalars(select(Unit))}
        self._known = _known_places([row.external_id for row in rows], for_change=for_change)
        in_use = select(Place.search_text).where(Place.archived_at.is_(None))
        self._names = {text.partition("\n")[0] for text in session().scalars(in_use)}

    def planned(self, row: Row) -> Planned:
        """What becomes of a row.

        Raises:
            UnusableRow: its kind or unit is unknown, or its place has been given up.
        """
        values = dict(row.values) | self._named(row)
        place = self._known.get(row.external_id)
        if place is None:
            return self._new(row, values)
        if place.merged_into is not None:
            raise UnusableRow(
                _("This place has been merged into %(place)s.", place=place.merged_into.name)
            )
        if place.archived_at is not None:
            raise UnusableRow(_("This place is archived. Restore it first."))
        changes = differences(facts_of(place), facts_from(values))
        action = Action.CHANGE if changes else Action.LEAVE
        return Planned(row, action, place, values, changes, row.notes)

    def _new(self, row: Row, values: dict[str, Any]) -> Planned:
        values.setdefault("kind", self._default_kind)
        if values["kind"] is None:
            raise UnusableRow(_("It says no kind of place, and none was chosen."))
        if values.get("boundary") is not None:
            values.setdefault("point", point_inside(values["boundary"]))
        notes = row.notes
        if plain(row.name) in self._names:
            notes += (_("There is a place with this name already."),)
        if "point" not in values:
            notes += (_("It has no position."),)
        values["external_id"] = row.external_id
        changes = differences({}, facts_from(values))
        return Planned(row, Action.ADD, None, values, changes, notes)

    def _named(self, row: Row) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if said := row.values.get("kind"):
            found["kind"] = self._kinds.get(plain(said))
            if found["kind"] is None:
                raise UnusableRow(_("No kind of place is called “%(name)s”.", name=said))
        if said := row.values.get("unit"):
            found["unit"] = self._units.get(plain(said))
            if found["unit"] is None:
                raise UnusableRow(_("No unit is called “%(name)s”.", name=said))
        return found


def _kinds_by_word() -> dict[str, PlaceKind]:
    kinds = session().scalars(select(PlaceKind)).all()
    words = {plain(name): kind for kind in kinds for name in kind.names.values()}
    return words | {plain(kind.code): kind for kind in kinds}


def _known_places(ids: Sequence[str], *, for_change: bool) -> dict[str | None, Place]:
    query = select(Place).options(
        joinedload(Place.kind), joinedload(Place.unit), joinedload(Place.merged_into)
    )
    if for_change:
        query = query.with_for_update(of=Place).execution_options(populate_existing=True)
    found: dict[str | None, Place] = {}
    for start in range(0, len(ids), _CHUNK):
        chunk = query.where(Place.external_id.in_(ids[start : start + _CHUNK]))
        found |= {place.external_id: place for place in session().scalars(chunk)}
    return found


def carry_out(plan: PlacePlan, staff: Staff | None, *, brought_along: bool = False) -> None:
    """Do what a plan says; rows that it leaves out are left out.

    Args:
        plan: made in the same transaction, or agreed to by its `mark`.
        staff: who does it; None for a command.
        brought_along: the places come with the municipality, so that their logs begin empty.
    """
    kind = PlaceEventKind.IMPORTED
    new = [one.values for one in plan.rows if one.action is Action.ADD]
    create_places(new, staff, None if brought_along else kind)
    changed = [
        (one.place, one.values)
        for one in plan.rows
        if one.action is Action.CHANGE and one.place is not None
    ]
    change_places(changed, kind, staff)


def import_places(file: Path) -> PlacePlan:
    """Import the places of a municipality's folder; every row must be usable.

    Raises:
        UnusableFile: one is not, or all of it.
    """
    plan = plan_import(_read_file(file))
    demand_all_usable(plan, file)
    carry_out(plan, None, brought_along=True)
    return plan


def plan_file(file: Path, default_kind: PlaceKind | None) -> PlacePlan:
    """What importing a file would do.

    Raises:
        UnusableFile: it cannot be read.
    """
    return plan_import(_read_file(file), default_kind, for_change=True)


def _read_file(file: Path) -> list[Row | Unused]:
    try:
        return read_places(file.read_bytes())
    except (OSError, UnusableFile) as error:
        raise UnusableFile(f"{file}: {error}") from error


def demand_all_usable(plan: PlacePlan, file: Path) -> None:
    """Refuse a file of which a row cannot be used.

    Raises:
        UnusableFile: with each such row and the reason.
    """
    if plan.refused:
        lines = [f"{file}: {row.line}: {row.name}: {row.reason}" for row in plan.refused]
        raise UnusableFile("\n".join(lines))
