"""The directory a phone keeps: every sign by its code, with its place and what is offered there.

One visit to any sign makes every sign usable without network, with the name of its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from app.database import session
from app.languages import in_language
from app.places.models import Place, PlaceKind
from app.reports import tiles
from app.reports.models import Category
from app.reports.queries import list_categories
from app.signs.models import Sign

# A phone's share of patience: about 25 kB as sent.
MOST_SIGNS = 4_000


def directory() -> dict[str, Any]:
    """Signs as `{code: [place id, label]}`, places as `{id: [name, kind]}`, kinds with the codes of
    their tiles in order. The newest signs where there are more than a phone should keep.
    """
    signs = (
        session()
        .execute(
            select(Sign.code, Sign.place_id, Sign.label).order_by(Sign.id.desc()).limit(MOST_SIGNS)
        )
        .all()
    )
    named = {place_id for _code, place_id, _label in signs}
    places = session().execute(
        select(Place.id, Place.name, PlaceKind.code).join(Place.kind).order_by(Place.id)
    )
    return {
        "signs": {code: [place_id, label] for code, place_id, label in sorted(signs)},
        "places": {place_id: [name, kind] for place_id, name, kind in places if place_id in named},
        "kinds": _kinds(),
    }


def _kinds() -> dict[str, Any]:
    in_use = list_categories()
    kinds = session().scalars(select(PlaceKind).order_by(PlaceKind.sort_order))
    return {kind.code: _kind(kind, in_use) for kind in kinds}


def _kind(kind: PlaceKind, in_use: Sequence[Category]) -> dict[str, Any]:
    first, more = tiles.tiles_for(kind, in_use)
    return {
        "name": in_language(kind.names),
        "first": [tile.code for tile in first],
        "more": [tile.code for group in more for tile in group.categories],
    }
