"""The municipality, its units, the kinds of places and the places themselves."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from geoalchemy2 import WKBElement
from sqlalchemy import JSON, Boolean, Float, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from app.database import Base, UtcDateTime, now
from app.geo import Area, Point
from app.places import spelling
from app.staff.models import Staff


class Municipality(Base):
    """The one municipality this deployment serves: a single row of settings edited on screen.

    `duty_hours` says which number answers when, the first fitting entry counting:
    `[{"days": [1, 2, 3, 4, 5], "from": "08:00", "to": "15:30", "phone": "51 00 00 10"}]` with
    Monday as 1, by the clock in Norway. `duty_phone` answers at all other times. `sign_colour`
    (`#rrggbb`) and `logo_svg` are what the signs are printed with. `languages` are those that
    residents' pages offer, None for all; `greeting` is a message on the front page, by language.
    """

    __tablename__ = "municipality"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    number: Mapped[str] = mapped_column(String(4))
    front_desk_phone: Mapped[str] = mapped_column(String(20))
    duty_phone: Mapped[str] = mapped_column(String(20))
    front_desk_email: Mapped[str] = mapped_column(String(255))
    feedback_email: Mapped[str] = mapped_column(String(255), default="")
    privacy_email: Mapped[str] = mapped_column(String(255), default="")
    accessibility_url: Mapped[str] = mapped_column(String(255), default="")
    duty_hours: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    boundary: Mapped[WKBElement | None] = mapped_column(Area)
    sign_colour: Mapped[str] = mapped_column(String(7), default="#1E2B3C")
    logo_svg: Mapped[str] = mapped_column(Text, default="")
    languages: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    greeting: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))


class Unit(Base):
    """A responsible department. Exactly one is the default for what nobody else takes.

    `lead_id` is who hears of reports that are late, `email` the unit's own mailbox. A unit is
    archived, never deleted; the default one cannot be.
    """

    __tablename__ = "units"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    is_default: Mapped[bool] = mapped_column(Boolean, default=False)
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", use_alter=True))
    email: Mapped[str] = mapped_column(String(254), default="")
    sort_order: Mapped[int] = mapped_column(Integer, default=0)
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    lead: Mapped[Staff | None] = relationship(foreign_keys=[lead_id])


class Owner(Base):
    """Somebody outside who answers for what is not the municipality's, a hall's company say.

    `Place.owner` holds the name of one. What is not ours is forwarded to `email`.
    """

    __tablename__ = "owners"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(160), unique=True)
    email: Mapped[str] = mapped_column(String(254), default="")
    phone: Mapped[str] = mapped_column(String(20), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PlaceKind(Base):
    """A kind of place; it decides which categories are offered first on its signs."""

    __tablename__ = "place_kinds"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    category_group: Mapped[str] = mapped_column(String(40))
    names: Mapped[dict[str, str]] = mapped_column(JSON)
    first_tiles: Mapped[list[str]] = mapped_column(JSON)
    sort_order: Mapped[int] = mapped_column(Integer, default=0)


def _search_text(context: Any) -> str:
    row = context.get_current_parameters()
    return spelling.search_text(row["name"], row.get("district"))


def _sort_name(context: Any) -> str:
    return spelling.sort_name(context.get_current_parameters()["name"])


class Place(Base):
    """A park, hall or other place that people know by name.

    `accuracy_m` is how far off the point may be; `approximate` says that it is a guess and not a
    cited or surveyed position. `owner` names who is responsible where the municipality is not.
    `unit_id` is who looks after the place, `contact` whom staff can ask there. `version` grows with
    each change, so that of two people editing the second is told. A place that turned out to be
    another one is archived and points to it with `merged_into_id`. `search_text` and `sort_name`
    follow the name and the district (`app.places.spelling`).
    """

    __tablename__ = "places"
    __table_args__ = (Index("ix_places_sort_name", "sort_name", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    external_id: Mapped[str | None] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(160), index=True)
    kind_id: Mapped[int] = mapped_column(ForeignKey("place_kinds.id"))
    point: Mapped[WKBElement | None] = mapped_column(Point)
    accuracy_m: Mapped[float | None] = mapped_column(Float)
    approximate: Mapped[bool] = mapped_column(Boolean, default=False)
    district: Mapped[str | None] = mapped_column(String(120))
    owner: Mapped[str | None] = mapped_column(String(160))
    source: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Before the boundary, which may be long: SQLite reads a row up to the column it needs.
    search_text: Mapped[str] = mapped_column(Text, default=_search_text)
    sort_name: Mapped[str] = mapped_column(
        String(spelling.SORT_CHARACTERS).with_variant(
            String(spelling.SORT_CHARACTERS, collation="C"), "postgresql"
        ),
        default=_sort_name,
    )
    boundary: Mapped[WKBElement | None] = mapped_column(Area)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    contact: Mapped[str] = mapped_column(String(200), default="")
    photo_name: Mapped[str | None] = mapped_column(String(64), index=True)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("places.id"))
    version: Mapped[int] = mapped_column(Integer, default=1)

    kind: Mapped[PlaceKind] = relationship()
    unit: Mapped[Unit | None] = relationship()
    merged_into: Mapped[Place | None] = relationship(remote_side="Place.id")

    @property
    def kept(self) -> Place:
        """This place, or the one it was merged into."""
        return self.merged_into or self

    @validates("name", "district")
    def _spell(self, key: str, value: str | None) -> str | None:
        said = {"name": self.name or "", "district": self.district, key: value}
        self.search_text = spelling.search_text(said["name"] or "", said["district"])
        self.sort_name = spelling.sort_name(said["name"] or "")
        return value


class PlaceEventKind(StrEnum):
    """What a line of a place's log tells."""

    CREATED = "created"
    EDITED = "edited"
    IMPORTED = "imported"
    MERGED = "merged"
    ARCHIVED = "archived"
    RESTORED = "restored"


class PlaceEvent(Base):
    """One change of a place. `changes` holds `{field: [before, after]}`."""

    __tablename__ = "place_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    kind: Mapped[str] = mapped_column(String(20))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    changes: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    staff: Mapped[Staff | None] = relationship()
