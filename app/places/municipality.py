"""The municipality's settings, kept in memory for a few seconds.

Every page needs them, also the one that refuses a malformed sign code without asking the database.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, g
from shapely import Point as ShapelyPoint
from shapely import prepare
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select

from app.database import now, session
from app.geo import Position, shape_of
from app.kept import Kept
from app.languages import DEFAULT_LANGUAGE, LANGUAGES, OSLO, offer_languages
from app.places.models import Municipality
from app.public_holidays import SUNDAY, day_of_week, list_public_holidays

ONE_DAY = timedelta(days=1)
MINUTES_A_DAY = 24 * 60
# How far ahead a page kept for offline use knows the holidays.
HOLIDAYS_KNOWN_DAYS = 365

_CLOCK = re.compile(r"(\d\d):([0-5]\d)")


class UnusableHours(ValueError):
    """Duty hours that nobody can keep as they are written."""


@dataclass(frozen=True, slots=True)
class DutyHours:
    """One number and when it answers: from a minute of the day on, up to another.

    Hours that end before they begin go on past midnight and belong to the day they begin on. A
    public holiday counts as a Sunday.
    """

    days: frozenset[int]
    start: int
    end: int
    phone: str

    def hold(self, local: datetime) -> bool:
        """Whether the number answers at this local time."""
        today, yesterday = day_of_week(local.date()), day_of_week(local.date() - ONE_DAY)
        return self.fit(today, yesterday, local.hour * 60 + local.minute)

    def fit(self, today: int, yesterday: int, minute: int) -> bool:
        """Whether the number answers at a minute of a day of the week."""
        if self.start < self.end:
            return today in self.days and self.start <= minute < self.end
        return (today in self.days and minute >= self.start) or (
            yesterday in self.days and minute < self.end
        )


def read_duty_hours(written: Iterable[Mapping[str, Any]]) -> tuple[DutyHours, ...]:
    """The duty hours as `Municipality.duty_hours` says them.

    Raises:
        UnusableHours: a day, a time or a number is missing or cannot be.
    """
    return tuple(_read_hours(entry) for entry in written)


def _read_hours(entry: Mapping[str, Any]) -> DutyHours:
    try:
        days = frozenset(entry["days"])
        start, end = _minute(entry["from"]), _minute(entry["to"])
        phone = entry["phone"].strip()
    except (KeyError, TypeError, AttributeError) as error:
        raise UnusableHours(f"{entry!r}: {error!r}") from error
    if not days or not days <= set(range(1, SUNDAY + 1)) or start == end or not phone:
        raise UnusableHours(f"{entry!r}: some days from 1 to 7, two times and a phone are needed")
    return DutyHours(days, start, end, phone)


def _minute(clock: str) -> int:
    written = _CLOCK.fullmatch(clock)
    minute = int(written[1]) * 60 + int(written[2]) if written else MINUTES_A_DAY + 1
    if minute > MINUTES_A_DAY:
        raise UnusableHours(f"{clock!r} is no time such as 08:00")
    return minute


@dataclass(frozen=True, slots=True)
class MunicipalitySettings:
    """What the pages and checks need to know of the municipality."""

    name: str
    number: str
    front_desk_phone: str
    duty_phone: str
    front_desk_email: str
    boundary: BaseGeometry | None
    feedback_email: str = ""
    privacy_email: str = ""
    accessibility_url: str = ""
    duty_hours: tuple[DutyHours, ...] = ()
    sign_colour: str = "#1E2B3C"
    logo_svg: str = ""
    languages: frozenset[str] = frozenset(LANGUAGES)
    greeting: Mapping[str, str] = field(default_factory=dict)

    def duty_phone_at(self, moment: datetime) -> str:
        """The number that answers at an instant, by the clock in Norway."""
        return duty_phone_at(moment, self.duty_hours, self.duty_phone)

    def holds(self, position: Position) -> bool:
        """Whether a position lies inside; true where no boundary has been imported."""
        return self.boundary is None or self.boundary.covers(
            ShapelyPoint(position.lon, position.lat)
        )


def duty_phone_at(moment: datetime, hours: Iterable[DutyHours], otherwise: str) -> str:
    """The number that answers at an instant: of the first hours that hold it, else the other."""
    local = moment.astimezone(OSLO)
    return next((one.phone for one in hours if one.hold(local)), otherwise)


# Shown until `vof municipality` has been run.
UNNAMED = MunicipalitySettings("VOF", "", "", "", "", None)


def municipality() -> MunicipalitySettings:
    """The settings, as they are kept; the last known ones where the database has failed."""
    return _SETTINGS.last_known(UNNAMED) if g.get("without_database") else _SETTINGS.get()


def _read() -> MunicipalitySettings:
    row = session().scalar(select(Municipality))
    if row is None:
        return UNNAMED
    boundary = None if row.boundary is None else shape_of(row.boundary)
    prepare(boundary)
    return MunicipalitySettings(
        name=row.name,
        number=row.number,
        front_desk_phone=row.front_desk_phone,
        duty_phone=row.duty_phone,
        front_desk_email=row.front_desk_email,
        boundary=boundary,
        feedback_email=row.feedback_email,
        privacy_email=row.privacy_email,
        accessibility_url=row.accessibility_url,
        duty_hours=read_duty_hours(row.duty_hours),
        sign_colour=row.sign_colour,
        logo_svg=row.logo_svg,
        languages=frozenset(LANGUAGES if row.languages is None else row.languages)
        | {DEFAULT_LANGUAGE},
        greeting=row.greeting or {},
    )


_SETTINGS = Kept("municipality", _read)
forget = _SETTINGS.forget


def init_app(app: Flask) -> None:
    """Give every page the settings."""
    _SETTINGS.init_app(app)
    offer_languages(app, lambda: municipality().languages)
    app.context_processor(lambda: {"municipality": municipality(), "duty_phone": duty_phone_view})
    app.add_template_filter(telephone_link, "tel")


def duty_phone_view() -> dict[str, Any]:
    """The number that answers now, and the hours, so that a page kept on a phone can tell later."""
    here = municipality()
    today = now().astimezone(OSLO).date()
    ahead = list_public_holidays(today, HOLIDAYS_KNOWN_DAYS) if here.duty_hours else ()
    return {
        "now": here.duty_phone_at(now()),
        "otherwise": here.duty_phone,
        "hours": [
            ["".join(map(str, sorted(hours.days))), hours.start, hours.end, hours.phone]
            for hours in here.duty_hours
        ],
        "holidays": " ".join(day.isoformat() for day in ahead if day.isoweekday() != SUNDAY),
    }


def telephone_link(number: str) -> str:
    """What follows `tel:` for a Norwegian number; short ones such as 110 take no country code."""
    digits = "".join(character for character in number if character.isdigit() or character == "+")
    national = len(digits) == 8  # noqa: PLR2004 - the length of a Norwegian number
    return f"+47{digits}" if national else digits
