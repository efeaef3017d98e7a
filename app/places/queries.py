"""Reads of places, kinds and units."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.database import session
from app.places.models import Place, PlaceKind, Unit


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


def list_units() -> Sequence[Unit]:
    """All units by name."""
    return session().scalars(select(Unit).order_by(Unit.name)).all()


def find_unit(unit_id: int) -> Unit | None:
    """A unit by its id."""
    return session().get(Unit, unit_id)
