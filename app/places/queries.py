"""Reads of places, kinds and units."""

from __future__ import annotations

import difflib
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.database import session
from app.geo import Position, distance_metres, within_metres
from app.places.models import Place, PlaceKind, Unit

# Most people stand in or beside a place; only in the hills the next one is far away.
_SEARCH_RADII_M = (1_000, 10_000, 100_000)
# Below this likeness two words share little more than an ending such as “-parken”.
_LIKENESS = 0.75
_MOST_ALIKE = 10
_SPELLINGS = str.maketrans({"ø": "o", "æ": "ae", "å": "a"})


def find_place(place_id: int) -> Place | None:
    """A place with its kind."""
    return session().scalar(
        select(Place).where(Place.id == place_id).options(joinedload(Place.kind))
    )


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
    """Places whose name, district or kind holds every word of a text, the best fit first.

    Where none does, those with words spelt much alike. Compared here and not in SQL: SQLite
    does not know that Å and å are one letter. 10,000 places take about 60 ms.
    """
    ids = _best_fits(_plain(text), most)
    query = select(Place).where(Place.id.in_(ids)).options(joinedload(Place.kind))
    found = {place.id: place for place in session().scalars(query)}
    return [found[place_id] for place_id in ids]


def _best_fits(wanted: str, most: int) -> list[int]:
    words = wanted.split()
    if not words:
        return []
    lines = list(_searchable())
    fits = sorted(
        (_rank(wanted, words, name), name, place_id)
        for place_id, name, more in lines
        if all(word in name or word in more for word in words)
    )
    if fits:
        return [place_id for _rank_of, _name, place_id in fits[:most]]
    return _alike(words, lines)[:most]


def _alike(words: list[str], lines: list[tuple[int, str, str]]) -> list[int]:
    """Places whose names have words spelt much like these, the likest first."""
    carriers: dict[str, set[int]] = {}
    for place_id, name, _more in lines:
        for word in name.split():
            carriers.setdefault(word, set()).add(place_id)
    unlike: Counter[int] = Counter()
    fits = {place_id for place_id, _name, _more in lines}
    for word in words:
        near = difflib.get_close_matches(word, carriers, _MOST_ALIKE, _LIKENESS)
        places = [(place_id, rank) for rank, one in enumerate(near) for place_id in carriers[one]]
        unlike.update(dict(places))
        fits &= {place_id for place_id, _rank in places}
    return sorted(fits, key=lambda place_id: (unlike[place_id], place_id))


def _searchable() -> Iterator[tuple[int, str, str]]:
    """Id, name, and what else a place may be looked for by."""
    kinds = {
        kind_id: _plain(" ".join(names.values()))
        for kind_id, names in session().execute(select(PlaceKind.id, PlaceKind.names))
    }
    query = select(Place.id, Place.name, Place.district, Place.kind_id).where(
        Place.archived_at.is_(None)
    )
    for place_id, name, district, kind_id in session().execute(query):
        yield place_id, _plain(name), f"{_plain(district or '')} {kinds[kind_id]}"


def _rank(wanted: str, words: list[str], name: str) -> int:
    """0 the name itself, 1 how it begins, 2 how its words begin, 3 somewhere in it, 4 elsewhere."""
    if name == wanted:
        return 0
    if name.startswith(wanted):
        return 1
    if all(f" {word}" in f" {name}" for word in words):
        return 2
    return 3 if all(word in name for word in words) else 4


def _plain(text: str) -> str:
    """Small letters without marks, as they are typed where the keyboard lacks them."""
    folded = unicodedata.normalize("NFKD", text.casefold().translate(_SPELLINGS))
    return " ".join("".join(c for c in folded if not unicodedata.combining(c)).split())


def list_units() -> Sequence[Unit]:
    """All units by name."""
    return session().scalars(select(Unit).order_by(Unit.name)).all()


def find_unit(unit_id: int) -> Unit | None:
    """A unit by its id."""
    return session().get(Unit, unit_id)
