"""The municipality's settings, kept in memory for a few seconds.

Every page needs them, also the one that refuses a malformed sign code without asking the database.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g
from shapely import Point as ShapelyPoint
from shapely import prepare
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select

from app.database import session
from app.geo import Position, shape_of
from app.places.models import Municipality

# How long a change made at /admin may take to show in every server process.
KEPT_S = 10.0


@dataclass(frozen=True, slots=True)
class MunicipalitySettings:
    """What the pages and checks need to know of the municipality."""

    name: str
    front_desk_phone: str
    duty_phone: str
    front_desk_email: str
    boundary: BaseGeometry | None

    def holds(self, position: Position) -> bool:
        """Whether a position lies inside; true where no boundary has been imported."""
        return self.boundary is None or self.boundary.covers(
            ShapelyPoint(position.lon, position.lat)
        )


# Shown until `vof municipality` has been run.
UNNAMED = MunicipalitySettings("VOF", "", "", "", None)


def municipality() -> MunicipalitySettings:
    """The settings, at most `KEPT_S` old; the last known ones where the database has failed."""
    kept: dict[str, Any] = current_app.extensions["municipality"]
    if g.get("without_database"):
        last_known: MunicipalitySettings = kept.get("settings", UNNAMED)
        return last_known
    if not kept or kept["read_at"] + KEPT_S < time.monotonic():
        kept.update(settings=_read(), read_at=time.monotonic())
    settings: MunicipalitySettings = kept["settings"]
    return settings


def forget() -> None:
    """Read the settings anew next time: after they were changed."""
    current_app.extensions["municipality"].clear()


def _read() -> MunicipalitySettings:
    row = session().scalar(select(Municipality))
    if row is None:
        return UNNAMED
    boundary = None if row.boundary is None else shape_of(row.boundary)
    prepare(boundary)
    return MunicipalitySettings(
        name=row.name,
        front_desk_phone=row.front_desk_phone,
        duty_phone=row.duty_phone,
        front_desk_email=row.front_desk_email,
        boundary=boundary,
    )


def init_app(app: Flask) -> None:
    """Give every page the settings."""
    app.extensions["municipality"] = {}
    app.context_processor(lambda: {"municipality": municipality()})
    app.add_template_filter(telephone_link, "tel")


def telephone_link(number: str) -> str:
    """What follows `tel:` for a Norwegian number; short ones such as 110 take no country code."""
    digits = "".join(character for character in number if character.isdigit() or character == "+")
    national = len(digits) == 8  # noqa: PLR2004 - the length of a Norwegian number
    return f"+47{digits}" if national else digits
