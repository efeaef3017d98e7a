"""The published record: which fields a report and a place have for everybody, and no others.

Files, the API for maps and the descriptions of both are made from this list. Nothing that a person
wrote, sent or is called is read for it at all. Why each thing is as it is: docs/decisions/0020.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from flask_babel import LazyString

from app.languages import lazy_gettext as _

TEXT, NUMBER, DAY, FLAG, DEGREES = "VARCHAR", "INTEGER", "DATE", "BOOLEAN", "DOUBLE"

# Where a report is from is told if at least so many came from the same place, or field, within so
# many days before or after. A field might be one farm, a place a home that somebody lives in.
FEWEST_AROUND, AROUND_DAYS = 5, 365

# How many others said “me too”, blurred: a single one among neighbours is easily known.
BANDS = ((20, "20+"), (5, "5-19"), (1, "1-4"), (0, "0"))

Bounds: TypeAlias = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Field:
    """One property of a record. `can_be_asked` says that the API filters by it."""

    name: str
    kind: str
    meaning: LazyString
    can_be_asked: bool = False


@dataclass(frozen=True, slots=True)
class Collection:
    """A sort of record. `key` orders it, newest or first first, and never changes for a record."""

    id: str
    title: LazyString
    description: LazyString
    fields: Sequence[Field]
    key: Sequence[str]
    newest_first: bool = False
    day: str | None = None

    @property
    def properties(self) -> list[Field]:
        """What is neither the record's name nor where it is on the map."""
        return [field for field in self.fields if field.name not in {"id", "lon", "lat"}]

    @property
    def filters(self) -> dict[str, Field]:
        """The fields that a list can be narrowed by."""
        return {field.name: field for field in self.fields if field.can_be_asked}


_LON = Field("lon", DEGREES, _("Longitude, WGS 84. Empty where there is no position."))
_LAT = Field("lat", DEGREES, _("Latitude, WGS 84. Empty where there is no position."))

REPORTS = Collection(
    id="reports",
    title=_("Reports of faults"),
    description=_(
        "Faults in parks, halls and streets, as they were reported to the municipality, and what "
        "came of them. Anonymous."
    ),
    fields=(
        Field(
            "id", TEXT, _("A name that stays the same and leads to no page and no report number.")
        ),
        Field("received", DAY, _("The day it reached us, by the calendar in Norway.")),
        Field("closed", DAY, _("The day it was closed. Empty while it is open.")),
        Field(
            "status",
            TEXT,
            _(
                "received, in_progress, planned, waiting; closed: fixed, no_action, not_ours, "
                "duplicate."
            ),
            can_be_asked=True,
        ),
        Field("overdue", FLAG, _("Whether its deadline passed before it was closed.")),
        Field("category", TEXT, _("The code of the category."), can_be_asked=True),
        Field("category_nb", TEXT, _("The category in bokmål.")),
        Field("category_nn", TEXT, _("The category in nynorsk.")),
        Field("category_en", TEXT, _("The category in English.")),
        Field("unit", TEXT, _("The unit that takes care of it."), can_be_asked=True),
        Field(
            "channel",
            TEXT,
            _("How it reached us: qr, web, kiosk, phone, email, counter, social, open311, staff."),
            can_be_asked=True,
        ),
        Field("followers", TEXT, _("How many others said “me too”: 0, 1-4, 5-19 or 20+.")),
        Field(
            "place_id",
            NUMBER,
            _(
                "The number of the place in the register of places. Empty without a place, and "
                "where few report."
            ),
            can_be_asked=True,
        ),
        Field("place", TEXT, _("The name of the place.")),
        Field("place_kind", TEXT, _("The code of the kind of place."), can_be_asked=True),
        Field("district", TEXT, _("The part of the municipality."), can_be_asked=True),
        Field(
            "position_accuracy",
            TEXT,
            _(
                "place: the point of the place. area: the middle of a field of about 1 km. Empty: "
                "no position."
            ),
        ),
        _LON,
        _LAT,
    ),
    key=("received", "id"),
    newest_first=True,
    day="received",
)

PLACES = Collection(
    id="places",
    title=_("Places"),
    description=_("Parks, halls and other places that people can report faults at."),
    fields=(
        Field("id", NUMBER, _("The number of the place.")),
        Field("name", TEXT, _("The name of the place.")),
        Field("kind", TEXT, _("The code of the kind of place."), can_be_asked=True),
        Field("kind_nb", TEXT, _("The kind of place in bokmål.")),
        Field("kind_nn", TEXT, _("The kind of place in nynorsk.")),
        Field("kind_en", TEXT, _("The kind of place in English.")),
        Field("district", TEXT, _("The part of the municipality."), can_be_asked=True),
        Field("approximate", FLAG, _("Whether the point is a guess.")),
        _LON,
        _LAT,
    ),
    key=("id",),
)

COLLECTIONS = {one.id: one for one in (REPORTS, PLACES)}


def names_of(fields: Iterable[Field]) -> str:
    """Their names as SQL lists them."""
    return ", ".join(field.name for field in fields)
