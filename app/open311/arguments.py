"""The arguments of a call, from its address or its body; an empty one is none."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import request

from app.arguments import read_whole
from app.database import now
from app.geo import Position
from app.languages import OSLO
from app.languages import gettext as _
from app.problems import InvalidFields

WINDOW = timedelta(days=90)
MOST_RECORDS = 1_000
MOST_IN_LIST = 1_000
MAX_PAGE = 100_000
MAX_RADIUS_M = 50_000
USUAL_RADIUS_M = 1_000
# Room to add or take the window without leaving the calendar.
_FIRST_YEAR, _LAST_YEAR = 1900, 2200
_MAX_NUMBER_CHARACTERS = 40

# A plus that was not escaped arrives as a space.
_SPACE_FOR_PLUS = re.compile(r"(T\d\d:?\d\d(?::?\d\d(?:[.,]\d+)?)?) (\d\d:?\d\d)")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")


@dataclass(frozen=True, slots=True)
class Span:
    """From an instant to another, both included."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list; None for `number` where nobody asked for pages."""

    number: int | None
    size: int

    @property
    def skipped(self) -> int:
        """How many records lie before it."""
        return ((self.number or 1) - 1) * self.size


def read_text(name: str) -> str:
    """An argument; the first that says something where it comes several times."""
    return next((value.strip() for value in read_all(name) if value.strip()), "")


def read_all(name: str) -> list[str]:
    """All values of an argument."""
    return [*request.args.getlist(name), *request.form.getlist(name)]


def read_list(name: str) -> list[str]:
    """The parts of arguments that are separated by commas."""
    parts = [part.strip() for value in read_all(name) for part in value.split(",")]
    return [part for part in parts if part][:MOST_IN_LIST]


def required(name: str) -> str:
    """How a missing argument is told. Not translated: clients look for these words."""
    return f"{name} required"


def refuse(name: str, sentence: str) -> InvalidFields:
    """The failure of one argument."""
    return InvalidFields({name: sentence})


def read_moment(name: str) -> datetime | None:
    """An instant as W3C writes it; without a zone it is the time in Norway.

    Raises:
        InvalidFields: it is none.
    """
    text = _SPACE_FOR_PLUS.sub(r"\1+\2", read_text(name))
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = datetime.min  # noqa: DTZ901 - refused below
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise refuse(name, _("Write a time such as 2026-03-01T08:15:30Z."))
    local = moment if moment.tzinfo else moment.replace(tzinfo=OSLO)
    return local.astimezone(UTC)


def read_span(first: str, last: str) -> Span:
    """From one argument to the other; 90 days where only one is given, the last 90 with none.

    Raises:
        InvalidFields: one is no time, or they are too far apart.
    """
    start, end = read_moment(first), read_moment(last)
    if end is not None and end.microsecond == 0:
        # What is told has no fractions, so the whole of the last second is meant.
        end = end.replace(microsecond=999_999)
    if start and end and end - start > WINDOW + timedelta(seconds=1):
        sentence = _("From %(first)s there may be at most 90 days.", first=first)
        raise refuse(last, sentence)
    if start:
        return Span(start, end or start + WINDOW)
    # Nothing was changed after now.
    return Span((end or now()) - WINDOW, end or now() + timedelta(minutes=1))


def read_number(name: str) -> float | None:
    """A number.

    Raises:
        InvalidFields: it is none.
    """
    text = read_text(name)
    if not text:
        return None
    fits = len(text) <= _MAX_NUMBER_CHARACTERS and _NUMBER.fullmatch(text)
    number = float(text) if fits else math.nan
    if not math.isfinite(number):
        raise refuse(name, _("Write a number."))
    return number


def read_position() -> Position | None:
    """`lat` and `long`.

    Raises:
        InvalidFields: one of them is missing, no number, or out of range.
    """
    lat, lon = read_number("lat"), read_number("long")
    if lat is None and lon is None:
        return None
    missing = [name for name, value in (("lat", lat), ("long", lon)) if value is None]
    if lat is None or lon is None:
        raise InvalidFields({name: required(name) for name in missing})
    for name, value, most in (("lat", lat, 90), ("long", lon, 180)):
        if abs(value) > most:
            raise refuse(name, _("Write a number from −%(most)s to %(most)s.", most=most))
    return Position(lon=lon, lat=lat)


def read_radius() -> float:
    """How many metres around a position.

    Raises:
        InvalidFields: it is no number, or too large.
    """
    radius = read_number("radius")
    if radius is None:
        return USUAL_RADIUS_M
    if not 0 <= radius <= MAX_RADIUS_M:
        raise refuse("radius", _("Write metres, at most %(most)s.", most=MAX_RADIUS_M))
    return radius


def read_count(name: str) -> int | None:
    """A whole number that is not below zero.

    Raises:
        InvalidFields: it is none.
    """
    text = read_text(name)
    if not text:
        return None
    number = read_whole(text, 10**_MAX_NUMBER_CHARACTERS)
    if number is None:
        raise refuse(name, _("Write a whole number."))
    return number


def read_page() -> Page:
    """`page` with `page_size` or `per_page`; `limit` for who wants no more than so many.

    Raises:
        InvalidFields: one is no whole number.
    """
    sizes = [read_count(name) for name in ("page_size", "per_page", "limit", "max_requests")]
    size = next((one for one in sizes if one), MOST_RECORDS)
    number = read_count("page")
    paged = number is not None or any(one is not None for one in sizes)
    number = min(max(number or 1, 1), MAX_PAGE) if paged else None
    return Page(number, min(size, MOST_RECORDS))
