"""Reads of places, kinds and units."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, case, literal, or_, select, true
from sqlalchemy.orm import joinedload, lazyload, load_only

from app.database import session
from app.geo import Position, distance_metres, position_of, within_metres
from app.places.models import Owner, Place, PlaceEvent, PlaceKind, Unit
from app.staff.models import Staff
from app.words import plain

# Most people stand in or beside a place; only in the hills the next one is far away.
_SEARCH_RADII_M = (1_000, 10_000, 100_000)
# Below this likeness two words share little more than an ending such as “-parken”.
_LIKENESS = 0.75
_MOST_ALIKE = 10


def find_place(place_id: int) -> Place | None:
    """A place with its kind."""
    return session().scalar(
        select(Place).where(Place.id == place_id).options(joinedload(Place.kind))
    )


def find_place_for_change(place_id: int) -> Place | None:
    """A place as it is now, locked, so that two people's changes come one after the other."""
    query = (
        select(Place)
        .where(Place.id == place_id)
        .options(joinedload(Place.kind), joinedload(Place.unit))
        .with_for_update(of=Place)
        .execution_options(populate_existing=True)
    )
    return session().scalar(query)


def list_namesakes(name: str, kind_id: int) -> Sequence[Place]:
    """Places in use with this name and kind, however it is spelt."""
    query = select(Place).where(
        Place.archived_at.is_(None),
        Place.kind_id == kind_id,
        Place.search_text.startswith(f"{plain(name)}\n", autoescape=True),
    )
    return session().scalars(query.limit(10)).all()


def list_kinds() -> Sequence[PlaceKind]:
    """All kinds of places in their order."""
    return session().scalars(select(PlaceKind).order_by(PlaceKind.sort_order)).all()


def list_place_events(place_id: int, most: int) -> Sequence[PlaceEvent]:
    """The newest changes of a place, the newest first."""
    query = (
        select(PlaceEvent)
        .where(PlaceEvent.place_id == place_id)
        .options(joinedload(PlaceEvent.staff).options(load_only(Staff.name), lazyload(Staff.roles)))
        .order_by(PlaceEvent.id.desc())
        .limit(most)
    )
    return session().scalars(query).all()


def list_places() -> Sequence[Place]:
    """All places in use with their kinds, by kind and name."""
    query = (
        select(Place)
        .join(Place.kind)
        .where(Place.archived_at.is_(None))
        .options(joinedload(Place.kind))
        .order_by(PlaceKind.sort_order, Place.name)
    )
    return session().scalars(query).all()


def list_some_points(most: int) -> list[Position]:
    """Where some places are: enough to tell where the municipality's places lie."""
    query = select(Place.point).where(Place.point.is_not(None), Place.archived_at.is_(None))
    points = session().scalars(query.order_by(Place.id).limit(most))
    return [position for point in points if (position := position_of(point))]


def list_nearest_places(position: Position, most: int) -> list[tuple[Place, float]]:
    """The places nearest to a position, and how many metres away each is."""
    distance = distance_metres(Place.point, position.lon, position.lat)
    query = (
        select(Place, distance)
        .where(Place.archived_at.is_(None))
        .options(joinedload(Place.kind))
        .order_by(distance, Place.id)
        .limit(most)
    )
    found: list[tuple[Place, float]] = []
    for radius in _SEARCH_RADII_M:
        here = within_metres(Place.point, position.lon, position.lat, radius)
        found = [(place, metres) for place, metres in session().execute(query.where(here))]
        if len(found) == most:
            break
    return found


def search_places(text: str, most: int) -> list[Place]:
    """Places in use whose name, district or kind holds every word of a text, the best fit first.

    Where none does, those with words spelt much alike.
    """
    wanted = plain(text)
    if not wanted:
        return []
    query = (
        select(Place)
        .where(Place.archived_at.is_(None), holds_words(wanted))
        .options(joinedload(Place.kind))
        .order_by(_rank(wanted), Place.sort_name, Place.id)
        .limit(most)
    )
    return list(session().scalars(query)) or _find_all(_alike(wanted.split())[:most])


def holds_words(text: str) -> ColumnElement[bool]:
    """That a place's name, district or kind holds every word of a text, whatever its marks."""
    names = session().execute(select(PlaceKind.id, PlaceKind.names))
    kinds = {kind_id: plain(" ".join(of_kind.values())) for kind_id, of_kind in names}
    return and_(true(), *(_holds(word, kinds) for word in plain(text).split()))


def _holds(word: str, kinds: dict[int, str]) -> ColumnElement[bool]:
    of_kind = [kind_id for kind_id, names in kinds.items() if word in names]
    in_name = Place.search_text.contains(word, autoescape=True)
    return or_(in_name, Place.kind_id.in_(of_kind)) if of_kind else in_name


def _rank(wanted: str) -> ColumnElement[int]:
    """0 the name itself, 1 how it begins, 2 how its words begin, 3 somewhere in it, 4 elsewhere."""
    words, text = wanted.split(), Place.search_text
    beginnings = literal(" ") + text
    return case(
        (text.startswith(f"{wanted}\n", autoescape=True), 0),
        (text.startswith(wanted, autoescape=True), 1),
        (and_(*(beginnings.contains(f" {word}", autoescape=True) for word in words)), 2),
        (and_(*(text.contains(word, autoescape=True) for word in words)), 3),
        else_=4,
    )


def _alike(words: list[str]) -> list[int]:
    """Places whose names have words spelt much like these, the likest first.

    Python compares, since neither database can; 10,000 places take about 40 ms.
    """
    carriers: dict[str, set[int]] = {}
    fits: set[int] = set()
    in_use = select(Place.id, Place.search_text).where(Place.archived_at.is_(None))
    for place_id, text in session().execute(in_use):
        fits.add(place_id)
        for word in text.partition("\n")[0].split():
            carriers.setdefault(word, set()).add(place_id)
    unlike: Counter[int] = Counter()
    for word in words:
        near = difflib.get_close_matches(word, carriers, _MOST_ALIKE, _LIKENESS)
        places = [(place_id, rank) for rank, one in enumerate(near) for place_id in carriers[one]]
        unlike.update(dict(places))
        fits &= {place_id for place_id, _rank_of in places}
    return sorted(fits, key=lambda place_id: (unlike[place_id], place_id))


def _find_all(ids: Sequence[int]) -> list[Place]:
    query = select(Place).where(Place.id.in_(ids)).options(joinedload(Place.kind))
    found = {place.id: place for place in session().scalars(query)}
    return [found[place_id] for place_id in ids]


def list_owners() -> Sequence[Owner]:
    """Those outside who answer for places, by name."""
    query = select(Owner).where(Owner.archived_at.is_(None)).order_by(Owner.name)
    return session().scalars(query).all()


def list_units() -> Sequence[Unit]:
    """All units in the order that was chosen for them, else by name; archived ones too."""
    return session().scalars(select(Unit).order_by(Unit.sort_order, Unit.name)).all()


def list_units_in_use() -> Sequence[Unit]:
    """The units that something can be given to."""
    return [unit for unit in list_units() if unit.archived_at is None]


def find_unit(unit_id: int) -> Unit | None:
    """A unit by its id."""
    return session().get(Unit, unit_id)
