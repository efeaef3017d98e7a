"""The arguments of OGC API – Features; what the standard does not name and we do not is refused."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Collection as Names
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NoReturn

from flask import request

from app.arguments import read_whole
from app.languages import OSLO
from app.languages import gettext as _
from app.open_data.records import NUMBER, Bounds, Collection
from app.problems import InvalidFields, NotAcceptable

USUAL_LIMIT, MOST_FEATURES = 100, 10_000
_SIDES, _SIDES_WITH_HEIGHT = 4, 6
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
_OPEN_ENDS = {"", ".."}

# Every call knows these: the format, which is JSON, and the language of sentences.
_EVERYWHERE = frozenset({"f", "lang"})
_OF_ITEMS = frozenset({"limit", "bbox", "datetime", "after"})
_FORMATS = frozenset({"", "json", "geojson"})
_MEDIA_TYPES = (
    "application/json",
    "application/geo+json",
    "application/schema+json",
    "application/vnd.oai.openapi+json",
)


@dataclass(slots=True)
class Wanted:
    """A page of a collection. `first` and `last` are days; None is an open end."""

    limit: int = USUAL_LIMIT
    box: Bounds | None = None
    first: date | None = None
    last: date | None = None
    equal: dict[str, str | int] = field(default_factory=dict)
    after: tuple[date | str | int, ...] | None = None


def demand_known(names: Names[str] = ()) -> None:
    """Refuse an argument that nobody would look at, and a format that we do not speak.

    Raises:
        InvalidFields: an argument is unknown, or `f` is another format.
        NotAcceptable: the caller takes no JSON.
    """
    known = _EVERYWHERE | set(names)
    if unknown := [name for name in request.args if name not in known]:
        raise InvalidFields({name: _("There is no such argument.") for name in unknown})
    if repeated := [name for name in request.args if len(request.args.getlist(name)) > 1]:
        raise InvalidFields({name: _("Give this only once.") for name in repeated})
    if request.args.get("f", "") not in _FORMATS:
        raise InvalidFields({"f": _("Only JSON is served here: f=json.")})
    takes = request.accept_mimetypes
    if takes and not any(takes.quality(one) > 0 for one in _MEDIA_TYPES):
        raise NotAcceptable


def read_wanted(collection: Collection) -> Wanted:
    """Which features are asked for.

    Raises:
        InvalidFields: an argument is unknown or makes no sense.
        NotAcceptable: the caller takes no JSON.
    """
    demand_known(_OF_ITEMS | set(collection.filters))
    first, last = _read_days(request.args.get("datetime", ""))
    return Wanted(
        limit=_read_limit(request.args.get("limit")),
        box=_read_box(request.args.get("bbox")),
        first=first,
        last=last,
        equal=_read_equal(collection),
        after=_read_after(collection, request.args.get("after")),
    )


def _read_limit(text: str | None) -> int:
    """More than there is at once is no error, says the standard."""
    if text is None:
        return USUAL_LIMIT
    limit = read_whole(text, sys.maxsize)
    if not limit:
        sentence = _("Write a whole number from 1 to %(most)s.", most=MOST_FEATURES)
        raise InvalidFields({"limit": sentence})
    return min(limit, MOST_FEATURES)


def _read_box(text: str | None) -> Bounds | None:
    """West may be east of east: the box then crosses the line where the days change."""
    if text is None:
        return None
    try:
        sides = [float(side) for side in text.split(",")]
    except ValueError:
        sides = []
    if len(sides) == _SIDES_WITH_HEIGHT:
        sides = [*sides[:2], *sides[3:5]]
    fits = len(sides) == _SIDES and all(map(math.isfinite, sides)) and sides[1] <= sides[3]
    if not fits:
        raise InvalidFields({"bbox": _("Write west,south,east,north in degrees.")})
    west, south, east, north = sides
    return west, south, east, north


def _read_days(text: str) -> tuple[date | None, date | None]:
    """The days in Norway that an instant, a day or an interval touches."""
    if not text:
        return None, None
    ends = text.split("/")
    if len(ends) > 2 or all(end in _OPEN_ENDS for end in ends):  # noqa: PLR2004 - an interval's
        raise _no_time()
    days = [None if len(ends) > 1 and end in _OPEN_ENDS else _read_day(end) for end in ends]
    first, last = days[0], days[-1]
    if first and last and first > last:
        raise _no_time()
    return first, last


def _read_day(text: str) -> date:
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
        if _INSTANT.fullmatch(text):
            return datetime.fromisoformat(text.upper()).astimezone(OSLO).date()
    except (ValueError, OverflowError):
        # A thirteenth month, or a time beyond the calendar.
        pass
    raise _no_time()


def _no_time() -> InvalidFields:
    sentence = _("Write a time such as 2026-03-01T08:15:30Z, or from and to: 2026-03-01/..")
    return InvalidFields({"datetime": sentence})


def _read_equal(collection: Collection) -> dict[str, str | int]:
    """What properties must be; a number must be one."""
    equal: dict[str, str | int] = {}
    for name, one in collection.filters.items():
        text = request.args.get(name)
        if text is None:
            continue
        value = read_whole(text) if one.kind == NUMBER else text
        if value is None:
            raise InvalidFields({name: _("Write a whole number.")})
        equal[name] = value
    return equal


def _read_after(collection: Collection, text: str | None) -> tuple[date | str | int, ...] | None:
    """The key of the last feature of the page before, as `next` has it."""
    if text is None:
        return None
    try:
        if not collection.day:
            key = read_whole(text)
            return _no_page() if key is None else (key,)
        day, _dot, name = text.partition(".")
        return (date.fromisoformat(day), name) if _NAME.fullmatch(name) else _no_page()
    except ValueError:
        return _no_page()


def _no_page() -> NoReturn:
    raise InvalidFields({"after": _("Follow the link “next” of the page before.")})


_NAME = re.compile("r[0-9a-f]{24}")
