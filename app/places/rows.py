"""Rows of a file of places: read, checked, and told apart from those that cannot be used."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.geo import Position
from app.languages import gettext as _
from app.places.boundaries import is_near
from app.places.models import Place
from app.places.wording import FIELD_NAMES

_TEXTS = ("name", "district", "owner", "contact", "source")
MAX_SOURCE = 1_000
MAX_ACCURACY_M = 100_000
# What web pages and word processors leave in a name, and nobody sees.
_UNSEEN = str.maketrans(dict.fromkeys("\u00ad\u200b\ufeff"))
_EMPTY = {"contact": ""}
_YES = frozenset({"1", "true", "yes", "ja", "x"})


class UnusableRow(ValueError):
    """A row that no place can be made of; the text says why."""


@dataclass(frozen=True, slots=True)
class Row:
    """A place as a file tells of it.

    `line` is the line of a CSV file, or which feature of a GeoJSON file it is, counted from 1.
    `values` holds what the file speaks of and nothing else: attributes of `Place`, but the kind and
    the unit as they are called there. `notes` are sentences on what was left out.
    """

    line: int
    external_id: str
    values: Mapping[str, Any]
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What the place is called."""
        name: str = self.values["name"]
        return name


def read_external_id(value: Any) -> str:
    """The id that a place has in the file's register.

    Raises:
        UnusableRow: there is none, or it is too long.
    """
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not text.strip():
        raise UnusableRow(_("It has no id, so a later import could not find it again."))
    return read_text("external_id", text)


def read_values(said: Mapping[str, Any]) -> dict[str, Any]:
    """What a row says of a place, by attribute; only what it speaks of.

    Raises:
        UnusableRow: something in it is missing, too long, or not what it should be.
    """
    values: dict[str, Any] = {
        name: read_text(name, said[name]) or _EMPTY.get(name) for name in _TEXTS if name in said
    }
    if not values.get("name"):
        raise UnusableRow(_("It has no name."))
    for name in ("kind", "unit"):
        if word := read_text(name, said.get(name)):
            values[name] = word
    if "accuracy_m" in said:
        values["accuracy_m"] = _number("accuracy_m", said["accuracy_m"], MAX_ACCURACY_M)
    if "approximate" in said:
        values["approximate"] = str(said["approximate"]).strip().lower() in _YES
    position = read_position(said.get("lat"), said.get("lon"))
    return values | ({"point": position} if position else {})


def read_position(lat: Any, lon: Any) -> Position | None:
    """A position in degrees; None where nothing is said.

    Raises:
        UnusableRow: half of it is missing, or it lies nowhere near here.
    """
    degrees = [_number("point", value) for value in (lat, lon)]
    if not any(degrees):
        return None
    if degrees[0] is None or degrees[1] is None:
        raise UnusableRow(_("A position has a latitude and a longitude."))
    position = Position(lat=degrees[0], lon=degrees[1])
    if not is_near(position):
        raise UnusableRow(_("The position is far from the municipality, or not in degrees."))
    return position


def read_text(name: str, value: Any) -> str:
    """A line of text with single spaces between its words; empty where nothing is said.

    Raises:
        UnusableRow: it is too long for the field of this name, or cannot be shown.
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        raise UnusableRow(_("%(field)s is not a text.", field=FIELD_NAMES[name]))
    text = " ".join(value.translate(_UNSEEN).split())
    if not text.isprintable():
        raise UnusableRow(
            _("%(field)s has characters that cannot be shown.", field=FIELD_NAMES[name])
        )
    if len(text) > (most := _most_characters(name)):
        raise UnusableRow(
            _("%(field)s is longer than %(most)s characters.", field=FIELD_NAMES[name], most=most)
        )
    return text


def _most_characters(name: str) -> int:
    column = Place.__table__.columns.get(name)
    length: int | None = getattr(column.type, "length", None) if column is not None else None
    return length or MAX_SOURCE


def _number(name: str, value: Any, most: float = math.inf) -> float | None:
    """A number as people and programs write it: 58.97, “58,97”, or nothing."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        number = float(value.replace(",", ".") if isinstance(value, str) else value)
    except (TypeError, ValueError, OverflowError) as error:
        raise UnusableRow(_("%(field)s is not a number.", field=FIELD_NAMES[name])) from error
    if not math.isfinite(number) or (name == "accuracy_m" and not 0 <= number <= most):
        raise UnusableRow(_("%(field)s is not a number.", field=FIELD_NAMES[name]))
    return number
