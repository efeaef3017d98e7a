"""What stands in an address or in a form, read so that nothing can break a page."""

from __future__ import annotations

import math
import uuid
from collections.abc import Mapping

from flask import Flask, request
from werkzeug.routing import IntegerConverter, Map

from app.database import MAX_ID

MAX_SEARCH_CHARACTERS = 100
_SIDES = 4
# A box narrower than this is a point; a grid over it has no fields.
_NARROWEST_DEGREES = 1e-6


class IdConverter(IntegerConverter):
    """`<id:…>` of a route: a number that a row could have. Anything else is no such page."""

    def __init__(self, routes: Map) -> None:
        super().__init__(routes, min=1, max=MAX_ID)


def init_app(app: Flask) -> None:
    """Let routes name the ids of rows."""
    app.url_map.converters["id"] = IdConverter


def read_whole(text: str, most: int = MAX_ID) -> int | None:
    """A whole number from 0 to the most; None for anything else."""
    # Python refuses to read thousands of digits.
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(most))):
        return None
    number = int(text)
    return number if number <= most else None


def read_id(arguments: Mapping[str, str], name: str) -> int | None:
    """An id that a row could have; None for anything else."""
    return read_whole(arguments.get(name, "")) or None


def read_box(text: str) -> tuple[float, float, float, float] | None:
    """`west,south,east,north` in degrees; None for anything that is no part of a map."""
    try:
        sides = [float(side) for side in text.split(",")]
    except ValueError:
        return None
    if len(sides) != _SIDES or not all(map(math.isfinite, sides)):
        return None
    west, south, east, north = sides
    if east - west < _NARROWEST_DEGREES or north - south < _NARROWEST_DEGREES:
        return None
    return west, south, east, north


def read_line(arguments: Mapping[str, str], name: str) -> str:
    """A line to search for, without what cannot be seen."""
    return printable(arguments.get(name, "")[:MAX_SEARCH_CHARACTERS]).strip()


def read_uuid(text: str) -> uuid.UUID | None:
    """An id minted by a form or a phone; None for anything else."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def form_id() -> uuid.UUID:
    """The id that this request's form was rendered with; a new one where it came without."""
    return read_uuid(request.form.get("id", "")) or uuid.uuid4()


def printable(text: str) -> str:
    """A text that can be shown again on a page: control characters are no part of any."""
    return "".join(character for character in text if character.isprintable())
