"""One believable report after the other: seasons, channels, texts, what became of it.

Volumes and seasons follow what Norwegian municipalities have published; the cases are made up, and
so is whoever reported: nobody is called so, and no phone has such a number.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import accumulate
from typing import Any

from app.demo.bulk import Row
from app.demo.texts import (
    DESCRIPTIONS,
    DETAILS,
    FIXED,
    LANDMARKS,
    MOMENTS,
    NO_ACTION,
    PLANNED,
    QUESTIONS,
    STREETS,
)
from app.demo.town import Case, Spot, Town
from app.geo import Position, ewkt
from app.reports.deadlines import local_day
from app.reports.models import Category, EventKind
from app.reports.workflow import CLOSED, Status


class _Shares:
    """What is drawn by its share; the sums are made once, which halves the time of a draw."""

    def __init__(self, shares: dict[Any, float]) -> None:
        self._values = list(shares)
        self._sums = list(accumulate(shares.values()))

    def draw(self, rng: random.Random) -> Any:
        return rng.choices(self._values, cum_weights=self._sums)[0]


_CHANNELS = _Shares(
    {
        "qr": 0.17,
        "web": 0.18,
        "kiosk": 0.01,
        "phone": 0.40,
        "email": 0.16,
        "counter": 0.03,
        "social": 0.02,
        "staff": 0.03,
    }
)
_LANGUAGES = _Shares({"nb": 0.86, "nn": 0.05, "en": 0.09})
_OUTCOMES = _Shares(
    {Status.FIXED: 0.82, Status.NO_ACTION: 0.08, Status.NOT_OURS: 0.05, Status.DUPLICATE: 0.05}
)
_STILL_UNDERWAY = _Shares(
    {Status.RECEIVED: 0.5, Status.IN_PROGRESS: 0.3, Status.PLANNED: 0.14, Status.WAITING: 0.06}
)
_SHARE_LEFT_OPEN = 0.004
_SHARE_WITH_TEXT, _SHARE_WITH_DETAIL = 0.6, 0.7
_SHARE_AT_NO_PLACE, _SHARE_WITH_ADDRESS = 0.1, 0.2
_SHARE_WITH_CONTACT, _SHARE_WITH_PERSON = 0.5, 0.4
# Half a kilometre or so: beside the place, not in it.
_STRAY_DEGREES = 0.004


def draw_case(rng: random.Random, town: Town, report_id: int, received_at: datetime) -> Case:
    """A report received at this instant, and what became of it until now."""
    day, spot = local_day(received_at), rng.choice(town.spots)
    category = town.categories[spot.draw_code(rng, day.month)]
    steps = list(_steps(rng, received_at, town.until))
    report = {
        "id": report_id,
        "uuid": uuid.UUID(int=rng.getrandbits(128), version=4),
        "number": _new_number(rng, day.year, town.numbers),
        "fingerprint": f"{rng.getrandbits(256):064x}",
        "category_id": category.id,
        "unit_id": category.unit_id,
        "priority": category.priority,
        "language": _LANGUAGES.draw(rng),
        "description": _description(rng, category.code),
        "answers": {},
        "created_at": received_at,
        "received_at": received_at,
        "due_at": town.deadline(day, received_at, category.priority),
        "follower_count": 0,
        "accuracy_m": None,
        **_where(rng, spot, _CHANNELS.draw(rng)),
    }
    case = Case(report, [], _contact(rng, town, report_id, day, category))
    case.events.append(_event(report_id, received_at, EventKind.RECEIVED))
    kept = town.kept.get((spot.place.id, category.id))
    _live_through(rng, case, steps, kept, town.people)
    if report["status"] != Status.DUPLICATE:
        town.kept[spot.place.id, category.id] = case
    return case


def _where(rng: random.Random, spot: Spot, channel: str) -> Row:
    """At a sign or a place, or somewhere near one by its position and address."""
    strays = channel != "qr" and spot.position is not None and rng.random() < _SHARE_AT_NO_PLACE
    address = strays or rng.random() < _SHARE_WITH_ADDRESS
    return {
        "channel": channel,
        "place_id": None if strays else spot.place.id,
        "sign_id": rng.choice(spot.signs) if channel == "qr" and spot.signs else None,
        "point": _near(rng, spot.position) if strays and spot.position else spot.point,
        "address": f"{rng.choice(STREETS)} {rng.randrange(1, 120)}" if address else "",
    }


def _near(rng: random.Random, position: Position) -> str:
    lon, lat = (
        round(degrees + rng.uniform(-_STRAY_DEGREES, _STRAY_DEGREES), 6)
        for degrees in (position.lon, position.lat)
    )
    return ewkt(Position(lon, lat))


def _contact(
    rng: random.Random, town: Town, report_id: int, day: date, category: Category
) -> Row | None:
    """Who reported, unless it is so long ago that it has been erased."""
    erase_on = day + timedelta(days=category.retention_days)
    if rng.random() > _SHARE_WITH_CONTACT or erase_on <= local_day(town.until):
        return None
    number = rng.randrange(1, 1_000_000)
    return {
        "report_id": report_id,
        "name": f"Innbygger {number}",
        "email": f"innbygger{number}@example.org" if rng.random() < 0.7 else "",  # noqa: PLR2004
        "phone": f"00{number:06d}",
        "erase_on": erase_on,
    }


def _steps(
    rng: random.Random, received_at: datetime, until: datetime
) -> Iterator[tuple[datetime, Status]]:
    """The states after the first: usually taken up within days and closed within weeks."""
    left_open = rng.random() < _SHARE_LEFT_OPEN
    taken_up_at = received_at + timedelta(hours=rng.expovariate(1 / 20))
    closed_at = taken_up_at + timedelta(hours=rng.expovariate(1 / 90))
    if closed_at < until and not left_open:
        yield taken_up_at, Status.IN_PROGRESS
        yield closed_at, _OUTCOMES.draw(rng)
    elif taken_up_at < until:
        status = _STILL_UNDERWAY.draw(rng)
        if status is not Status.RECEIVED:
            yield taken_up_at, status


def _live_through(
    rng: random.Random,
    case: Case,
    steps: Sequence[tuple[datetime, Status]],
    kept: Case | None,
    people: list[int],
) -> None:
    """Take a report through its steps; a duplicate needs another one to stand for."""
    report, at, status = case.report, case.report["received_at"], Status.RECEIVED
    person = rng.choice(people) if people and steps else None
    for at, wanted in steps:
        before = status
        status = Status.NO_ACTION if wanted is Status.DUPLICATE and kept is None else wanted
        answer = rng.choice(_ANSWERS[status]) if status in _ANSWERS else ""
        case.events.append(
            _event(report["id"], at, EventKind.STATUS, person, before, status, answer)
        )
    report |= {
        "status": status.value,
        "assignee_id": person if rng.random() < _SHARE_WITH_PERSON else None,
        "waiting_since": at if status is Status.WAITING else None,
        "closed_at": at if status in CLOSED else None,
        "merged_into_id": None,
    }
    if status is Status.DUPLICATE and kept is not None:
        _merge(case, kept, at, person)


def _merge(case: Case, kept: Case, at: datetime, person: int | None) -> None:
    case.report["merged_into_id"] = kept.report["id"]
    kept.report["follower_count"] += 1
    merged = _event(kept.report["id"], at, EventKind.MERGED, person)
    kept.events.append(merged | {"to_value": case.report["number"]})
    kept.events.sort(key=lambda event: event["at"])


_ANSWERS = {
    Status.FIXED: FIXED,
    Status.NO_ACTION: NO_ACTION,
    Status.PLANNED: PLANNED,
    Status.WAITING: QUESTIONS,
}


def _event(
    report_id: int,
    at: datetime,
    kind: EventKind,
    staff_id: int | None = None,
    before: Status | None = None,
    after: Status | None = None,
    public_text: str = "",
) -> Row:
    return {
        "report_id": report_id,
        "at": at,
        "kind": kind.value,
        "staff_id": staff_id,
        "from_value": before.value if before else None,
        "to_value": after.value if after else None,
        "public_text": public_text,
        "internal_text": "",
    }


def _description(rng: random.Random, code: str) -> str:
    if rng.random() > _SHARE_WITH_TEXT:
        return ""
    said: str = rng.choice(DESCRIPTIONS.get(code, DESCRIPTIONS[""]))
    if rng.random() > _SHARE_WITH_DETAIL:
        return said
    detail = rng.choice(DETAILS).format(
        landmark=rng.choice(LANDMARKS),
        when=rng.choice(MOMENTS),
        number=rng.randrange(10_000, 100_000),
        metres=rng.randrange(5, 200, 5),
    )
    return f"{said} {detail}"


def _new_number(rng: random.Random, year: int, taken: set[str]) -> str:
    while True:
        number = f"{year}-{rng.randrange(10**8):08d}"
        if number not in taken:
            taken.add(number)
            return number
